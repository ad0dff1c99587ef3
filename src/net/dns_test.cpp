// SPDX-License-Identifier: Apache-2.0
// The client with a server on loopback, and connections to one of several addresses.
#include "net/dns.h"

#include "net/connect.h"

#include <boost/asio/ip/udp.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>

namespace sealgate::net {
namespace {

using namespace std::chrono_literals;
using Kind = DnsAnswer::Kind;
using tcp = asio::ip::tcp;
using udp = asio::ip::udp;

// Answers each question with what `reply` makes of its type; "" = silence.
class Server {
public:
    explicit Server(asio::io_context& loop)
        : socket_(loop, udp::endpoint(asio::ip::make_address("127.0.0.1"), 0)) {
        receive();
    }
    std::function<std::string(unsigned type)> reply;
    std::size_t questions = 0;
    [[nodiscard]] std::uint16_t port() const { return socket_.local_endpoint().port(); }
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port()); }
    void close() { socket_.close(); }

private:
    void receive() {
        socket_.async_receive_from(asio::buffer(buffer_), source_, [this](auto error, auto size) {
            if (error) return;
            answer(size);
            receive();
        });
    }
    void answer(std::size_t size) {
        ++questions;
        std::size_t end = 12;
        while (end < size && buffer_[end] != 0)
            ++end;
        if (end + 5 > size) return;
        const unsigned type = static_cast<unsigned char>(buffer_[end + 2]);
        const std::string tail = reply(type);
        if (tail.empty()) return;
        std::string out(buffer_.data(), 2);
        out += tail.substr(0, 2) + std::string("\0\1", 2) + tail.substr(2, 6);
        out.append(buffer_.data() + 12, end + 5 - 12);
        out += tail.substr(8);
        (void)socket_.send_to(asio::buffer(out), source_);
    }
    udp::socket socket_;
    udp::endpoint source_;
    std::array<char, 2048> buffer_{};
};

// Flags, counts of answers, authorities and additional records, then one record for the name asked.
std::string with_record(unsigned type, const std::string& data) {
    std::string out("\x81\x80\0\1\0\0\0\0\xC0\x0C\0", 11);
    out += static_cast<char>(type);
    out += std::string("\0\1\0\0\0\x3C\0", 7);
    out += static_cast<char>(data.size());
    return out + data;
}

std::string without_record(unsigned code) {
    std::string out("\x81", 1);
    out += static_cast<char>(0x80U | code);
    return out + std::string(6, '\0');
}

class DnsTest : public ::testing::Test {
protected:
    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        asio::co_spawn(
            loop_.get_executor(),
            [&]() -> Task<void> { result.emplace(co_await std::move(task)); },
            asio::detached);
        while (!result && loop_.run_one() > 0) {
        }
        return *std::move(result);
    }
    void configure(AddressFamily family = AddressFamily::any, std::size_t cache = 100) {
        DnsOptions options;
        options.servers.servers = {server_.address()};
        options.servers.timeout = 300ms;
        options.servers.tries = 2;
        options.cache = cache;
        options.family = family;
        ASSERT_TRUE(dns_.configure(options));
    }

    asio::io_context loop_{1};
    Server server_{loop_};
    Dns dns_{loop_};
};

TEST_F(DnsTest, AsksOnceForManyAndKeepsTheAnswer) {
    configure();
    server_.reply = [](unsigned) { return with_record(15, std::string("\0\7\2mx\0", 6)); };
    std::size_t answered = 0;
    for (int i = 0; i < 5; ++i) {
        asio::co_spawn(
            loop_.get_executor(),
            [&]() -> Task<void> {
                auto answer = co_await dns_.ask("a.example", DnsType::mx);
                if (answer.kind == Kind::found && answer.records.at(0).name == "mx") ++answered;
            },
            asio::detached);
    }
    while (answered < 5 && loop_.run_one() > 0) {
    }
    EXPECT_EQ(answered, 5U);
    EXPECT_EQ(run(dns_.ask("a.example", DnsType::mx)).records.at(0).preference, 7);
    EXPECT_EQ(server_.questions, 1U);
}

TEST_F(DnsTest, SilenceEndsAsAFailure) {
    configure();
    server_.reply = [](unsigned) { return std::string(); };
    const auto answer = run(dns_.ask("a.example", DnsType::mx));
    EXPECT_EQ(answer.kind, Kind::failed);
    EXPECT_FALSE(answer.why.empty());
    EXPECT_GE(server_.questions, 2U);
}

// By TCP one question for each connection: reads it, and gives the octets that were asked.
Task<std::string> read_question(Socket& socket) {
    std::string got;
    std::array<char, 512> buffer{};
    while (got.size() < 2 || got.size() < 2U + static_cast<unsigned char>(got[1])) {
        auto [error, size] = co_await socket.async_read_some(asio::buffer(buffer), kUse);
        if (error) co_return std::string();
        got.append(buffer.data(), size);
    }
    co_return got.substr(2);
}

TEST_F(DnsTest, ALongAnswerThatStopsHoldsUpNoOther) {
    // A port that is free for both.
    std::unique_ptr<Server> server;
    Acceptor acceptor(loop_);
    boost::system::error_code taken;
    do {
        server = std::make_unique<Server>(loop_);
        acceptor = Acceptor(loop_);
        acceptor.open(tcp::v4());
        acceptor.bind(tcp::endpoint(asio::ip::make_address("127.0.0.1"), server->port()), taken);
    } while (taken);
    acceptor.listen();
    DnsOptions options;
    options.servers.servers = {server->address()};
    options.servers.timeout = 300ms;
    options.servers.tries = 2;
    ASSERT_TRUE(dns_.configure(options));
    server->reply = [](unsigned) { return "\x83\x80" + std::string(6, '\0'); };  // come by TCP
    std::vector<Socket> sockets;
    asio::co_spawn(
        loop_.get_executor(),
        [&]() -> Task<void> {
            for (;;) {
                auto [error, socket] = co_await acceptor.async_accept(kUse);
                if (error) co_return;
                sockets.push_back(std::move(socket));
                if (sockets.size() == 1) continue;  // never answered
                const std::string question = co_await read_question(sockets.back());
                if (question.empty()) continue;
                const std::string tail = with_record(15, std::string("\0\7\2mx\0", 6));
                std::string out = question.substr(0, 2) + tail.substr(0, 2) +
                                  std::string("\0\1", 2) + tail.substr(2, 6);
                std::size_t end = 12;
                while (question[end] != 0)
                    ++end;
                out += question.substr(12, end + 5 - 12) + tail.substr(8);
                out.insert(0, {'\0', static_cast<char>(out.size())});
                (void)co_await sockets.back().async_write_some(asio::buffer(out), kUse);
            }
        },
        asio::detached);
    std::optional<DnsAnswer> stuck;
    asio::co_spawn(
        loop_.get_executor(),
        [&]() -> Task<void> { stuck = co_await dns_.ask("stuck.example", DnsType::mx); },
        asio::detached);
    while (sockets.empty() && loop_.run_one() > 0) {
    }
    for (const char* name : {"a.example", "b.example"}) {
        const auto answer = run(dns_.ask(name, DnsType::mx));
        ASSERT_EQ(answer.kind, Kind::found) << answer.why;
        EXPECT_EQ(answer.records.at(0).name, "mx");
        EXPECT_FALSE(stuck);
    }
    EXPECT_EQ(sockets.size(), 3U);
    while (!stuck && loop_.run_one() > 0) {
    }
    EXPECT_EQ(stuck->kind, Kind::failed);
    acceptor.close();
    loop_.poll();
}

TEST_F(DnsTest, FamiliesTakeTurnsAndCanBeLeftOut) {
    server_.reply = [](unsigned type) {
        return type == 1 ? with_record(1, std::string("\xC0\0\2\1", 4))
                         : with_record(
                               28, std::string("\x20\1\x0D\xB8", 4) + std::string(11, '\0') + "\1");
    };
    const std::vector<std::pair<AddressFamily, std::vector<std::string>>> cases = {
        {AddressFamily::any, {"2001:db8::1", "192.0.2.1"}},
        {AddressFamily::prefer_ipv4, {"192.0.2.1", "2001:db8::1"}},
        {AddressFamily::ipv4, {"192.0.2.1"}},
        {AddressFamily::ipv6, {"2001:db8::1"}}};
    for (const auto& [family, wanted] : cases) {
        configure(family);
        const auto answer = run(dns_.addresses("a.example"));
        std::vector<std::string> found;
        for (const DnsRecord& record : answer.records)
            found.push_back(record.address.to_string());
        EXPECT_EQ(found, wanted);
    }
}

TEST_F(DnsTest, OneFamilyIsEnoughAndAFailureOfBothIsNone) {
    configure();
    server_.reply = [](unsigned type) {
        return type == 1 ? with_record(1, std::string("\xC0\0\2\1", 4)) : without_record(2);
    };
    EXPECT_EQ(run(dns_.addresses("a.example")).kind, Kind::found);
    server_.reply = [](unsigned type) { return without_record(type == 1 ? 2 : 0); };
    EXPECT_EQ(run(dns_.addresses("b.example")).kind, Kind::failed);
    server_.reply = [](unsigned) { return without_record(3); };
    EXPECT_EQ(run(dns_.addresses("c.example")).kind, Kind::no_name);
}

TEST_F(DnsTest, HostsFileAndLocalNamesComeFirst) {
    configure();
    server_.reply = [](unsigned) { return without_record(3); };
    const auto answer = run(dns_.host("localhost"));
    ASSERT_EQ(answer.kind, Kind::found);
    EXPECT_EQ(server_.questions, 0U);
}

TEST_F(DnsTest, AHostKnownBeforeCountsWhileNobodyAnswers) {
    configure();
    server_.reply = [](unsigned type) {
        return type == 1 ? with_record(1, std::string("\xC0\0\2\1", 4)) : without_record(0);
    };
    ASSERT_EQ(run(dns_.host("relay.example")).kind, Kind::found);
    server_.reply = [](unsigned) { return without_record(2); };
    EXPECT_EQ(run(dns_.host("relay.example")).kind, Kind::found);
}

TEST_F(DnsTest, BadServersAreRefusedAndTheOldOnesStay) {
    configure();
    server_.reply = [](unsigned) { return with_record(15, std::string("\0\7\2mx\0", 6)); };
    DnsOptions bad;
    bad.servers.servers = {"not an address"};
    EXPECT_FALSE(dns_.configure(bad));
    EXPECT_EQ(run(dns_.ask("a.example", DnsType::mx)).kind, Kind::found);
}

TEST_F(DnsTest, EndsWithQuestionsOpen) {
    server_.reply = [](unsigned) { return std::string(); };
    auto dns = std::make_unique<Dns>(loop_);
    DnsOptions options;
    options.servers.servers = {server_.address()};
    ASSERT_TRUE(dns->configure(options));
    asio::co_spawn(
        loop_.get_executor(),
        [&]() -> Task<void> { (void)co_await dns->ask("a.example", DnsType::mx); },
        asio::detached);
    while (server_.questions == 0 && loop_.run_one() > 0) {
    }
    options.servers.tries = 1;  // another client: what was asked of the old one ends as a failure
    EXPECT_TRUE(dns->configure(options));
    loop_.poll();
    dns.reset();
    loop_.poll();
}

TEST_F(DnsTest, TheFirstAddressThatAnswersWins) {
    Deadlines deadlines(loop_);
    deadlines.start();
    Acceptor acceptor(loop_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
    const auto good = acceptor.local_endpoint();
    tcp::endpoint refused(asio::ip::make_address("127.0.0.1"), 0);
    {
        Acceptor gone(loop_, refused);
        refused = gone.local_endpoint();
    }
    auto one = run(connect_any({refused, good}, deadlines, 5s));
    ASSERT_TRUE(one) << one.error().detail();
    EXPECT_EQ((*one)->remote_port(), good.port());
    auto none = run(connect_any({refused, refused}, deadlines, 5s));
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().detail().find(std::to_string(refused.port())), std::string::npos);
    EXPECT_FALSE(run(connect_any({}, deadlines, 5s)));

    // A listener whose queue is full does not answer: the next address gets its chance beside it.
    Acceptor full(loop_);
    full.open(tcp::v4());
    full.bind(tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
    full.listen(0);
    std::vector<Socket> fillers;
    for (int i = 0; i < 3; ++i) {
        fillers.emplace_back(loop_);
        fillers.back().open(tcp::v4());
        fillers.back().async_connect(full.local_endpoint(),
                                     [](const boost::system::error_code&) {});
    }
    auto beside = run(connect_any({full.local_endpoint(), good}, deadlines, 5s));
    ASSERT_TRUE(beside);
    EXPECT_EQ((*beside)->remote_port(), good.port());
    auto late = run(connect_any({full.local_endpoint()}, deadlines, 300ms));
    ASSERT_FALSE(late);
    EXPECT_NE(late.error().detail().find("timed out"), std::string::npos);
    deadlines.stop();
}

}  // namespace
}  // namespace sealgate::net
