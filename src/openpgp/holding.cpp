// SPDX-License-Identifier: Apache-2.0
#include "openpgp/holding.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace sealgate::openpgp {
namespace {

class MemoryHolding final : public Holding {
public:
    MemoryHolding(std::uint64_t limit, std::uint64_t expected) : limit_(limit) {
        octets_.reserve(std::min(expected, limit));
    }
    MemoryHolding(const MemoryHolding&) = delete;
    MemoryHolding& operator=(const MemoryHolding&) = delete;
    MemoryHolding(MemoryHolding&&) = delete;
    MemoryHolding& operator=(MemoryHolding&&) = delete;
    ~MemoryHolding() override { wipe(octets_); }

    Status append(std::string_view octets) override {
        if (octets.size() > limit_ - octets_.size()) {
            return fail(ErrorKind::exhausted, "openpgp.holding", "more text than is allowed");
        }
        if (octets.size() > octets_.capacity() - octets_.size()) grow(octets.size());
        octets_ += octets;
        return {};
    }
    [[nodiscard]] std::uint64_t size() const override { return octets().size(); }
    [[nodiscard]] std::optional<std::string_view> view() const override { return octets(); }
    [[nodiscard]] std::unique_ptr<Source> read() const override {
        return std::make_unique<MemorySource>(octets());
    }

    // What does not stay is zeroised with the rest.
    Status keep(std::span<const Extent> extents) override {
        if (extents.size() == 1) {
            kept_ = extents.front();
            return {};
        }
        std::size_t size = 0;
        for (const Extent& one : extents) {
            const auto count = static_cast<std::size_t>(one.size);
            std::memmove(octets_.data() + size, octets_.data() + one.offset, count);
            size += count;
        }
        kept_ = Extent{0, size};
        return {};
    }

private:
    [[nodiscard]] std::string_view octets() const {
        if (!kept_) return octets_;
        return std::string_view(octets_).substr(static_cast<std::size_t>(kept_->offset),
                                                static_cast<std::size_t>(kept_->size));
    }
    static void wipe(std::string& octets) { explicit_bzero(octets.data(), octets.size()); }

    // As std::string does, but nothing is left behind where the octets lay before.
    void grow(std::size_t more) {
        std::string larger;
        larger.reserve(std::max(octets_.size() + more, octets_.size() * 2));
        larger += octets_;
        wipe(octets_);
        octets_ = std::move(larger);
    }

    std::uint64_t limit_;
    std::string octets_;
    std::optional<Extent> kept_;  // nullopt: all
};

}  // namespace

Status Holding::keep(std::span<const Extent> /*extents*/) {
    return fail(ErrorKind::internal, "openpgp.holding", "what is not in memory stays as it is");
}

std::unique_ptr<Holding> MemoryHoldings::make(std::uint64_t expected) {
    return std::make_unique<MemoryHolding>(limit_, expected);
}

}  // namespace sealgate::openpgp
