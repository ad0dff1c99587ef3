#pragma once
// SPDX-License-Identifier: Apache-2.0
// For tests and fuzzing: plays the caller of a ServerSession and writes down what happens.

#include "smtp/server_session.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::smtp {

// Addresses with the local part "no" are refused with 550, "later" with 451, all others accepted.
class Player {
public:
    explicit Player(ServerOptions options, Peer peer = {})
        : options_(std::move(options)),
          session_(options_, peer) {}

    Reply data_answer{354, "", "go on"};
    Reply message_answer{250, "2.0.0", "taken"};
    Reply client_answer{220, "", ""};
    Reply auth_answer{235, "2.7.0", "signed in"};
    std::vector<Reply> message_answers;  // LMTP; empty: message_answer for all

    ServerSession& session() { return session_; }
    void greet(bool input_waiting = false) {
        session_.greet(input_waiting);
        run();
    }
    // Feeds at most `piece` octets at a time and does what the steps ask for.
    void feed(std::string_view bytes, std::size_t piece = std::string_view::npos) {
        while (!bytes.empty()) {
            session_.feed(bytes.substr(0, piece));
            bytes.remove_prefix(bytes.size() < piece ? bytes.size() : piece);
            run();
        }
    }
    // Steps until input is needed.
    void run() {
        for (bool more = true; more && !closed_ && !handshake_;) {
            Step step = session_.next();
            ++steps_;
            transcript_ += session_.output();
            session_.output().clear();
            more = std::visit([this](auto& what) { return on(what); }, step);
        }
    }
    void tls_started() {
        handshake_ = false;
        session_.tls_started();
        run();
    }

    // Replies as sent, and a line "* ..." for each step that is not a question.
    [[nodiscard]] const std::string& transcript() const { return transcript_; }
    std::string take_transcript() { return std::exchange(transcript_, {}); }
    [[nodiscard]] const std::vector<EndOfMessage>& messages() const { return messages_; }
    // What the machine told of its own refusals.
    [[nodiscard]] const std::vector<Refused>& refusals() const { return refusals_; }
    // What XCLIENT said, and at each MAIL what XFORWARD had said.
    [[nodiscard]] const std::vector<ClientFacts>& clients() const { return clients_; }
    [[nodiscard]] const std::vector<ClientFacts>& forwarded() const { return forwarded_; }
    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] bool handshake() const { return handshake_; }
    [[nodiscard]] std::size_t steps() const { return steps_; }
    [[nodiscard]] std::size_t data_questions() const { return data_questions_; }

private:
    static Reply judge(const mime::Address& address) {
        if (address.local() == "no") return {550, "5.1.1", "no"};
        if (address.local() == "later") return {451, "4.3.0", "later"};
        return {250, "2.1.0", "ok"};
    }
    bool on(NeedInput& /*step*/) { return false; }
    bool on(AskMail& step) {
        forwarded_.push_back(step.forwarded);
        session_.answer(step.sender ? judge(*step.sender) : Reply{250, "2.1.0", "ok"});
        return true;
    }
    bool on(AskClient& step) {
        clients_.push_back(step.client);
        session_.answer(client_answer);
        return true;
    }
    bool on(AskAuth& step) {
        transcript_ += "* auth " + step.credentials.user + " " +
                       std::string(step.credentials.password.view()) + "\r\n";
        session_.answer(auth_answer);
        return true;
    }
    bool on(AskRcpt& step) {
        session_.answer(judge(step.recipient.address));
        return true;
    }
    bool on(AskData& /*step*/) {
        ++data_questions_;
        session_.answer(data_answer);
        return true;
    }
    bool on(EndOfMessage& step) {
        transcript_ += "* message " + std::to_string(step.content.size()) + " octets, " +
                       std::to_string(step.header_fields) + " fields, " +
                       std::to_string(step.envelope.recipients.size()) + " recipients\r\n";
        messages_.push_back(std::move(step));
        if (message_answers.empty()) {
            session_.answer(message_answer);
        } else {
            session_.answer_each(message_answers);
        }
        return true;
    }
    bool on(Refused& step) {
        refusals_.push_back(std::move(step));
        return true;
    }
    bool on(TransactionReset& /*step*/) {
        transcript_ += "* reset\r\n";
        return true;
    }
    bool on(StartTls& /*step*/) {
        transcript_ += "* handshake\r\n";
        handshake_ = true;
        return false;
    }
    bool on(Close& /*step*/) {
        transcript_ += "* close\r\n";
        closed_ = true;
        return false;
    }

    const ServerOptions options_;
    ServerSession session_;
    std::string transcript_;
    std::vector<EndOfMessage> messages_;
    std::vector<Refused> refusals_;
    std::vector<ClientFacts> clients_;
    std::vector<ClientFacts> forwarded_;
    std::size_t steps_ = 0;
    std::size_t data_questions_ = 0;
    bool closed_ = false;
    bool handshake_ = false;
};

}  // namespace sealgate::smtp
