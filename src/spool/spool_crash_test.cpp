// SPDX-License-Identifier: Apache-2.0
// The promise of the spool on disks that lose power, fail and fill up: a batch whose success was
// told is there completely; any other is there completely or not at all; what is final stays final.

#include "os/fault_file_system.h"
#include "spool/format.h"
#include "spool/test_support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sealgate::spool {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the spool's own test helpers

// A batch as it was committed, and what became of it.
struct Entry {
    std::vector<std::uint64_t> messages;
    std::uint64_t finishes = 0;  // a message it finishes, or 0
    bool acknowledged = false;
};

std::string content_for(std::uint64_t id) {
    const std::size_t size = id % 11 == 0 ? 10'000 + id : 100 + 37 * id % 1500;  // some in files
    return std::string(size, static_cast<char>('a' + id % 26));
}

Batch batch_of(const Entry& entry) {
    Batch out;
    for (const auto id : entry.messages)
        out.messages.push_back(message(id, content_for(id)));
    if (entry.finishes != 0) out.updates.push_back(update(entry.finishes, 0, State::delivered));
    return out;
}

class Ledger {
public:
    explicit Ledger(std::uint64_t first = 1) : next_(first) {}

    // Messages come in, most go again, some stay; some batches carry several, some finish others.
    void run(Bench& bench, std::size_t batches) {
        for (std::size_t i = 0; i < batches; ++i) {
            Entry entry;
            entry.messages.push_back(next_++);
            if (i % 3 == 0) entry.messages.push_back(next_++);
            if (i > 2 && i % 4 != 0) entry.finishes = entry.messages[0] - 3;
            // From here on what is pending in old segments moves to files.
            if (i == batches / 2) bench.clock.advance(std::chrono::hours(24) * 365 * 3);
            entry.acknowledged = bench.commit(batch_of(entry)).has_value();
            entries_.push_back(std::move(entry));
        }
    }

    [[nodiscard]] bool all_acknowledged() const {
        return std::ranges::all_of(entries_, &Entry::acknowledged);
    }

    void check(Bench& bench, const std::string& where) const {
        SCOPED_TRACE(where);
        const auto found = bench.found();
        EXPECT_TRUE(bench.report.set_aside.empty())
            << (bench.report.set_aside.empty() ? "" : bench.report.set_aside[0]);
        std::set<std::uint64_t> finished;   // certainly
        std::set<std::uint64_t> uncertain;  // by a batch that was not acknowledged
        for (const Entry& entry : entries_) {
            if (entry.finishes != 0) {
                (entry.acknowledged ? finished : uncertain).insert(entry.finishes);
            }
        }
        for (const Entry& entry : entries_) {
            std::size_t there = 0;
            std::size_t may_be = 0;
            for (const auto id : entry.messages) {
                if (finished.contains(id)) {
                    EXPECT_FALSE(found.contains(id)) << id << " came back";
                    continue;
                }
                if (uncertain.contains(id)) continue;
                ++may_be;
                there += found.contains(id) ? 1 : 0;
            }
            if (entry.acknowledged) {
                EXPECT_EQ(there, may_be) << "lost from " << entry.messages[0];
            } else {
                EXPECT_TRUE(there == 0 || there == may_be) << "half of " << entry.messages[0];
                if (may_be > 0 && entry.finishes != 0 && !finished.contains(entry.finishes) &&
                    there > 0) {
                    EXPECT_FALSE(found.contains(entry.finishes)) << "update of a whole batch lost";
                }
            }
        }
        for (const auto& [id, stored] : found) {
            EXPECT_EQ(stored.envelope, "envelope of " + std::to_string(id));
            const auto content = bench.spool->load({id});
            ASSERT_TRUE(content) << id << ": " << content.error().detail();
            EXPECT_EQ(**content, content_for(id));
        }
    }

private:
    std::uint64_t next_;
    std::vector<Entry> entries_;
};

// So that segments are given back and carried from many times in a short run.
void make_small(Bench& bench) {
    bench.segment_size = 16UL * 1024;
    bench.large_content = 4UL * 1024;
}

TEST(SpoolCrash, NothingAcknowledgedIsLostWhereverThePowerGoes) {
    bool clean = false;
    for (std::uint64_t n = 0; !clean; n += 1 + n / 25) {
        ASSERT_LT(n, 20'000U);
        os::ForgetfulFileSystem disk(n);
        Bench bench(disk);
        make_small(bench);
        Ledger ledger;
        disk.power_off_after(n);
        if (bench.open()) ledger.run(bench, 120);
        bench.spool.reset();
        clean = !disk.power_off();
        disk.crash();
        // The recovery is interrupted too, at another place each time.
        disk.power_off_after(n % 41);
        os::best_effort(bench.open());
        bench.spool.reset();
        disk.crash();
        ASSERT_TRUE(bench.open()) << n;
        ledger.check(bench, "power off after call " + std::to_string(n));
        // And the spool goes on from there.
        Ledger later(1000);
        later.run(bench, 8);
        EXPECT_TRUE(later.all_acknowledged()) << n;
        ASSERT_TRUE(bench.open()) << n;
        later.check(bench, "after going on from call " + std::to_string(n));
        ASSERT_FALSE(::testing::Test::HasFailure()) << n;
    }
}

TEST(SpoolCrash, OneFailingCallCostsAtMostTheBatchesUnderWay) {
    bool clean = false;
    for (std::uint64_t n = 0; !clean; n += 1 + n / 25) {
        ASSERT_LT(n, 20'000U);
        os::ForgetfulFileSystem disk(n);
        os::FailingFileSystem files(disk);
        Bench bench(files);
        make_small(bench);
        Ledger ledger;
        files.fail_nth({}, n);
        if (bench.open()) ledger.run(bench, 120);
        bench.spool.reset();
        clean = files.failures() == 0;
        files.heal();
        if (n % 2 == 0) disk.crash();
        ASSERT_TRUE(bench.open()) << n;
        ledger.check(bench, "failing call " + std::to_string(n));
        EXPECT_TRUE(bench.commit(batch(message(999, "after")))) << n;
        EXPECT_TRUE(bench.spool->healthy());
        ASSERT_FALSE(::testing::Test::HasFailure()) << n;
    }
}

TEST(SpoolCrash, AFailedSyncIsFinalForItsSegment) {
    os::ForgetfulFileSystem disk;
    os::FailingFileSystem failing(disk);
    std::mutex mutex;
    std::vector<std::string> written;  // segments written after the failure
    bool failed = false;
    os::HookedFileSystem files(failing, [&](const os::Call& call) -> Status {
        const std::scoped_lock lock(mutex);
        if (failed && call.kind == os::CallKind::write && call.length != kFirstGroup) {
            written.push_back(call.path);
        }
        return {};
    });
    Bench bench(files);
    ASSERT_TRUE(bench.open());
    ASSERT_TRUE(bench.commit(batch(message(1, "first"))));
    const std::string first = segment_of(disk, 1);
    failing.fail_nth({os::CallKind::sync}, 0, false, first);
    const Status lost = bench.commit(batch(message(2, "lost")));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().kind(), ErrorKind::transient);
    EXPECT_FALSE(bench.spool->healthy());
    {
        const std::scoped_lock lock(mutex);
        failed = true;
    }
    ASSERT_TRUE(bench.commit(batch(message(3, "third"))));
    EXPECT_TRUE(bench.spool->healthy());
    EXPECT_TRUE(bench.commit(batch(message(2, "again"))));
    bench.spool.reset();
    for (const auto& path : written)
        EXPECT_NE(path, first);
    ASSERT_TRUE(bench.open());
    EXPECT_EQ(bench.report.messages.size(), 3U);
    EXPECT_EQ(*bench.spool->load({2}).value(), "again")
        << "the failed batch is cut, although its bytes reached the disk";
    EXPECT_TRUE(bench.report.set_aside.empty());
}

TEST(SpoolCrash, ADyingDiskFailsEverythingAndHangsNothing) {
    os::ForgetfulFileSystem disk;
    os::FailingFileSystem files(disk);
    Bench bench(files);
    ASSERT_TRUE(bench.open());
    ASSERT_TRUE(bench.commit(batch(message(1, "first", 2))));
    files.fail_nth({}, 0, true);
    for (std::uint64_t id = 2; id < 10; ++id) {
        EXPECT_FALSE(bench.commit(batch(message(id, content_for(id)))));
    }
    bench.spool->note({update(1, 0, State::delivered)});
    EXPECT_FALSE(bench.commit(batch(message(10, "x"))));
    EXPECT_FALSE(bench.spool->healthy());
    files.heal();
    ASSERT_TRUE(bench.commit(batch(message(11, "x"))));
    bench.spool.reset();
    ASSERT_TRUE(bench.open());
    EXPECT_EQ(bench.report.messages.size(), 2U);
    EXPECT_EQ(bench.found().at(1).recipients[0].state, State::delivered) << "a note is kept";
}

TEST(SpoolCrash, AFullDiskRefusesAndRecovers) {
    os::ForgetfulFileSystem disk;
    os::FailingFileSystem files(disk);
    Bench bench(files);
    ASSERT_TRUE(bench.open());
    files.full_after(200'000);
    std::uint64_t id = 1;
    std::vector<std::uint64_t> kept;
    bool full = false;
    for (; id < 500 && !full; ++id) {
        const Status status = bench.commit(batch(message(id, content_for(id))));
        if (status) {
            kept.push_back(id);
        } else {
            EXPECT_EQ(status.error().kind(), ErrorKind::transient);
            full = true;
        }
    }
    ASSERT_TRUE(full);
    EXPECT_LT(bench.spool->room(), 200'000U);
    files.full_after(std::nullopt);
    ASSERT_TRUE(bench.commit(batch(message(id, content_for(id)))));
    kept.push_back(id);
    ASSERT_TRUE(bench.open());
    for (const auto one : kept)
        EXPECT_EQ(*bench.spool->load({one}).value(), content_for(one));
    EXPECT_EQ(bench.report.messages.size(), kept.size());
}

TEST(SpoolCrash, SuccessIsToldOnlyAfterEverySyncItNeeds) {
    os::ForgetfulFileSystem disk;
    std::mutex mutex;
    std::set<std::string> unsynced;  // files written, folders changed
    std::size_t writes = 0;
    bool watching = false;
    os::HookedFileSystem files(disk, [&](const os::Call& call) -> Status {
        const std::scoped_lock lock(mutex);
        if (!watching) return {};
        switch (call.kind) {
            case os::CallKind::write:
                unsynced.insert(call.path);
                ++writes;
                break;
            case os::CallKind::create:
                unsynced.insert(os::parent_directory(call.path));
                break;
            case os::CallKind::sync:
            case os::CallKind::sync_directory:
                unsynced.erase(call.path);
                break;
            default:
                break;
        }
        return {};
    });
    Bench bench(files);
    bench.segment_size =
        1024UL * 1024;  // no roll, so that the housekeeper stays out of the picture
    ASSERT_TRUE(bench.open());
    ASSERT_TRUE(bench.commit(batch(message(1, "warm"))));
    for (std::uint64_t id = 2; id < 12; ++id) {
        {
            const std::scoped_lock lock(mutex);
            watching = true;
            writes = 0;
        }
        std::atomic<bool> done = false;
        std::set<std::string> left;
        bench.spool->commit(batch(message(id, content_for(id))), [&](Status status) {
            EXPECT_TRUE(status);
            const std::scoped_lock lock(mutex);
            left = unsynced;
            watching = false;
            done = true;
            done.notify_one();
        });
        done.wait(false);
        EXPECT_TRUE(left.empty()) << *left.begin();
        EXPECT_GT(writes, 0U);
    }
}

}  // namespace
}  // namespace sealgate::spool
