// SPDX-License-Identifier: Apache-2.0
// AUTH (RFC 4954) with PLAIN and LOGIN: the exchange. Who is right, the caller says.
#include "base/text.h"
#include "smtp/server/session_impl.h"

#include <utility>

namespace sealgate::smtp {

namespace {

// "Username:" and "Password:"
constexpr std::string_view kAskUser = "VXNlcm5hbWU6";
constexpr std::string_view kAskPassword = "UGFzc3dvcmQ6";

}  // namespace

void ServerSession::Impl::on_auth(std::string_view argument) {
    // Never with the argument, which may be a password.
    const auto no = [&](const Reply& why) { refuse(Refused::What::auth, why); };
    if (!options.offer_auth) return reply({502, "5.5.1", "Command not implemented"});
    if (!tls) return no({538, "5.7.11", "Encryption comes first"});
    if (helo.empty() || !esmtp) return no({503, "5.5.1", "EHLO comes first"});
    if (transaction) return no({503, "5.5.1", "A transaction is under way"});
    if (signed_in) return no({503, "5.5.1", "You have signed in already"});
    const std::size_t end = std::min(argument.find_first_of(" \t"), argument.size());
    const auto mechanism = parse_mechanism(argument.substr(0, end));
    if (!mechanism) return no({504, "5.5.4", "Mechanisms: PLAIN LOGIN"});
    exchange.emplace(AuthExchange{*mechanism, std::nullopt});
    phase = Phase::auth;
    input.set_limit(kMaxAuthLine);
    const std::string_view initial = trim(argument.substr(end), " \t");
    if (!initial.empty()) return take_response(initial == "=" ? "" : initial);
    output += render({334, "", std::string(*mechanism == Mechanism::login ? kAskUser : "")});
}

bool ServerSession::Impl::read_auth() {
    const auto line = input.next();
    if (!line) {
        if (!input.gave_up()) return false;
        cut_off({421, "4.7.0", "Line too long, closing connection"});
        return true;
    }
    if (line->fault != LineFault::none) {
        end_auth();
        refuse(Refused::What::auth, {500, "5.5.6", "Broken or too long line"});
    } else if (line->text == "*") {
        end_auth();
        refuse(Refused::What::auth, {501, "5.7.0", "Cancelled"});
    } else {
        take_response(line->text);
    }
    input.wipe();
    return true;
}

void ServerSession::Impl::end_auth() {
    exchange.reset();
    phase = Phase::command;
    input.set_limit(options.limits.command_line);
}

void ServerSession::Impl::take_response(std::string_view text) {
    auto response = decode_response(text);
    if (!response) {
        end_auth();
        return refuse(Refused::What::auth, {501, "5.5.2", "Not in base 64"});
    }
    const bool login = exchange->mechanism == Mechanism::login;
    if (login && !exchange->user) {
        exchange->user = *std::move(response);
        output += render({334, "", std::string(kAskPassword)});
        return;
    }
    auto credentials =
        login ? read_login(*exchange->user, *std::move(response)) : read_plain(*response);
    end_auth();
    if (!credentials) {
        return refuse(Refused::What::auth, {501, "5.5.2", "Not what the mechanism asks for"});
    }
    ask(Question::auth, AskAuth{*std::move(credentials)});
}

void ServerSession::Impl::answer_auth(const Reply& given) {
    if (given.code == 235) {
        signed_in = true;
        idle_commands = 0;
        return reply(given);
    }
    // Anything else that says yes would leave the two of us at odds.
    reply(given.code >= 400 ? given : Reply{454, "4.7.0", "Try again later"});
}

}  // namespace sealgate::smtp
