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
    [[nodiscard]] std::uint64_t size() const override { return octets_.size(); }
    [[nodiscard]] std::optional<std::string_view> view() const override { return octets_; }
    [[nodiscard]] std::unique_ptr<Source> read() const override {
        return std::make_unique<MemorySource>(octets_);
    }

private:
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
};

}  // namespace

std::unique_ptr<Holding> MemoryHoldings::make(std::uint64_t expected) {
    return std::make_unique<MemoryHolding>(limit_, expected);
}

}  // namespace sealgate::openpgp
