#pragma once
// SPDX-License-Identifier: Apache-2.0
// Bytes that must not outlive their use: zeroised when they go, never printed.

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace sealgate {

class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(std::string bytes) : bytes_(std::move(bytes)) {}
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.wipe(); }
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        if (this != &other) {
            wipe();
            bytes_ = std::move(other.bytes_);
            other.wipe();
        }
        return *this;
    }
    ~SecretBytes() { wipe(); }

    // Borrowed for the call; never store it.
    [[nodiscard]] std::string_view view() const { return bytes_; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }

private:
    void wipe() noexcept {
        explicit_bzero(bytes_.data(), bytes_.size());
        bytes_.clear();
    }
    std::string bytes_;
};

}  // namespace sealgate
