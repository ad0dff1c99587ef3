#pragma once
// SPDX-License-Identifier: Apache-2.0
// `receive`: one client's connection, from the greeting to the close. Does what the state machine
// in smtp/server_session.h asks for, and answers who may send where.

#include "flow/pipeline.h"
#include "net/stream.h"
#include "smtp/server_session.h"

#include <memory>
#include <optional>
#include <vector>

namespace sealgate::flow {

// What a listener gives each of its sessions. Immutable; replaced whole by a reload.
struct ListenerSetup {
    config::Listener listener;
    smtp::ServerOptions options;
    std::shared_ptr<net::TlsContext> tls;  // null: none
};

// Whose connection it is.
struct Origin {
    IpAddress address;
    bool known = true;  // false: somebody behind `address`, whom nothing is believed of
    std::string by;     // as in Source
};

class Session {
public:
    Session(Services& services,
            Pipeline& pipeline,
            Queue& queue,
            std::shared_ptr<const ListenerSetup> setup,
            std::unique_ptr<net::Stream> stream,
            ConnectionId connection,
            Origin origin);

    // Runs until the connection is closed.
    net::Task<void> run();
    // Asks it to end: at once when it idles, after the message under way else.
    void stop();

private:
    net::Task<bool> handshake();
    net::Task<bool> pass_input();
    net::Task<bool> flush_output();
    net::Task<bool> act(smtp::Step step);
    [[nodiscard]] smtp::Reply on_mail(smtp::AskMail step);
    // XCLIENT: what the peer says about its client holds from now on, and so does its trust.
    void on_client(const smtp::AskClient& step);
    [[nodiscard]] bool offers_auth() const;
    net::Task<smtp::Reply> on_auth(smtp::AskAuth step);
    [[nodiscard]] bool is_user_hop(const policy::Route& route) const;
    net::Task<void> wait_for_user_hop();
    void sign_out();
    // QUIT, without waiting for it.
    void leave(std::unique_ptr<delivery::Upstream> upstream, UserPlacePointer place);
    // A place for a connection of a user's own at the route's next hop; idle ones there make room.
    net::Task<UserPlacePointer> place_for_user(const policy::Route& route);
    [[nodiscard]] std::optional<smtp::Reply> refuse_sender() const;
    net::Task<std::expected<Probe, smtp::Reply>> open_probe(const policy::Route& route,
                                                            const smtp::Recipient& recipient,
                                                            bool fresh);
    net::Task<smtp::Reply> on_rcpt(smtp::AskRcpt step);
    [[nodiscard]] std::optional<smtp::Reply> refuse_recipient(const smtp::Recipient& recipient);
    net::Task<smtp::Reply> probe(const smtp::Recipient& recipient);
    net::Task<Pipeline::Answers> on_message(smtp::EndOfMessage step);
    // Our own refusals, as the log has them; what the state machine refused, and what we did.
    void log_refusal(const smtp::Refused& refusal);
    [[nodiscard]] smtp::Reply refuse_mail(const smtp::ReversePath& sender, smtp::Reply reply);
    void end_session(const smtp::Reply& reply);
    // The connection's own line is due, at its first MAIL. It waits in journal() for the next line
    // of this session, so that it costs no write of its own.
    void introduce();
    [[nodiscard]] Journal& journal();
    void note_unmanaged(policy::UnmanagedAction action);
    [[nodiscard]] bool log_allows();
    void end_probe(Probe probe);
    void drop_transaction();
    void account_content();
    void refresh_source();
    // An outbound listener is not for everybody.
    [[nodiscard]] bool admitted() const;
    void turn_away();
    [[nodiscard]] config::Mode mode() const;
    // How long the next read may take; begins and ends the account of a content.
    [[nodiscard]] std::chrono::milliseconds input_timeout();
    void count_content(std::size_t octets);
    // Too much of it, for us or for the memory there is: the answer that ends the session.
    [[nodiscard]] std::optional<smtp::Reply> content_out_of_bounds() const;
    net::Task<bool> wait_for_memory();

    Services& services_;
    Pipeline& pipeline_;
    Queue& queue_;
    std::shared_ptr<const ListenerSetup> setup_;
    std::unique_ptr<net::Stream> stream_;
    smtp::Peer peer_;
    smtp::ServerSession smtp_;
    SourcePointer source_;
    std::string stated_helo_;  // XCLIENT
    UserHopPointer user_hop_;  // AUTH; null: nobody has signed in
    std::uint32_t messages_ = 0;
    SteadyTime last_mail_ = std::chrono::steady_clock::now();
    std::size_t accounted_ = 0;  // octets of content under way that the budget counts
    // Of the content that comes in now.
    std::uint64_t content_octets_ = 0;    // read, kept or not
    std::uint64_t content_progress_ = 0;  // since content_until_ was set
    SteadyTime content_until_{};
    bool in_content_ = false;
    bool stopping_ = false;
    bool idle_ = false;
    bool introduced_ = false;      // there is a line about where this connection comes from
    bool introduced_tls_ = false;  // and that one says TLS
    bool introduction_due_ = false;

    // The transaction.
    SitePointer site_;
    smtp::ReversePath sender_;
    smtp::MailParameters parameters_;
    smtp::ClientFacts forwarded_;
    std::vector<Probe> probes_;
    bool sighted_ = false;
};

}  // namespace sealgate::flow
