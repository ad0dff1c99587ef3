// SPDX-License-Identifier: Apache-2.0
#include "openpgp/encrypted_holding.h"

#include <gtest/gtest.h>

#include <array>

namespace sealgate::openpgp {
namespace {

struct Disk {
    std::string octets;
    bool full = false;
    int made = 0;
};

class TestScratch final : public Scratch {
public:
    explicit TestScratch(Disk& disk) : disk_(disk) {}
    Status write_at(std::uint64_t offset, std::string_view octets) override {
        if (disk_.full) return fail(ErrorKind::transient, "test", "full");
        if (disk_.octets.size() < offset + octets.size()) {
            disk_.octets.resize(offset + octets.size());
        }
        disk_.octets.replace(offset, octets.size(), octets);
        return {};
    }
    Result<std::string> read_at(std::uint64_t offset, std::size_t length) const override {
        if (offset >= disk_.octets.size()) return std::string();
        return disk_.octets.substr(offset, length);
    }

private:
    Disk& disk_;
};

class EncryptedHolding : public testing::Test {
protected:
    EncryptedHoldings holdings(std::uint64_t memory, std::uint64_t octets = 1U << 30U) {
        return EncryptedHoldings(
            [this]() -> Result<std::unique_ptr<Scratch>> {
                ++disk_.made;
                return std::make_unique<TestScratch>(disk_);
            },
            {.memory = memory, .octets = octets});
    }
    // Everything, read in pieces of an odd size.
    static Result<std::string> all(const Holding& holding) {
        const auto source = holding.read();
        std::string out;
        std::array<char, 1009> piece{};
        for (;;) {
            SG_TRY(const std::size_t count, source->read(piece.data(), piece.size()));
            if (count == 0) return out;
            out.append(piece.data(), count);
        }
    }
    static std::string text(std::size_t size) {
        std::string out;
        while (out.size() < size)
            out += "line " + std::to_string(out.size()) + "\n";
        out.resize(size);
        return out;
    }

    Disk disk_;
};

TEST_F(EncryptedHolding, StaysInMemoryWhileItIsSmall) {
    auto maker = holdings(1000);
    const auto holding = maker.make(0);
    ASSERT_TRUE(holding->append(text(600)));
    ASSERT_TRUE(holding->append("x"));
    EXPECT_EQ(holding->size(), 601U);
    EXPECT_EQ(holding->view(), text(600) + "x");
    EXPECT_EQ(*all(*holding), text(600) + "x");
    EXPECT_EQ(disk_.made, 0);
}

TEST_F(EncryptedHolding, GivesBackWhatWasAppendedAtAnySize) {
    for (const std::size_t size : {1001U, 65535U, 65536U, 65537U, 131072U, 300000U}) {
        auto maker = holdings(1000);
        const auto holding = maker.make(size);
        const std::string whole = text(size);
        for (std::size_t at = 0; at < size; at += 777)
            ASSERT_TRUE(holding->append(std::string_view(whole).substr(at, 777)));
        EXPECT_EQ(holding->size(), size);
        EXPECT_FALSE(holding->view());
        EXPECT_TRUE(*all(*holding) == whole) << size;
        EXPECT_TRUE(*all(*holding) == whole) << "again";
        EXPECT_EQ(disk_.octets.find("line "), std::string::npos);
        disk_.octets.clear();
    }
}

TEST_F(EncryptedHolding, OneLargePieceIsSpilledToo) {
    auto maker = holdings(1000);
    const auto holding = maker.make(0);
    ASSERT_TRUE(holding->append(text(10)));
    ASSERT_TRUE(holding->append(text(200000)));
    EXPECT_TRUE(*all(*holding) == text(10) + text(200000));
}

TEST_F(EncryptedHolding, AFileThatWasChangedIsAnError) {
    auto maker = holdings(1000);
    const auto holding = maker.make(0);
    ASSERT_TRUE(holding->append(text(200000)));
    const std::string good = disk_.octets;
    constexpr std::size_t kSealed = 65536 + 16;
    for (const std::size_t at : {std::size_t{0}, kSealed - 1, kSealed, 2 * kSealed + 5}) {
        disk_.octets = good;
        disk_.octets[at] = static_cast<char>(disk_.octets[at] ^ 1);
        EXPECT_EQ(all(*holding).error().kind(), ErrorKind::refused) << at;
    }
    disk_.octets =
        good.substr(kSealed, kSealed) + good.substr(0, kSealed) + good.substr(2 * kSealed);
    EXPECT_EQ(all(*holding).error().kind(), ErrorKind::refused) << "swapped";
    disk_.octets = good.substr(0, good.size() - 1);
    EXPECT_EQ(all(*holding).error().kind(), ErrorKind::refused) << "cut off";
    disk_.octets = good;
    EXPECT_TRUE(all(*holding));
}

TEST_F(EncryptedHolding, AFullDiskAndTheLimitAreErrors) {
    auto maker = holdings(1000, 400000);
    const auto holding = maker.make(0);
    ASSERT_TRUE(holding->append(text(200000)));
    EXPECT_EQ(holding->append(text(200001)).error().kind(), ErrorKind::exhausted);
    disk_.full = true;
    EXPECT_EQ(holding->append(text(100000)).error().kind(), ErrorKind::transient);
}

TEST_F(EncryptedHolding, WithoutAPlaceToSpillItIsAnError) {
    EncryptedHoldings maker(
        []() -> Result<std::unique_ptr<Scratch>> {
            return fail(ErrorKind::not_found, "test", "no folder");
        },
        {.memory = 10, .octets = 1000});
    const auto holding = maker.make(0);
    EXPECT_TRUE(holding->append("0123456789"));
    EXPECT_EQ(holding->append("x").error().kind(), ErrorKind::not_found);
}

}  // namespace
}  // namespace sealgate::openpgp
