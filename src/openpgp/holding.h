#pragma once
// SPDX-License-Identifier: Apache-2.0
// Octets that wait until they may be released: clear text before its integrity and its grammar are
// proven. Small ones wait in memory that is zeroised; the maker decides where large ones do.

#include "base/result.h"
#include "openpgp/source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace sealgate::openpgp {

// Octets of a holding.
struct Extent {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;

    friend bool operator==(const Extent&, const Extent&) = default;
};

class Holding {
public:
    Holding() = default;
    Holding(const Holding&) = delete;
    Holding& operator=(const Holding&) = delete;
    Holding(Holding&&) = delete;
    Holding& operator=(Holding&&) = delete;
    virtual ~Holding() = default;

    // transient: no room where it waits; exhausted: over the maker's limit.
    [[nodiscard]] virtual Status append(std::string_view octets) = 0;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    // Everything, when it lies in memory; borrowed until the next append.
    [[nodiscard]] virtual std::optional<std::string_view> view() const = 0;
    // From the first octet on; the holding must outlive it and not grow meanwhile.
    [[nodiscard]] virtual std::unique_ptr<Source> read() const = 0;

    // Only these octets stay, one behind the other; they ascend and do not overlap. So a text stays
    // where it was decrypted. For holdings in memory, whose view() has a value; internal otherwise.
    // Nothing is appended afterwards.
    [[nodiscard]] virtual Status keep(std::span<const Extent> extents);
};

class HoldingMaker {
public:
    HoldingMaker() = default;
    HoldingMaker(const HoldingMaker&) = delete;
    HoldingMaker& operator=(const HoldingMaker&) = delete;
    HoldingMaker(HoldingMaker&&) = delete;
    HoldingMaker& operator=(HoldingMaker&&) = delete;
    virtual ~HoldingMaker() = default;
    // `expected`: octets that will come, as far as one can tell from what is in hand (never from
    // what a stranger says will come); 0: unknown.
    [[nodiscard]] virtual std::unique_ptr<Holding> make(std::uint64_t expected) = 0;
};

// In memory, up to `limit` octets.
class MemoryHoldings final : public HoldingMaker {
public:
    explicit MemoryHoldings(std::uint64_t limit) : limit_(limit) {}
    [[nodiscard]] std::unique_ptr<Holding> make(std::uint64_t expected) override;

private:
    std::uint64_t limit_;
};

}  // namespace sealgate::openpgp
