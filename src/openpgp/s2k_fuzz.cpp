// SPDX-License-Identifier: Apache-2.0
// Properties: a specifier that is taken lies within the input and within the limits, and gives a
// key of the size asked for, the same each time.
#include "base/result.h"
#include "openpgp/s2k.h"

#include <cstdint>

using sealgate::ErrorKind;
using sealgate::openpgp::OctetReader;
using sealgate::openpgp::S2k;
using sealgate::openpgp::S2kKind;
using sealgate::openpgp::S2kLimits;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    constexpr S2kLimits kSmall{
        .iterated_octets = 65'536, .argon2_memory_kib = 128, .argon2_passes = 2, .argon2_lanes = 4};
    OctetReader in(input);
    const auto s2k = S2k::parse(in, kSmall);
    if (!s2k) {
        SG_CHECK(s2k.error().kind() == ErrorKind::malformed ||
                 s2k.error().kind() == ErrorKind::exhausted ||
                 s2k.error().kind() == ErrorKind::not_found);
        OctetReader again(input);
        // What is over a limit is well formed, and taken without one.
        if (s2k.error().kind() == ErrorKind::exhausted) {
            SG_CHECK(S2k::parse(again,
                                {.iterated_octets = UINT32_MAX,
                                 .argon2_memory_kib = UINT32_MAX,
                                 .argon2_passes = 255,
                                 .argon2_lanes = 255})
                         .has_value());
        }
        return 0;
    }
    const std::string_view rest = in.rest();
    SG_CHECK(input.ends_with(rest) && input.size() - rest.size() >= 2 &&
             input.size() - rest.size() <= 20);
    SG_CHECK(s2k->salt().size() == (s2k->kind() == S2kKind::simple   ? 0U
                                    : s2k->kind() == S2kKind::argon2 ? 16U
                                                                     : 8U));
    const std::string_view passphrase = rest.substr(0, 100);
    for (const std::size_t key_size : {16U, 32U}) {
        const auto key = s2k->derive(passphrase, key_size);
        SG_CHECK(key.has_value() && key->size() == key_size);
        SG_CHECK(s2k->derive(passphrase, key_size)->view() == key->view());
    }
    return 0;
}
