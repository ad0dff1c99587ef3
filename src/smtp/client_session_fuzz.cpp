// SPDX-License-Identifier: Apache-2.0
// The input is a server: its bytes come in pieces (a length octet, then as many bytes) to a client
// that sends a message with leading dots, with TLS when it is offered.
// Properties: what the client writes is well framed (each command one line, the content ended by
// the only CRLF "." CRLF in it, or behind its length when the server takes chunks); each command is
// answered at most once and in order; MAIL to QUIT never go out between STARTTLS and the handshake;
// no piece goes out once the session broke.
#include "smtp/client_session.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace {

using namespace std::string_view_literals;
using sealgate::smtp::ClientSession;
using sealgate::smtp::Command;

constexpr std::string_view kContent = ".a\r\n..\r\n.\r\nb\r\n"sv;

class Driver {
public:
    void run(std::string_view input) {
        while (!input.empty() && !broken_) {
            const std::size_t length =
                std::min<std::size_t>(static_cast<unsigned char>(input[0]), input.size() - 1);
            session_.feed(input.substr(1, length));
            input.remove_prefix(1 + length);
            step();
        }
    }

private:
    void step() {
        for (;;) {
            write();
            const std::size_t before = session_.outstanding();
            const auto reply = session_.next();
            broken_ = !reply;
            if (broken_) {
                SG_CHECK(session_.wire_pieces().empty());
                return;
            }
            if (!*reply) return;
            SG_CHECK(session_.outstanding() == before - 1);
            react(**reply);
        }
    }

    void write() {
        std::string bytes;
        for (const std::string_view piece : session_.wire_pieces())
            bytes += piece;
        session_.written();
        if (bytes.empty()) return;
        SG_CHECK(!handshake_ && bytes.ends_with("\r\n"));
        std::string_view rest = bytes;
        if (content_queued_) {
            SG_CHECK(rest.starts_with("..a\r\n...\r\n..\r\nb\r\n.\r\n"));
            rest.remove_prefix(rest.find("\r\n.\r\n") + 5);
            content_queued_ = false;
        }
        if (const auto chunk = rest.find("BDAT "); chunk != std::string_view::npos) {
            SG_CHECK(rest.substr(chunk) == "BDAT 14 LAST\r\n" + std::string(kContent));
            rest = rest.substr(0, chunk);
        }
        for (std::size_t i = 0; i < rest.size(); ++i)
            SG_CHECK((rest[i] == '\r') == (i + 1 < rest.size() && rest[i + 1] == '\n'));
        SG_CHECK(!rest.starts_with('.'));
    }

    void react(const sealgate::smtp::CommandReply& answer) {
        if (answer.reply.code == 421) return;
        switch (answer.command) {
            case Command::greeting:
                session_.ehlo("gw.example");
                return;
            case Command::ehlo:
                if (!answer.reply.positive()) return session_.helo("gw.example");
                if (session_.extensions().starttls && !tls_) return session_.starttls();
                return transaction();
            case Command::starttls:
                if (!answer.reply.positive()) return transaction();
                handshake_ = true;
                SG_CHECK(session_.wire_pieces().empty());
                session_.tls_started();
                handshake_ = false;
                tls_ = true;
                return session_.ehlo("gw.example");
            case Command::data:
                if (!answer.reply.intermediate()) return session_.quit();
                SG_CHECK(session_.wants_content() && session_.wire_pieces().empty());
                SG_CHECK(!session_.content({"a\n"sv}));
                SG_CHECK(session_.content({kContent.substr(0, 3), kContent.substr(3)}).has_value());
                content_queued_ = true;
                return transaction();
            case Command::helo:
                return transaction();
            default:
                return;
        }
    }

    void transaction() {
        if (++transactions_ > 3) return session_.quit();
        session_.mail(std::nullopt, {}, kContent.size());
        session_.rset();
        session_.mail(std::nullopt, {}, kContent.size());
        if (!session_.extensions().chunking) return session_.data();
        SG_CHECK(!session_.bdat({"a\n"sv}));
        SG_CHECK(session_.bdat({kContent.substr(0, 3), kContent.substr(3)}).has_value());
    }

    ClientSession session_;
    bool broken_ = false;
    bool tls_ = false;
    bool handshake_ = false;
    bool content_queued_ = false;
    int transactions_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Driver().run({reinterpret_cast<const char*>(data), size});
    return 0;
}
