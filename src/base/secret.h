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
    explicit SecretBytes(std::string bytes) : bytes_(std::move(bytes)) { wipe(bytes); }
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) {
        wipe(other.bytes_);
    }
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        if (this != &other) {
            wipe(bytes_);
            bytes_ = std::move(other.bytes_);
            wipe(other.bytes_);
        }
        return *this;
    }
    ~SecretBytes() { wipe(bytes_); }

    // Borrowed for the call; never store it.
    [[nodiscard]] std::string_view view() const { return bytes_; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }

private:
    // All that the string can hold: a short one that was moved from is empty, and its octets are
    // still there.
    static void wipe(std::string& bytes) noexcept {
        bytes.clear();
        bytes.resize(bytes.capacity());
        explicit_bzero(bytes.data(), bytes.size());
        bytes.clear();
    }
    std::string bytes_;
};

}  // namespace sealgate
