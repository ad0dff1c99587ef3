// SPDX-License-Identifier: Apache-2.0
// What a caller is promised, while the disk behaves.

#include "spool/spool.h"

#include "os/fault_file_system.h"
#include "spool/format.h"
#include "spool/test_support.h"

#include <gtest/gtest.h>

#include <thread>

namespace sealgate::spool {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the spool's own test helpers

class SpoolTest : public ::testing::Test {
protected:
    os::ForgetfulFileSystem disk_;
    Bench bench_{disk_};
};

TEST_F(SpoolTest, WhatIsCommittedIsThereAfterARestart) {
    ASSERT_TRUE(bench_.open());
    NewMessage one = message(1, "content one", 2);
    one.recipients[1] = status(State::held, "waits for a key");
    one.recipients[1].attempts = 3;
    one.recipients[1].next_attempt = WallTime(std::chrono::seconds(5));
    one.recipients[1].delay_reported = true;
    ASSERT_TRUE(bench_.commit(batch(std::move(one))));
    ASSERT_TRUE(bench_.commit(batch(message(2, ""))));
    EXPECT_EQ(bench_.spool->count(), 2U);
    EXPECT_EQ(*bench_.spool->load({1}).value(), "content one");

    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.spool->count(), 2U);
    EXPECT_EQ(*bench_.spool->load({1}).value(), "content one");
    EXPECT_EQ(*bench_.spool->load({2}).value(), "");
    ASSERT_EQ(bench_.report.messages.size(), 2U);
    const StoredMessage& found = bench_.report.messages[0];
    EXPECT_EQ(found.id, MessageId{1});
    EXPECT_EQ(found.envelope, "envelope of 1");
    EXPECT_EQ(found.content_size, 11U);
    EXPECT_EQ(found.received, WallTime(std::chrono::seconds(1'700'000'001)));
    ASSERT_EQ(found.recipients.size(), 2U);
    EXPECT_EQ(found.recipients[0].state, State::pending);
    EXPECT_EQ(found.recipients[1].state, State::held);
    EXPECT_EQ(found.recipients[1].note, "waits for a key");
    EXPECT_EQ(found.recipients[1].attempts, 3U);
    EXPECT_EQ(found.recipients[1].next_attempt, WallTime(std::chrono::seconds(5)));
    EXPECT_TRUE(found.recipients[1].delay_reported);
    EXPECT_TRUE(bench_.report.set_aside.empty());
    EXPECT_EQ(bench_.report.records, 2U);
    EXPECT_EQ(bench_.report.torn_bytes, 0U);
}

TEST_F(SpoolTest, AMessageIsFinishedWhenAllItsRecipientsAre) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, "x", 2))));
    ASSERT_TRUE(bench_.commit(updates({update(1, 0, State::delivered)})));
    EXPECT_EQ(bench_.spool->count(), 1U);
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.found().at(1).recipients[0].state, State::delivered);
    EXPECT_EQ(bench_.found().at(1).recipients[1].state, State::pending);
    ASSERT_TRUE(bench_.commit(updates({update(1, 1, State::bounced)})));
    EXPECT_EQ(bench_.spool->count(), 0U);
    EXPECT_EQ(bench_.spool->load({1}).error().kind(), ErrorKind::not_found);
    ASSERT_TRUE(bench_.open());
    EXPECT_TRUE(bench_.report.messages.empty());
}

TEST_F(SpoolTest, WhatIsFinalStaysSo) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, "x", 2))));
    ASSERT_TRUE(bench_.commit(updates({update(1, 0, State::delivered)})));
    ASSERT_TRUE(bench_.commit(updates({update(1, 0, State::pending)})));
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.found().at(1).recipients[0].state, State::delivered);
}

TEST_F(SpoolTest, ABounceAndItsCauseGoTogether) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, "x"))));
    Batch both = batch(message(2, "the bounce"));
    both.updates.push_back(update(1, 0, State::bounced));
    both.updates.push_back(update(2, 0, State::pending, "in the same batch"));
    ASSERT_TRUE(bench_.commit(std::move(both)));
    ASSERT_TRUE(bench_.open());
    ASSERT_EQ(bench_.report.messages.size(), 1U);
    EXPECT_EQ(bench_.found().at(2).recipients[0].note, "in the same batch");
}

TEST_F(SpoolTest, NotesAreWrittenWithoutABatch) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, "x"))));
    bench_.spool->note({update(1, 0, State::pending, "try later")});
    bench_.spool->note({update(77, 0, State::delivered), update(1, 9, State::delivered)});
    ASSERT_TRUE(bench_.open());  // closing writes what waits
    EXPECT_EQ(bench_.found().at(1).recipients[0].note, "try later");
}

TEST_F(SpoolTest, ANoteWaitsForAtMostItsDelay) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, "x"))));
    bench_.spool->note({update(1, 0, State::delivered)});
    for (int i = 0; i < 2000 && bench_.spool->count() > 0; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(bench_.spool->count(), 0U);
}

TEST_F(SpoolTest, BadBatchesAreRefusedAndTheirNeighboursWritten) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, "x"))));
    EXPECT_EQ(bench_.commit(batch(message(1, "again"))).error().kind(), ErrorKind::conflict);
    EXPECT_EQ(bench_.commit(batch(message(2, "x", 0))).error().kind(), ErrorKind::malformed);
    Batch twice = batch(message(3, "x"));
    twice.messages.push_back(message(3, "x"));
    EXPECT_EQ(bench_.commit(std::move(twice)).error().kind(), ErrorKind::conflict);
    NewMessage wide = message(4, "x");
    wide.envelope.assign(kMaxEnvelope + 1, 'e');
    EXPECT_EQ(bench_.commit(batch(std::move(wide))).error().kind(), ErrorKind::exhausted);
    Batch wrong = batch(message(5, "x"));
    wrong.updates.push_back(update(1, 7, State::delivered));
    EXPECT_EQ(bench_.commit(std::move(wrong)).error().kind(), ErrorKind::malformed);
    EXPECT_TRUE(bench_.commit(batch(message(3, "x")))) << "an id that failed is free";
    EXPECT_TRUE(bench_.commit(batch(message(5, "x"))));
    EXPECT_TRUE(bench_.commit(updates({}))) << "nothing to do is done";
    EXPECT_TRUE(bench_.spool->healthy());
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 3U);
}

TEST_F(SpoolTest, LongNotesAreCutAtACharacter) {
    ASSERT_TRUE(bench_.open());
    NewMessage one = message(1, "x");
    one.recipients[0].note = std::string(kMaxNote - 1, 'n') + "\xC3\xBC tail";
    ASSERT_TRUE(bench_.commit(batch(std::move(one))));
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.found().at(1).recipients[0].note, std::string(kMaxNote - 1, 'n'));
}

TEST_F(SpoolTest, LargeContentsHaveFilesThatGoWithTheirMessage) {
    const std::string large(3'000'000, 'L');
    const std::string exact(kContentChunk, 'E');
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, large))));
    ASSERT_TRUE(bench_.commit(batch(message(2, exact))));
    Batch mixed = batch(message(3, "small"));
    mixed.messages.push_back(message(4, std::string(10'000, 'M')));
    ASSERT_TRUE(bench_.commit(std::move(mixed)));
    EXPECT_EQ(disk_.list("/spool/content")->size(), 3U);
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(*bench_.spool->load({1}).value(), large);
    EXPECT_EQ(*bench_.spool->load({2}).value(), exact);
    EXPECT_EQ(*bench_.spool->load({3}).value(), "small");
    EXPECT_EQ(*bench_.spool->load({4}).value(), std::string(10'000, 'M'));
    EXPECT_EQ(bench_.found().at(1).content_size, large.size());
    ASSERT_TRUE(bench_.commit(updates({update(1, 0, State::delivered)})));
    bench_.spool.reset();
    EXPECT_EQ(disk_.list("/spool/content")->size(), 2U);
}

TEST_F(SpoolTest, WhatIsLearntWhileALargeContentIsWrittenIsNotLost) {
    ASSERT_TRUE(bench_.open());
    std::atomic<int> done = 0;
    bench_.spool->commit(batch(message(1, std::string(5'000'000, 'L'), 2)),
                         [&](Status status) { done += status ? 1 : 0; });
    bench_.spool->note({update(1, 0, State::delivered)});
    Batch bounce = batch(message(2, "bounce"));
    bounce.updates.push_back(update(1, 1, State::bounced));
    bench_.spool->commit(std::move(bounce), [&](Status status) { done += status ? 1 : 0; });
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(done, 2);
    ASSERT_EQ(bench_.report.messages.size(), 1U);
    EXPECT_EQ(bench_.report.messages[0].id, MessageId{2});
}

TEST_F(SpoolTest, ABatchLargerThanAGroupFindsRoom) {
    ASSERT_TRUE(bench_.open());
    Batch wide;
    for (std::uint64_t id = 1; id <= 100; ++id) {
        wide.messages.push_back(message(id, std::string(5000, static_cast<char>('a' + id % 26))));
    }
    ASSERT_TRUE(bench_.commit(std::move(wide)));
    NewMessage wordy = message(200, "x");
    wordy.envelope.assign(kMaxEnvelope, 'e');
    ASSERT_TRUE(bench_.commit(batch(std::move(wordy))));
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 101U);
    EXPECT_EQ(*bench_.spool->load({27}).value(), std::string(5000, 'b'));
}

TEST_F(SpoolTest, ClearTextIsNowhereOnTheDisk) {
    ASSERT_TRUE(bench_.open());
    NewMessage secret = message(1, "TOPSECRET content");
    secret.envelope = "TOPSECRET envelope";
    secret.recipients[0].note = "TOPSECRET note";
    ASSERT_TRUE(bench_.commit(batch(std::move(secret))));
    ASSERT_TRUE(bench_.commit(batch(message(2, std::string(10'000, ' ') + "TOPSECRET large"))));
    ASSERT_TRUE(bench_.commit(updates({update(1, 0, State::held, "TOPSECRET update")})));
    for (const std::string folder : {"/spool/segments", "/spool/content"}) {
        for (const auto& name : disk_.list(folder).value()) {
            std::string path = folder;
            path += "/" + name;
            const auto bytes = os::read_file(disk_, path, 10'000'000);
            ASSERT_TRUE(bytes);
            EXPECT_EQ(bytes->find("TOPSECRET"), std::string::npos) << name;
        }
    }
}

TEST_F(SpoolTest, ASecondOwnerIsRefused) {
    ASSERT_TRUE(bench_.open());
    Bench second(disk_);
    const Status opened = second.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind(), ErrorKind::conflict);
    EXPECT_NE(opened.error().detail().find("in use"), std::string::npos);
}

TEST_F(SpoolTest, AWrongKeyIsRefusedAndChangesNothing) {
    ASSERT_TRUE(bench_.open());
    ASSERT_TRUE(bench_.commit(batch(message(1, "x"))));
    bench_.spool.reset();
    Options options = bench_.options();
    options.key = test_key('w');
    const Status opened = bench_.open(std::move(options));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind(), ErrorKind::malformed);
    options = bench_.options();
    options.key = SecretBytes("short");
    EXPECT_EQ(bench_.open(std::move(options)).error().kind(), ErrorKind::malformed);
    ASSERT_TRUE(bench_.open());
    EXPECT_EQ(bench_.report.messages.size(), 1U);
    EXPECT_TRUE(bench_.report.set_aside.empty());
}

TEST_F(SpoolTest, RoomIsWhatTheDiskHas) {
    ASSERT_TRUE(bench_.open());
    EXPECT_GE(bench_.spool->room(), 1ULL << 40);
    EXPECT_LE(bench_.spool->room(), (1ULL << 40) + 10 * bench_.segment_size);
}

TEST(SpoolOnARealDisk, ManyThreadsCommitAndEverythingIsFound) {
    const TemporaryFolder folder;
    const auto files = os::posix_file_system();
    Bench bench(*files, folder.path + "/spool");
    bench.segment_size = 1024UL * 1024;
    ASSERT_TRUE(bench.open());
    constexpr std::uint64_t kThreads = 8;
    constexpr std::uint64_t kEach = 50;
    {
        std::vector<std::jthread> threads;
        threads.reserve(kThreads);
        for (std::uint64_t t = 0; t < kThreads; ++t) {
            threads.emplace_back([&bench, t] {
                for (std::uint64_t i = 0; i < kEach; ++i) {
                    const std::uint64_t id = 1 + t * kEach + i;
                    EXPECT_TRUE(bench.commit(batch(message(id, std::string(4000, 'c')))));
                    EXPECT_EQ(bench.spool->load({id}).value()->size(), 4000U);
                    if (i % 2 == 0) bench.spool->note({update(id, 0, State::delivered)});
                }
            });
        }
    }
    ASSERT_TRUE(bench.open());
    EXPECT_EQ(bench.report.messages.size(), kThreads * kEach / 2);
    for (const auto& one : bench.report.messages)
        EXPECT_TRUE(bench.spool->load(one.id));
}

}  // namespace
}  // namespace sealgate::spool
