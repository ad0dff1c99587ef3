#pragma once
// SPDX-License-Identifier: Apache-2.0
// How a subcommand of SOP ends: the failure modes of draft-dkg-openpgp-stateless-cli-14. Other
// programs act on the numbers.

#include "base/result.h"  // SG_TRY

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace sealgate::cli::sop {

enum class Exit : std::uint8_t {
    done = 0,
    unspecified_failure = 1,
    no_signature = 3,
    missing_arg = 19,
    incomplete_verification = 23,
    cannot_decrypt = 29,
    unsupported_option = 37,
    bad_data = 41,
    expected_text = 53,
    output_exists = 59,
    missing_input = 61,
    key_is_protected = 67,
    unsupported_subcommand = 69,
    unsupported_special_prefix = 71,
    ambiguous_input = 73,
    incompatible_options = 83,
    unsupported_profile = 89,
    cert_userid_no_match = 107,
};

struct ExitStatus {
    Exit code;
    std::string_view name;  // that of the draft
    std::string_view meaning;
};
// Those that the subcommands here can end with, for the manual.
[[nodiscard]] std::span<const ExitStatus> exit_statuses();

// Why a subcommand did not do what it was asked: a sentence for stderr.
struct Failure {
    Exit code = Exit::unspecified_failure;
    std::string sentence;
};

template <class T>
using Outcome = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> give_up(Exit code, std::string sentence) {
    return std::unexpected(Failure{code, std::move(sentence)});
}

}  // namespace sealgate::cli::sop
