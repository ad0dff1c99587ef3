#pragma once
// SPDX-License-Identifier: Apache-2.0
// A cursor over borrowed octets. A read past the end gives nothing (0, or an empty view) and is
// remembered: a parser reads a whole structure and asks once, at its end, whether it was all there.
// Loops ask before each turn, with ok() or empty().

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sealgate::openpgp {

class OctetReader {
public:
    // `offset`: where the octets begin in the whole input; for error texts.
    explicit OctetReader(std::string_view octets, std::uint64_t offset = 0)
        : rest_(octets),
          offset_(offset) {}

    [[nodiscard]] std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    [[nodiscard]] std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    [[nodiscard]] std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    [[nodiscard]] std::uint64_t u64() { return number(8); }

    [[nodiscard]] std::string_view take(std::size_t count) {
        if (count > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        offset_ += count;
        return taken;
    }
    [[nodiscard]] std::string_view take_rest() { return take(rest_.size()); }

    // The octets of a multiprecision integer (RFC 9580 section 3.2). Its bit count must be exact:
    // two spellings of one number would be two keys, or two signatures. A number of no bits is an
    // empty view.
    [[nodiscard]] std::string_view mpi() {
        const std::size_t bits = u16();
        const std::string_view value = take((bits + 7) / 8);
        if (!ok_ || bits == 0) return value;
        const auto first = static_cast<unsigned char>(value.front());
        const std::size_t in_first = (bits - 1) % 8 + 1;
        if (first >> (in_first - 1) != 1) ok_ = false;
        return value;
    }

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool empty() const { return rest_.empty(); }
    [[nodiscard]] std::size_t left() const { return rest_.size(); }
    [[nodiscard]] std::string_view rest() const { return rest_; }
    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    // Everything was there, and nothing is left.
    [[nodiscard]] bool complete() const { return ok_ && rest_.empty(); }

private:
    [[nodiscard]] std::uint64_t number(std::size_t octets) {
        std::uint64_t value = 0;
        for (const char c : take(octets))
            value = value << 8U | static_cast<unsigned char>(c);
        return value;
    }

    std::string_view rest_;
    std::uint64_t offset_;
    bool ok_ = true;
};

}  // namespace sealgate::openpgp
