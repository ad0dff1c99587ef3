#pragma once
// SPDX-License-Identifier: Apache-2.0
// For tests: a DNS server and mail servers on loopback, all on one loop, with real sockets.

#include "net/asio.h"
#include "net/deadlines.h"
#include "net/dns.h"

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::delivery {

// Answers from what it was told; a name it was not told of does not exist.
class TestDns {
public:
    explicit TestDns(net::asio::io_context& loop)
        : socket_(loop, {net::asio::ip::make_address("127.0.0.1"), 0}) {
        receive();
    }

    void address(const std::string& name, const std::string& address) {
        const auto parsed = net::asio::ip::make_address(address);
        std::string data;
        if (parsed.is_v4()) {
            for (const unsigned char octet : parsed.to_v4().to_bytes())
                data += static_cast<char>(octet);
        } else {
            for (const unsigned char octet : parsed.to_v6().to_bytes())
                data += static_cast<char>(octet);
        }
        zone_[name][parsed.is_v4() ? kA : kAaaa].push_back(std::move(data));
    }
    // "" = the root: a null MX.
    void mx(const std::string& name, unsigned preference, const std::string& host) {
        zone_[name][kMx].push_back(number(preference) + wire(host));
    }
    void exists(const std::string& name) { (void)zone_[name]; }
    void fails(const std::string& name) { failing_.insert(name); }

    [[nodiscard]] net::DnsOptions options() const {
        net::DnsOptions options;
        options.servers.servers = {"127.0.0.1:" + std::to_string(socket_.local_endpoint().port())};
        options.servers.timeout = std::chrono::milliseconds(500);
        options.servers.tries = 1;
        return options;
    }

private:
    static constexpr unsigned kA = 1;
    static constexpr unsigned kMx = 15;
    static constexpr unsigned kAaaa = 28;

    static std::string number(std::size_t value) {
        return {static_cast<char>(value >> 8U & 0xFFU), static_cast<char>(value & 0xFFU)};
    }
    static std::string wire(const std::string& name) {
        std::string out;
        for (std::size_t at = 0; at < name.size();) {
            const std::size_t end = std::min(name.find('.', at), name.size());
            out += static_cast<char>(end - at);
            out.append(name, at, end - at);
            at = end + 1;
        }
        return out + '\0';
    }

    void receive() {
        socket_.async_receive_from(
            net::asio::buffer(buffer_), source_, [this](auto error, std::size_t size) {
                if (error) return;
                const std::string answer = answer_to({buffer_.data(), size});
                if (!answer.empty()) (void)socket_.send_to(net::asio::buffer(answer), source_);
                receive();
            });
    }

    [[nodiscard]] std::string answer_to(const std::string& question) const {
        constexpr std::size_t kHeader = 12;
        std::string name;
        std::size_t at = kHeader;
        while (at < question.size() && question[at] != '\0') {
            const auto length = static_cast<unsigned char>(question[at]);
            name += (name.empty() ? "" : ".") + question.substr(at + 1, length);
            at += 1U + length;
        }
        if (at + 5 > question.size()) return "";
        const unsigned type = static_cast<unsigned char>(question[at + 2]);
        const auto found = zone_.find(name);
        std::vector<std::string> records;
        if (found != zone_.end()) {
            const auto of_type = found->second.find(type);
            if (of_type != found->second.end()) records = of_type->second;
        }
        const char code = failing_.contains(name) ? '\2' : found == zone_.end() ? '\3' : '\0';
        std::string out = question.substr(0, 2) + "\x81" + static_cast<char>('\x80' | code);
        out += number(1) + number(records.size()) + number(0) + number(0);
        out += question.substr(kHeader, at + 5 - kHeader);
        for (const std::string& data : records) {
            out += "\xC0\x0C" + number(type) + number(1) + number(0) + number(60);
            out += number(data.size()) + data;
        }
        return out;
    }

    net::asio::ip::udp::socket socket_;
    net::asio::ip::udp::endpoint source_;
    std::array<char, 2048> buffer_{};
    std::map<std::string, std::map<unsigned, std::vector<std::string>>> zone_;
    std::set<std::string> failing_;
};

// Takes every message, and counts.
class TestMailServer {
public:
    // Port 0: any.
    TestMailServer(net::asio::io_context& loop, const std::string& address, std::uint16_t port)
        : acceptor_(loop, {net::asio::ip::make_address(address), port}) {
        net::asio::co_spawn(loop.get_executor(), accept(), net::asio::detached);
    }
    std::string greeting = "220 test ESMTP";
    std::size_t accepted = 0;           // connections
    std::size_t quits = 0;              // of them that ended by QUIT
    std::vector<std::string> commands;  // of all connections

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] std::size_t open() const { return sockets_.size(); }
    // Ends the connections that there are, without a word.
    void hang_up() {
        for (const auto& socket : sockets_)
            socket->close();
    }
    // Refuses connections from now on.
    void go_away() {
        hang_up();
        acceptor_.close();
    }

private:
    using SocketPointer = std::shared_ptr<net::Socket>;

    net::Task<void> accept() {
        for (;;) {
            auto [error, socket] = co_await acceptor_.async_accept(net::kUse);
            if (error) co_return;
            ++accepted;
            auto shared = std::make_shared<net::Socket>(std::move(socket));
            sockets_.insert(shared);
            net::asio::co_spawn(shared->get_executor(), serve(shared), net::asio::detached);
        }
    }
    static net::Task<bool> say(net::Socket& socket, std::string line) {
        line += "\r\n";
        auto [error, size] =
            co_await net::asio::async_write(socket, net::asio::buffer(line), net::kUse);
        co_return !error && size == line.size();
    }
    net::Task<void> serve(SocketPointer socket) {
        co_await talk(*socket);
        sockets_.erase(socket);
        boost::system::error_code ignored;
        (void)socket->close(ignored);
    }
    net::Task<void> talk(net::Socket& socket) {
        bool going_on = co_await say(socket, greeting);
        net::asio::streambuf buffer;
        while (going_on) {
            auto [error, size] =
                co_await net::asio::async_read_until(socket, buffer, "\r\n", net::kUse);
            if (error) co_return;
            const auto* const data = static_cast<const char*>(buffer.data().data());
            const std::string line(data, size - 2);
            buffer.consume(size);
            commands.push_back(line);
            if (line == "QUIT") {
                ++quits;
                (void)co_await say(socket, "221 bye");
                co_return;
            }
            const bool hello = line.starts_with("EHLO");
            going_on = co_await say(socket, hello ? "250-test\r\n250 PIPELINING" : "250 ok");
        }
    }

    net::Acceptor acceptor_;
    std::set<SocketPointer> sockets_;
};

// The loop, the DNS, and coroutines that a test runs to their end.
class WorldTest : public testing::Test {
protected:
    WorldTest() : deadlines_(loop_), dns_(loop_), client_(loop_) {
        deadlines_.start();
        EXPECT_TRUE(client_.configure(dns_.options()));
    }

    void run(const std::function<net::Task<void>()>& body) {
        bool done = false;
        net::asio::co_spawn(
            loop_.get_executor(),
            [&]() -> net::Task<void> {
                co_await body();
                done = true;
            },
            net::asio::detached);
        ASSERT_TRUE(comes_true([&done] { return done; })) << "it does not end";
    }
    bool comes_true(const std::function<bool()>& condition) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > until) return false;
            loop_.restart();
            (void)loop_.run_one_for(std::chrono::milliseconds(20));
        }
        return true;
    }

    net::asio::io_context loop_{1};
    net::Deadlines deadlines_;
    TestDns dns_;
    net::Dns client_;
};

}  // namespace sealgate::delivery
