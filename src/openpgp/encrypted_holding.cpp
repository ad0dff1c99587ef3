// SPDX-License-Identifier: Apache-2.0
#include "openpgp/encrypted_holding.h"

#include "crypto/aead.h"
#include "crypto/random.h"

#include <algorithm>
#include <cstring>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.holding";
constexpr std::size_t kBlock = 65536;
constexpr std::size_t kSealedBlock = kBlock + crypto::kAeadTagSize;

void wipe(std::string& octets) {
    explicit_bzero(octets.data(), octets.size());
    octets.clear();
}

class SpilledHolding final : public Holding {
public:
    SpilledHolding(const ScratchMaker& maker,
                   const EncryptedHoldingLimits& limits,
                   std::uint64_t expected)
        : maker_(maker),
          limits_(limits),
          memory_(MemoryHoldings(limits.memory).make(std::min(expected, limits.memory))) {}
    SpilledHolding(const SpilledHolding&) = delete;
    SpilledHolding& operator=(const SpilledHolding&) = delete;
    SpilledHolding(SpilledHolding&&) = delete;
    SpilledHolding& operator=(SpilledHolding&&) = delete;
    ~SpilledHolding() override { wipe(last_); }

    Status append(std::string_view octets) override {
        if (octets.size() > limits_.octets - size_) {
            return fail(ErrorKind::exhausted, kWhere, "more text than is allowed");
        }
        if (memory_ != nullptr) {
            if (size_ + octets.size() <= limits_.memory) {
                SG_TRYV(memory_->append(octets));
                size_ += octets.size();
                return {};
            }
            SG_TRYV(spill());
        }
        SG_TRYV(append_blocks(octets));
        size_ += octets.size();
        return {};
    }

    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] std::optional<std::string_view> view() const override {
        return memory_ == nullptr ? std::nullopt : memory_->view();
    }
    [[nodiscard]] std::unique_ptr<Source> read() const override;
    Status keep(std::span<const Extent> extents) override {
        if (memory_ == nullptr) return Holding::keep(extents);
        SG_TRYV(memory_->keep(extents));
        size_ = memory_->size();
        return {};
    }

    // The clear octets of a block that was written.
    [[nodiscard]] Result<std::string> block(std::uint64_t number) const {
        SG_TRY(const std::string sealed, scratch_->read_at(number * kSealedBlock, kSealedBlock));
        auto clear = aead_->open(crypto::counter_nonce(number), {}, sealed);
        if (!clear || clear->size() != kBlock) {
            return fail(ErrorKind::refused, kWhere, "the temporary file was changed");
        }
        return clear;
    }
    [[nodiscard]] std::uint64_t blocks() const { return blocks_; }
    // What fills no block yet: it stays in memory.
    [[nodiscard]] std::string_view last() const { return last_; }

private:
    Status spill() {
        SG_TRY(const SecretBytes key, crypto::random_key(crypto::kAeadKeySize));
        SG_TRY(auto aead, crypto::Aead::create(key.view()));
        SG_TRY(scratch_, maker_());
        aead_ = std::make_unique<crypto::Aead>(std::move(aead));
        // Never grown: no copy of clear text is left behind where it lay before.
        last_.reserve(kBlock);
        const std::unique_ptr<Holding> before = std::move(memory_);
        return append_blocks(before->view().value_or(std::string_view()));
    }

    Status append_blocks(std::string_view octets) {
        while (!octets.empty()) {
            const std::string_view piece = octets.substr(0, kBlock - last_.size());
            last_ += piece;
            octets.remove_prefix(piece.size());
            if (last_.size() < kBlock) break;
            sealed_.clear();
            aead_->seal(crypto::counter_nonce(blocks_), {}, last_, sealed_);
            SG_TRYV(scratch_->write_at(blocks_ * kSealedBlock, sealed_));
            ++blocks_;
            wipe(last_);
        }
        return {};
    }

    const ScratchMaker& maker_;
    EncryptedHoldingLimits limits_;
    std::uint64_t size_ = 0;
    std::unique_ptr<Holding> memory_;  // null: spilled
    std::unique_ptr<Scratch> scratch_;
    std::unique_ptr<crypto::Aead> aead_;
    std::uint64_t blocks_ = 0;
    std::string last_;
    std::string sealed_;
};

class BlockSource final : public Source {
public:
    explicit BlockSource(const SpilledHolding& holding) : holding_(holding) {}
    BlockSource(const BlockSource&) = delete;
    BlockSource& operator=(const BlockSource&) = delete;
    BlockSource(BlockSource&&) = delete;
    BlockSource& operator=(BlockSource&&) = delete;
    ~BlockSource() override { wipe(block_); }

    Result<std::size_t> read(char* out, std::size_t size) override {
        std::string_view rest = rest_of_block();
        if (rest.empty() && next_ < holding_.blocks()) {
            wipe(block_);
            at_ = 0;
            SG_TRY(block_, holding_.block(next_));
            ++next_;
            rest = rest_of_block();
        }
        if (rest.empty()) {
            rest = holding_.last().substr(last_at_);
            const std::size_t count = std::min(size, rest.size());
            std::memcpy(out, rest.data(), count);
            last_at_ += count;
            return count;
        }
        const std::size_t count = std::min(size, rest.size());
        std::memcpy(out, rest.data(), count);
        at_ += count;
        return count;
    }

private:
    [[nodiscard]] std::string_view rest_of_block() const {
        return std::string_view(block_).substr(at_);
    }

    const SpilledHolding& holding_;
    std::string block_;
    std::size_t at_ = 0;
    std::uint64_t next_ = 0;
    std::size_t last_at_ = 0;
};

std::unique_ptr<Source> SpilledHolding::read() const {
    if (memory_ != nullptr) return memory_->read();
    return std::make_unique<BlockSource>(*this);
}

}  // namespace

std::unique_ptr<Holding> EncryptedHoldings::make(std::uint64_t expected) {
    return std::make_unique<SpilledHolding>(maker_, limits_, expected);
}

}  // namespace sealgate::openpgp
