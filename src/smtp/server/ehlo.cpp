// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

namespace sealgate::smtp {

namespace {

std::string ehlo_lines(const ServerOptions& options, const Peer& peer, bool tls, bool signed_in) {
    std::string lines = options.hostname;
    lines += "\nPIPELINING\nSIZE " + std::to_string(options.limits.message_size);
    if (options.offer_starttls && !tls) lines += "\nSTARTTLS";
    if (options.offer_auth && tls && !signed_in) lines += "\nAUTH PLAIN LOGIN";
    lines += "\nENHANCEDSTATUSCODES\n8BITMIME";
    if (options.offer_dsn) lines += "\nDSN";
    if (options.offer_smtputf8) lines += "\nSMTPUTF8";
    if (options.offer_chunking) lines += "\nCHUNKING";
    if (peer.xclient) lines.append("\nXCLIENT ").append(kXclientAttributes);
    if (peer.xforward) lines.append("\nXFORWARD ").append(kXforwardAttributes);
    return lines;
}

}  // namespace

void ServerSession::Impl::on_hello(Verb verb, std::string_view argument) {
    if ((verb == Verb::lhlo) != options.lmtp) {
        return reply(options.lmtp ? Reply{500, "5.5.1", "This is LMTP: say LHLO"}
                                  : Reply{500, "5.5.2", "Command not recognised"});
    }
    const auto name = parse_helo(argument);
    if (!name) return reply(name.error());
    drop_transaction();
    helo = *name;
    esmtp = verb != Verb::helo;
    reply({250, "", esmtp ? ehlo_lines(options, peer, tls, signed_in) : options.hostname});
}

}  // namespace sealgate::smtp
