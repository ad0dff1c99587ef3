// SPDX-License-Identifier: Apache-2.0
#include "os/fault_file_system.h"

#include <gtest/gtest.h>

namespace sealgate::os {
namespace {

std::unique_ptr<File> create(FileSystem& files, const std::string& path) {
    auto file = files.open(path, OpenMode::create_new);
    return file ? *std::move(file) : nullptr;
}

TEST(ForgetfulFileSystem, KeepsWhatWasSyncedAndMayLoseTheRest) {
    int kept = 0, lost = 0, torn = 0;
    for (std::uint64_t seed = 0; seed < 64; ++seed) {
        ForgetfulFileSystem disk(seed);
        ASSERT_TRUE(disk.make_directories("/d"));
        const auto file = create(disk, "/d/a");
        ASSERT_TRUE(file->write_at(0, std::string(1024, 's')));
        ASSERT_TRUE(file->sync());
        ASSERT_TRUE(disk.sync_directory("/d"));
        ASSERT_TRUE(file->write_at(512, std::string(1024, 'n')));
        disk.crash();
        EXPECT_FALSE(file->write_at(0, "x")) << "a file from before the crash is dead";
        const auto bytes = read_file(disk, "/d/a", 4096);
        ASSERT_TRUE(bytes);
        EXPECT_EQ(bytes->substr(0, 512), std::string(512, 's'));
        if (*bytes == std::string(1024, 's')) {
            ++lost;
        } else if (*bytes == std::string(512, 's') + std::string(1024, 'n')) {
            ++kept;
        } else {
            ++torn;
        }
    }
    EXPECT_GT(kept, 0);
    EXPECT_GT(lost, 0);
    EXPECT_GT(torn, 0);
}

TEST(ForgetfulFileSystem, AnEntryWhoseFolderWasNotSyncedMayGo) {
    int kept = 0;
    for (std::uint64_t seed = 0; seed < 64; ++seed) {
        ForgetfulFileSystem disk(seed);
        ASSERT_TRUE(disk.make_directories("/d"));
        ASSERT_TRUE(create(disk, "/d/a")->sync());
        disk.crash();
        kept += *disk.exists("/d/a") ? 1 : 0;
    }
    EXPECT_GT(kept, 0);
    EXPECT_LT(kept, 64);
}

TEST(ForgetfulFileSystem, ADurableWriteIsOldOrNewAtEveryPoint) {
    for (std::uint64_t n = 0;; ++n) {
        ASSERT_LT(n, 1000U);
        ForgetfulFileSystem disk(n);
        ASSERT_TRUE(disk.make_directories("/d"));
        ASSERT_TRUE(write_file_durably(disk, "/d/a", "old"));
        disk.power_off_after(n);
        const bool done = write_file_durably(disk, "/d/a", "new").has_value();
        disk.crash();
        const auto bytes = read_file(disk, "/d/a", 10);
        ASSERT_TRUE(bytes) << n;
        EXPECT_TRUE(*bytes == "new" || (!done && *bytes == "old")) << n << ": " << *bytes;
        if (done) break;
    }
}

TEST(ForgetfulFileSystem, RenameRemoveListAndLockBehaveLikeADisk) {
    ForgetfulFileSystem disk;
    ASSERT_TRUE(disk.make_directories("/d/e"));
    ASSERT_TRUE(write_file_durably(disk, "/d/b", "1"));
    ASSERT_TRUE(write_file_durably(disk, "/d/a", "2"));
    ASSERT_TRUE(write_file_durably(disk, "/d/e/c", "3"));
    EXPECT_EQ(disk.list("/d"), (std::vector<std::string>{"a", "b", "e"}));
    ASSERT_TRUE(disk.rename("/d/a", "/d/b"));
    EXPECT_EQ(read_file(disk, "/d/b", 10), "2");
    ASSERT_TRUE(disk.remove("/d/b"));
    EXPECT_EQ(disk.remove("/d/b").error().kind(), ErrorKind::not_found);
    auto held = disk.lock("/d/lock");
    ASSERT_TRUE(held);
    EXPECT_EQ(disk.lock("/d/lock").error().kind(), ErrorKind::conflict);
    held->reset();
    EXPECT_TRUE(disk.lock("/d/lock"));
    EXPECT_EQ(disk.open("/no/a", OpenMode::create_new).error().kind(), ErrorKind::not_found);
}

TEST(FailingFileSystem, FailsTheCallThatWasChosen) {
    ForgetfulFileSystem disk;
    FailingFileSystem files(disk);
    ASSERT_TRUE(files.make_directories("/d"));
    const auto file = create(files, "/d/a");
    files.fail_nth({CallKind::sync}, 1);
    EXPECT_TRUE(file->sync());
    EXPECT_EQ(file->sync().error().kind(), ErrorKind::transient);
    EXPECT_TRUE(file->sync());
    files.fail_nth({}, 0, true, "/d/b");
    EXPECT_TRUE(file->sync());
    EXPECT_FALSE(create(files, "/d/b"));
    EXPECT_FALSE(create(files, "/d/b"));
    files.heal();
    EXPECT_TRUE(create(files, "/d/b"));
    EXPECT_EQ(files.failures(), 3U);
}

TEST(FailingFileSystem, IsFullAfterSoManyOctets) {
    ForgetfulFileSystem disk;
    FailingFileSystem files(disk);
    ASSERT_TRUE(files.make_directories("/d"));
    const auto file = create(files, "/d/a");
    files.full_after(10);
    EXPECT_TRUE(file->write_at(0, "12345678"));
    EXPECT_EQ(files.free_space("/d"), 2U);
    EXPECT_EQ(file->write_at(8, "123").error().kind(), ErrorKind::transient);
    EXPECT_TRUE(file->write_at(8, "12"));
    files.full_after(std::nullopt);
    EXPECT_TRUE(file->write_at(0, "12345678"));
}

TEST(HookedFileSystem, SeesTheCallsInOrder) {
    ForgetfulFileSystem disk;
    std::vector<CallKind> seen;
    HookedFileSystem files(disk, [&](const Call& call) -> Status {
        seen.push_back(call.kind);
        return {};
    });
    ASSERT_TRUE(files.make_directories("/d"));
    ASSERT_TRUE(write_file_durably(files, "/d/a", "x"));
    EXPECT_EQ(seen,
              (std::vector<CallKind>{CallKind::make_directories,
                                     CallKind::remove,
                                     CallKind::create,
                                     CallKind::write,
                                     CallKind::sync,
                                     CallKind::rename,
                                     CallKind::sync_directory}));
}

}  // namespace
}  // namespace sealgate::os
