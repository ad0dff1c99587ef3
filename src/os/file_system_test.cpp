// SPDX-License-Identifier: Apache-2.0
#include "os/file_system.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

namespace sealgate::os {
namespace {

class PosixFiles : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "sealgate-os-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }
    std::string path(const std::string& name) const { return directory_ + "/" + name; }

    std::string directory_;
    std::unique_ptr<FileSystem> files_ = posix_file_system();
};

TEST_F(PosixFiles, WhatIsWrittenIsRead) {
    auto file = files_->open(path("a"), OpenMode::create_new);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write_at(0, "hello"));
    ASSERT_TRUE((*file)->write_at(8, "world"));
    ASSERT_TRUE((*file)->sync());
    EXPECT_EQ((*file)->size(), 13U);
    EXPECT_EQ((*file)->read_at(0, 100), std::string("hello\0\0\0world", 13));
    EXPECT_EQ((*file)->read_at(8, 3), "wor");
    EXPECT_EQ((*file)->read_at(50, 3), "");
    ASSERT_TRUE((*file)->truncate(2));
    EXPECT_EQ(read_file(*files_, path("a"), 10), "he");
}

TEST_F(PosixFiles, NewFilesAndFoldersArePrivate) {
    ASSERT_TRUE(files_->make_directories(path("x/y/z")));
    ASSERT_TRUE(files_->open(path("x/y/z/f"), OpenMode::create_new));
    struct stat info{};
    ASSERT_EQ(stat(path("x/y/z/f").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    ASSERT_EQ(stat(path("x/y").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
}

TEST_F(PosixFiles, ErrorsSayWhatTheCallerMayDo) {
    EXPECT_EQ(files_->open(path("no"), OpenMode::read).error().kind(), ErrorKind::not_found);
    EXPECT_EQ(files_->open(path("no"), OpenMode::read_write).error().kind(), ErrorKind::not_found);
    EXPECT_EQ(files_->remove(path("no")).error().kind(), ErrorKind::not_found);
    EXPECT_EQ(files_->list(path("no")).error().kind(), ErrorKind::not_found);
    ASSERT_TRUE(files_->open(path("a"), OpenMode::create_new));
    EXPECT_EQ(files_->open(path("a"), OpenMode::create_new).error().kind(), ErrorKind::conflict);
    EXPECT_EQ(files_->make_directories(path("a")).error().kind(), ErrorKind::conflict);
    EXPECT_EQ(files_->open(path(std::string(300, 'n')), OpenMode::read).error().kind(),
              ErrorKind::malformed);
    const auto full = files_->open("/dev/full", OpenMode::read_write);
    ASSERT_TRUE(full);
    EXPECT_EQ((*full)->write_at(0, "x").error().kind(), ErrorKind::transient);
}

TEST_F(PosixFiles, AFileWhoseSyncFailedIsNeverUsedAgain) {
    const auto file = files_->open("/dev/full", OpenMode::read_write);  // fdatasync: EINVAL
    ASSERT_TRUE(file);
    ASSERT_FALSE((*file)->sync());
    EXPECT_EQ((*file)->sync().error().kind(), ErrorKind::transient);
    EXPECT_EQ((*file)->write_at(0, "").error().kind(), ErrorKind::transient);
    EXPECT_EQ((*file)->truncate(0).error().kind(), ErrorKind::transient);
}

TEST_F(PosixFiles, RenameReplacesAndListIsSorted) {
    ASSERT_TRUE(write_file_durably(*files_, path("b"), "1"));
    ASSERT_TRUE(write_file_durably(*files_, path("a"), "2"));
    EXPECT_EQ(files_->list(directory_), (std::vector<std::string>{"a", "b"}));
    ASSERT_TRUE(files_->rename(path("a"), path("b")));
    EXPECT_EQ(files_->exists(path("a")), false);
    EXPECT_EQ(read_file(*files_, path("b"), 10), "2");
}

TEST_F(PosixFiles, DurableWriteReplacesALeftover) {
    ASSERT_TRUE(files_->open(path("a.tmp"), OpenMode::create_new));
    ASSERT_TRUE(write_file_durably(*files_, path("a"), "new"));
    EXPECT_EQ(read_file(*files_, path("a"), 3), "new");
    EXPECT_EQ(read_file(*files_, path("a"), 2).error().kind(), ErrorKind::exhausted);
    EXPECT_EQ(files_->list(directory_), std::vector<std::string>{"a"});
}

TEST_F(PosixFiles, ALockIsHeldByOneAndFreedWithItsFile) {
    auto first = files_->lock(path("lock"));
    ASSERT_TRUE(first);
    EXPECT_EQ(files_->lock(path("lock")).error().kind(), ErrorKind::conflict);
    first->reset();
    EXPECT_TRUE(files_->lock(path("lock")));
}

TEST_F(PosixFiles, KnowsTheSpaceLeft) {
    const auto space = files_->free_space(directory_);
    ASSERT_TRUE(space);
    EXPECT_GT(*space, 0U);
}

TEST(ParentDirectory, OfEveryForm) {
    EXPECT_EQ(parent_directory("/a/b"), "/a");
    EXPECT_EQ(parent_directory("/a"), "/");
    EXPECT_EQ(parent_directory("a"), ".");
}

}  // namespace
}  // namespace sealgate::os
