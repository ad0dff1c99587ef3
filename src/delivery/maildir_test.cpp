// SPDX-License-Identifier: Apache-2.0
#include "delivery/maildir.h"

#include "os/fault_file_system.h"

#include <gtest/gtest.h>

namespace sealgate::delivery {
namespace {

// What new/ holds, all messages together.
std::vector<std::string> messages(os::FileSystem& files, const std::string& directory) {
    std::vector<std::string> out;
    const std::string folder = directory + "/new";
    const auto names = files.list(folder);
    if (!names) return out;
    for (const std::string& name : *names) {
        std::string path = folder;
        path.append("/").append(name);
        auto bytes = os::read_file(files, path, 1 << 20);
        out.push_back(bytes ? *bytes : "unreadable");
    }
    return out;
}

std::size_t unfinished(os::FileSystem& files) {
    const auto names = files.list("/m/tmp");
    return names ? names->size() : 0;
}

TEST(Maildir, KeepsBytesExactly) {
    os::ForgetfulFileSystem files;
    const std::string content("A: b\r\n\r\n.x\0\xFF\n\r", 14);
    ASSERT_TRUE(deliver_to_maildir(files, "/m", "gw.example", {"Return-Path: <>\r\n", content}));
    ASSERT_TRUE(deliver_to_maildir(files, "/m", "gw.example", {"", "second"}));
    EXPECT_EQ(messages(files, "/m"),
              (std::vector<std::string>{"Return-Path: <>\r\n" + content, "second"}));
    EXPECT_EQ(unfinished(files), 0U);
    EXPECT_TRUE(*files.exists("/m/cur"));
}

TEST(Maildir, TheHostNameCannotBecomeAPath) {
    os::ForgetfulFileSystem files;
    ASSERT_TRUE(deliver_to_maildir(files, "/m", "../../etc/x:2,S", {"x"}));
    ASSERT_EQ(messages(files, "/m").size(), 1U);
    EXPECT_EQ(files.list("/m/new")->front().find(':'), std::string::npos);
}

TEST(Maildir, AFailureLeavesNothingBehind) {
    using enum os::CallKind;
    for (const os::CallKind kind : {create, write, sync, rename}) {
        os::ForgetfulFileSystem disk;
        os::FailingFileSystem files(disk);
        ASSERT_TRUE(deliver_to_maildir(files, "/m", "gw", {"first"}));
        files.fail_nth({kind}, 0);
        const Status failed = deliver_to_maildir(files, "/m", "gw", {"second"});
        ASSERT_FALSE(failed);
        EXPECT_EQ(failed.error().kind(), ErrorKind::transient);
        EXPECT_EQ(messages(files, "/m"), std::vector<std::string>{"first"});
        EXPECT_EQ(unfinished(files), 0U);
    }
    os::ForgetfulFileSystem disk;
    os::FailingFileSystem files(disk);
    files.full_after(3);
    EXPECT_FALSE(deliver_to_maildir(files, "/m", "gw", {"longer than three"}));
    EXPECT_TRUE(messages(files, "/m").empty());
}

TEST(Maildir, H07_WhatWasReportedAsStoredSurvivesPowerLoss) {
    for (std::uint64_t calls = 1; calls < 40; ++calls) {
        os::ForgetfulFileSystem files(calls);
        files.power_off_after(calls);
        std::size_t stored = 0;
        for (int i = 0; i < 3; ++i)
            if (deliver_to_maildir(files, "/m", "gw", {"a ", "message"})) ++stored;
        const bool went_off = files.power_off();
        files.crash();
        const auto found = messages(files, "/m");
        EXPECT_GE(found.size(), stored) << calls;
        for (const std::string& message : found)
            EXPECT_EQ(message, "a message") << calls;
        if (!went_off) {
            EXPECT_EQ(stored, 3U);
            return;
        }
    }
    FAIL() << "the power went off each time";
}

}  // namespace
}  // namespace sealgate::delivery
