#pragma once
// SPDX-License-Identifier: Apache-2.0
// What several commands need. For .cpp files of this folder only.

#include "cli/context.h"
#include "cli/times.h"

#include <string>
#include <string_view>

namespace sealgate::cli::commands {

// "the store", or file and line of an object that the configuration file declares.
[[nodiscard]] std::string owner_of(const Json& item);

// A time option as the API takes it, "" when it was not given. usage: not a time.
[[nodiscard]] Outcome<std::string> time_option(const Given& given, std::string_view name);

// usage: `since` is not before `until`; either may be "".
[[nodiscard]] Outcome<void> check_order(std::string_view since, std::string_view until);

// A count option. usage: not a number.
[[nodiscard]] Outcome<std::size_t> number_option(const Given& given,
                                                 std::string_view name,
                                                 std::size_t otherwise);

}  // namespace sealgate::cli::commands
