// SPDX-License-Identifier: Apache-2.0
#include "os/local_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace sealgate::os {
namespace {

constexpr uid_t kStranger = 12345;

class MayConnect : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = std::filesystem::temp_directory_path() / "sealgate-socket-XXXXXX";
        directory_ = mkdtemp(pattern.data());
        ASSERT_EQ(chmod(directory_.c_str(), 0755), 0);
        path_ = directory_ + "/lmtp";
    }
    void TearDown() override {
        if (listener_ >= 0) (void)close(listener_);
        std::filesystem::remove_all(directory_);
    }
    void listen_at(mode_t mode) {
        listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path_.data(), path_.size());
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API
        const auto* name = reinterpret_cast<const sockaddr*>(&address);
        ASSERT_EQ(bind(listener_, name, sizeof address), 0);
        ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    }
    std::string directory_;
    std::string path_;
    int listener_ = -1;
};

TEST_F(MayConnect, WhatIsMissing) {
    const Status none = may_connect(path_, geteuid());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind(), ErrorKind::not_found);
    EXPECT_NE(none.error().detail().find("there is no socket " + path_), std::string::npos);
    EXPECT_EQ(may_connect(directory_ + "/none/lmtp", geteuid()).error().kind(),
              ErrorKind::not_found);
    std::ofstream(path_) << "a file";
    EXPECT_EQ(may_connect(path_, geteuid()).error().detail(), path_ + " is no socket");
}

TEST_F(MayConnect, WhatIsNotPermitted) {
    listen_at(0600);
    EXPECT_TRUE(may_connect(path_, geteuid()));
    const Status refused = may_connect(path_, kStranger);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), ErrorKind::refused);
    EXPECT_EQ(refused.error().detail(), "12345 may not connect to " + path_ + " (mode 600)");
    ASSERT_EQ(chmod(path_.c_str(), 0666), 0);
    EXPECT_TRUE(may_connect(path_, kStranger));
    ASSERT_EQ(chmod(directory_.c_str(), 0700), 0);
    const Status outside = may_connect(path_, kStranger);
    ASSERT_FALSE(outside);
    EXPECT_NE(outside.error().detail().find("may not enter " + directory_ + " (mode 700)"),
              std::string::npos);
}

}  // namespace
}  // namespace sealgate::os
