// SPDX-License-Identifier: Apache-2.0
#include "os/posix_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

namespace sealgate::os {
namespace {

ErrorKind kind_of(int code) {
    switch (code) {
        case ENOENT:
        case ENOTDIR:
            return ErrorKind::not_found;
        case EEXIST:
        case ENOTEMPTY:
        case EISDIR:
        case EWOULDBLOCK:
            return ErrorKind::conflict;
        case EACCES:
        case EPERM:
        case EROFS:
        case ELOOP:
            return ErrorKind::refused;
        case ENOSPC:
        case EDQUOT:
        case EIO:
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case EBUSY:
        case EINTR:
        case ETIMEDOUT:
        case ESTALE:
            return ErrorKind::transient;
        case ENAMETOOLONG:
            return ErrorKind::malformed;
        default:
            return ErrorKind::internal;
    }
}

// Largest length handed to one read or write; Linux itself stops a little under 2 GiB.
constexpr std::size_t kMaxTransfer = 1UL << 30;

}  // namespace

std::unexpected<Error> failed(int code, std::string_view call, const std::string& path) {
    return fail(kind_of(code),
                "os.files",
                fmt::format("{} {}: {}", call, path, std::generic_category().message(code)));
}

PosixFile::~PosixFile() {
    ::close(descriptor_);
}

Status PosixFile::write_at(std::uint64_t offset, std::string_view bytes) {
    if (broken_.load(std::memory_order_relaxed)) return broken("write");
    while (!bytes.empty()) {
        const ssize_t n = retried([&] {
            return ::pwrite(descriptor_,
                            bytes.data(),
                            std::min(bytes.size(), kMaxTransfer),
                            static_cast<off_t>(offset));
        });
        if (n < 0) return failed(errno, "write", path_);
        if (n == 0) return failed(EIO, "write", path_);
        bytes.remove_prefix(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
    return {};
}

Result<std::string> PosixFile::read_at(std::uint64_t offset, std::size_t length) const {
    // Never reserve what the file cannot give: lengths may come from damaged records.
    SG_TRY(const auto end, size());
    std::string bytes;
    if (offset < end) {
        length = static_cast<std::size_t>(std::min<std::uint64_t>(length, end - offset));
    } else {
        length = std::min<std::size_t>(length, 1UL << 16);  // growing, or a size-less file
    }
    bytes.resize(length);
    std::size_t have = 0;
    while (have < length) {
        const ssize_t n = retried([&] {
            return ::pread(descriptor_,
                           bytes.data() + have,
                           std::min(length - have, kMaxTransfer),
                           static_cast<off_t>(offset + have));
        });
        if (n < 0) return failed(errno, "read", path_);
        if (n == 0) break;
        have += static_cast<std::size_t>(n);
    }
    bytes.resize(have);
    return bytes;
}

Status PosixFile::sync() {
    if (broken_.load(std::memory_order_relaxed)) return broken("sync");
    if (retried([&] { return ::fdatasync(descriptor_); }) != 0) {
        const int code = errno;
        broken_.store(true, std::memory_order_relaxed);
        return failed(code, "sync", path_);
    }
    return {};
}

Result<std::uint64_t> PosixFile::size() const {
    struct stat info{};
    if (::fstat(descriptor_, &info) != 0) return failed(errno, "stat", path_);
    return static_cast<std::uint64_t>(info.st_size);
}

Status PosixFile::truncate(std::uint64_t size) {
    if (broken_.load(std::memory_order_relaxed)) return broken("truncate");
    if (retried([&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); }) != 0) {
        return failed(errno, "truncate", path_);
    }
    return {};
}

std::unexpected<Error> PosixFile::broken(std::string_view call) const {
    return fail(ErrorKind::transient,
                "os.files",
                fmt::format("{} {}: refused, an earlier sync failed", call, path_));
}

}  // namespace sealgate::os
