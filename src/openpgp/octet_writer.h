#pragma once
// SPDX-License-Identifier: Apache-2.0
// Numbers as OpenPGP writes them: big endian (RFC 9580 section 3.1).

#include <cstddef>
#include <cstdint>
#include <string>

namespace sealgate::openpgp {

inline void put_u8(std::string& out, std::uint8_t value) {
    out += static_cast<char>(value);
}
inline void put_u16(std::string& out, std::uint16_t value) {
    out += static_cast<char>(value >> 8U);
    out += static_cast<char>(value & 0xFFU);
}
inline void put_u32(std::string& out, std::uint32_t value) {
    put_u16(out, static_cast<std::uint16_t>(value >> 16U));
    put_u16(out, static_cast<std::uint16_t>(value & 0xFFFFU));
}

}  // namespace sealgate::openpgp
