#pragma once
// SPDX-License-Identifier: Apache-2.0
// Language tags (RFC 5646) and the fields of a message that name languages: Accept-Language and
// Content-Language (RFC 3282).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::mime {

// Longer tags are refused (RFC 5646 section 4.4.1).
inline constexpr std::size_t kMaxLanguageTag = 35;
// Of a field, no more than this is looked at: the field is a stranger's.
inline constexpr std::size_t kMaxLanguageField = 1000;  // octets
inline constexpr std::size_t kMaxLanguages = 16;

// The tag in the case that people write ("de", "pt-BR", "zh-Hant-TW"); nullopt when it is not well
// formed. That a tag is registered is not looked at.
[[nodiscard]] std::optional<std::string> language_tag(std::string_view text);

// The tag without its last subtag ("pt-BR" -> "pt"), and without single letters that then stand
// last (RFC 4647 section 3.4); "" behind the first.
[[nodiscard]] std::string_view shorter_language(std::string_view tag);

// The languages of the value of an Accept-Language field, the most wanted first; those with q=0 and
// "*" are left out, and so is what is no tag.
[[nodiscard]] std::vector<std::string> accepted_languages(std::string_view value);

// The languages of the value of a Content-Language field, in its order.
[[nodiscard]] std::vector<std::string> content_languages(std::string_view value);

}  // namespace sealgate::mime
