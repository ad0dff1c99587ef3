#pragma once
// SPDX-License-Identifier: Apache-2.0
// An open file of the real disk. For the .cpp files of this folder only.

#include "os/file_system.h"

#include <atomic>
#include <cerrno>
#include <string>
#include <string_view>

namespace sealgate::os {

// The error that errno's `code` after `call` on `path` means.
[[nodiscard]] std::unexpected<Error> failed(int code,
                                            std::string_view call,
                                            const std::string& path);

template <class Call>
auto retried(Call call) {
    auto result = call();
    while (result == -1 && errno == EINTR)
        result = call();
    return result;
}

class PosixFile final : public File {
public:
    // Takes the descriptor. `path` is for error texts.
    PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;
    PosixFile(PosixFile&&) = delete;
    PosixFile& operator=(PosixFile&&) = delete;
    ~PosixFile() override;

    Status write_at(std::uint64_t offset, std::string_view bytes) override;
    Result<std::string> read_at(std::uint64_t offset, std::size_t length) const override;
    Status sync() override;
    Result<std::uint64_t> size() const override;
    Status truncate(std::uint64_t size) override;

private:
    [[nodiscard]] std::unexpected<Error> broken(std::string_view call) const;

    int descriptor_;
    std::string path_;
    std::atomic<bool> broken_ = false;
};

}  // namespace sealgate::os
