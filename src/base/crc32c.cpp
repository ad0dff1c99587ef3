// SPDX-License-Identifier: Apache-2.0
#include "base/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace sealgate {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // 0x1edc6f41 with its bits reversed
constexpr std::size_t kWord = 8;

// kTables[k][b]: what byte b contributes when k further bytes follow it ("slicing by eight").
constexpr auto kTables = [] {
    std::array<std::array<std::uint32_t, 256>, kWord> tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1U) ^ ((value & 1U) != 0 ? kPolynomial : 0U);
        }
        tables[0][byte] = value;
    }
    for (std::size_t k = 1; k < kWord; ++k) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t shorter = tables[k - 1][byte];
            tables[k][byte] = (shorter >> 8U) ^ tables[0][shorter & 0xffU];
        }
    }
    return tables;
}();

std::uint8_t octet(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint8_t>(bytes[at]);
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::string_view bytes,
                                                             std::uint32_t before) {
    std::uint64_t crc = ~before;
    std::size_t at = 0;
    for (; at + kWord <= bytes.size(); at += kWord) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, kWord);
        crc = _mm_crc32_u64(crc, word);
    }
    auto rest = static_cast<std::uint32_t>(crc);
    for (; at < bytes.size(); ++at)
        rest = _mm_crc32_u8(rest, octet(bytes, at));
    return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t before) {
    std::uint32_t crc = ~before;
    std::size_t at = 0;
    for (; at + kWord <= bytes.size(); at += kWord) {
        std::uint32_t next = 0;
        for (std::size_t i = 0; i < kWord; ++i) {
            const std::uint32_t mixed = i < 4 ? (crc >> (8 * i)) & 0xffU : 0U;
            next ^= kTables[kWord - 1 - i][(octet(bytes, at + i) ^ mixed) & 0xffU];
        }
        crc = next;
    }
    for (; at < bytes.size(); ++at) {
        crc = (crc >> 8U) ^ kTables[0][(crc ^ octet(bytes, at)) & 0xffU];
    }
    return ~crc;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
#if defined(__x86_64__)
    static const bool fast = __builtin_cpu_supports("sse4.2") != 0;
    if (fast) return crc32c_sse42(bytes, before);
#endif
    return crc32c_portable(bytes, before);
}

}  // namespace sealgate
