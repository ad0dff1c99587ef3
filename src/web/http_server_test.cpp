// SPDX-License-Identifier: Apache-2.0
#include "web/http_server.h"

#include "web/json.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>
#include <thread>

namespace sealgate::web {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): literals only

// A socket that says exactly what it is told and hears what comes.
class Peer {
public:
    explicit Peer(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        connect_to(reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    explicit Peer(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connect_to(reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    Peer(Peer&&) = delete;
    Peer& operator=(Peer&&) = delete;
    ~Peer() { close(fd_); }

    [[nodiscard]] bool connected() const { return connected_; }
    // False when the server has closed.
    bool say(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void finish() const { shutdown(fd_, SHUT_WR); }
    // Everything until the server closes, or 10 s are over.
    [[nodiscard]] std::string hear() const {
        std::string all;
        std::array<char, 4096> buffer{};
        for (;;) {
            const auto count = recv(fd_, buffer.data(), buffer.size(), 0);
            if (count <= 0) return all;
            all.append(buffer.data(), static_cast<std::size_t>(count));
        }
    }
    // Until `mark` has come.
    [[nodiscard]] std::string hear_until(std::string_view mark) const {
        std::string all;
        char c = 0;
        while (all.find(mark) == std::string::npos && recv(fd_, &c, 1, 0) == 1)
            all += c;
        return all;
    }

private:
    void connect_to(const sockaddr* address, socklen_t size) {
        const timeval patience{.tv_sec = 10, .tv_usec = 0};
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        connected_ = connect(fd_, address, size) == 0;
    }
    int fd_;
    bool connected_ = false;
};

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

class HttpServerTest : public ::testing::Test {
protected:
    HttpServerTest() {
        std::string pattern = std::filesystem::temp_directory_path() / "sealgate-web-XXXXXX";
        directory_ = mkdtemp(pattern.data());
        options_.socket = directory_ + "/s.sock";
        options_.head_deadline = 300ms;
        options_.idle_deadline = 300ms;
        options_.body_deadline = 300ms;
        static const Schema kBody{"Body", "", {{"name", Type::text}}};
        router_.add({.path = "/healthz",
                     .id = "health",
                     .summary = "s",
                     .access = Access::visit,
                     .answers = {{200, "ok"}},
                     .handler = [](const Call& /*call*/) -> Result<Response> {
                         return Response{.content_type = "text/plain", .body = "healthy"};
                     }});
        router_.add({.path = "/who",
                     .id = "who",
                     .summary = "s",
                     .answers = {{200, "ok"}},
                     .handler = [](const Call& call) -> Result<Response> {
                         return Response{.body = call.request.caller.name};
                     }});
        router_.add({.method = Method::post,
                     .path = "/change",
                     .id = "change",
                     .summary = "s",
                     .access = Access::change,
                     .request = &kBody,
                     .answers = {{200, "ok"}},
                     .handler = [this](const Call& call) -> Result<Response> {
                         ++changes_;
                         return Response{.body = "changed " + call.body["name"].get<std::string>()};
                     }});
        router_.add({.path = "/slow",
                     .id = "slow",
                     .summary = "s",
                     .answers = {{200, "ok"}},
                     .handler = [this](const Call& /*call*/) -> Result<Response> {
                         entered_.set_value();
                         release_.get_future().wait();
                         return Response{.body = "at last"};
                     }});
    }
    HttpServerTest(const HttpServerTest&) = delete;
    HttpServerTest& operator=(const HttpServerTest&) = delete;
    HttpServerTest(HttpServerTest&&) = delete;
    HttpServerTest& operator=(HttpServerTest&&) = delete;
    ~HttpServerTest() override {
        server_.reset();
        std::filesystem::remove_all(directory_);
    }

    void start() {
        auto server = HttpServer::start(options_, router_);
        ASSERT_TRUE(server) << server.error().detail();
        server_ = *std::move(server);
    }
    void start_tcp(std::string_view network) {
        options_.address = config::SocketAddress{.host = "127.0.0.1", .port = 0};
        options_.public_networks = {*Network::parse(network)};
        start();
    }
    [[nodiscard]] std::string ask(std::string_view bytes) const {
        const Peer peer(options_.socket);
        peer.say(bytes);
        return peer.hear();
    }

    std::string directory_;
    HttpOptions options_;
    Router router_;
    std::atomic<int> changes_ = 0;
    std::promise<void> entered_;
    std::promise<void> release_;
    std::unique_ptr<HttpServer> server_;
};

constexpr std::string_view kGet = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kGetAndClose =
    "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

TEST_F(HttpServerTest, ServesOverTheControlSocket) {
    start();
    const auto answer = ask(kGetAndClose);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nhealthy")) << answer;
    EXPECT_NE(answer.find("Cache-Control: no-store"), std::string::npos);
    EXPECT_EQ(server_->port(), 0);
}

TEST_F(HttpServerTest, TheSocketIsForItsOwnerOnly) {
    start();
    struct stat info{};
    ASSERT_EQ(stat(options_.socket.c_str(), &info), 0);
    EXPECT_TRUE(S_ISSOCK(info.st_mode));
    EXPECT_EQ(info.st_mode & 07777U, 0600U);
    server_->stop();
    EXPECT_FALSE(std::filesystem::exists(options_.socket));
}

TEST_F(HttpServerTest, KnowsThePeerByItsCredentials) {
    start();
    const auto answer = ask("GET /who HTTP/1.0\r\n\r\n");
    const auto name = geteuid() == 0 ? std::string("root") : "uid " + std::to_string(geteuid());
    EXPECT_TRUE(answer.ends_with("\r\n\r\n" + name)) << answer;
}

TEST_F(HttpServerTest, ReplacesAStaleSocketButNotALiveOne) {
    const int stale = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    options_.socket.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(bind(stale, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    close(stale);
    start();
    const auto second = HttpServer::start(options_, router_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind(), ErrorKind::conflict);
    EXPECT_NE(ask(kGetAndClose).find("200"), std::string::npos);
}

TEST_F(HttpServerTest, SaysWhenThePathOfTheSocketIsTooLong) {
    options_.socket = directory_ + "/" + std::string(120, 'a');
    const auto server = HttpServer::start(options_, router_);
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().kind(), ErrorKind::malformed);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
    start();
    const auto answer = ask(std::string(kGet) + std::string(kGet) + std::string(kGetAndClose));
    EXPECT_EQ(count(answer, "HTTP/1.1 200 OK"), 3U) << answer;
}

TEST_F(HttpServerTest, HeadHasTheLengthOfGetAndNoBody) {
    start();
    const auto answer = ask("HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_NE(answer.find("Content-Length: 7\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(HttpServerTest, TakesABodyInOnePieceAndInChunks) {
    start();
    const std::string start_line =
        "POST /change HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
        "application/json\r\n";
    const auto whole = ask(start_line + "Content-Length: 14\r\n\r\n{\"name\":\"one\"}");
    EXPECT_TRUE(whole.ends_with("changed one")) << whole;
    const auto chunked = ask(start_line +
                             "Transfer-Encoding: chunked\r\n\r\n"
                             "7\r\n{\"name\"\r\n7\r\n:\"two\"}\r\n0\r\n\r\n");
    EXPECT_TRUE(chunked.ends_with("changed two")) << chunked;
    const auto invited =
        ask(start_line + "Expect: 100-continue\r\nContent-Length: 16\r\n\r\n{\"name\":\"three\"}");
    EXPECT_TRUE(invited.ends_with("changed three")) << invited;
    EXPECT_EQ(changes_, 3);
}

TEST_F(HttpServerTest, InvitesABodyThatWaits) {
    start();
    const Peer peer(options_.socket);
    peer.say(
        "POST /change HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
        "application/json\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n");
    EXPECT_EQ(peer.hear_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.say("{\"name\":\"a\"}");
    EXPECT_TRUE(peer.hear().ends_with("changed a"));
}

// Each doubtful framing, with a second request behind it that must never run.
TEST_F(HttpServerTest, E21AnswersOnceAndNeverRunsWhatIsPipelined) {
    start();
    const std::string smuggled =
        "POST /change HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
        "12\r\n\r\n{\"name\":\"x\"}";
    const std::string first =
        "POST /change HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for (const std::string& head : {
             first + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             first + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
             first + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
             first + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             first + "Transfer-Encoding: identity\r\n\r\n",
             first + "Content-Length: 0\r\nContent-Length: 12\r\n\r\n",
             first + "Content-Length: 12\r\nContent-Length: 12\r\n\r\n{\"name\":\"x\"}",
             first + "X: y\r\n Content-Length: 0\r\n\r\n",
             first + "X: y\nContent-Length: 0\r\n\r\n",
             first + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
             first + "Transfer-Encoding: chunked\r\n\r\n0\n\r\n",
             first + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
             first + "Transfer-Encoding: chunked\r\n\r\n1;a\nb\r\nx\r\n0\r\n\r\n",
             first + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
             std::string("POST /change HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
             std::string("POST /change HTTP/1.1\r\n\r\n"),
             std::string("\r\n"),
         }) {
        const auto answer = ask(head + smuggled);
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << head << answer;
        EXPECT_EQ(count(answer, "HTTP/1.1 "), 1U) << head << answer;
        EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
    }
    EXPECT_EQ(changes_, 0);
}

TEST_F(HttpServerTest, F17RefusesABodyOverTheLimitAndSaysSo) {
    start();
    const Peer peer(options_.socket);
    const std::string body(2 * kBodyLimit, 'x');
    const std::string head =
        "POST /change HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    peer.say(head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    EXPECT_NE(peer.hear().find("413"), std::string::npos);

    const Peer chunked(options_.socket);
    chunked.say(head + "Transfer-Encoding: chunked\r\n\r\n200000\r\n");
    chunked.say(body);
    EXPECT_NE(chunked.hear().find("413"), std::string::npos);
    EXPECT_EQ(changes_, 0);
}

TEST_F(HttpServerTest, RefusesALongHead) {
    start();
    const auto answer =
        ask("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 431 ")) << answer;
}

TEST_F(HttpServerTest, ClosesOnAPeerThatDripsItsHead) {
    start();
    const Peer peer(options_.socket);
    const auto begin = std::chrono::steady_clock::now();
    bool open = true;
    for (int i = 0; i < 100 && open; ++i) {
        open = peer.say("G");
        std::this_thread::sleep_for(50ms);  // the peer's slowness is the subject
    }
    EXPECT_FALSE(open) << "the deadline is for the whole head, not for each octet";
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
}

TEST_F(HttpServerTest, ClosesOnAPeerThatSaysNothing) {
    start();
    const Peer fresh(options_.socket);
    EXPECT_EQ(fresh.hear(), "");
    const Peer served(options_.socket);
    served.say(kGet);
    EXPECT_EQ(count(served.hear(), "HTTP/1.1 "), 1U);
    const Peer bodiless(options_.socket);
    bodiless.say("POST /change HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n");
    EXPECT_EQ(bodiless.hear(), "");
}

TEST_F(HttpServerTest, CapsConnections) {
    options_.socket_connections = 2;
    options_.head_deadline = 10s;
    start();
    const Peer first(options_.socket);
    const Peer second(options_.socket);
    first.say("G");
    second.say("G");
    const auto third = ask("");
    EXPECT_TRUE(third.starts_with("HTTP/1.1 503 ")) << third;
}

TEST_F(HttpServerTest, TcpServesVisitorsOnly) {
    start_tcp("127.0.0.0/8");
    ASSERT_NE(server_->port(), 0);
    const Peer health(server_->port());
    health.say(kGetAndClose);
    EXPECT_TRUE(health.hear().starts_with("HTTP/1.1 200 "));
    const Peer who(server_->port());
    who.say("GET /who HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(who.hear().starts_with("HTTP/1.1 401 "));
    const Peer change(server_->port());
    change.say(
        "POST /change HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"
        "{\"name\":\"x\"}");
    EXPECT_TRUE(change.hear().starts_with("HTTP/1.1 401 "));
    EXPECT_EQ(changes_, 0);
}

TEST_F(HttpServerTest, TcpRefusesAddressesOutsideItsNetworks) {
    start_tcp("192.0.2.0/24");
    const Peer peer(server_->port());
    peer.say(kGetAndClose);
    EXPECT_TRUE(peer.hear().starts_with("HTTP/1.1 403 "));
}

TEST_F(HttpServerTest, StopFinishesTheRequestThatRuns) {
    start();
    const Peer peer(options_.socket);
    peer.say("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    entered_.get_future().wait();
    std::thread stopper([this] { server_->stop(); });
    while (std::filesystem::exists(options_.socket))
        std::this_thread::yield();
    release_.set_value();
    const auto answer = peer.hear();
    stopper.join();
    EXPECT_TRUE(answer.ends_with("at last")) << answer;
    EXPECT_FALSE(Peer(options_.socket).connected());
}

TEST_F(HttpServerTest, StopEndsThoughPeersStayConnected) {
    options_.head_deadline = 60s;
    start();
    const Peer peer(options_.socket);
    peer.say("GET /half");
    const auto begin = std::chrono::steady_clock::now();
    server_.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

}  // namespace
}  // namespace sealgate::web
