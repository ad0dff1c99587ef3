// SPDX-License-Identifier: Apache-2.0
#include "os/scratch_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>

namespace sealgate::os {
namespace {

class ScratchFile : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "sealgate-scratch-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::string directory_;
};

TEST_F(ScratchFile, HasNoNameAndKeepsWhatIsWritten) {
    auto file = open_scratch_file(directory_);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write_at(0, "hello"));
    EXPECT_TRUE(std::filesystem::is_empty(directory_));
    EXPECT_EQ((*file)->read_at(1, 3), "ell");
    EXPECT_EQ((*file)->size(), 5U);
}

TEST_F(ScratchFile, TwoAreTwo) {
    auto a = open_scratch_file(directory_);
    auto b = open_scratch_file(directory_);
    ASSERT_TRUE(a && b);
    ASSERT_TRUE((*a)->write_at(0, "a"));
    EXPECT_EQ((*b)->size(), 0U);
}

TEST_F(ScratchFile, AFolderThatIsNotThereIsAnError) {
    EXPECT_EQ(open_scratch_file(directory_ + "/no").error().kind(), ErrorKind::not_found);
}

TEST_F(ScratchFile, TheFolderIsThatOfTheEnvironmentWhenItIsAbsolute) {
    // NOLINTBEGIN(concurrency-mt-unsafe): one thread
    const char* const before = std::getenv("TMPDIR");
    const std::string kept = before == nullptr ? "" : before;
    setenv("TMPDIR", directory_.c_str(), 1);
    EXPECT_EQ(scratch_directory(), directory_);
    setenv("TMPDIR", "relative", 1);
    EXPECT_EQ(scratch_directory(), "/var/tmp");
    unsetenv("TMPDIR");
    EXPECT_EQ(scratch_directory(), "/var/tmp");
    if (before != nullptr) setenv("TMPDIR", kept.c_str(), 1);
    // NOLINTEND(concurrency-mt-unsafe)
}

}  // namespace
}  // namespace sealgate::os
