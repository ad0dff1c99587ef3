// SPDX-License-Identifier: Apache-2.0
// The first octet is the algorithm, the second how large the pieces are. Properties: reading ends;
// no more comes out than the limits allow; the pieces do not matter; and the input, deflated, comes
// back.
#include "base/result.h"
#include "openpgp/compression.h"

#include <zlib.h>

#include <cstdint>
#include <string>

using sealgate::Result;
using sealgate::openpgp::CompressionLimits;
using sealgate::openpgp::decompress;
using sealgate::openpgp::MemorySource;
using sealgate::openpgp::Source;

namespace {

struct Outcome {
    std::string text;
    bool whole = false;
};

Outcome drain(std::uint8_t algorithm,
              std::string_view octets,
              std::size_t piece,
              const CompressionLimits& limits) {
    MemorySource input(octets);
    const auto source = decompress(algorithm, input, limits);
    Outcome outcome;
    if (!source) return outcome;
    std::string buffer(piece, '\0');
    while (true) {
        const auto count = (*source)->read(buffer.data(), buffer.size());
        if (!count || *count == 0) {
            outcome.whole = count.has_value();
            const auto again = (*source)->read(buffer.data(), buffer.size());
            SG_CHECK(again.has_value() == outcome.whole && again.value_or(0) == 0);
            break;
        }
        SG_CHECK(*count <= piece);
        outcome.text.append(buffer, 0, *count);
    }
    SG_CHECK(outcome.text.size() <= limits.output);
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::uint8_t algorithm = data[0] % 5;
    const std::size_t piece = 1 + std::size_t{data[1]} * 16;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 2, size - 2);

    constexpr CompressionLimits kTight{.output = 100'000, .ratio = 10, .free_output = 1000};
    const Outcome tight = drain(algorithm, octets, piece, kTight);
    SG_CHECK(tight.text.size() <= 1000 || tight.text.size() <= 10 * octets.size());

    constexpr CompressionLimits kWide{.output = 1U << 20U, .free_output = 1U << 20U};
    const Outcome wide = drain(algorithm, octets, piece, kWide);
    const Outcome other = drain(algorithm, octets, 4099, kWide);
    SG_CHECK(wide.whole == other.whole);
    if (wide.whole) SG_CHECK(wide.text == other.text);
    if (tight.whole) SG_CHECK(wide.whole && tight.text == wide.text);

    std::string packed(compressBound(octets.size()), '\0');
    uLongf packed_size = packed.size();
    SG_CHECK(
        compress2(
            reinterpret_cast<Bytef*>(packed.data()), &packed_size, data + 2, octets.size(), 1) ==
        Z_OK);
    packed.resize(packed_size);
    if (octets.size() <= kWide.output) SG_CHECK(drain(2, packed, piece, kWide).text == octets);
    return 0;
}
