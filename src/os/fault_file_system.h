#pragma once
// SPDX-License-Identifier: Apache-2.0
// Disks that misbehave, for tests of durable code. Both may be used from several threads.
//
// A crash test in three lines: run the code on a ForgetfulFileSystem with power_off_after(n), call
// crash(), run the code again and check what it promises; repeat with n growing until power_off()
// stays false.

#include "os/file_system.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace sealgate::os {

enum class CallKind : std::uint8_t {
    open,
    create,  // open with create_new
    make_directories,
    rename,
    remove,
    sync_directory,
    list,
    exists,
    free_space,
    lock,
    write,
    read,
    sync,
    size,
    truncate,
};

struct Call {
    CallKind kind = CallKind::open;
    std::string path;          // of the file or folder; the old name for a rename
    std::uint64_t length = 0;  // octets of a read or write
};

// Passes everything on, and asks `hook` before each call. A hook that returns an error makes the
// call fail with it and leaves the disk alone. Used to record the order of calls and to fail chosen
// ones.
class HookedFileSystem : public FileSystem {
public:
    using Hook = std::function<Status(const Call&)>;

    HookedFileSystem(FileSystem& inner, Hook hook) : inner_(inner), hook_(std::move(hook)) {}

    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
    Status make_directories(const std::string& path) override;
    Status rename(const std::string& from, const std::string& to) override;
    Status remove(const std::string& path) override;
    Status sync_directory(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& path) override;
    Result<bool> exists(const std::string& path) override;
    Result<std::uint64_t> free_space(const std::string& path) override;
    Result<std::unique_ptr<File>> lock(const std::string& path) override;

private:
    FileSystem& inner_;
    Hook hook_;
};

// Fails chosen calls with `transient`, as a disk does: EIO, or ENOSPC after so many octets.
class FailingFileSystem final : public HookedFileSystem {
public:
    explicit FailingFileSystem(FileSystem& inner)
        : HookedFileSystem(inner, [this](const Call& call) { return judge(call); }) {}

    // The n-th call from now (0 = the next) among `kinds` (empty = all) whose path holds `part`
    // fails; with `for_ever` all later ones too. Replaces an earlier order.
    void fail_nth(std::vector<CallKind> kinds,
                  std::uint64_t n,
                  bool for_ever = false,
                  std::string part = "");
    // Writes fail once `octets` more have been written; free_space tells the rest. Later calls
    // replace the amount; nullopt is endless.
    void full_after(std::optional<std::uint64_t> octets);
    void heal();  // nothing fails any more
    // Calls made to fail so far.
    [[nodiscard]] std::uint64_t failures() const;

    Result<std::uint64_t> free_space(const std::string& path) override;

private:
    Status judge(const Call& call);

    mutable std::mutex mutex_;
    std::vector<CallKind> kinds_;
    std::string part_;
    std::optional<std::uint64_t> countdown_;
    bool for_ever_ = false;
    std::optional<std::uint64_t> space_;
    std::uint64_t failures_ = 0;
};

// A disk in memory that keeps only what it must: after crash() a file holds what was synced, plus a
// seeded choice of the 512-octet sectors written since (torn writes), in any order; a folder holds
// what was there at its last sync_directory, plus a seeded choice of later changes (a rename
// survives whole or not at all).
class ForgetfulFileSystem final : public FileSystem {
public:
    explicit ForgetfulFileSystem(std::uint64_t seed = 1);

    // The power goes after `calls` more calls: later ones fail with transient and change nothing.
    void power_off_after(std::uint64_t calls);
    [[nodiscard]] bool power_off() const;
    // Loses what was not synced, frees all locks and switches the power on again. Files opened
    // before are dead: each call on them fails.
    void crash();

    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
    Status make_directories(const std::string& path) override;
    Status rename(const std::string& from, const std::string& to) override;
    Status remove(const std::string& path) override;
    Status sync_directory(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& path) override;
    Result<bool> exists(const std::string& path) override;
    Result<std::uint64_t> free_space(const std::string& path) override;  // always 1 TiB
    Result<std::unique_ptr<File>> lock(const std::string& path) override;

private:
    struct State;
    friend class ForgetfulFile;
    std::shared_ptr<State> state_;
};

}  // namespace sealgate::os
