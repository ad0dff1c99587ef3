// SPDX-License-Identifier: Apache-2.0
#include "os/fault_file_system.h"

#include <algorithm>

namespace sealgate::os {
namespace {

class HookedFile final : public File {
public:
    HookedFile(std::unique_ptr<File> inner, HookedFileSystem::Hook hook, std::string path)
        : inner_(std::move(inner)),
          hook_(std::move(hook)),
          path_(std::move(path)) {}

    Status write_at(std::uint64_t offset, std::string_view bytes) override {
        SG_TRYV(hook_({CallKind::write, path_, bytes.size()}));
        return inner_->write_at(offset, bytes);
    }
    Result<std::string> read_at(std::uint64_t offset, std::size_t length) const override {
        SG_TRYV(hook_({CallKind::read, path_, length}));
        return inner_->read_at(offset, length);
    }
    Status sync() override {
        SG_TRYV(hook_({CallKind::sync, path_}));
        return inner_->sync();
    }
    Result<std::uint64_t> size() const override {
        SG_TRYV(hook_({CallKind::size, path_}));
        return inner_->size();
    }
    Status truncate(std::uint64_t size) override {
        SG_TRYV(hook_({CallKind::truncate, path_}));
        return inner_->truncate(size);
    }

private:
    std::unique_ptr<File> inner_;
    HookedFileSystem::Hook hook_;
    std::string path_;
};

}  // namespace

Result<std::unique_ptr<File>> HookedFileSystem::open(const std::string& path, OpenMode mode) {
    SG_TRYV(hook_({mode == OpenMode::create_new ? CallKind::create : CallKind::open, path}));
    SG_TRY(auto file, inner_.open(path, mode));
    return std::make_unique<HookedFile>(std::move(file), hook_, path);
}

Status HookedFileSystem::make_directories(const std::string& path) {
    SG_TRYV(hook_({CallKind::make_directories, path}));
    return inner_.make_directories(path);
}

Status HookedFileSystem::rename(const std::string& from, const std::string& to) {
    SG_TRYV(hook_({CallKind::rename, from}));
    return inner_.rename(from, to);
}

Status HookedFileSystem::remove(const std::string& path) {
    SG_TRYV(hook_({CallKind::remove, path}));
    return inner_.remove(path);
}

Status HookedFileSystem::sync_directory(const std::string& path) {
    SG_TRYV(hook_({CallKind::sync_directory, path}));
    return inner_.sync_directory(path);
}

Result<std::vector<std::string>> HookedFileSystem::list(const std::string& path) {
    SG_TRYV(hook_({CallKind::list, path}));
    return inner_.list(path);
}

Result<bool> HookedFileSystem::exists(const std::string& path) {
    SG_TRYV(hook_({CallKind::exists, path}));
    return inner_.exists(path);
}

Result<std::uint64_t> HookedFileSystem::free_space(const std::string& path) {
    SG_TRYV(hook_({CallKind::free_space, path}));
    return inner_.free_space(path);
}

Result<std::unique_ptr<File>> HookedFileSystem::lock(const std::string& path) {
    SG_TRYV(hook_({CallKind::lock, path}));
    return inner_.lock(path);
}

void FailingFileSystem::fail_nth(std::vector<CallKind> kinds,
                                 std::uint64_t n,
                                 bool for_ever,
                                 std::string part) {
    const std::scoped_lock lock(mutex_);
    kinds_ = std::move(kinds);
    part_ = std::move(part);
    countdown_ = n;
    for_ever_ = for_ever;
}

void FailingFileSystem::full_after(std::optional<std::uint64_t> octets) {
    const std::scoped_lock lock(mutex_);
    space_ = octets;
}

void FailingFileSystem::heal() {
    const std::scoped_lock lock(mutex_);
    countdown_.reset();
    space_.reset();
}

std::uint64_t FailingFileSystem::failures() const {
    const std::scoped_lock lock(mutex_);
    return failures_;
}

Result<std::uint64_t> FailingFileSystem::free_space(const std::string& path) {
    SG_TRY(const auto space, HookedFileSystem::free_space(path));
    const std::scoped_lock lock(mutex_);
    return space_ ? std::min(space, *space_) : space;
}

Status FailingFileSystem::judge(const Call& call) {
    const std::scoped_lock lock(mutex_);
    const bool meant = (kinds_.empty() || std::ranges::find(kinds_, call.kind) != kinds_.end()) &&
                       call.path.find(part_) != std::string::npos;
    if (meant && countdown_) {
        if (*countdown_ > 0) {
            --*countdown_;
        } else {
            if (!for_ever_) countdown_.reset();
            ++failures_;
            return fail(
                ErrorKind::transient, "os.files", call.path + ": Input/output error (test)");
        }
    }
    if (call.kind == CallKind::write && space_) {
        if (call.length > *space_) {
            ++failures_;
            return fail(
                ErrorKind::transient, "os.files", call.path + ": No space left on device (test)");
        }
        *space_ -= call.length;
    }
    return {};
}

}  // namespace sealgate::os
