#pragma once
// SPDX-License-Identifier: Apache-2.0
// INLINESIGNED of SOP: a signed message, or one in the cleartext signature framework.

#include "cli/sop/subcommand.h"
#include "openpgp/encrypted_holding.h"
#include "openpgp/message.h"
#include "openpgp/verify.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sealgate::cli::sop {

struct InlineSigned {
    std::unique_ptr<openpgp::Holding> text;
    std::vector<openpgp::SignaturePtr> signatures;
    std::vector<openpgp::SignatureVerdict> unreadable;
    openpgp::SignedOctets octets;
    bool cleartext = false;

    [[nodiscard]] std::vector<openpgp::SignatureVerdict> judge(
        std::span<const openpgp::CertificatePtr> certificates,
        const openpgp::VerifyOptions& options) const;
};

// bad_data: neither, or encrypted, or broken; also when it is over a limit.
[[nodiscard]] Outcome<InlineSigned> read_inline_signed(std::string input,
                                                       const openpgp::Policy& policy,
                                                       openpgp::HoldingMaker& holdings);

}  // namespace sealgate::cli::sop
