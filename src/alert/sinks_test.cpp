// SPDX-License-Identifier: Apache-2.0
// The words of notices, and the sinks with real sockets on loopback.
#include "alert/notice_text.h"
#include "alert/syslog_sink.h"
#include "alert/webhook_sink.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "net/stream.h"
#include "os/file_system.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

namespace sealgate::alert {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

admin::AlertNotice notice() {
    admin::AlertNotice out;
    out.alert = {7,
                 "next-hop",
                 "a:25",
                 "next hop a:25 is not reachable",
                 "It says \"no\"\r\nX: \xFF\x1B[2J.",
                 WallTime(std::chrono::hours(500'000)),
                 std::nullopt,
                 ""};
    return out;
}

TEST(NoticeText, IsALetterALineAndAnObject) {
    admin::AlertNotice one = notice();
    const Letter raised = letter(one, "gw.example");
    EXPECT_EQ(raised.subject, "[Sealgate gw.example] Alert: next hop a:25 is not reachable");
    EXPECT_THAT(raised.text, HasSubstr("It says \"no\""));
    EXPECT_THAT(raised.text, HasSubstr("alert silence next-hop --for 2h"));
    const std::string line = log_line(one);
    EXPECT_THAT(line, StartsWith("alert next-hop raised: next hop a:25 is not reachable: It says"));
    EXPECT_EQ(line.find_first_of("\r\n\x1B\xFF"), std::string::npos);
    const auto body = nlohmann::json::parse(json_body(one, "gw.example"));
    EXPECT_EQ(body["id"], "gw.example/7/raised");
    EXPECT_EQ(body["state"], "raised");
    EXPECT_EQ(body["alert"], "next-hop");
    EXPECT_FALSE(body.contains("ended"));

    one.kind = admin::NoticeKind::ended;
    one.alert.ended = one.alert.raised + std::chrono::hours(1);
    one.alert.end_detail = "It is reachable again.";
    EXPECT_THAT(letter(one, "gw.example").subject, HasSubstr("Over: "));
    EXPECT_THAT(letter(one, "gw.example").text, StartsWith("It is reachable again.\n"));
    const auto over = nlohmann::json::parse(json_body(one, "gw.example"));
    EXPECT_EQ(over["detail"], "It is reachable again.");
    EXPECT_TRUE(over.contains("ended"));
}

class Directory : public testing::Test {
protected:
    Directory() {
        std::string pattern = std::filesystem::temp_directory_path() / "sealgate-alert-XXXXXX";
        directory_ = mkdtemp(pattern.data());
        (void)std::signal(SIGPIPE, SIG_IGN);  // as every program of ours does
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    Directory(Directory&&) = delete;
    Directory& operator=(Directory&&) = delete;
    ~Directory() override { std::filesystem::remove_all(directory_); }
    [[nodiscard]] std::string path(const std::string& name) const {
        return directory_ + "/" + name;
    }

    std::string directory_;
    ManualClock clock_{WallTime(std::chrono::seconds(1'700'000'000))};
};

using SyslogTest = Directory;

TEST_F(SyslogTest, SendsOneDatagram) {
    SyslogSink sink(path("log"), clock_);
    const Status nobody = sink.send(notice(), {});
    ASSERT_FALSE(nobody);
    EXPECT_THAT(nobody.error().detail(), HasSubstr(path("log")));
    EXPECT_FALSE(SyslogSink(std::string(200, 'x'), clock_).send(notice(), {}));

    const int handle = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path("log").c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_TRUE(sink.send(notice(), {}));
    char buffer[4096];
    const auto size = ::recv(handle, buffer, sizeof buffer, 0);
    (void)::close(handle);
    ASSERT_GT(size, 0);
    const std::string text(buffer, static_cast<std::size_t>(size));
    EXPECT_THAT(text, StartsWith("<17>Nov "));  // mail, alert
    EXPECT_THAT(text, HasSubstr(" sealgate["));
    EXPECT_THAT(text, HasSubstr("]: alert next-hop raised: "));
}

// Takes connections one after the other and gives each the same answer.
class HookServer {
public:
    HookServer(const std::shared_ptr<net::TlsContext>& tls, std::string answer)
        : tls_(tls),
          answer_(std::move(answer)),
          acceptor_(loop_, {net::asio::ip::make_address("127.0.0.1"), 0}),
          deadlines_(loop_),
          thread_([this] { run(); }) {}
    HookServer(const HookServer&) = delete;
    HookServer& operator=(const HookServer&) = delete;
    HookServer(HookServer&&) = delete;
    HookServer& operator=(HookServer&&) = delete;
    ~HookServer() {  // NOLINT(bugprone-exception-escape): then the test ends, as it should
        net::asio::post(loop_, [this] {
            boost::system::error_code ignored;
            (void)acceptor_.close(ignored);
            deadlines_.stop();
            if (stream_ != nullptr) stream_->cancel();
        });
        thread_.join();
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] std::string request() const { return request_; }

private:
    void run() {
        deadlines_.start();
        net::asio::co_spawn(loop_.get_executor(), serve(), net::asio::detached);
        loop_.run();
    }
    net::Task<void> serve() {
        for (;;) {
            auto [error, socket] = co_await acceptor_.async_accept(net::kUse);
            if (error) co_return;
            net::Stream stream(std::move(socket), deadlines_);
            stream_ = &stream;
            auto secured = co_await stream.accept_tls(*tls_);
            std::string request;
            while (secured && !request.ends_with("}")) {
                auto bytes = co_await stream.read();
                if (!bytes || bytes->empty()) break;
                request += *bytes;
            }
            request_ = request;
            if (secured && !answer_.empty()) {
                auto written = co_await stream.write(answer_);
                (void)written;
            }
            if (secured && answer_.empty()) {  // never answers
                auto bytes = co_await stream.read();
                (void)bytes;
            }
            stream_ = nullptr;
        }
    }

    std::shared_ptr<net::TlsContext> tls_;
    std::string answer_;
    std::string request_;
    net::asio::io_context loop_{1};
    net::Acceptor acceptor_;
    net::Deadlines deadlines_;
    net::Stream* stream_ = nullptr;
    std::thread thread_;
};

class WebhookTest : public Directory {
protected:
    WebhookTest() {
        const auto files = os::posix_file_system();
        EXPECT_TRUE(net::make_self_signed(*files, path("c.pem"), path("k.pem"), "hook.example"));
        tls_ = net::TlsContext::server(path("c.pem"), path("k.pem")).value();
        std::ofstream(path("secret")) << "0123456789abcdef\n";
        (void)::chmod(path("secret").c_str(), 0600);
        options_.secret_file = path("secret");
        options_.ca_file = path("c.pem");
        options_.allow_private = true;
        options_.hostname = "gw.example";
    }
    Status send(std::uint16_t port, const std::string& host = "hook.example") {
        options_.url = {host, port, "/in?x=1"};
        WebhookSink sink(
            options_,
            clock_,
            [this](const std::string&, auto, const auto&) -> Result<std::vector<IpAddress>> {
                std::vector<IpAddress> out;
                for (const std::string& text : addresses_)
                    out.push_back(IpAddress::parse(text).value());
                return out;
            });
        return sink.send(notice(), stop_.get_token());
    }
    std::string problem(std::uint16_t port, const std::string& host = "hook.example") {
        const Status sent = send(port, host);
        return sent ? "none" : sent.error().detail();
    }

    std::shared_ptr<net::TlsContext> tls_;
    WebhookOptions options_;
    std::vector<std::string> addresses_{"127.0.0.1"};
    std::stop_source stop_;
};

TEST_F(WebhookTest, PostsASignedObject) {
    HookServer server(tls_, "HTTP/1.1 204 No Content\r\n\r\n");
    const Status sent = send(server.port());
    ASSERT_TRUE(sent) << sent.error().detail();
    const std::string request = server.request();
    EXPECT_THAT(request, StartsWith("POST /in?x=1 HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("Host: hook.example:" + std::to_string(server.port()) + "\r\n"));
    EXPECT_THAT(request, HasSubstr("Sealgate-Timestamp: 1700000000\r\n"));
    const std::string body = request.substr(request.find("\r\n\r\n") + 4);
    EXPECT_EQ(body, json_body(notice(), "gw.example"));
    EXPECT_THAT(
        request,
        HasSubstr("Sealgate-Signature: v1=" +
                  to_hex(crypto::hmac_sha256("0123456789abcdef", "1700000000." + body)) + "\r\n"));
}

TEST_F(WebhookTest, EveryOtherAnswerIsAFailure) {
    const struct {
        std::string answer;
        std::string words;
    } cases[] = {{"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\n\r\n", "not followed"},
                 {"HTTP/1.1 500 Oh\r\n\r\n", "it answered 500"},
                 {"220 mail.example ESMTP\r\n\r\n", "not HTTP"},
                 {"HTTP/1.1 200 OK\r\nA: " + std::string(40'000, 'a') + "\r\n\r\n", "not HTTP"}};
    for (const auto& c : cases) {
        HookServer server(tls_, c.answer);
        EXPECT_THAT(problem(server.port()), HasSubstr(c.words));
    }
}

TEST_F(WebhookTest, AddressesInsideAreRefusedUnlessAllowed) {
    options_.allow_private = false;
    HookServer server(tls_, "HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_THAT(problem(server.port()), HasSubstr("127.0.0.1, which is not a public address"));
    addresses_ = {"8.8.8.8", "10.0.0.1"};
    EXPECT_THAT(problem(server.port()), HasSubstr("10.0.0.1, which is not a public address"));
    addresses_ = {"::ffff:127.0.0.1"};
    EXPECT_THAT(problem(server.port()), HasSubstr("not a public address"));
    EXPECT_THAT(problem(server.port(), "::1"), HasSubstr("not a public address"));
    EXPECT_EQ(server.request(), "") << "nobody was asked";
}

TEST_F(WebhookTest, TheCertificateMustBeTheHosts) {
    HookServer server(tls_, "HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_THAT(problem(server.port(), "other.example"), HasSubstr("handshake failed"));
    options_.ca_file = "";
    EXPECT_THAT(problem(server.port()), HasSubstr("handshake failed"));
    EXPECT_EQ(server.request(), "");
}

TEST_F(WebhookTest, TheSecretMustBeOne) {
    options_.secret_file = path("none");
    EXPECT_THAT(problem(1), HasSubstr(path("none")));
    options_.secret_file = path("secret");
    (void)::chmod(path("secret").c_str(), 0640);
    EXPECT_THAT(problem(1), HasSubstr("chmod 600"));
    (void)::chmod(path("secret").c_str(), 0600);
    std::ofstream(path("secret")) << "short\n";
    EXPECT_THAT(problem(1), HasSubstr("16 to 1024"));
    std::ofstream(path("secret")) << std::string(1025, 'x');
    EXPECT_THAT(problem(1), HasSubstr("16 to 1024"));
}

TEST_F(WebhookTest, EndsWhenItIsAskedTo) {
    HookServer server(tls_, "");
    std::jthread asking([this](const std::stop_token&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        stop_.request_stop();
    });
    EXPECT_NE(problem(server.port()), "none");
    EXPECT_TRUE(stop_.stop_requested()) << "it did not wait for its own time-out";
}

TEST(Lookup, AnswersForThisHost) {
    const auto found = look_up("localhost", std::chrono::seconds(10), {});
    ASSERT_TRUE(found) << found.error().detail();
    EXPECT_FALSE(found->empty());
    std::stop_source stopped;
    stopped.request_stop();
    const auto none =
        look_up("no-such-name.invalid", std::chrono::seconds(10), stopped.get_token());
    EXPECT_FALSE(none);
}

}  // namespace
}  // namespace sealgate::alert
