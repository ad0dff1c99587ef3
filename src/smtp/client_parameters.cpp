// SPDX-License-Identifier: Apache-2.0
#include "smtp/client_parameters.h"

#include "base/text.h"
#include "smtp/xtext.h"

namespace sealgate::smtp {

namespace {

// RFC 3461 sections 4.2 and 4.4: what a server need not take.
constexpr std::size_t kMaxOrcpt = 500;
constexpr std::size_t kMaxEnvid = 100;

// "addr-type;xtext" as it may be sent, or "".
std::string original_recipient(const std::string& orcpt, bool smtputf8) {
    const std::size_t colon = orcpt.find(';');
    if (colon == 0 || colon == std::string::npos || colon + 1 == orcpt.size()) return "";
    const std::string_view type = std::string_view(orcpt).substr(0, colon);
    const bool may_be_utf8 = iequals(type, "utf-8");
    if (!is_xtext(type) || !is_xtext(std::string_view(orcpt).substr(colon), may_be_utf8)) {
        return "";
    }
    const std::string out = smtputf8 ? orcpt : ascii_form(orcpt);
    return out.size() <= kMaxOrcpt ? out : "";
}

std::string notify_value(const Notify& notify) {
    if (notify.never) return "NEVER";
    std::string out;
    const auto add = [&](bool wanted, std::string_view word) {
        if (!wanted) return;
        if (!out.empty()) out += ',';
        out += word;
    };
    add(notify.success, "SUCCESS");
    add(notify.failure, "FAILURE");
    add(notify.delay, "DELAY");
    return out;
}

void read_keyword(std::string_view line, Extensions& out) {
    const std::size_t blank = line.find(' ');
    const std::string_view keyword = line.substr(0, blank);
    const struct {
        std::string_view name;
        bool Extensions::* flag;
    } known[] = {
        {"PIPELINING", &Extensions::pipelining},
        {"STARTTLS", &Extensions::starttls},
        {"8BITMIME", &Extensions::eight_bit_mime},
        {"SMTPUTF8", &Extensions::smtputf8},
        {"DSN", &Extensions::dsn},
        {"CHUNKING", &Extensions::chunking},
        {"ENHANCEDSTATUSCODES", &Extensions::enhanced_status_codes},
        {"SIZE", &Extensions::size},
    };
    for (const auto& extension : known)
        if (iequals(keyword, extension.name)) out.*extension.flag = true;
    if (iequals(keyword, "XFORWARD") && blank != std::string_view::npos) {
        out.xforward = line.substr(blank + 1);
    }
    if (iequals(keyword, "AUTH") && blank != std::string_view::npos) {
        for (const std::string_view mechanism : split(line.substr(blank + 1), ' ')) {
            out.auth_plain = out.auth_plain || iequals(mechanism, "PLAIN");
            out.auth_login = out.auth_login || iequals(mechanism, "LOGIN");
        }
    }
    if (iequals(keyword, "SIZE") && blank != std::string_view::npos) {
        out.max_size = parse_number(trim(line.substr(blank))).value_or(0);
    }
}

}  // namespace

Extensions read_extensions(const Reply& ehlo) {
    Extensions out;
    out.esmtp = true;
    const auto lines = split(ehlo.text, '\n');
    // The first line is the server's name and greeting.
    for (std::size_t i = 1; i < lines.size(); ++i)
        read_keyword(trim(lines[i]), out);
    return out;
}

std::string mail_command(const ReversePath& sender,
                         const MailParameters& parameters,
                         std::uint64_t size,
                         const Extensions& offered) {
    std::string line = "MAIL FROM:<" + (sender ? sender->wire() : "") + ">";
    if (offered.size && size > 0) line += " SIZE=" + std::to_string(size);
    if (offered.eight_bit_mime && parameters.body == BodyType::eight_bit_mime) {
        line += " BODY=8BITMIME";
    }
    if (offered.smtputf8 && parameters.smtputf8) line += " SMTPUTF8";
    if (!offered.dsn) return line;
    if (parameters.ret != Ret::unset) {
        line += parameters.ret == Ret::full ? " RET=FULL" : " RET=HDRS";
    }
    const std::string& envid = parameters.envid;
    if (!envid.empty() && envid.size() <= kMaxEnvid && is_xtext(envid)) line += " ENVID=" + envid;
    return line;
}

std::string rcpt_command(const Recipient& recipient, const Extensions& offered) {
    std::string line = "RCPT TO:<" + recipient.address.wire() + ">";
    if (!offered.dsn) return line;
    if (recipient.notify.given()) line += " NOTIFY=" + notify_value(recipient.notify);
    const std::string orcpt = original_recipient(recipient.orcpt, offered.smtputf8);
    if (!orcpt.empty()) line += " ORCPT=" + orcpt;
    return line;
}

}  // namespace sealgate::smtp
