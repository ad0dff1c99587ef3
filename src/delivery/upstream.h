#pragma once
// SPDX-License-Identifier: Apache-2.0
// One connection to a next hop: opened, made private with TLS where the route asks for it, and then
// used for one transaction after another.

#include "base/result.h"
#include "delivery/mail_hosts.h"
#include "delivery/release.h"
#include "net/stream.h"
#include "policy/routes.h"
#include "smtp/client_session.h"
#include "smtp/credentials.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::delivery {

struct UpstreamOptions {
    std::string hostname;  // in EHLO
    std::chrono::milliseconds connect_timeout{std::chrono::seconds(30)};
    std::chrono::milliseconds reply_timeout{std::chrono::seconds(300)};
    std::chrono::milliseconds final_timeout{std::chrono::seconds(600)};
    // Content by BDAT where the next hop offers CHUNKING: it goes with the envelope, which saves
    // the round trip of DATA.
    bool chunking = true;
};

class Upstream {
public:
    // Connects to one of the host's addresses, or its socket, greets and, by the route's setting,
    // starts TLS. `tls` is the client context for the route (verifying or not). transient: not
    // reachable, not greeted, TLS wanted but not to be had. A route with `opportunistic` gets a
    // second connection in clear when the handshake fails; over a socket, which does not leave the
    // machine, it starts none.
    static net::Task<Result<std::unique_ptr<Upstream>>> open(const MailHost& host,
                                                             const policy::Route& route,
                                                             const net::TlsContext& tls,
                                                             const UpstreamOptions& options,
                                                             net::Deadlines& deadlines);

    // Signs in as a user of ours: the server's answer, 235 or a refusal, or one of our own where it
    // cannot be asked (454). Over TLS alone. The connection is that user's from then on, whatever
    // the answer: it must not go back to the pool. transient: lost, or the answers make no sense.
    net::Task<Result<smtp::Reply>> sign_in(const smtp::Credentials& credentials);

    // A whole transaction: MAIL, RCPT and the content, pipelined where the server offers it.
    // One outcome per recipient. `released` must outlive the call.
    net::Task<std::vector<Outcome>> send(const Released& released);

    // The same in steps, for a client that waits for each answer. begin() is sent with the first
    // recipient.
    void begin(const smtp::ReversePath& sender,
               const smtp::MailParameters& parameters,
               const smtp::ClientFacts& forwarded);
    net::Task<Outcome> ask(const smtp::Recipient& recipient);
    // Goes on to the content; outcomes of the recipients that ask() took, in order.
    net::Task<std::vector<Outcome>> finish(const Released& released);
    // Ends a transaction that will not go on.
    net::Task<void> reset();

    // False after anything that leaves the connection in doubt; it is then closed, not kept.
    [[nodiscard]] bool usable() const { return usable_; }
    // It offered CHUNKING and then did not know BDAT; the message has not been sent.
    [[nodiscard]] bool chunk_unknown() const { return chunks_ == Chunks::unknown; }
    // The peer closed it, or said something nobody asked for, while it lay idle.
    [[nodiscard]] bool stale() { return stream_->has_input(); }
    // The transaction did not come to the answer to the content.
    [[nodiscard]] bool before_content() const { return !content_sent_; }
    [[nodiscard]] const smtp::Extensions& extensions() const { return session_.extensions(); }
    [[nodiscard]] std::size_t messages() const { return messages_; }
    [[nodiscard]] SteadyTime opened() const { return opened_; }
    // Which generation of trust anchors it was opened under; the pool's business.
    [[nodiscard]] std::uint64_t trust() const { return trust_; }
    void set_trust(std::uint64_t generation) { trust_ = generation; }
    // "127.0.0.1:2600" or "unix:/path", with the host's name where the DNS gave it, and the TLS
    // version.
    [[nodiscard]] std::string description() const;
    [[nodiscard]] const std::string& host() const { return host_; }
    void cancel() { stream_->cancel(); }
    // QUIT, the answer within two seconds, then close.
    net::Task<void> quit();

private:
    Upstream(std::unique_ptr<net::Stream> stream,
             const MailHost& host,
             policy::NextHop::Kind kind,
             UpstreamOptions options);

    net::Task<Status> greet();
    net::Task<Status> hello();
    net::Task<Status> start_tls(const policy::Route& route, const net::TlsContext& tls);
    // Whether the server has one of the keys that the route names, if it names any.
    [[nodiscard]] Status check_key(const policy::Route& route) const;
    net::Task<Result<smtp::CommandReply>> next_reply();
    net::Task<Status> flush();
    [[nodiscard]] std::optional<Outcome> cannot_carry(const Shipment& shipment) const;
    // Whether the content goes by BDAT. What is larger waits for the answers to the envelope first.
    [[nodiscard]] bool by_chunk(const Shipment& shipment) const;
    net::Task<void> abandon_data();
    // Queues XFORWARD where there is something to say, and gives how many answers come before that
    // to MAIL; what they are makes no difference.
    [[nodiscard]] std::size_t tell(const smtp::ClientFacts& forwarded);
    // The answer to MAIL, behind those.
    net::Task<Result<smtp::CommandReply>> mail_reply(std::size_t told);
    // DATA has been queued; waits for 354 and sends the content to those marked delivered.
    net::Task<std::vector<Outcome>> transfer(const Shipment& shipment,
                                             std::vector<Outcome> outcomes);
    // Reads the answer to try_bdat() and sends the rest to those marked delivered.
    net::Task<std::vector<Outcome>> try_chunk(const Shipment& shipment,
                                              std::vector<Outcome> outcomes);
    // The chunk has been queued; waits for its answer, which is that of those marked delivered.
    net::Task<std::vector<Outcome>> finish_chunk(std::vector<Outcome> outcomes);
    net::Task<Result<smtp::CommandReply>> final_reply();
    // LMTP: the answers to the content, one for each of those marked delivered.
    net::Task<std::vector<Outcome>> final_replies(std::vector<Outcome> outcomes);
    [[nodiscard]] Outcome lost(const Error& error, std::string_view when);
    [[nodiscard]] Outcome judge(const smtp::Reply& reply) const;

    std::unique_ptr<net::Stream> stream_;
    std::string host_;    // as the route or the DNS names it
    std::string socket_;  // path of a Unix socket; "" = TCP
    bool by_dns_ = false;
    bool lmtp_ = false;
    UpstreamOptions options_;
    smtp::ClientSession session_;
    SteadyTime opened_ = std::chrono::steady_clock::now();
    std::size_t messages_ = 0;
    std::uint64_t trust_ = 0;
    bool usable_ = true;
    bool content_sent_ = false;
    bool tls_failed_ = false;
    // A server that offers CHUNKING and does not know BDAT would read content as commands: a chunk
    // with the first word of our own Received field has to work before one that holds foreign
    // octets.
    enum class Chunks : std::uint8_t { untried, work, unknown };
    Chunks chunks_ = Chunks::untried;
    bool begin_pending_ = false;
    smtp::ReversePath begin_sender_;
    smtp::MailParameters begin_parameters_;
    smtp::ClientFacts begin_forwarded_;
};

// An answer of our own in the form of a reply: "4.4.1", "connection refused".
[[nodiscard]] Outcome local_outcome(Outcome::Kind kind, std::string enhanced, std::string text);

}  // namespace sealgate::delivery
