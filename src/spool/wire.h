#pragma once
// SPDX-License-Identifier: Apache-2.0
// Little-endian fields, written to and read from plain bytes.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace sealgate::spool {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the fields are copied as they lie");

template <class Number>
void put(std::string& out, Number number) {
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);
    out.append(bytes, sizeof number);
}

template <class Number>
void put_at(std::string& out, std::size_t at, Number number) {
    std::memcpy(out.data() + at, &number, sizeof number);
}

// Reads fields from the front. A read past the end gives zeros and makes ok() false for good, so
// that a whole record is read first and checked once.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    template <class Number>
    Number number() {
        Number value{};
        const std::string_view from = bytes(sizeof value);
        if (from.size() == sizeof value) from.copy(reinterpret_cast<char*>(&value), sizeof value);
        return value;
    }
    std::string_view bytes(std::size_t size) {
        if (size > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    [[nodiscard]] std::size_t left() const { return rest_.size(); }
    [[nodiscard]] bool ok() const { return ok_; }
    // Everything was there and nothing is left.
    [[nodiscard]] bool complete() const { return ok_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace sealgate::spool
