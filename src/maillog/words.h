#pragma once
// SPDX-License-Identifier: Apache-2.0
// What a word of the mail log is: one definition for the search index, for the scan of what is not
// indexed yet, and for queries, so that all three find the same lines.
//
// A word is a run of ASCII letters, digits, underscores and octets above 127. A single one of
// `@ . - +` between two such octets belongs to the word, so that an address, a host name, a status
// code ("5.7.1") and a connection ID are one word each. ASCII letters compare without case.

#include <cstdint>
#include <string_view>

namespace sealgate::maillog {

// The next word at or after `at`, which moves behind it; empty at the end.
[[nodiscard]] std::string_view next_word(std::string_view text, std::size_t& at);

// An address is found by its parts as well: "user@host.example" by "user" and by "host.example".
// Both are empty for any other word.
struct AddressParts {
    std::string_view local;
    std::string_view domain;
};
[[nodiscard]] AddressParts address_parts(std::string_view word);

// Whether `word` of a line answers to `wanted` of a query.
[[nodiscard]] bool word_matches(std::string_view word, std::string_view wanted);

}  // namespace sealgate::maillog
