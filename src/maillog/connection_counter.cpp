// SPDX-License-Identifier: Apache-2.0
#include "maillog/connection_counter.h"

#include "base/crc32c.h"
#include "base/text.h"

#include <fmt/format.h>

#include <tuple>

namespace sealgate::maillog {
namespace {

constexpr std::string_view kTitle = "sealgate connections 1";
constexpr std::size_t kMaxFile = 256;
// While one block is used, at least this much more is on disk already: a slow sync stalls nobody.
constexpr std::uint64_t kAhead = 2 * ConnectionCounter::kBlock;

}  // namespace

Result<std::optional<std::uint64_t>> ConnectionCounter::load() const {
    SG_TRY(const bool there, files_.exists(path_));
    if (!there) return std::nullopt;
    SG_TRY(const auto text, os::read_file(files_, path_, kMaxFile));
    const auto lines = split(text, '\n');
    if (lines.size() == 4 && lines[0] == kTitle &&
        lines[2] == fmt::format("{:08x}", crc32c(lines[1]))) {
        if (const auto number = parse_number(lines[1])) return *number;
    }
    return fail(ErrorKind::malformed, "maillog.connections", path_ + ": not a counter of ours");
}

Status ConnectionCounter::store(std::uint64_t limit) {
    const std::string number = fmt::format("{}", limit);
    return os::write_file_durably(
        files_, path_, fmt::format("{}\n{}\n{:08x}\n", kTitle, number, crc32c(number)));
}

Status ConnectionCounter::begin(std::uint64_t next) {
    {
        const std::scoped_lock lock(mutex_);
        next_ = limit_ = next;
    }
    return reserve();
}

Result<ConnectionId> ConnectionCounter::next() {
    const std::scoped_lock lock(mutex_);
    if (closed_ || next_ >= limit_) {
        return fail(ErrorKind::transient, "maillog.connections", "no connection ID is reserved");
    }
    return ConnectionId{node_, next_++};
}

bool ConnectionCounter::wants_reserve() const {
    const std::scoped_lock lock(mutex_);
    return !closed_ && limit_ - next_ <= kAhead;
}

Status ConnectionCounter::reserve() {
    std::uint64_t limit = 0;
    {
        const std::scoped_lock lock(mutex_);
        limit = limit_;
        while (limit - next_ <= kAhead)
            limit += kBlock;
        if (closed_ || limit == limit_) return {};
    }
    SG_TRYV(store(limit));
    const std::scoped_lock lock(mutex_);
    limit_ = limit;
    return {};
}

void ConnectionCounter::close() {
    std::uint64_t next = 0;
    {
        const std::scoped_lock lock(mutex_);
        if (closed_) return;
        closed_ = true;
        next = next_;
    }
    // Failing costs a gap.
    std::ignore = store(next);
}

}  // namespace sealgate::maillog
