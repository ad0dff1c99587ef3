#pragma once
// SPDX-License-Identifier: Apache-2.0
// The VERIFICATIONS of SOP: a line for each signature that counts.

#include "cli/sop/material.h"
#include "cli/sop/subcommand.h"
#include "openpgp/policy.h"
#include "openpgp/verify.h"

#include <span>
#include <string>
#include <string_view>

namespace sealgate::cli::sop {

// Ours, beside those of SOP: what the mail path never takes.
inline constexpr std::string_view kLegacy = "--legacy";
inline constexpr std::string_view kLegacyHelp =
    "Take DSA, 3DES, CAST5 and Blowfish too, for old mail";

// Which signatures count: the policy, and the time they must have been made in.
struct Wanted {
    openpgp::Policy policy;
    openpgp::Timestamp now = 0;
    std::optional<openpgp::Timestamp> not_before;
    std::optional<openpgp::Timestamp> not_after;

    // Borrows from this.
    [[nodiscard]] openpgp::VerifyOptions options() const {
        return {.policy = policy, .now = now, .not_before = not_before, .not_after = not_after};
    }
};

// From --legacy and the options of these names; "-" is no limit, and the default is from the
// beginning of time until now. unsupported_option: not a date.
[[nodiscard]] Outcome<Wanted> wanted_of(const Surroundings& surroundings,
                                        const Given& given,
                                        std::string_view not_before,
                                        std::string_view not_after);

// The time now, as OpenPGP has it.
[[nodiscard]] openpgp::Timestamp now_of(const Surroundings& surroundings);

// "2019-10-29T12:11:04Z KEY PRIMARY mode:text {"signers":["alice.cert"]}" for each that is good,
// with its line end. Whatever the names are, a line is one line.
[[nodiscard]] std::string verifications(std::span<const openpgp::SignatureVerdict> verdicts,
                                        const Certificates& certificates);

// Says on stderr why the others do not count.
void tell_the_bad(Surroundings& surroundings, std::span<const openpgp::SignatureVerdict> verdicts);

[[nodiscard]] std::unexpected<Failure> no_signature();

}  // namespace sealgate::cli::sop
