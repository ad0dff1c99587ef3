// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/inline_input.h"

#include "cli/sop/clear_text.h"
#include "cli/sop/indirect.h"
#include "cli/sop/material.h"
#include "openpgp/cleartext.h"

#include <algorithm>

namespace sealgate::cli::sop {

namespace {

openpgp::CleartextLimits cleartext_limits() {
    openpgp::CleartextLimits limits;
    limits.max_text = kInputLimit;
    limits.armor.max_octets = kInputLimit;
    return limits;
}

Outcome<InlineSigned> take_cleartext(openpgp::Cleartext cleartext,
                                     openpgp::HoldingMaker& holdings) {
    auto list = openpgp::read_signatures(cleartext.signatures);
    if (!list) return failed(Exit::bad_data, kStdin, list.error());
    InlineSigned out;
    out.cleartext = true;
    out.signatures = std::move(list->signatures);
    out.unreadable = std::move(list->unreadable);
    for (const openpgp::SignaturePtr& one : out.signatures)
        out.octets.expect(*one);
    out.octets.update(cleartext.text);
    // Lines end as they do here; a CR never stands alone in it.
    std::erase(cleartext.text, '\r');
    out.text = holdings.make(cleartext.text.size());
    const Status kept = out.text->append(cleartext.text);
    if (!kept) return failed(Exit::unspecified_failure, kStdin, kept.error());
    return out;
}

}  // namespace

std::vector<openpgp::SignatureVerdict> InlineSigned::judge(
    std::span<const openpgp::CertificatePtr> certificates,
    const openpgp::VerifyOptions& options) const {
    std::vector<openpgp::SignatureVerdict> out;
    for (const openpgp::SignaturePtr& one : signatures) {
        auto& verdict =
            out.emplace_back(openpgp::judge_signature(*one, octets, certificates, options));
        // Section 7 of RFC 9580 has text signatures only.
        if (cleartext && one->type() == openpgp::SignatureType::binary) {
            verdict.findings.push_back(
                {openpgp::Reason::wrong_type, "a binary signature of a cleartext"});
        }
    }
    out.insert(out.end(), unreadable.begin(), unreadable.end());
    return out;
}

Outcome<InlineSigned> read_inline_signed(std::string input,
                                         const openpgp::Policy& policy,
                                         openpgp::HoldingMaker& holdings) {
    if (openpgp::is_armored(input)) {
        auto cleartext = openpgp::read_cleartext(input, cleartext_limits());
        if (cleartext) return take_cleartext(*std::move(cleartext), holdings);
        if (cleartext.error().kind() != ErrorKind::not_found) {
            return failed(Exit::bad_data, kStdin, cleartext.error());
        }
    }
    SG_TRY(const std::string message,
           binary_of(std::move(input), kStdin, {openpgp::ArmorKind::message}));
    const openpgp::OpenOptions options{
        .policy = policy, .holdings = holdings, .limits = message_limits()};
    auto opened = openpgp::open_signed_message(message, options);
    if (!opened) return not_opened(Exit::bad_data, opened.error());
    InlineSigned out;
    out.text = std::move(opened->text);
    out.signatures = std::move(opened->signatures);
    out.unreadable = std::move(opened->unreadable);
    out.octets = std::move(opened->octets);
    if (out.signatures.empty() && out.unreadable.empty()) {
        return give_up(Exit::bad_data, std::string(kStdin) + ": it is not signed.");
    }
    return out;
}

}  // namespace sealgate::cli::sop
