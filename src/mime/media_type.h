#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "mime/header_scan.h"

namespace sealgate::mime {

// A Content-Type value (RFC 2045 section 5.1).
struct MediaType {
    static constexpr std::size_t kMaxParameters = 200;

    std::string type;     // lower case: "multipart"
    std::string subtype;  // lower case: "report"
    // Names in lower case, values unquoted and otherwise as written; no RFC 2231 decoding. In
    // order, repeated ones included.
    std::vector<std::pair<std::string, std::string>> parameters;
    bool limit = false;  // there were more parameters than kMaxParameters; the rest was not read

    [[nodiscard]] bool is(std::string_view wanted_type, std::string_view wanted_subtype) const {
        return type == wanted_type && subtype == wanted_subtype;
    }
    // The first of that (lower case) name; nullopt when there is none.
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

// nullopt when the value does not begin with type "/" subtype. Parameters that are not
// name "=" value are passed over, and what follows them is still read.
[[nodiscard]] std::optional<MediaType> parse_media_type(std::string_view value);

// Of the first Content-Type field; nullopt when there is none or it does not parse. Whether there
// are several is for the caller to ask.
[[nodiscard]] std::optional<MediaType> media_type(const HeaderSection& header);

}  // namespace sealgate::mime
