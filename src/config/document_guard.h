#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "config/document.h"

#include <expected>
#include <string>
#include <string_view>

namespace sealgate::config {

// A document in a form that the TOML library can bear, or what is wrong with it. Internal.
//
// Version 3.3 of the library builds and frees deep documents by recursion, asserts that a name
// follows the bracket of a section, and for most letters beyond ASCII runs into code that it marks
// as never reached. So brackets and dotted keys are counted, names of sections looked at, and the
// text given back is ASCII: other characters in quotes as \uNNNN, in comments as '?'. Lines stay,
// columns stay up to the first such character of a line. Errors of other kinds are left to the
// library.
[[nodiscard]] std::expected<std::string, SyntaxError> guarded_text(std::string_view text);

}  // namespace sealgate::config
