// SPDX-License-Identifier: Apache-2.0
// Real sockets on loopback: a server coroutine and a client coroutine on one loop.
#include "net/stream.h"

#include "net/offload.h"

#include <boost/asio/executor_work_guard.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>

namespace sealgate::net {
namespace {

using namespace std::chrono_literals;

class StreamTest : public testing::Test {
protected:
    StreamTest()
        : acceptor_(loop_, {asio::ip::make_address("127.0.0.1"), 0}),
          deadlines_(loop_),
          directory_(std::filesystem::temp_directory_path() /
                     ("sealgate-net-" + std::to_string(getpid()))),
          files_(os::posix_file_system()) {
        (void)std::signal(SIGPIPE, SIG_IGN);  // as every program of ours does
        std::filesystem::create_directories(directory_);
        deadlines_.start();
    }
    StreamTest(const StreamTest&) = delete;
    StreamTest& operator=(const StreamTest&) = delete;
    StreamTest(StreamTest&&) = delete;
    StreamTest& operator=(StreamTest&&) = delete;
    ~StreamTest() override { std::filesystem::remove_all(directory_); }

    using Side = std::function<Task<void>(Stream&)>;

    // Runs both sides to their end.
    void play(Side server, Side client) {
        int running = 2;
        auto finish = [&] {
            if (--running == 0) deadlines_.stop();
        };
        asio::co_spawn(
            loop_.get_executor(),
            [&]() -> Task<void> {
                auto [error, socket] = co_await acceptor_.async_accept(kUse);
                EXPECT_FALSE(error);
                Stream stream(std::move(socket), deadlines_);
                co_await server(stream);
                finish();
            },
            asio::detached);
        asio::co_spawn(
            loop_.get_executor(),
            [&]() -> Task<void> {
                auto stream = co_await Stream::connect(acceptor_.local_endpoint(), deadlines_, 5s);
                EXPECT_TRUE(stream.has_value());
                if (stream) co_await client(**stream);
                finish();
            },
            asio::detached);
        loop_.run();
    }

    std::shared_ptr<TlsContext> server_context(const std::string& name) {
        const std::string certificate = (directory_ / "c.pem").string();
        const std::string key = (directory_ / "k.pem").string();
        EXPECT_TRUE(make_self_signed(*files_, certificate, key, name).has_value());
        auto context = TlsContext::server(certificate, key);
        EXPECT_TRUE(context.has_value());
        return *context;
    }

    asio::io_context loop_{1};
    Acceptor acceptor_;
    Deadlines deadlines_;
    std::filesystem::path directory_;
    std::unique_ptr<os::FileSystem> files_;
};

Task<std::string> read_all(Stream& stream) {
    std::string all;
    for (;;) {
        auto bytes = co_await stream.read();
        if (!bytes || bytes->empty()) co_return all;
        all += *bytes;
    }
}

TEST_F(StreamTest, CarriesManyPiecesInOrder) {
    std::vector<std::string> pieces;
    std::string whole;
    for (int i = 0; i < 300; ++i) {
        pieces.push_back(
            std::string(static_cast<std::size_t>(i) * 97, static_cast<char>('a' + i % 26)));
        whole += pieces.back();
    }
    std::string received;
    play([&](Stream& stream) -> Task<void> { received = co_await read_all(stream); },
         [&](Stream& stream) -> Task<void> {
             const std::vector<std::string_view> views(pieces.begin(), pieces.end());
             auto sent = co_await stream.write(views);
             EXPECT_TRUE(sent.has_value());
             stream.close();
         });
    EXPECT_EQ(received, whole);
}

TEST_F(StreamTest, TimesOutWhenNothingComes) {
    bool failed = false;
    play(
        [&](Stream& stream) -> Task<void> {
            stream.set_timeout(300ms);
            auto bytes = co_await stream.read();
            failed = !bytes && stream.timed_out();
        },
        [&](Stream& stream) -> Task<void> { (void)co_await read_all(stream); });
    EXPECT_TRUE(failed);
}

TEST_F(StreamTest, SpeaksTlsAndSaysWhich) {
    const auto server = server_context("gw.example.com");
    const auto client = TlsContext::client(false, "");
    const std::string big(300'000, 'x');
    std::string received;
    std::string version;
    play(
        [&](Stream& stream) -> Task<void> {
            auto shaken = co_await stream.accept_tls(*server);
            EXPECT_TRUE(shaken.has_value());
            while (!received.ends_with(" end")) {
                auto bytes = co_await stream.read();
                if (!bytes || bytes->empty()) co_return;
                received += *bytes;
            }
            auto sent = co_await stream.write("done");
            EXPECT_TRUE(sent.has_value());
        },
        [&](Stream& stream) -> Task<void> {
            auto shaken = co_await stream.connect_tls(**client, "gw.example.com");
            EXPECT_TRUE(shaken.has_value());
            version = stream.tls()->version;
            const std::vector<std::string_view> views{"small ", "pieces ", big, " end"};
            auto sent = co_await stream.write(views);
            EXPECT_TRUE(sent.has_value());
            auto answer = co_await stream.read();
            EXPECT_TRUE(answer.has_value());
        });
    EXPECT_EQ(version, "TLSv1.3");
    EXPECT_EQ(received, "small pieces " + big + " end");
}

TEST_F(StreamTest, VerifyRefusesAnotherNameAndAnUnknownIssuer) {
    const auto server = server_context("gw.example.com");
    const auto with_ca = TlsContext::client(true, (directory_ / "c.pem").string());
    const auto without_ca = TlsContext::client(true, "");
    ASSERT_TRUE(with_ca.has_value() && without_ca.has_value());
    struct Case {
        const TlsContext* context;
        std::string name;
        bool good;
    };
    for (const Case& one : {Case{with_ca->get(), "gw.example.com", true},
                            Case{with_ca->get(), "other.example.com", false},
                            Case{without_ca->get(), "gw.example.com", false}}) {
        loop_.restart();
        bool good = false;
        play(
            [&](Stream& stream) -> Task<void> {
                auto ignored = co_await stream.accept_tls(*server);
                (void)ignored;
                (void)co_await read_all(stream);
            },
            [&](Stream& stream) -> Task<void> {
                auto shaken = co_await stream.connect_tls(*one.context, one.name);
                good = shaken.has_value();
                stream.close();
            });
        EXPECT_EQ(good, one.good) << one.name;
    }
}

TEST_F(StreamTest, SeesInputThatNobodyAskedFor) {
    bool before = true;
    bool after = false;
    play(
        [&](Stream& stream) -> Task<void> {
            before = stream.has_input();
            auto go = co_await stream.write("go");
            EXPECT_TRUE(go.has_value());
            Timer pause(loop_);
            pause.expires_after(100ms);
            auto [ignored] = co_await pause.async_wait(kUse);
            (void)ignored;
            after = stream.has_input();
        },
        [&](Stream& stream) -> Task<void> {
            auto bytes = co_await stream.read();
            EXPECT_TRUE(bytes.has_value());
            auto sent = co_await stream.write("unasked");
            EXPECT_TRUE(sent.has_value());
        });
    EXPECT_FALSE(before);
    EXPECT_TRUE(after);
}

TEST(TlsContext, NamesTheFileThatCannotBeUsed) {
    const auto context = TlsContext::server("/nonexistent/cert.pem", "/nonexistent/key.pem");
    ASSERT_FALSE(context.has_value());
    EXPECT_NE(context.error().detail().find("/nonexistent/cert.pem"), std::string::npos);
}

TEST(Offload, ComesBackToTheLoop) {
    asio::io_context loop(1);
    asio::thread_pool pool(1);
    const auto loop_thread = std::this_thread::get_id();
    std::thread::id worked_on;
    std::thread::id resumed_on;
    asio::co_spawn(
        loop.get_executor(),
        [&]() -> Task<void> {
            auto id = co_await offload(pool, [] { return std::this_thread::get_id(); });
            worked_on = id;
            resumed_on = std::this_thread::get_id();
        },
        asio::detached);
    auto guard = asio::make_work_guard(loop);
    loop.run_for(std::chrono::milliseconds(500));
    EXPECT_NE(worked_on, loop_thread);
    EXPECT_EQ(resumed_on, loop_thread);
}

TEST_F(StreamTest, ACertificateHasAnEnd) {
    const auto ends = server_context("a.example")->certificate_ends();
    ASSERT_TRUE(ends);
    const auto years = std::chrono::duration_cast<std::chrono::years>(
        *ends - std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
    EXPECT_GE(years.count(), 9);
    EXPECT_LE(years.count(), 10);
    const auto client = TlsContext::client(false, "");
    ASSERT_TRUE(client);
    EXPECT_FALSE((*client)->certificate_ends());
}

}  // namespace
}  // namespace sealgate::net
