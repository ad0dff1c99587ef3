#pragma once
// SPDX-License-Identifier: Apache-2.0
// Connection IDs that are never used twice: numbers are handed out only below a limit that is on
// disk. Gaps come from crashes; an orderly end gives back what was not used.

#include "base/ids.h"
#include "base/result.h"
#include "os/file_system.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace sealgate::maillog {

class ConnectionCounter {
public:
    static constexpr std::uint64_t kBlock = 1'000;

    ConnectionCounter(os::FileSystem& files, const std::string& directory, char node)
        : files_(files),
          path_(directory + "/connections"),
          node_(node) {}

    // The number on disk; nullopt when there is no file, malformed when it cannot be read.
    [[nodiscard]] Result<std::optional<std::uint64_t>> load() const;
    // Begins at `next` and reserves the first numbers on disk.
    Status begin(std::uint64_t next);

    // Any thread. transient: none reserved.
    [[nodiscard]] Result<ConnectionId> next();
    [[nodiscard]] bool wants_reserve() const;
    // Moves the limit on disk; one thread at a time.
    Status reserve();
    // Hands out no more and gives back what was not used.
    void close();

private:
    Status store(std::uint64_t limit);

    os::FileSystem& files_;
    std::string path_;
    char node_;
    mutable std::mutex mutex_;
    std::uint64_t next_ = 0;
    std::uint64_t limit_ = 0;  // on disk; numbers below may be used
    bool closed_ = false;
};

}  // namespace sealgate::maillog
