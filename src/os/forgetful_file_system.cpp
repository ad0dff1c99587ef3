// SPDX-License-Identifier: Apache-2.0
#include "os/fault_file_system.h"

#include <algorithm>
#include <limits>
#include <set>

namespace sealgate::os {
namespace {

constexpr std::size_t kSector = 512;
constexpr std::uint64_t kFreeSpace = 1ULL << 40;

struct Inode {
    bool directory = false;
    std::string live;
    std::string durable;
    std::set<std::size_t> dirty;  // sectors written since the last sync
};
using InodePtr = std::shared_ptr<Inode>;
using Entries = std::map<std::string, InodePtr>;  // full path -> what is there

// A change of the tree that is not durable yet. Creation has no `from`, removal no `to`.
struct Change {
    std::string from;
    std::string to;
    InodePtr inode;
};

std::unexpected<Error> missing(const std::string& path) {
    return fail(ErrorKind::not_found, "os.files", path + ": No such file or directory");
}

void carry_out(Entries& entries, const Change& change) {
    if (!change.from.empty()) {
        const auto at = entries.find(change.from);
        if (at != entries.end() && at->second == change.inode) entries.erase(at);
    }
    if (!change.to.empty()) entries[change.to] = change.inode;
}

}  // namespace

struct ForgetfulFileSystem::State {
    explicit State(std::uint64_t seed) : random(seed) {}

    std::mutex mutex;
    std::mt19937_64 random;
    Entries live;
    Entries durable;
    std::vector<Change> changes;
    std::set<std::string> locks;
    std::uint64_t calls_left = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t life = 0;  // grows with each crash; files of an earlier life are dead

    Status tick() {
        if (calls_left == 0) {
            return fail(ErrorKind::transient, "os.files", "the power is off (test)");
        }
        if (calls_left != std::numeric_limits<std::uint64_t>::max()) --calls_left;
        return {};
    }
    bool coin() { return (random() & 1U) != 0; }

    Result<InodePtr> find(const std::string& path) const {
        const auto at = live.find(path);
        if (at == live.end()) return missing(path);
        return at->second;
    }
    bool has_parent(const std::string& path) const {
        const std::string parent = parent_directory(path);
        return parent == "." || parent == "/" || live.contains(parent);
    }
    void change(Change what) {
        carry_out(live, what);
        changes.push_back(std::move(what));
    }
    void survive(Inode& inode) {
        // Each dirty sector survives or not; the length is durable as far as a survivor needs it.
        std::string after = inode.durable;
        for (const std::size_t sector : inode.dirty) {
            const std::size_t from = sector * kSector;
            if (from >= inode.live.size() || !coin()) continue;
            const std::size_t to = std::min(from + kSector, inode.live.size());
            if (after.size() < to) after.resize(to);
            after.replace(from, to - from, inode.live, from, to - from);
        }
        inode.durable = after;
        inode.live = std::move(after);
        inode.dirty.clear();
    }
};

class ForgetfulFile final : public File {
public:
    using StatePtr = std::shared_ptr<ForgetfulFileSystem::State>;
    ForgetfulFile(StatePtr state, InodePtr inode, bool writable, std::string held)
        : state_(std::move(state)),
          inode_(std::move(inode)),
          life_(state_->life),
          writable_(writable),
          held_(std::move(held)) {}
    ForgetfulFile(const ForgetfulFile&) = delete;
    ForgetfulFile& operator=(const ForgetfulFile&) = delete;
    ForgetfulFile(ForgetfulFile&&) = delete;
    ForgetfulFile& operator=(ForgetfulFile&&) = delete;
    ~ForgetfulFile() override {
        const std::scoped_lock lock(state_->mutex);
        if (life_ == state_->life && !held_.empty()) state_->locks.erase(held_);
    }

    Status write_at(std::uint64_t offset, std::string_view bytes) override {
        const std::scoped_lock lock(state_->mutex);
        SG_TRYV(usable(true));
        if (bytes.empty()) return {};
        const std::size_t at = offset;
        const std::size_t before = inode_->live.size();
        if (before < at + bytes.size()) inode_->live.resize(at + bytes.size());
        inode_->live.replace(at, bytes.size(), bytes);
        const std::size_t first = std::min(at, before) / kSector;
        for (std::size_t sector = first; sector * kSector < at + bytes.size(); ++sector) {
            inode_->dirty.insert(sector);
        }
        return {};
    }

    Result<std::string> read_at(std::uint64_t offset, std::size_t length) const override {
        const std::scoped_lock lock(state_->mutex);
        SG_TRYV(usable(false));
        if (offset >= inode_->live.size()) return std::string();
        return inode_->live.substr(offset, length);
    }

    Status sync() override {
        const std::scoped_lock lock(state_->mutex);
        SG_TRYV(usable(true));
        inode_->durable = inode_->live;
        inode_->dirty.clear();
        return {};
    }

    Result<std::uint64_t> size() const override {
        const std::scoped_lock lock(state_->mutex);
        SG_TRYV(usable(false));
        return inode_->live.size();
    }

    Status truncate(std::uint64_t size) override {
        const std::scoped_lock lock(state_->mutex);
        SG_TRYV(usable(true));
        const std::size_t before = inode_->live.size();
        inode_->live.resize(size);
        for (std::size_t s = std::min<std::size_t>(before, size) / kSector; s * kSector < size;
             ++s) {
            inode_->dirty.insert(s);
        }
        return {};
    }

private:
    Status usable(bool to_write) const {
        if (life_ != state_->life) {
            return fail(ErrorKind::transient, "os.files", "opened before the crash (test)");
        }
        if (to_write && !writable_) {
            return fail(ErrorKind::internal, "os.files", "opened for reading (test)");
        }
        return state_->tick();
    }

    StatePtr state_;
    InodePtr inode_;
    std::uint64_t life_;
    bool writable_;
    std::string held_;
};

ForgetfulFileSystem::ForgetfulFileSystem(std::uint64_t seed)
    : state_(std::make_shared<State>(seed)) {}

void ForgetfulFileSystem::power_off_after(std::uint64_t calls) {
    const std::scoped_lock lock(state_->mutex);
    state_->calls_left = calls;
}

bool ForgetfulFileSystem::power_off() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->calls_left == 0;
}

void ForgetfulFileSystem::crash() {
    const std::scoped_lock lock(state_->mutex);
    for (const auto& change : state_->changes) {
        if (state_->coin()) carry_out(state_->durable, change);
    }
    state_->changes.clear();
    // What lies in a folder that was lost is lost too. Parents sort before their children.
    state_->live.clear();
    for (const auto& [path, inode] : state_->durable) {
        if (!state_->has_parent(path)) continue;
        state_->live.emplace(path, inode);
        state_->survive(*inode);
    }
    state_->durable = state_->live;
    state_->locks.clear();
    state_->calls_left = std::numeric_limits<std::uint64_t>::max();
    ++state_->life;
}

Result<std::unique_ptr<File>> ForgetfulFileSystem::open(const std::string& path, OpenMode mode) {
    const std::scoped_lock lock(state_->mutex);
    SG_TRYV(state_->tick());
    if (mode == OpenMode::create_new) {
        if (state_->live.contains(path)) {
            return fail(ErrorKind::conflict, "os.files", path + ": File exists");
        }
        if (!state_->has_parent(path)) return missing(path);
        state_->change({"", path, std::make_shared<Inode>()});
    }
    SG_TRY(auto inode, state_->find(path));
    if (inode->directory) return fail(ErrorKind::conflict, "os.files", path + ": Is a directory");
    return std::make_unique<ForgetfulFile>(
        state_, std::move(inode), mode != OpenMode::read, std::string());
}

Status ForgetfulFileSystem::make_directories(const std::string& path) {
    const std::scoped_lock lock(state_->mutex);
    SG_TRYV(state_->tick());
    std::vector<std::string> wanted;
    for (std::string at = path; at != "." && at != "/"; at = parent_directory(at)) {
        const auto found = state_->live.find(at);
        if (found == state_->live.end()) {
            wanted.push_back(at);
        } else if (!found->second->directory) {
            return fail(ErrorKind::conflict, "os.files", at + ": File exists");
        }
    }
    std::ranges::reverse(wanted);
    for (const auto& directory : wanted) {
        auto inode = std::make_shared<Inode>();
        inode->directory = true;
        state_->live[directory] = inode;
        state_->durable[directory] = inode;
    }
    return {};
}

Status ForgetfulFileSystem::rename(const std::string& from, const std::string& to) {
    const std::scoped_lock lock(state_->mutex);
    SG_TRYV(state_->tick());
    SG_TRY(auto inode, state_->find(from));
    if (!state_->has_parent(to)) return missing(to);
    if (from != to) state_->change({from, to, std::move(inode)});
    return {};
}

Status ForgetfulFileSystem::remove(const std::string& path) {
    const std::scoped_lock lock(state_->mutex);
    SG_TRYV(state_->tick());
    SG_TRY(auto inode, state_->find(path));
    if (inode->directory) return fail(ErrorKind::conflict, "os.files", path + ": Is a directory");
    state_->change({path, "", std::move(inode)});
    return {};
}

Status ForgetfulFileSystem::sync_directory(const std::string& path) {
    const std::scoped_lock lock(state_->mutex);
    SG_TRYV(state_->tick());
    SG_TRY(const auto inode, state_->find(path));
    if (!inode->directory) return missing(path);
    std::vector<Change> rest;
    for (auto& change : state_->changes) {
        const bool here = (!change.from.empty() && parent_directory(change.from) == path) ||
                          (!change.to.empty() && parent_directory(change.to) == path);
        if (here) {
            carry_out(state_->durable, change);
        } else {
            rest.push_back(std::move(change));
        }
    }
    state_->changes = std::move(rest);
    return {};
}

Result<std::vector<std::string>> ForgetfulFileSystem::list(const std::string& path) {
    const std::scoped_lock lock(state_->mutex);
    SG_TRYV(state_->tick());
    SG_TRY(const auto inode, state_->find(path));
    if (!inode->directory) return missing(path);
    std::vector<std::string> names;
    const std::string prefix = path + "/";
    for (auto at = state_->live.lower_bound(prefix);
         at != state_->live.end() && at->first.starts_with(prefix);
         ++at) {
        std::string name = at->first.substr(prefix.size());
        if (name.find('/') == std::string::npos) names.push_back(std::move(name));
    }
    return names;
}

Result<bool> ForgetfulFileSystem::exists(const std::string& path) {
    const std::scoped_lock lock(state_->mutex);
    SG_TRYV(state_->tick());
    return state_->live.contains(path);
}

Result<std::uint64_t> ForgetfulFileSystem::free_space(const std::string& path) {
    const std::scoped_lock lock(state_->mutex);
    SG_TRYV(state_->tick());
    SG_TRYV(state_->find(path));
    return kFreeSpace;
}

Result<std::unique_ptr<File>> ForgetfulFileSystem::lock(const std::string& path) {
    const std::scoped_lock lock(state_->mutex);
    SG_TRYV(state_->tick());
    if (!state_->live.contains(path)) {
        if (!state_->has_parent(path)) return missing(path);
        state_->change({"", path, std::make_shared<Inode>()});
    }
    if (!state_->locks.insert(path).second) {
        return fail(ErrorKind::conflict, "os.files", path + ": locked");
    }
    SG_TRY(auto inode, state_->find(path));
    return std::make_unique<ForgetfulFile>(state_, std::move(inode), true, path);
}

}  // namespace sealgate::os
