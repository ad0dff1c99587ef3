#pragma once
// SPDX-License-Identifier: Apache-2.0
// What several commands need. For .cpp files of this folder only.

#include "cli/context.h"
#include "cli/times.h"

#include <string>
#include <string_view>
#include <vector>

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

// The words of a query, and options that say the same: for the mail log and for messages.
[[nodiscard]] Argument query_argument(std::string_view name);
[[nodiscard]] std::vector<Option> query_options();
// As the API takes them. usage: a time that is none.
[[nodiscard]] Outcome<Parameters> query_of(const Given& given, std::string_view argument);

}  // namespace sealgate::cli::commands
