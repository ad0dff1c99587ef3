#pragma once
// SPDX-License-Identifier: Apache-2.0
// Clear text that waits in memory while it is small, and encrypted in a file of the caller's when
// it is large: nothing readable ever reaches a disk.
//
// The file is a row of blocks of 64 KiB, each sealed with AES-256-GCM under a random key that
// exists in memory only; the nonce is the block's number. A block that was changed, swapped or cut
// off is an error when it is read.

#include "base/result.h"
#include "openpgp/holding.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace sealgate::openpgp {

// Octets outside of memory, at offsets.
class Scratch {
public:
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    Scratch(Scratch&&) = delete;
    Scratch& operator=(Scratch&&) = delete;
    virtual ~Scratch() = default;

    [[nodiscard]] virtual Status write_at(std::uint64_t offset, std::string_view octets) = 0;
    // At most `length` octets; fewer at the end.
    [[nodiscard]] virtual Result<std::string> read_at(std::uint64_t offset,
                                                      std::size_t length) const = 0;
};

// Called once for each holding that outgrows memory.
using ScratchMaker = std::function<Result<std::unique_ptr<Scratch>>()>;

struct EncryptedHoldingLimits {
    std::uint64_t memory = 16ULL << 20U;  // octets of one holding in memory
    std::uint64_t octets = 8ULL << 30U;   // of one holding altogether; beyond: exhausted
};

class EncryptedHoldings final : public HoldingMaker {
public:
    explicit EncryptedHoldings(ScratchMaker maker, EncryptedHoldingLimits limits = {})
        : maker_(std::move(maker)),
          limits_(limits) {}
    // What it makes must not outlive it. Errors of the scratch go through; reading what somebody
    // changed is `refused`.
    [[nodiscard]] std::unique_ptr<Holding> make(std::uint64_t expected) override;

private:
    ScratchMaker maker_;
    EncryptedHoldingLimits limits_;
};

}  // namespace sealgate::openpgp
