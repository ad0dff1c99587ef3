// SPDX-License-Identifier: Apache-2.0
#include "maillog/index_names.h"

#include <algorithm>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#endif

namespace sealgate::maillog {
namespace {

// Where `part` begins in `text`; npos. Addresses are alike, so a search for the first character, as
// std::string_view::find does it, stops at nearly each of them; here first and last character of
// sixteen places are compared at a time.
std::size_t find_part(std::string_view text, std::string_view part) {
    std::size_t at = 0;
#if defined(__SSE2__)
    constexpr std::size_t kPlaces = sizeof(__m128i);
    if (part.empty()) return 0;
    const std::size_t last = part.size() - 1;
    const auto load = [&text](std::size_t place) {
        __m128i bytes;
        std::memcpy(&bytes, text.data() + place, sizeof bytes);
        return bytes;
    };
    const __m128i first_character = _mm_set1_epi8(part.front());
    const __m128i last_character = _mm_set1_epi8(part.back());
    for (; at + last + kPlaces <= text.size(); at += kPlaces) {
        const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(load(at), first_character),
                                           _mm_cmpeq_epi8(load(at + last), last_character));
        auto places = static_cast<unsigned>(_mm_movemask_epi8(both));
        for (; places != 0; places &= places - 1) {
            const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(places));
            if (text.substr(place, part.size()) == part) return place;
        }
    }
#endif
    return text.find(part, at);
}

}  // namespace

void append_name(std::string& names, std::string_view name) {
    names += name;
    names += '\n';
}

void find_names(std::string_view names,
                std::string_view part,
                std::uint64_t first,
                std::size_t most,
                std::vector<std::uint64_t>& found) {
    if (part.contains('\n')) return;  // would lie across two of them
    std::uint64_t number = first;     // of the name at the beginning of `names`
    while (found.size() < most && !names.empty()) {
        const std::size_t at = find_part(names, part);
        if (at == std::string_view::npos) return;
        number += static_cast<std::uint64_t>(std::ranges::count(names.substr(0, at), '\n'));
        found.push_back(number++);
        const std::size_t end = names.find('\n', at);
        if (end == std::string_view::npos) return;
        names.remove_prefix(end + 1);
    }
}

}  // namespace sealgate::maillog
