// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/exit_code.h"

#include <array>

namespace sealgate::cli::sop {

std::span<const ExitStatus> exit_statuses() {
    static constexpr std::array kAll{
        ExitStatus{Exit::done, "OK", "Done"},
        ExitStatus{Exit::unspecified_failure, "UNSPECIFIED_FAILURE", "Anything else"},
        ExitStatus{Exit::no_signature, "NO_SIGNATURE", "No signature counts"},
        ExitStatus{Exit::missing_arg, "MISSING_ARG", "An argument or a value is missing"},
        ExitStatus{Exit::incomplete_verification,
                   "INCOMPLETE_VERIFICATION",
                   "One of --verifications-out and --verify-with without the other"},
        ExitStatus{Exit::cannot_decrypt,
                   "CANNOT_DECRYPT",
                   "For none of the keys, changed, or without integrity protection"},
        ExitStatus{Exit::unsupported_option, "UNSUPPORTED_OPTION", "An unknown option or value"},
        ExitStatus{Exit::bad_data, "BAD_DATA", "The input is not what it should be"},
        ExitStatus{Exit::expected_text, "EXPECTED_TEXT", "A user ID that is not UTF-8"},
        ExitStatus{Exit::output_exists, "OUTPUT_EXISTS", "An output file is there already"},
        ExitStatus{Exit::missing_input, "MISSING_INPUT", "An input is not there or not readable"},
        ExitStatus{Exit::key_is_protected,
                   "KEY_IS_PROTECTED",
                   "The key has a password, and none that was given fits"},
        ExitStatus{Exit::unsupported_subcommand,
                   "UNSUPPORTED_SUBCOMMAND",
                   "A subcommand that is not there"},
        ExitStatus{Exit::unsupported_special_prefix,
                   "UNSUPPORTED_SPECIAL_PREFIX",
                   "A name that begins with @, but neither @ENV: nor @FD:"},
        ExitStatus{Exit::ambiguous_input,
                   "AMBIGUOUS_INPUT",
                   "A name that begins with @, and there is a file of that name"},
        ExitStatus{Exit::incompatible_options,
                   "INCOMPATIBLE_OPTIONS",
                   "Options that exclude each other, or one that may stand once only"},
        ExitStatus{Exit::unsupported_profile, "UNSUPPORTED_PROFILE", "There are no profiles"},
        ExitStatus{Exit::cert_userid_no_match,
                   "CERT_USERID_NO_MATCH",
                   "A certificate without this user ID, or nobody vouches for it"},
    };
    return kAll;
}

}  // namespace sealgate::cli::sop
