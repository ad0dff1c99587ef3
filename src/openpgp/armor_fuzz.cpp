// SPDX-License-Identifier: Apache-2.0
// Properties: a block lies where it says; it is read the same alone, with other line ends and
// written anew; dearmor() is dearmor_all() with one block; other octets never have a good checksum
// by chance of how they were written.
#include "base/result.h"
#include "openpgp/armor.h"
#include "openpgp/crc24.h"

#include <cstdint>

namespace sealgate::openpgp {
namespace {

void check(std::string_view text, const Armored& block) {
    SG_CHECK(block.begin < block.end && block.end <= text.size());
    SG_CHECK(block.begin == 0 || text[block.begin - 1] == '\n');
    const std::string_view own = text.substr(block.begin, block.end - block.begin);
    SG_CHECK(own.starts_with("-----BEGIN PGP "));
    const auto alone = dearmor(own);
    SG_CHECK(alone && alone->octets == block.octets && alone->crc == block.crc &&
             alone->kind == block.kind && alone->headers == block.headers);
    SG_CHECK(block.octets.size() <= own.size() / 4 * 3);

    for (const ArmorHeader& header : block.headers) {
        SG_CHECK(header.key.data() >= own.data() &&
                 header.value.data() + header.value.size() <= own.data() + own.size());
        SG_CHECK(header.value.find_first_of("\r\n") == std::string_view::npos);
    }
    for (const auto checksum : {ArmorChecksum::without, ArmorChecksum::with}) {
        const std::string again = armor(block.kind, block.octets, checksum, ArmorLineEnd::crlf);
        const auto read = dearmor(again);
        SG_CHECK(read && read->octets == block.octets && read->kind == block.kind);
        SG_CHECK(read->crc ==
                 (checksum == ArmorChecksum::with ? ArmorCrc::good : ArmorCrc::absent));
    }
}

}  // namespace
}  // namespace sealgate::openpgp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto all = sealgate::openpgp::dearmor_all(text);
    const auto one = sealgate::openpgp::dearmor(text);
    if (all) {
        SG_CHECK(one.has_value() == (all->size() == 1));
        std::size_t from = 0;
        for (const sealgate::openpgp::Armored& block : *all) {
            SG_CHECK(block.begin >= from);
            from = block.end;
            sealgate::openpgp::check(text, block);
        }
    } else {
        SG_CHECK(!one);
    }
    return 0;
}
