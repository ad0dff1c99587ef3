// SPDX-License-Identifier: Apache-2.0
#include "flow/trace.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "mime/date.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::flow {

namespace {

constexpr std::size_t kMacOctets = 16;  // of the HMAC; more would only lengthen the line

// The client's word for itself is foreign text: only what can be a domain or an address literal
// stands in our field.
std::string_view safe_helo(std::string_view helo) {
    const bool fits =
        !helo.empty() && helo.size() <= 255 && std::all_of(helo.begin(), helo.end(), [](char c) {
            return is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || c == ':' ||
                   c == '[' || c == ']';
        });
    return fits ? helo : "unknown";
}

// RFC 3848 and RFC 6531 section 4.3.
std::string_view protocol(const Source& source, bool smtputf8) {
    const bool tls = !source.tls.empty();
    if (source.lmtp) {
        if (smtputf8) return tls ? "UTF8LMTPS" : "UTF8LMTP";
        return tls ? "LMTPS" : "LMTP";
    }
    const bool user = tls && !source.user.empty();
    if (smtputf8) return user ? "UTF8SMTPSA" : tls ? "UTF8SMTPS" : "UTF8SMTP";
    if (!source.esmtp) return "SMTP";
    if (user) return "ESMTPSA";
    return tls ? "ESMTPS" : "ESMTP";
}

}  // namespace

std::string TraceGuard::mac(std::string_view id, std::string_view message_id) const {
    std::string input(hostname_);
    input += '\n';
    input += id;
    input += '\n';
    input += message_id;
    return to_hex(crypto::hmac_sha256(key_.view(), input).substr(0, kMacOctets));
}

std::string TraceGuard::fields(const Accepted& mail, std::string_view message_id) const {
    const Source& source = *mail.source;
    const std::string id = trace_id(source.connection, mail.id);
    const std::string address = source.address.to_string();
    std::string out = fmt::format("Received: from {} ([{}{}]) by {} (Sealgate) with {}\r\n\t",
                                  safe_helo(source.helo),
                                  source.address.is_v4() ? "" : "IPv6:",
                                  address,
                                  hostname_,
                                  protocol(source, mail.envelope.parameters.smtputf8));
    if (!source.tls.empty()) out += "(" + source.tls + ") ";
    out += "id " + id;
    const bool one = mail.envelope.recipients.size() == 1;
    if (one && !mail.envelope.recipients.front().address.needs_smtputf8()) {
        out += "\r\n\tfor <" + mail.envelope.recipients.front().address.wire() + ">";
    }
    out += "; " + mime::format_date(mail.received) + "\r\n";
    out += fmt::format("{}: {} {}\r\n", kFieldName, id, mac(id, message_id));
    return out;
}

bool TraceGuard::is_own(std::string_view value, std::string_view message_id) const {
    value = trim(value);
    const std::size_t blank = value.find(' ');
    if (blank == std::string_view::npos) return false;
    const std::string_view id = value.substr(0, blank);
    // Content that begins with a blank is folded onto our field: what follows the two words is not
    // ours. The cheap question comes first, as anybody may send thousands of these fields.
    std::string_view given = value.substr(blank + 1);
    given = given.substr(0, given.find_first_of(" \t"));
    if (given.size() != 2 * kMacOctets) return false;
    return crypto::constant_time_equal(given, mac(id, message_id));
}

}  // namespace sealgate::flow
