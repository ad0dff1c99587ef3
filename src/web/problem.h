#pragma once
// SPDX-License-Identifier: Apache-2.0
// Failures as RFC 9457 problem documents. One table turns a kind of error into status and type; the
// command line's exit codes hang on the types.

#include "base/error.h"
#include "web/message.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::web {

// The part of a text that is wrong, counted in characters (Unicode scalar values).
struct Place {
    std::string text;
    std::size_t position = 0;
    std::size_t length = 0;
};

struct ProblemDetail {
    unsigned status = 500;
    std::string_view type;    // the last word of "urn:sealgate:problem:<type>"
    std::string_view title;   // the same for every problem of this type
    std::string detail = {};  // a sentence that says what to do
    std::vector<std::pair<std::string, std::string>> errors = {};  // JSON pointer, what is wrong
    std::optional<Place> place = {};
};

[[nodiscard]] Response problem(const ProblemDetail& detail);

// A sentence of our own with the status and type that belong to `kind`.
[[nodiscard]] Response problem(ErrorKind kind, std::string detail);

// Whoever may read at all may read an error's detail: it is written for administrators. Everybody
// else gets the title only.
[[nodiscard]] Response problem(const Error& error, Trust trust);

}  // namespace sealgate::web
