#pragma once
// SPDX-License-Identifier: Apache-2.0
// How many connections at a time a next hop bears: found out by trying. Until the first failure
// each success is worth one more; after it, a whole round of successes is.

#include <algorithm>
#include <cstddef>

namespace sealgate::flow {

class Window {
public:
    explicit Window(std::size_t initial)
        : size_(static_cast<double>(std::max<std::size_t>(initial, 1))) {}

    // At least 1.
    [[nodiscard]] std::size_t size(std::size_t most) const {
        return std::clamp<std::size_t>(
            static_cast<std::size_t>(size_), 1, std::max<std::size_t>(most, 1));
    }
    void succeeded(std::size_t most) {
        size_ = std::min(size_ + (careful_ ? 1.0 / size_ : 1.0), static_cast<double>(most));
        size_ = std::max(size_, 1.0);
    }
    // While so many connections were in use.
    void failed(std::size_t in_use) {
        careful_ = true;
        size_ = std::max(std::min(size_, static_cast<double>(in_use)) / 2, 1.0);
    }

private:
    double size_;
    bool careful_ = false;
};

}  // namespace sealgate::flow
