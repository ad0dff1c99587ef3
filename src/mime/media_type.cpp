// SPDX-License-Identifier: Apache-2.0
#include "mime/media_type.h"

#include "base/text.h"
#include "mime/structured.h"

#include <algorithm>

namespace sealgate::mime {

namespace {

// One parameter behind a ";", up to where the next ";" may stand. False when it is none.
bool read_parameter(StructuredReader& reader, std::pair<std::string, std::string>& out) {
    reader.skip_blanks();
    out.first = to_lower(reader.token());
    reader.skip_blanks();
    if (out.first.empty() || !reader.take('=')) return false;
    reader.skip_blanks();
    if (!reader.quoted_string(out.second)) out.second = reader.token();
    reader.skip_blanks();
    return true;
}

}  // namespace

std::optional<std::string_view> MediaType::parameter(std::string_view name) const {
    const auto found = std::find_if(parameters.begin(),
                                    parameters.end(),
                                    [&](const auto& parameter) { return parameter.first == name; });
    if (found == parameters.end()) return std::nullopt;
    return found->second;
}

std::optional<MediaType> parse_media_type(std::string_view value) {
    StructuredReader reader(value);
    MediaType out;
    reader.skip_blanks();
    out.type = to_lower(reader.token());
    reader.skip_blanks();
    if (out.type.empty() || !reader.take('/')) return std::nullopt;
    reader.skip_blanks();
    out.subtype = to_lower(reader.token());
    if (out.subtype.empty()) return std::nullopt;

    // Empty and broken ones count too: they cost as much.
    std::size_t tried = 0;
    for (reader.skip_behind(';'); !reader.at_end(); reader.skip_behind(';')) {
        if (++tried > MediaType::kMaxParameters) {
            out.limit = true;
            break;
        }
        std::pair<std::string, std::string> parameter;
        if (read_parameter(reader, parameter)) out.parameters.push_back(std::move(parameter));
    }
    return out;
}

std::optional<MediaType> media_type(const HeaderSection& header) {
    const HeaderField* field = header.find("Content-Type");
    return field == nullptr ? std::nullopt : parse_media_type(field->value);
}

}  // namespace sealgate::mime
