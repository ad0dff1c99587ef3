// SPDX-License-Identifier: Apache-2.0
// Segments in the long run: recycled, carried, damaged.

#include "os/fault_file_system.h"
#include "spool/format.h"
#include "spool/test_support.h"

#include <gtest/gtest.h>

#include <thread>

namespace sealgate::spool {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the spool's own test helpers

class SpoolSegments : public ::testing::Test {
protected:
    std::vector<std::string> segments() { return disk_.list("/spool/segments").value(); }

    // Commits messages of 1000 octets that are delivered at once.
    void traffic(std::uint64_t first, std::size_t count) {
        for (std::uint64_t id = first; id < first + count; ++id) {
            ASSERT_TRUE(bench_.commit(batch(message(id, std::string(1000, 't')))));
            ASSERT_TRUE(bench_.commit(updates({update(id, 0, State::delivered)})));
        }
    }

    // Changes one octet of a file.
    void flip(const std::string& path, std::uint64_t at) {
        const auto file = disk_.open(path, os::OpenMode::read_write);
        ASSERT_TRUE(file);
        std::string octet = (*file)->read_at(at, 1).value();
        ASSERT_EQ(octet.size(), 1U);
        octet[0] = static_cast<char>(octet[0] ^ 0x10);
        ASSERT_TRUE((*file)->write_at(at, octet));
        ASSERT_TRUE((*file)->sync());
    }

    template <class Condition>
    static bool eventually(Condition condition) {
        for (int i = 0; i < 5000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return false;
    }

    os::ForgetfulFileSystem disk_;
    Bench bench_{disk_};
};

TEST_F(SpoolSegments, AreUsedAgainAndNeverGiveBackWhatIsFinished) {
    ASSERT_TRUE(bench_.open());
    traffic(1, 600);  // some 20 segments
    bench_.spool.reset();
    EXPECT_LE(segments().size(), 6U);
    ASSERT_TRUE(bench_.open());
    EXPECT_TRUE(bench_.report.messages.empty());
    EXPECT_TRUE(bench_.report.set_aside.empty());
    traffic(1001, 100);
    ASSERT_TRUE(bench_.open());
    EXPECT_TRUE(bench_.report.messages.empty());
    EXPECT_TRUE(bench_.report.set_aside.empty());
}

TEST_F(SpoolSegments, ManyRestartsDoNotPileUpSegments) {
    for (std::uint64_t i = 1; i <= 30; ++i) {
        ASSERT_TRUE(bench_.open());
        EXPECT_EQ(bench_.report.messages.size(), i - 1);
        ASSERT_TRUE(bench_.commit(batch(message(i, "stays"))));
        ASSERT_TRUE(bench_.commit(updates({update(i, 0, State::held, "for a person")})));
        ASSERT_TRUE(eventually([&] { return segments().size() <= 10; })) << segments().size();
    }
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 30U);
    for (const auto& [id, stored] : bench_.found()) {
        EXPECT_EQ(stored.recipients[0].state, State::held);
        EXPECT_EQ(stored.recipients[0].note, "for a person");
        EXPECT_EQ(*bench_.spool->load({id}).value(), "stays");
    }
}

TEST_F(SpoolSegments, OneOldMessageDoesNotPinThem) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, "pending for long", 3))));
    ASSERT_TRUE(bench_.commit(updates({update(1, 1, State::delivered)})));
    ASSERT_TRUE(bench_.commit(updates({update(1, 2, State::pending, "451 later")})));
    traffic(100, 600);
    EXPECT_TRUE(eventually([&] { return segments().size() <= 10; })) << segments().size();
    EXPECT_EQ(*bench_.spool->load({1}).value(), "pending for long");
    ASSERT_TRUE(bench_.open());
    ASSERT_EQ(bench_.report.messages.size(), 1U);
    const StoredMessage& found = bench_.report.messages[0];
    EXPECT_EQ(found.envelope, "envelope of 1");
    EXPECT_EQ(found.recipients[0].state, State::pending);
    EXPECT_EQ(found.recipients[1].state, State::delivered);
    EXPECT_EQ(found.recipients[2].note, "451 later");
    EXPECT_EQ(*bench_.spool->load({1}).value(), "pending for long");
    ASSERT_TRUE(bench_.commit(updates({update(1, 0, State::delivered)})));
    ASSERT_TRUE(bench_.commit(updates({update(1, 2, State::bounced)})));
    ASSERT_TRUE(bench_.open());
    EXPECT_TRUE(bench_.report.messages.empty());
}

TEST_F(SpoolSegments, AMessagePendingForLongMovesToAFile) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, "pending for long"))));
    traffic(100, 40);  // into the next segment
    bench_.clock.advance(std::chrono::hours(1));
    EXPECT_TRUE(eventually([&] {
        traffic(1000 + bench_.report.records++, 1);  // the housekeeper looks after each group
        return !disk_.list("/spool/content")->empty();
    }));
    EXPECT_EQ(*bench_.spool->load({1}).value(), "pending for long");
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 1U);
    EXPECT_EQ(*bench_.spool->load({1}).value(), "pending for long");
    ASSERT_TRUE(bench_.commit(updates({update(1, 0, State::delivered)})));
    bench_.spool.reset();
    EXPECT_TRUE(disk_.list("/spool/content")->empty());
}

TEST_F(SpoolSegments, ADamagedGroupIsSetAsideAndItsNeighboursAreFound) {
    ASSERT_TRUE(bench_.open());
    for (std::uint64_t id = 1; id <= 5; ++id) {
        ASSERT_TRUE(bench_.commit(batch(message(id, std::string(1000, 'c')))));
    }
    bench_.spool.reset();
    const std::string path = segment_of(disk_, 1);
    flip(path, kFirstGroup + 2UL * 1536 + 700);  // each group takes three sectors
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 4U);
    EXPECT_FALSE(bench_.found().contains(3));
    ASSERT_EQ(bench_.report.set_aside.size(), 1U);
    EXPECT_NE(bench_.report.set_aside[0].find("checksum"), std::string::npos);
    EXPECT_EQ(bench_.report.torn_bytes, 0U);
    ASSERT_EQ(disk_.list("/spool/quarantine")->size(), 1U);
    const auto name = disk_.list("/spool/quarantine")->front();
    EXPECT_EQ(os::read_file(disk_, "/spool/quarantine/" + name, 100'000)->size(),
              kFirstGroup + 1536);
    // Told again while it is there; the copy is made once.
    ASSERT_TRUE(bench_.open());
    EXPECT_FALSE(bench_.report.set_aside.empty());
    EXPECT_EQ(disk_.list("/spool/quarantine")->size(), 1U);
}

TEST_F(SpoolSegments, ATornTailIsCutAndNotCalledDamage) {
    ASSERT_TRUE(bench_.open());
    for (std::uint64_t id = 1; id <= 3; ++id) {
        ASSERT_TRUE(bench_.commit(batch(message(id, std::string(1000, 'c')))));
    }
    bench_.spool.reset();
    flip(segment_of(disk_, 1), kFirstGroup + 2UL * 1536 + 700);
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 2U);
    EXPECT_EQ(bench_.report.torn_bytes, 1536U);
    EXPECT_TRUE(bench_.report.set_aside.empty());
    // The next segment says where this one ends, so the tail stays cut.
    ASSERT_TRUE(bench_.commit(batch(message(4, "later"))));
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 3U);
    EXPECT_EQ(bench_.report.torn_bytes, 0U);
    EXPECT_TRUE(bench_.report.set_aside.empty());
}

TEST_F(SpoolSegments, DamageAtTheEndOfAnOlderSegmentIsNotATornTail) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, std::string(1000, 'c')))));
    ASSERT_TRUE(bench_.commit(batch(message(2, std::string(1000, 'c')))));
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(3, "in the next segment"))));
    bench_.spool.reset();
    flip(segment_of(disk_, 1), kFirstGroup + 1536 + 700);
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 2U);
    EXPECT_EQ(bench_.report.torn_bytes, 0U);
    EXPECT_EQ(bench_.report.set_aside.size(), 1U);
}

TEST_F(SpoolSegments, ACutFileIsReported) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, std::string(1000, 'c')))));
    ASSERT_TRUE(bench_.commit(batch(message(2, std::string(1000, 'c')))));
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(3, "in the next segment"))));
    bench_.spool.reset();
    {
        const auto file = disk_.open(segment_of(disk_, 1), os::OpenMode::read_write);
        ASSERT_TRUE((*file)->truncate(kFirstGroup + 1536));
    }
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 2U);
    EXPECT_FALSE(bench_.report.set_aside.empty());
}

TEST_F(SpoolSegments, AnUnreadableHeaderSetsTheFileAside) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, "first"))));
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(2, "second"))));
    bench_.spool.reset();
    const std::string path = segment_of(disk_, 1);
    flip(path, 20);
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 2U) << "the second copy of the header is enough";
    EXPECT_TRUE(bench_.report.set_aside.empty());
    bench_.spool.reset();
    flip(path, kHeaderCopyAt + 20);
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 1U);
    EXPECT_EQ(bench_.report.set_aside.size(), 1U);
    EXPECT_EQ(disk_.list("/spool/quarantine"),
              std::vector<std::string>{path.substr(path.rfind('/') + 1)});
}

TEST_F(SpoolSegments, AMissingSegmentIsReported) {
    for (std::uint64_t id = 1; id <= 3; ++id) {
        ASSERT_TRUE(bench_.open());
        ASSERT_TRUE(bench_.commit(batch(message(id, "x"))));
    }
    bench_.spool.reset();
    ASSERT_TRUE(disk_.remove(segment_of(disk_, 2)));
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 2U);
    ASSERT_EQ(bench_.report.set_aside.size(), 1U);
    EXPECT_NE(bench_.report.set_aside[0].find("epoch 2 is missing"), std::string::npos);
}

TEST_F(SpoolSegments, AMissingOrChangedContentFileIsDamageOfItsMessageOnly) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, std::string(10'000, 'L')))));
    bench_.spool.reset();
    const std::string path = "/spool/content/" + disk_.list("/spool/content")->front();
    flip(path, 5000);
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.spool->load({1}).error().kind(), ErrorKind::malformed);
    bench_.spool.reset();
    ASSERT_TRUE(disk_.remove(path));
    ASSERT_TRUE(bench_.open());
    ASSERT_EQ(bench_.report.messages.size(), 1U) << "not dropped: its caller holds it";
    EXPECT_EQ(bench_.report.set_aside.size(), 1U);
    EXPECT_EQ(bench_.spool->load({1}).error().kind(), ErrorKind::malformed);
}

TEST_F(SpoolSegments, EveryFlippedOctetIsCutOrReportedAndNeverBelieved) {
    ASSERT_TRUE(bench_.open());
    for (std::uint64_t id = 1; id <= 4; ++id) {
        ASSERT_TRUE(bench_.commit(batch(message(id, std::string(300, 'c')))));
    }
    bench_.spool.reset();
    const std::string path = segment_of(disk_, 1);
    const std::string good = os::read_file(disk_, path, 1'000'000).value();
    constexpr std::uint64_t kUsed = kFirstGroup + 4UL * 1024;
    for (std::uint64_t at = kFirstGroup; at < kUsed; at += 7) {
        flip(path, at);
        ASSERT_TRUE(bench_.open()) << at;
        const std::size_t found = bench_.report.messages.size();
        const bool said = !bench_.report.set_aside.empty() || bench_.report.torn_bytes > 0;
        EXPECT_GE(found, 3U) << at;
        EXPECT_TRUE(found == 4 || said || at >= kFirstGroup + 3UL * 1024) << at;
        for (const auto& [id, stored] : bench_.found()) {
            EXPECT_EQ(*bench_.spool->load({id}).value(), std::string(300, 'c'));
        }
        bench_.spool.reset();
        for (const auto& name : disk_.list("/spool/quarantine").value()) {
            ASSERT_TRUE(disk_.remove("/spool/quarantine/" + name));
        }
        const auto file = disk_.open(path, os::OpenMode::read_write);
        ASSERT_TRUE((*file)->write_at(0, good));
    }
}

}  // namespace
}  // namespace sealgate::spool
