#pragma once
// SPDX-License-Identifier: Apache-2.0
// How much message content is in memory, against its limit. Back-pressure in steps: at 80 %
// sessions that hold nothing are not read, at 90 % MAIL gets 452, at 100 % connections get 421,
// those whose content goes on growing too. For strangers the limit is three quarters of it, so that
// they cannot take the room that the organisation's own mail needs.

#include "base/content.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace sealgate::flow {

class Budget {
public:
    explicit Budget(std::uint64_t limit) : limit_(limit) {}

    enum class Pressure : std::uint8_t { none, slow, refuse_mail, refuse_connection };
    // With `more` octets on top of what is held.
    [[nodiscard]] Pressure pressure(bool trusted, std::uint64_t more = 0) const {
        const std::uint64_t all = limit_.load(std::memory_order_relaxed);
        const std::uint64_t limit = trusted ? all : all / 4 * 3;
        const std::uint64_t used = this->used();
        const std::uint64_t wanted = more > UINT64_MAX - used ? UINT64_MAX : used + more;
        if (wanted >= limit) return Pressure::refuse_connection;
        if (wanted >= limit / 10 * 9) return Pressure::refuse_mail;
        if (wanted >= limit / 10 * 8) return Pressure::slow;
        return Pressure::none;
    }
    void set_limit(std::uint64_t limit) { limit_.store(limit, std::memory_order_relaxed); }
    // Half full: what also lies on the disk need not be here.
    [[nodiscard]] bool crowded() const {
        return used() >= limit_.load(std::memory_order_relaxed) / 2;
    }
    [[nodiscard]] std::uint64_t used() const { return used_->load(std::memory_order_relaxed); }
    void add(std::uint64_t octets) { used_->fetch_add(octets, std::memory_order_relaxed); }
    void remove(std::uint64_t octets) { used_->fetch_sub(octets, std::memory_order_relaxed); }

    // Content that counts until the last holder lets it go, on whatever thread that is.
    [[nodiscard]] Content hold(std::string bytes) {
        add(bytes.size());
        auto release = [used = used_](const std::string* held) {
            used->fetch_sub(held->size(), std::memory_order_relaxed);
            // The deleter of the pointer made below.
            // NOLINTNEXTLINE(cppcoreguidelines-owning-memory)
            delete held;
        };
        return {new std::string(std::move(bytes)), std::move(release)};
    }

private:
    std::atomic<std::uint64_t> limit_;
    // Shared with the contents' deleters, which may outlive this object.
    std::shared_ptr<std::atomic<std::uint64_t>> used_ =
        std::make_shared<std::atomic<std::uint64_t>>(0);
};

}  // namespace sealgate::flow
