#pragma once
// SPDX-License-Identifier: Apache-2.0
// How a command ends. The numbers are a promise to scripts (sealgate(1), EXIT STATUS).

#include "base/result.h"  // SG_TRY

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace sealgate::cli {

enum class Exit : std::uint8_t {
    done = 0,
    no = 1,                // the answer is no, or nothing has this name
    usage = 2,             // the command line itself
    not_permitted = 4,     // this user may not
    conflict = 5,          // changed meanwhile, or owned by the configuration file
    unreachable = 6,       // no daemon at the socket
    invalid = 7,           // the input
    partly = 8,            // some of it was done
    changes_pending = 10,  // of a comparison: there is something to change
    fault = 70,            // ours
    later = 75,            // try again
};

// Why a command did not do what it was asked: a sentence for stderr that says what to do.
struct Failure {
    Exit code = Exit::fault;
    std::string sentence;
};

template <class T>
using Outcome = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> give_up(Exit code, std::string sentence) {
    return std::unexpected(Failure{code, std::move(sentence)});
}

// Of an HTTP answer; `type` is the last word of its problem type, or "".
[[nodiscard]] Exit exit_for(unsigned status, std::string_view type);

}  // namespace sealgate::cli
