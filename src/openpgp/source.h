#pragma once
// SPDX-License-Identifier: Apache-2.0
// Octets that are pulled: the layers of a message (parts, decryption, decompression) are sources of
// one another.

#include "base/result.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace sealgate::openpgp {

class Source {
public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    Source(Source&&) = delete;
    Source& operator=(Source&&) = delete;
    virtual ~Source() = default;

    // Up to `size` octets into `out`; fewer than asked for do not mean the end, 0 does (when `size`
    // is not 0). After an error the source is over.
    [[nodiscard]] virtual Result<std::size_t> read(char* out, std::size_t size) = 0;

    // The same without a copy, where one can be spared: octets in the source's own memory, which
    // are there until its next call, or in `scratch`, which has room for `size`.
    [[nodiscard]] virtual Result<std::string_view> take(char* scratch, std::size_t size) {
        SG_TRY(const std::size_t count, read(scratch, size));
        return std::string_view(scratch, count);
    }
};

// Of borrowed octets.
class MemorySource final : public Source {
public:
    explicit MemorySource(std::string_view octets) : rest_(octets) {}

    [[nodiscard]] Result<std::size_t> read(char* out, std::size_t size) override {
        const std::size_t count = std::min(size, rest_.size());
        if (count > 0) std::memcpy(out, rest_.data(), count);
        rest_.remove_prefix(count);
        return count;
    }
    [[nodiscard]] Result<std::string_view> take(char* /*scratch*/, std::size_t size) override {
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(taken.size());
        return taken;
    }
    [[nodiscard]] std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace sealgate::openpgp
