// SPDX-License-Identifier: Apache-2.0
#include "smtp/client_session.h"

#include "base/text.h"
#include "smtp/client_parameters.h"
#include "smtp/dot_stuffing.h"

#include <algorithm>
#include <deque>
#include <utility>

namespace sealgate::smtp {

namespace {

// RFC 2920 section 3.1: what may only stand last in a group, as what follows depends on its reply.
bool ends_group(Command command) {
    switch (command) {
        case Command::xforward:
        case Command::mail:
        case Command::rcpt:
        case Command::rset:
        case Command::content:
        case Command::bdat:
            return false;
        case Command::greeting:
        case Command::ehlo:
        case Command::helo:
        case Command::lhlo:
        case Command::starttls:
        case Command::auth:
        case Command::data:
        case Command::quit:
            return true;
    }
    return true;
}

// Whether the command can have such a reply at all (RFC 5321 section 4.3.2, RFC 3207 section 4).
bool fits(Command command, const Reply& reply) {
    if (reply.transient() || reply.permanent()) return true;
    if (command == Command::data) return reply.intermediate();
    if (command == Command::starttls) return reply.code == 220;
    if (command == Command::auth) return reply.code == 235 || reply.code == 334;
    return reply.positive();
}

constexpr std::size_t kLongestSecret = 4096;  // of one line, with what stands before it

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
}

struct Queued {
    Command command;
    std::size_t index = 0;
    std::string line;     // without CRLF
    FramedContent chunk;  // behind the line of a BDAT
    SecretBytes secret;   // the line of an AUTH, which may be a password
};

struct Sent {
    Command command;
    std::size_t index = 0;
};

// Content follows 354, nothing may be sent in between; TLS takes over after the 220 to STARTTLS.
enum class Phase : std::uint8_t { commands, content, handshake, closed };

}  // namespace

struct ClientSession::Impl {
    ReplyParser parser;
    Extensions extensions;
    Phase phase = Phase::commands;
    std::optional<Error> error;
    std::deque<Queued> queue;
    std::deque<Sent> sent{{Command::greeting}};
    std::size_t next_recipient = 0;
    std::size_t accepted = 0;  // recipients of the transaction
    bool lmtp = false;
    FramedContent content;  // framed and not handed out yet
    bool content_ready = false;
    Reply last_word;  // the 421, in phase closed

    // The batch being written.
    FramedContent batch_content;
    std::string batch_commands;
    bool batch_secret = false;
    FramedContent batch_chunk;

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    Impl(Impl&&) = delete;
    Impl& operator=(Impl&&) = delete;
    // The connection may end while the batch is being written.
    ~Impl() { wipe_batch(); }

    void wipe_batch() {
        if (!std::exchange(batch_secret, false)) return;
        explicit_bzero(batch_commands.data(), batch_commands.size());
    }

    void enqueue(Command command, std::string line, std::size_t index = 0) {
        // The callers' types cannot hold controls; should one ever, no byte of it goes out.
        if (has_control(line)) {
            broken({ErrorKind::internal, "smtp.client", "control character in a command"});
        } else {
            queue.push_back({command, index, std::move(line), {}, {}});
        }
    }

    void broken(Error why) {
        if (!error) error = std::move(why);
    }

    [[nodiscard]] bool may_send() const {
        return phase == Phase::commands && !error &&
               (sent.empty() || (extensions.pipelining && !ends_group(sent.back().command)));
    }

    [[nodiscard]] std::size_t answers_to_content() const { return lmtp ? accepted : 1; }

    void fill_batch();
    std::optional<CommandReply> closed_reply();
    Result<std::optional<CommandReply>> take(Reply reply);
    void apply(Command command, const Reply& reply);
};

void ClientSession::Impl::fill_batch() {
    if (content_ready && may_send()) {
        content_ready = false;
        batch_content = std::exchange(content, {});
        for (std::size_t i = 0; i < answers_to_content(); ++i)
            sent.push_back({Command::content, i});
    }
    while (!queue.empty() && may_send()) {
        Queued& next = queue.front();
        if (next.command == Command::auth) {
            // So that no part of a password is left behind where it was.
            batch_commands.reserve(kLongestSecret);
            batch_secret = true;
        }
        batch_commands += next.line;
        batch_commands += next.secret.view();
        batch_commands += "\r\n";
        sent.push_back({next.command, next.index});
        batch_chunk = std::move(next.chunk);
        queue.pop_front();
        if (!batch_chunk.pieces.empty()) break;  // what is behind it goes with the next batch
    }
}

// After a 421: the same for each command that will never be answered.
std::optional<CommandReply> ClientSession::Impl::closed_reply() {
    if (!sent.empty()) {
        const Sent next = sent.front();
        sent.pop_front();
        return CommandReply{next.command, next.index, last_word};
    }
    if (content_ready) {
        content_ready = false;
        for (std::size_t i = 0; i < answers_to_content(); ++i)
            sent.push_back({Command::content, i});
        return closed_reply();
    }
    if (!queue.empty()) {
        const Queued next = std::move(queue.front());
        queue.pop_front();
        return CommandReply{next.command, next.index, last_word};
    }
    return std::nullopt;
}

Result<std::optional<CommandReply>> ClientSession::Impl::take(Reply reply) {
    if (sent.empty()) {
        const auto kind = reply.code == 421 ? ErrorKind::transient : ErrorKind::malformed;
        return fail(kind, "smtp.client", "unasked reply: " + escape_for_log(reply.line(), 200));
    }
    const Sent answered = sent.front();
    if (!fits(answered.command, reply)) {
        return fail(ErrorKind::malformed,
                    "smtp.client",
                    "reply does not fit the command: " + escape_for_log(reply.line(), 200));
    }
    if (answered.command == Command::starttls && reply.positive() && parser.has_buffered()) {
        return fail(ErrorKind::malformed, "smtp.client", "bytes in clear behind STARTTLS");
    }
    sent.pop_front();
    apply(answered.command, reply);
    return CommandReply{answered.command, answered.index, std::move(reply)};
}

void ClientSession::Impl::apply(Command command, const Reply& reply) {
    if (reply.code == 421) {
        phase = Phase::closed;
        last_word = reply;
    } else if (command == Command::mail) {
        accepted = 0;
    } else if (command == Command::rcpt && reply.positive()) {
        ++accepted;
    } else if ((command == Command::ehlo || command == Command::lhlo) && reply.positive()) {
        extensions = read_extensions(reply);
    } else if (command == Command::helo && reply.positive()) {
        extensions = {};
    } else if (command == Command::starttls && reply.positive()) {
        phase = Phase::handshake;
    } else if (command == Command::data && reply.intermediate()) {
        phase = Phase::content;
    }
}

ClientSession::ClientSession() : impl_(std::make_shared<Impl>()) {}

void ClientSession::ehlo(std::string_view hostname) {
    impl_->enqueue(Command::ehlo, "EHLO " + std::string(hostname));
}

void ClientSession::helo(std::string_view hostname) {
    impl_->enqueue(Command::helo, "HELO " + std::string(hostname));
}

void ClientSession::lhlo(std::string_view hostname) {
    impl_->lmtp = true;
    impl_->enqueue(Command::lhlo, "LHLO " + std::string(hostname));
}

void ClientSession::starttls() {
    impl_->enqueue(Command::starttls, "STARTTLS");
}

void ClientSession::mail(const ReversePath& sender,
                         const MailParameters& parameters,
                         std::uint64_t size) {
    impl_->next_recipient = 0;
    impl_->enqueue(Command::mail, mail_command(sender, parameters, size, impl_->extensions));
}

void ClientSession::rcpt(const Recipient& recipient) {
    impl_->enqueue(
        Command::rcpt, rcpt_command(recipient, impl_->extensions), impl_->next_recipient++);
}

void ClientSession::auth(const SecretBytes& line) {
    if (has_control(line.view())) {
        impl_->broken({ErrorKind::internal, "smtp.client", "control character in a response"});
        return;
    }
    impl_->queue.push_back({Command::auth, 0, {}, {}, SecretBytes(std::string(line.view()))});
}

void ClientSession::xforward(std::string line) {
    impl_->enqueue(Command::xforward, std::move(line));
}

void ClientSession::data() {
    impl_->enqueue(Command::data, "DATA");
}

void ClientSession::rset() {
    impl_->enqueue(Command::rset, "RSET");
}

void ClientSession::quit() {
    impl_->enqueue(Command::quit, "QUIT");
}

Status ClientSession::content(const std::vector<std::string_view>& pieces) {
    if (impl_->error) return fail(*impl_->error);
    if (impl_->phase != Phase::content) {
        return fail(ErrorKind::internal, "smtp.client", "content without a 354");
    }
    SG_TRY(impl_->content, stuff_dots(pieces));
    impl_->content_ready = true;
    impl_->phase = Phase::commands;
    return {};
}

void ClientSession::try_bdat(std::string_view octets) {
    FramedContent chunk;
    chunk.pieces.push_back(octets);
    impl_->queue.push_back(
        {Command::bdat, 0, "BDAT " + std::to_string(octets.size()), std::move(chunk), {}});
}

Status ClientSession::bdat(const std::vector<std::string_view>& pieces) {
    if (impl_->error) return fail(*impl_->error);
    SG_TRY(FramedContent chunk, frame_chunk(pieces));
    std::size_t size = 0;
    for (const std::string_view piece : chunk.pieces)
        size += piece.size();
    impl_->queue.push_back(
        {Command::bdat, 0, "BDAT " + std::to_string(size) + " LAST", std::move(chunk), {}});
    return {};
}

void ClientSession::feed(std::string_view bytes) {
    if (impl_->phase == Phase::closed || impl_->error || bytes.empty()) return;
    if (impl_->phase == Phase::handshake) {
        impl_->broken({ErrorKind::malformed, "smtp.client", "bytes in clear behind STARTTLS"});
        return;
    }
    impl_->parser.feed(bytes);
}

Result<std::optional<CommandReply>> ClientSession::next() {
    if (impl_->error) return fail(*impl_->error);
    if (impl_->phase == Phase::closed) return impl_->closed_reply();
    auto reply = impl_->parser.next();
    if (reply && !*reply) return std::optional<CommandReply>();
    Result<std::optional<CommandReply>> taken =
        reply ? impl_->take(**std::move(reply)) : fail(std::move(reply).error());
    if (!taken) impl_->broken(taken.error());
    return taken;
}

std::size_t ClientSession::outstanding() const {
    return impl_->sent.size() + impl_->queue.size() + (impl_->content_ready ? 1 : 0);
}

bool ClientSession::wants_content() const {
    return impl_->phase == Phase::content;
}

std::vector<std::string_view> ClientSession::wire_pieces() {
    if (impl_->batch_content.pieces.empty() && impl_->batch_commands.empty()) impl_->fill_batch();
    std::vector<std::string_view> out = impl_->batch_content.pieces;
    if (!impl_->batch_commands.empty()) out.emplace_back(impl_->batch_commands);
    const std::vector<std::string_view>& chunk = impl_->batch_chunk.pieces;
    out.insert(out.end(), chunk.begin(), chunk.end());
    return out;
}

void ClientSession::written() {
    impl_->batch_content = {};
    impl_->wipe_batch();
    impl_->batch_commands.clear();
    impl_->batch_chunk = {};
}

const Extensions& ClientSession::extensions() const {
    return impl_->extensions;
}

void ClientSession::tls_started() {
    if (impl_->phase != Phase::handshake) {
        impl_->broken({ErrorKind::internal, "smtp.client", "TLS without STARTTLS"});
        return;
    }
    impl_->phase = Phase::commands;
    impl_->extensions = {};
    impl_->queue.clear();
    impl_->next_recipient = 0;
}

}  // namespace sealgate::smtp
