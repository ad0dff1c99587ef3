// SPDX-License-Identifier: Apache-2.0
// The input is a text and an HTML part, divided by 0x1F. Properties of what is accepted: whatever
// the values are, the subject is one line, the HTML still reads as it did, and a value adds no tag
// but <br>.
#include "delivery/message_template.h"

#include <algorithm>
#include <cstdint>

namespace delivery = sealgate::delivery;

namespace {

std::size_t tags(std::string_view html) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < html.size(); ++i)
        count += html[i] == '<' && !html.substr(i).starts_with("<br>\n") ? 1 : 0;
    return count;
}

delivery::MessageText with_all(const delivery::MessageTemplate& parsed, const std::string& value) {
    delivery::TemplateValues values;
    for (const auto& variable : delivery::template_variables())
        values.*(variable.value) = value;
    return parsed.render(values);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t cut = std::min(input.find('\x1F'), input.size());
    const auto parsed = delivery::MessageTemplate::parse(
        {std::string(input.substr(0, cut)),
         std::string(input.substr(std::min(cut + 1, input.size())))});
    if (!parsed) return 0;
    const auto plain = with_all(*parsed, "x");
    const auto hostile =
        with_all(*parsed, "<b a='\">-->\r\n</title></style>{{sender}}&#x3c;\x01\xFF");
    SG_CHECK(hostile.subject.find_first_of("\r\n") == std::string::npos);
    SG_CHECK(tags(plain.html) == tags(hostile.html));
    for (const auto& message : {plain, hostile}) {
        delivery::HtmlWalk walk;
        SG_CHECK(!walk.walk(message.html) && walk.complete());
    }
    return 0;
}
