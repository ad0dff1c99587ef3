// SPDX-License-Identifier: Apache-2.0
#include "app/data_lock.h"

#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace sealgate::app {

namespace {

// " (pid N)" as the holder wrote it; "" when it has not yet.
std::string holder_of(int descriptor) {
    std::array<char, 32> buffer{};
    const ssize_t size = pread(descriptor, buffer.data(), buffer.size(), 0);
    if (size <= 0) return "";
    const auto pid = parse_number(trim({buffer.data(), static_cast<std::size_t>(size)}));
    return pid ? fmt::format(" (pid {})", *pid) : "";
}

std::unexpected<Error> cannot(const std::string& file) {
    return fail(
        ErrorKind::transient,
        "app.data_lock",
        fmt::format(
            "cannot use {}: {}", file, std::error_code(errno, std::generic_category()).message()));
}

}  // namespace

Result<std::unique_ptr<DataLock>> DataLock::take(const std::string& data_dir,
                                                 const std::string& file) {
    const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return cannot(file);
    auto lock = std::make_unique<DataLock>(descriptor);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return cannot(file);
        return fail(ErrorKind::conflict,
                    "app.data_lock",
                    fmt::format("another sealgated{} uses data_dir {}; end it first, or give this "
                                "one a data_dir of its own",
                                holder_of(descriptor),
                                data_dir));
    }
    const std::string pid = std::to_string(getpid()) + "\n";
    if (ftruncate(descriptor, 0) != 0 ||
        pwrite(descriptor, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        return cannot(file);
    }
    return lock;
}

DataLock::~DataLock() {
    close(descriptor_);
}

}  // namespace sealgate::app
