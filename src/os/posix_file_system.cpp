// SPDX-License-Identifier: Apache-2.0
// The real disk behind the FileSystem interface.

#include "os/file_system.h"
#include "os/posix_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <system_error>

namespace sealgate::os {
namespace {

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
