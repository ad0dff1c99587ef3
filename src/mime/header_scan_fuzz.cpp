// SPDX-License-Identifier: Apache-2.0
// Properties: fields and the rest put together are the input; names and values lie where they say;
// work and fields stay within their budgets; a field moved to a message of its own reads the same.
#include "base/result.h"
#include "mime/header_scan.h"
#include "mime/media_type.h"

#include <cstdint>
#include <string>

using sealgate::mime::HeaderField;
using sealgate::mime::HeaderSection;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view content(reinterpret_cast<const char*>(data), size);
    const HeaderSection header = HeaderSection::scan(content);
    std::string together;
    for (const HeaderField& field : header.fields()) {
        SG_CHECK(field.begin == together.size() && field.end > field.begin);
        const std::string_view bytes = content.substr(field.begin, field.end - field.begin);
        SG_CHECK(field.name.empty() || bytes.starts_with(field.name));
        SG_CHECK(field.name.find_first_of(": \r\n") == std::string_view::npos);
        together += bytes;
        const HeaderSection alone = HeaderSection::scan(bytes);
        SG_CHECK(alone.fields().size() == 1 && alone.fields()[0].name == field.name &&
                 alone.fields()[0].value == field.value);
    }
    SG_CHECK(together.size() == header.end());
    SG_CHECK(together + std::string(content.substr(header.end())) == content);
    SG_CHECK(header.body() >= header.end() && header.body() <= header.end() + 2);
    SG_CHECK(header.fields().size() <= HeaderSection::kMaxFields);
    SG_CHECK(header.work() <= 2 * size);

    SG_CHECK(header.message_id().find_first_of("\r\n") == std::string::npos);
    SG_CHECK(header.auto_submitted().size() <= size && header.received_count() <= 2000);
    if (const auto type = media_type(header)) {
        SG_CHECK(!type->type.empty() && !type->subtype.empty());
        SG_CHECK(type->parameters.size() <= sealgate::mime::MediaType::kMaxParameters);
    }
    return 0;
}
