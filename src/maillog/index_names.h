#pragma once
// SPDX-License-Identifier: Apache-2.0
// Addresses of an index, to look for parts of them: one behind the other in the order of their
// numbers, in lower case, each with a line feed behind it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::maillog {

// `name` has no line feed: nothing in a record has.
void append_name(std::string& names, std::string_view name);

// Adds to `found` the numbers of those that contain `part`, in ascending order, until it holds
// `most`. `first` is the number of the first name.
void find_names(std::string_view names,
                std::string_view part,
                std::uint64_t first,
                std::size_t most,
                std::vector<std::uint64_t>& found);

}  // namespace sealgate::maillog
