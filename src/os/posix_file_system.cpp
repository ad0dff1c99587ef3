// SPDX-License-Identifier: Apache-2.0
// The real disk behind the FileSystem interface.

#include "os/file_system.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <limits>
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

std::unexpected<Error> failed(int code, std::string_view call, const std::string& path) {
    return fail(kind_of(code),
                "os.files",
                fmt::format("{} {}: {}", call, path, std::generic_category().message(code)));
}

template <class Call>
auto retried(Call call) {
    auto result = call();
    while (result == -1 && errno == EINTR)
        result = call();
    return result;
}

// Largest length handed to one read or write; Linux itself stops a little under 2 GiB.
constexpr std::size_t kMaxTransfer = 1UL << 30;

class PosixFile final : public File {
public:
    PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;
    PosixFile(PosixFile&&) = delete;
    PosixFile& operator=(PosixFile&&) = delete;
    ~PosixFile() override { ::close(descriptor_); }

    Status write_at(std::uint64_t offset, std::string_view bytes) override {
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

    Result<std::string> read_at(std::uint64_t offset, std::size_t length) const override {
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

    Status sync() override {
        if (broken_.load(std::memory_order_relaxed)) return broken("sync");
        if (retried([&] { return ::fdatasync(descriptor_); }) != 0) {
            const int code = errno;
            broken_.store(true, std::memory_order_relaxed);
            return failed(code, "sync", path_);
        }
        return {};
    }

    Result<std::uint64_t> size() const override {
        struct stat info{};
        if (::fstat(descriptor_, &info) != 0) return failed(errno, "stat", path_);
        return static_cast<std::uint64_t>(info.st_size);
    }

    Status truncate(std::uint64_t size) override {
        if (broken_.load(std::memory_order_relaxed)) return broken("truncate");
        if (retried([&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); }) != 0) {
            return failed(errno, "truncate", path_);
        }
        return {};
    }

private:
    std::unexpected<Error> broken(std::string_view call) const {
        return fail(ErrorKind::transient,
                    "os.files",
                    fmt::format("{} {}: refused, an earlier sync failed", call, path_));
    }

    int descriptor_;
    std::string path_;
    std::atomic<bool> broken_ = false;
};

int flags_of(OpenMode mode) {
    switch (mode) {
        case OpenMode::read:
            return O_RDONLY;
        case OpenMode::read_write:
            return O_RDWR;
        case OpenMode::create_new:
            return O_RDWR | O_CREAT | O_EXCL;
    }
    return O_RDONLY;
}

Result<std::unique_ptr<PosixFile>> open_file(const std::string& path, int flags) {
    const int descriptor = retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); });
    if (descriptor < 0) return failed(errno, "open", path);
    return std::make_unique<PosixFile>(descriptor, path);
}

class PosixFileSystem final : public FileSystem {
public:
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
        return open_file(path, flags_of(mode));
    }

    Status make_directories(const std::string& path) override {
        // From the first missing one downwards; iterative, a path may be long.
        std::vector<std::string> missing;
        for (std::string at = path; !at.empty() && at != "." && at != "/";
             at = parent_directory(at)) {
            struct stat info{};
            if (::stat(at.c_str(), &info) == 0) {
                if (!S_ISDIR(info.st_mode)) return failed(EEXIST, "make directory", at);
                break;
            }
            if (errno != ENOENT) return failed(errno, "make directory", at);
            if (at.back() != '/') missing.push_back(at);
        }
        std::ranges::reverse(missing);
        for (const auto& directory : missing) {
            if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
                return failed(errno, "make directory", directory);
            }
            SG_TRYV(sync_directory(parent_directory(directory)));
        }
        return {};
    }

    Status rename(const std::string& from, const std::string& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) return failed(errno, "rename", from);
        return {};
    }

    Status remove(const std::string& path) override {
        if (::unlink(path.c_str()) != 0) return failed(errno, "remove", path);
        return {};
    }

    Status sync_directory(const std::string& path) override {
        const int descriptor =
            retried([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
        if (descriptor < 0) return failed(errno, "open directory", path);
        const int result = retried([&] { return ::fsync(descriptor); });
        const int code = errno;
        ::close(descriptor);
        if (result != 0) return failed(code, "sync directory", path);
        return {};
    }

    Result<std::vector<std::string>> list(const std::string& path) override {
        std::error_code error;
        std::vector<std::string> names;
        std::filesystem::directory_iterator at(path, error);
        for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
            names.push_back(at->path().filename().string());
        }
        if (error) return failed(error.value(), "list", path);
        std::ranges::sort(names);
        return names;
    }

    Result<bool> exists(const std::string& path) override {
        struct stat info{};
        if (::stat(path.c_str(), &info) == 0) return true;
        if (errno == ENOENT || errno == ENOTDIR) return false;
        return failed(errno, "stat", path);
    }

    Result<std::uint64_t> free_space(const std::string& path) override {
        struct statvfs info{};
        if (retried([&] { return ::statvfs(path.c_str(), &info); }) != 0) {
            return failed(errno, "statvfs", path);
        }
        return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
    }

    Result<std::unique_ptr<File>> lock(const std::string& path) override {
        const int descriptor =
            retried([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); });
        if (descriptor < 0) return failed(errno, "open", path);
        auto file = std::make_unique<PosixFile>(descriptor, path);
        if (retried([&] { return ::flock(descriptor, LOCK_EX | LOCK_NB); }) != 0) {
            return failed(errno, "lock", path);
        }
        return file;
    }
};

}  // namespace

std::unique_ptr<FileSystem> posix_file_system() {
    return std::make_unique<PosixFileSystem>();
}

}  // namespace sealgate::os
