// SPDX-License-Identifier: Apache-2.0
#include "os/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace sealgate::os {
namespace {

TEST(InheritedSockets, NamesAndDescriptorsInOrder) {
    const auto sockets = parse_inherited("42", "2", "outbound:inbound", 42);
    ASSERT_TRUE(sockets);
    ASSERT_EQ(sockets->size(), 2U);
    EXPECT_EQ((*sockets)[0].name, "outbound");
    EXPECT_EQ((*sockets)[0].descriptor, 3);
    EXPECT_EQ((*sockets)[1].name, "inbound");
    EXPECT_EQ((*sockets)[1].descriptor, 4);
}

TEST(InheritedSockets, NothingIsMeantForUs) {
    EXPECT_TRUE(parse_inherited(nullptr, nullptr, nullptr, 42)->empty());
    EXPECT_TRUE(parse_inherited("43", "2", "a:b", 42)->empty());
    EXPECT_TRUE(parse_inherited("42", "0", "", 42)->empty());
    EXPECT_TRUE(parse_inherited("42", "0", nullptr, 42)->empty());
}

TEST(InheritedSockets, WithoutNamesTheyAreNameless) {
    const auto sockets = parse_inherited("42", "1", nullptr, 42);
    ASSERT_TRUE(sockets);
    EXPECT_EQ(sockets->at(0).name, "");
}

TEST(InheritedSockets, RefusesWhatMakesNoSense) {
    EXPECT_FALSE(parse_inherited("x", "1", "a", 42));
    EXPECT_FALSE(parse_inherited("42", "-1", "a", 42));
    EXPECT_FALSE(parse_inherited("42", "2", "a", 42));
    EXPECT_FALSE(parse_inherited("42", "1", "a:b", 42));
    EXPECT_FALSE(parse_inherited("42", "4000000000", nullptr, 42));
}

// A socket of the service manager's kind, in the abstract namespace.
class Listener {
public:
    Listener() : descriptor_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        name_ = "@sealgate-test-" + std::to_string(getpid());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name_.data(), name_.size());
        address.sun_path[0] = '\0';
        EXPECT_EQ(bind(descriptor_,
                       // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
                       reinterpret_cast<const sockaddr*>(&address),
                       static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size())),
                  0);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    Listener(Listener&&) = delete;
    Listener& operator=(Listener&&) = delete;
    ~Listener() { close(descriptor_); }
    [[nodiscard]] const std::string& name() const { return name_; }
    std::string next() {
        std::array<char, 256> buffer{};
        const ssize_t size = recv(descriptor_, buffer.data(), buffer.size(), 0);
        return size <= 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

private:
    int descriptor_;
    std::string name_;
};

TEST(ServiceManager, SaysWhatTheProtocolAsksFor) {
    Listener listener;
    const ServiceManager manager(listener.name(), std::chrono::seconds(10));
    manager.ready("2 listeners");
    EXPECT_EQ(listener.next(), "READY=1\nSTATUS=2 listeners");
    manager.reloading();
    EXPECT_EQ(listener.next().rfind("RELOADING=1\nMONOTONIC_USEC=", 0), 0U);
    manager.alive();
    EXPECT_EQ(listener.next(), "WATCHDOG=1");
    manager.stopping();
    EXPECT_EQ(listener.next(), "STOPPING=1");
    const ServiceManager no_watchdog(listener.name(), std::chrono::seconds(0));
    no_watchdog.alive();
    EXPECT_EQ(listener.next(), "");
}

TEST(ServiceManager, WithoutOneNothingHappens) {
    const ServiceManager manager("", std::chrono::seconds(10));
    manager.ready("");
    manager.alive();
    EXPECT_FALSE(manager.listens());
    const ServiceManager gone("/nonexistent/notify", std::chrono::seconds(10));
    gone.ready("");
}

}  // namespace
}  // namespace sealgate::os
