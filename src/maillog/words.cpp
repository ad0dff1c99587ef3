// SPDX-License-Identifier: Apache-2.0
#include "maillog/words.h"

#include "base/text.h"

#include <array>

namespace sealgate::maillog {
namespace {

enum class Kind : std::uint8_t { other, inside, joiner };

constexpr std::array<Kind, 256> make_kinds() {
    std::array<Kind, 256> kinds{};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const char c = static_cast<char>(i);
        if (i >= 0x80 || is_digit(c) || is_alpha(c) || c == '_') kinds[i] = Kind::inside;
        if (c == '@' || c == '.' || c == '-' || c == '+') kinds[i] = Kind::joiner;
    }
    return kinds;
}
constexpr auto kKinds = make_kinds();

Kind kind_of(char c) {
    return kKinds[static_cast<unsigned char>(c)];
}

}  // namespace

std::string_view next_word(std::string_view text, std::size_t& at) {
    while (at < text.size() && kind_of(text[at]) != Kind::inside)
        ++at;
    const std::size_t start = at;
    while (at < text.size()) {
        const Kind kind = kind_of(text[at]);
        if (kind == Kind::other) break;
        if (kind == Kind::joiner &&
            (at + 1 == text.size() || kind_of(text[at + 1]) != Kind::inside)) {
            break;
        }
        ++at;
    }
    return text.substr(start, at - start);
}

AddressParts address_parts(std::string_view word) {
    const std::size_t at = word.rfind('@');
    if (at == std::string_view::npos) return {};
    return {word.substr(0, at), word.substr(at + 1)};
}

bool word_matches(std::string_view word, std::string_view wanted) {
    if (iequals(word, wanted)) return true;
    if (word.size() <= wanted.size()) return false;
    const AddressParts parts = address_parts(word);
    return (!parts.local.empty() && iequals(parts.local, wanted)) ||
           (!parts.domain.empty() && iequals(parts.domain, wanted));
}

}  // namespace sealgate::maillog
