// SPDX-License-Identifier: Apache-2.0
// Properties: the signed text holds nothing that a reader of it could take for anything else; it is
// the same alone, with other line ends, and escaped anew; dearmor() takes no signed message.
#include "base/result.h"
#include "openpgp/cleartext.h"

#include <cstdint>

namespace sealgate::openpgp {
namespace {

std::string written(const Cleartext& signed_text) {
    std::string out = "-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n";
    std::string_view rest = signed_text.text;
    for (;;) {
        const std::size_t end = rest.find("\r\n");
        const std::string_view line = rest.substr(0, end);
        if (line.starts_with('-')) out += "- ";
        out.append(line).append("\r\n");
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 2);
    }
    return out + armor(ArmorKind::signature,
                       signed_text.signatures,
                       ArmorChecksum::without,
                       ArmorLineEnd::crlf);
}

void check(std::string_view message) {
    const auto read = read_cleartext(message);
    if (!read) return;
    SG_CHECK(read->begin < read->end && read->end <= message.size());
    SG_CHECK(!dearmor(message));
    SG_CHECK(read->text.size() <= 2 * message.size());
    for (std::size_t i = 0; i < read->text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(read->text[i]);
        const bool ends_line = i + 1 == read->text.size() || read->text[i + 1] == '\r';
        SG_CHECK(octet >= 0x20 || octet == '\t' || octet == '\r' || octet == '\n');
        SG_CHECK((octet == '\r') == (i + 1 < read->text.size() && read->text[i + 1] == '\n'));
        SG_CHECK(octet != '\n' || (i > 0 && read->text[i - 1] == '\r'));
        SG_CHECK(!ends_line || (octet != ' ' && octet != '\t'));
    }
    const auto alone = read_cleartext(message.substr(read->begin, read->end - read->begin));
    SG_CHECK(alone && alone->text == read->text && alone->signatures == read->signatures &&
             alone->hashes == read->hashes && alone->crc == read->crc);
    const auto again = read_cleartext(written(*read));
    SG_CHECK(again && again->text == read->text && again->signatures == read->signatures);
}

}  // namespace
}  // namespace sealgate::openpgp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sealgate::openpgp::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
