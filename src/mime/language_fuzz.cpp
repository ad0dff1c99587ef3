// SPDX-License-Identifier: Apache-2.0
// Properties: what is given is well formed, in its usual case and said once, there are at most
// kMaxLanguages, and shortening comes to an end.
#include "base/result.h"
#include "mime/language.h"

#include <algorithm>
#include <cstdint>

namespace mime = sealgate::mime;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view value(reinterpret_cast<const char*>(data), size);
    for (const auto& languages :
         {mime::accepted_languages(value), mime::content_languages(value)}) {
        SG_CHECK(languages.size() <= mime::kMaxLanguages);
        for (const std::string& tag : languages) {
            SG_CHECK(mime::language_tag(tag) == tag);
            SG_CHECK(std::ranges::count(languages, tag) == 1);
            std::size_t left = tag.size();
            for (std::string_view at = tag; !at.empty(); at = mime::shorter_language(at)) {
                SG_CHECK(mime::language_tag(at) == at);
                SG_CHECK(at.size() <= left);
                left = at.size() - 1;
            }
        }
    }
    return 0;
}
