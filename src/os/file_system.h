#pragma once
// SPDX-License-Identifier: Apache-2.0
// The file operations that durable code is built on, behind an interface so that tests can be the
// disk: one that forgets what was not synced, one that fails the n-th call, one that is full.

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::os {

// Errors everywhere: not_found (no such file or folder), conflict (exists, or locked by another
// process), refused (permissions, read-only file system), transient (disk full, I/O error, too many
// open files), malformed (impossible name), internal (the rest). The detail names path and cause.

// An open file. Closes itself; close errors are not reported, since nothing may rely on them: what
// must be on disk has been synced before. Different threads may use one file at different offsets.
class File {
public:
    File() = default;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    File(File&&) = delete;
    File& operator=(File&&) = delete;
    virtual ~File() = default;

    // Writes all of `bytes` at `offset`; a gap before it reads as zeros. transient: disk full or
    // I/O error; part may have been written.
    virtual Status write_at(std::uint64_t offset, std::string_view bytes) = 0;
    // Reads up to `length` octets; fewer only at the end of the file.
    virtual Result<std::string> read_at(std::uint64_t offset, std::size_t length) const = 0;
    // fdatasync(2). A failure is final: the kernel forgets which pages it could not write, so a
    // second try that succeeds proves nothing. The real file refuses every later write and sync.
    virtual Status sync() = 0;
    virtual Result<std::uint64_t> size() const = 0;
    virtual Status truncate(std::uint64_t size) = 0;
};

enum class OpenMode : std::uint8_t {
    read,        // must exist
    read_write,  // must exist
    create_new,  // must not exist; mode 0600, readable and writable
};

class FileSystem {
public:
    FileSystem() = default;
    FileSystem(const FileSystem&) = delete;
    FileSystem& operator=(const FileSystem&) = delete;
    FileSystem(FileSystem&&) = delete;
    FileSystem& operator=(FileSystem&&) = delete;
    virtual ~FileSystem() = default;

    virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
    // Mode 0700, parents too; existing ones are left alone. Each new one is made durable in its
    // parent.
    virtual Status make_directories(const std::string& path) = 0;
    // Replaces `to` when it is there. Durable only after sync_directory of the folders concerned.
    virtual Status rename(const std::string& from, const std::string& to) = 0;
    virtual Status remove(const std::string& path) = 0;
    // fsync(2) of a directory: makes creations, renames and removals in it durable.
    virtual Status sync_directory(const std::string& path) = 0;
    virtual Result<std::vector<std::string>> list(const std::string& path) = 0;  // names, sorted
    virtual Result<bool> exists(const std::string& path) = 0;
    // Octets that an unprivileged writer may still use on the file system of `path`.
    virtual Result<std::uint64_t> free_space(const std::string& path) = 0;
    // Creates `path` where it is missing and holds an exclusive lock on it (flock(2)) until the
    // returned file goes; the kernel lets go when the process dies. conflict: held by somebody
    // else.
    virtual Result<std::unique_ptr<File>> lock(const std::string& path) = 0;
};

// The real disk. All descriptors are O_CLOEXEC; EINTR is handled.
[[nodiscard]] std::unique_ptr<FileSystem> posix_file_system();

// Small whole files. exhausted: longer than `limit`.
Result<std::string> read_file(FileSystem& files, const std::string& path, std::size_t limit);
// Temporary file (PATH.tmp, a leftover is replaced), sync, rename, directory sync: after success
// the new content is there, else the old. One writer per path at a time.
Status write_file_durably(FileSystem& files, const std::string& path, std::string_view bytes);

// For a call whose failure changes nothing, such as removing what a later clean-up removes too.
inline void best_effort(const Status& /*ignored*/) {}

// The folder that holds `path`: "/a" of "/a/b", "." of "b", "/" of "/b".
[[nodiscard]] std::string parent_directory(const std::string& path);

}  // namespace sealgate::os
