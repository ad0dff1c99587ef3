// SPDX-License-Identifier: Apache-2.0
#include "openpgp/crc24.h"

#include <array>
#include <cstddef>

namespace sealgate::openpgp {
namespace {

// The register stands in the upper 24 of 32 bits, so that the next octet always meets the top one.
constexpr std::uint32_t kGenerator = 0x864CFBU << 8U;
constexpr std::uint32_t kStart = 0xB704CEU << 8U;
constexpr std::size_t kSlices = 16;
using Table = std::array<std::uint32_t, 256>;

// kTables[n][octet]: what this octet does to the register when n more octets follow it.
constexpr std::array<Table, kSlices> make_tables() {
    std::array<Table, kSlices> tables{};
    for (std::uint32_t octet = 0; octet < 256; ++octet) {
        std::uint32_t crc = octet << 24U;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc << 1U) ^ ((crc >> 31U) != 0 ? kGenerator : 0);
        tables[0][octet] = crc;
    }
    for (std::size_t n = 1; n < kSlices; ++n) {
        for (std::size_t octet = 0; octet < 256; ++octet) {
            const std::uint32_t before = tables[n - 1][octet];
            tables[n][octet] = (before << 8U) ^ tables[0][before >> 24U];
        }
    }
    return tables;
}
constexpr std::array<Table, kSlices> kTables = make_tables();

std::uint8_t octet(std::string_view octets, std::size_t i) {
    return static_cast<std::uint8_t>(octets[i]);
}

}  // namespace

std::uint32_t crc24(std::string_view octets) {
    std::uint32_t crc = kStart;
    while (octets.size() >= kSlices) {
        // The register covers the first four octets; the other twelve wait for nothing, which is
        // what makes this fast.
        std::uint32_t next = 0;
        for (std::size_t i = 4; i < kSlices; ++i)
            next ^= kTables[kSlices - 1 - i][octet(octets, i)];
        for (std::size_t i = 0; i < 4; ++i) {
            const auto top = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
            next ^= kTables[kSlices - 1 - i][octet(octets, i) ^ top];
        }
        crc = next;
        octets.remove_prefix(kSlices);
    }
    for (std::size_t i = 0; i < octets.size(); ++i)
        crc = (crc << 8U) ^ kTables[0][octet(octets, i) ^ (crc >> 24U)];
    return crc >> 8U;
}

}  // namespace sealgate::openpgp
