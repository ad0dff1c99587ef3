#pragma once
// SPDX-License-Identifier: Apache-2.0
// The grammar of SMTP commands (RFC 5321 section 4.1.1 and the extensions we offer). A command
// parses to a value, or to the reply that refuses it.
//
// Where we take more than the grammar allows, since common clients send it: blanks (one or many,
// tabs too) between words and at the end of a line, blanks behind "FROM:" and "TO:". Paths without
// angle brackets are refused.

#include "smtp/envelope.h"
#include "smtp/reply.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace sealgate::smtp {

template <class T>
using Parsed = std::expected<T, Reply>;

enum class Verb : std::uint8_t {
    ehlo,
    helo,
    mail,
    rcpt,
    data,
    bdat,
    rset,
    noop,
    quit,
    vrfy,
    help,
    starttls,
    unoffered,  // a command of SMTP that we never offer: AUTH, EXPN, ETRN ...
    http,       // a request line of HTTP: a browser made to talk to us by somebody else
    unknown,
};

struct ParsedCommand {
    Verb verb = Verb::unknown;
    std::string_view argument;  // without blanks at its ends
};
// `line` without CRLF.
[[nodiscard]] ParsedCommand parse_command(std::string_view line);

// The name in HELO or EHLO: 1..255 printable ASCII octets without blanks or anything that could
// break out of a comment or path in a header field. Not required to be a domain: too many hosts
// give none. 501 5.5.4.
[[nodiscard]] Parsed<std::string_view> parse_helo(std::string_view argument);

// What parameters are known; those that are not offered are refused like unknown ones, 555 5.5.4.
struct Offered {
    bool smtputf8 = true;
    bool dsn = true;
    std::uint64_t message_size = 0;  // SIZE= above it: 552 5.3.4
};

struct MailCommand {
    ReversePath sender;
    MailParameters parameters;
};
// "FROM:<path> parameters". 501 5.5.4 syntax, 553 5.1.7 malformed address, 553 5.6.7 octets above
// 127 without SMTPUTF8.
[[nodiscard]] Parsed<MailCommand> parse_mail(std::string_view argument, const Offered& offered);

// "TO:<path> parameters". 553 5.1.3 malformed address. <postmaster> alone stands for the
// address `postmaster` (RFC 5321 section 4.5.1). `smtputf8`: MAIL asked for it.
[[nodiscard]] Parsed<Recipient> parse_rcpt(std::string_view argument,
                                           const Offered& offered,
                                           bool smtputf8,
                                           std::string_view postmaster);

struct ChunkCommand {
    std::uint64_t size = 0;
    bool last = false;
};
// "size [LAST]" (RFC 3030 section 2). 501 5.5.4: the caller must close, since the length of what
// follows is unknown.
[[nodiscard]] Parsed<ChunkCommand> parse_bdat(std::string_view argument);

}  // namespace sealgate::smtp
