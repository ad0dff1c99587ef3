// SPDX-License-Identifier: Apache-2.0
#include "mime/language.h"

#include "base/text.h"

#include <algorithm>

namespace sealgate::mime {

namespace {

constexpr unsigned kWhole = 1000;  // a quality of 1, in thousandths

bool all_letters(std::string_view text) {
    return std::ranges::all_of(text, is_alpha);
}

bool all_letters_or_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return is_alpha(c) || is_digit(c); });
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// A subtag behind the first in its usual case (RFC 5646 section 2.1.1).
std::string in_usual_case(std::string_view subtag, bool behind_single) {
    std::string out = to_lower(subtag);
    if (behind_single || !all_letters(out)) return out;
    if (out.size() == 2) std::ranges::transform(out, out.begin(), upper);
    if (out.size() == 4) out[0] = upper(out[0]);
    return out;
}

// "q=0.8" in thousandths; nullopt when it is no quality (RFC 9110 section 12.4.2).
std::optional<unsigned> quality(std::string_view parameter) {
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || !iequals(trim(parameter.substr(0, equals)), "q")) {
        return std::nullopt;
    }
    const std::string_view value = trim(parameter.substr(equals + 1));
    if (value.empty() || value.size() > 5 || (value[0] != '0' && value[0] != '1')) {
        return std::nullopt;
    }
    unsigned out = value[0] == '1' ? kWhole : 0;
    if (value.size() == 1) return out;
    if (value[1] != '.') return std::nullopt;
    unsigned place = kWhole / 10;
    for (const char c : value.substr(2)) {
        if (!is_digit(c)) return std::nullopt;
        out += static_cast<unsigned>(c - '0') * place;
        place /= 10;
    }
    return out > kWhole ? std::nullopt : std::optional(out);
}

void add(std::vector<std::string>& languages, std::string tag) {
    if (languages.size() >= kMaxLanguages) return;
    if (std::ranges::find(languages, tag) == languages.end()) languages.push_back(std::move(tag));
}

}  // namespace

std::optional<std::string> language_tag(std::string_view text) {
    if (text.size() > kMaxLanguageTag) return std::nullopt;
    std::string out;
    bool single = false;
    for (const std::string_view subtag : split(text, '-')) {
        if (subtag.empty() || subtag.size() > 8) return std::nullopt;
        if (out.empty()) {
            if (subtag.size() < 2 || !all_letters(subtag)) return std::nullopt;
            out = to_lower(subtag);
            continue;
        }
        if (!all_letters_or_digits(subtag)) return std::nullopt;
        out += '-';
        out += in_usual_case(subtag, single);
        single = single || subtag.size() == 1;
    }
    if (out.empty()) return std::nullopt;
    // What a single letter announces must follow.
    if (out.size() >= 2 && out[out.size() - 2] == '-') return std::nullopt;
    return out;
}

std::string_view shorter_language(std::string_view tag) {
    std::size_t end = tag.rfind('-');
    if (end == std::string_view::npos) return {};
    while (end >= 2 && tag[end - 2] == '-')
        end -= 2;
    return tag.substr(0, end);
}

std::vector<std::string> accepted_languages(std::string_view value) {
    struct Wanted {
        std::string tag;
        unsigned quality = kWhole;
        std::size_t place = 0;
    };
    std::vector<Wanted> wanted;
    for (const std::string_view item : split(value.substr(0, kMaxLanguageField), ',')) {
        const std::vector<std::string_view> pieces = split(item, ';');
        auto tag = language_tag(trim(pieces.front()));
        const auto how_much = pieces.size() > 1 ? quality(trim(pieces[1])) : std::optional(kWhole);
        if (!tag || !how_much || *how_much == 0) continue;
        wanted.push_back({*std::move(tag), *how_much, wanted.size()});
    }
    std::ranges::sort(wanted, [](const Wanted& a, const Wanted& b) {
        return a.quality != b.quality ? a.quality > b.quality : a.place < b.place;
    });
    std::vector<std::string> out;
    for (Wanted& one : wanted)
        add(out, std::move(one.tag));
    return out;
}

std::vector<std::string> content_languages(std::string_view value) {
    std::vector<std::string> out;
    for (const std::string_view item : split(value.substr(0, kMaxLanguageField), ',')) {
        if (auto tag = language_tag(trim(item))) add(out, *std::move(tag));
    }
    return out;
}

}  // namespace sealgate::mime
