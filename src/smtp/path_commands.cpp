// SPDX-License-Identifier: Apache-2.0
// MAIL and RCPT: the commands with a path and parameters.
#include "base/text.h"
#include "smtp/command.h"
#include "smtp/xtext.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace sealgate::smtp {

namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kMaxEnvid = 100;  // RFC 3461 section 4.4
constexpr std::size_t kMaxOrcpt = 500;  // RFC 3461 section 4.2

std::unexpected<Reply> refuse(int code, std::string enhanced, std::string text) {
    return std::unexpected(Reply{code, std::move(enhanced), std::move(text)});
}

struct Path {
    std::string_view mailbox;     // without brackets and source route
    std::string_view parameters;  // what follows
};

// A source route is taken and ignored (RFC 5321 appendix C): "@one,@two:" in front of the mailbox.
std::optional<std::string_view> without_route(std::string_view path) {
    if (!path.starts_with('@')) return path;
    const std::size_t colon = path.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    for (const std::string_view hop : split(path.substr(0, colon), ',')) {
        if (!hop.starts_with('@') || !mime::Domain::parse(hop.substr(1))) return std::nullopt;
    }
    return path.substr(colon + 1);
}

// Octets up to the ">" that is outside quotes; npos when there is none.
std::size_t find_bracket(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (text[i] == '>' && !quoted) {
            return i;
        }
    }
    return std::string_view::npos;
}

Parsed<Path> split_path(std::string_view argument, std::string_view keyword, const Reply& bad) {
    if (!istarts_with(argument, keyword)) return std::unexpected(bad);
    argument = trim(argument.substr(keyword.size()), kBlanks);
    if (!argument.starts_with('<')) return std::unexpected(bad);
    argument.remove_prefix(1);
    const std::size_t end = find_bracket(argument);
    if (end == std::string_view::npos) return std::unexpected(bad);
    const std::string_view rest = argument.substr(end + 1);
    if (!rest.empty() && !kBlanks.contains(rest.front())) return std::unexpected(bad);
    return Path{argument.substr(0, end), trim(rest, kBlanks)};
}

Parsed<mime::Address> parse_mailbox(std::string_view path, bool smtputf8, const Reply& malformed) {
    if (!smtputf8 && !is_ascii(path))
        return refuse(553, "5.6.7", "Address is not ASCII and SMTPUTF8 was not asked for");
    const auto mailbox = without_route(path);
    if (!mailbox) return std::unexpected(malformed);
    auto address = mime::Address::parse(*mailbox);
    if (!address) return std::unexpected(malformed);
    return *std::move(address);
}

struct Parameter {
    std::string_view keyword;
    std::optional<std::string_view> value;
};

// Takes one parameter off the front of `text` (RFC 5321 section 4.1.2: esmtp-param).
Parsed<Parameter> take_parameter(std::string_view& text) {
    const std::size_t end = std::min(text.find_first_of(kBlanks), text.size());
    const std::string_view word = text.substr(0, end);
    text = trim(text.substr(end), kBlanks);
    const std::size_t equals = word.find('=');
    Parameter parameter{word.substr(0, equals), std::nullopt};
    if (equals != std::string_view::npos) parameter.value = word.substr(equals + 1);
    const auto is_keyword = [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; };
    const bool bad_keyword =
        parameter.keyword.empty() || parameter.keyword.front() == '-' ||
        !std::all_of(parameter.keyword.begin(), parameter.keyword.end(), is_keyword);
    if (bad_keyword || (parameter.value && parameter.value->empty()))
        return refuse(501, "5.5.4", "Malformed parameter");
    return parameter;
}

// Calls `take(index, value)` for each parameter; `keywords` are those that are offered ("" where
// one is not).
template <class Take>
std::optional<Reply> read_parameters(std::string_view text,
                                     std::span<const std::string_view> keywords,
                                     const Take& take) {
    std::uint32_t seen = 0;
    while (!text.empty()) {
        const auto parameter = take_parameter(text);
        if (!parameter) return parameter.error();
        const auto known = std::ranges::find_if(
            keywords, [&](std::string_view name) { return iequals(name, parameter->keyword); });
        if (known == keywords.end()) return Reply{555, "5.5.4", "Parameter not supported"};
        const auto index = static_cast<std::size_t>(known - keywords.begin());
        if ((seen & (1U << index)) != 0) return Reply{501, "5.5.4", "Parameter given twice"};
        seen |= 1U << index;
        if (auto refusal = take(index, parameter->value)) return refusal;
    }
    return std::nullopt;
}

std::optional<Reply> bad_value(std::string_view keyword) {
    return Reply{501, "5.5.4", "Bad value of " + std::string(keyword)};
}

std::optional<Reply> take_size(std::string_view value, std::uint64_t limit, MailParameters& out) {
    const bool digits = std::all_of(value.begin(), value.end(), is_digit);
    if (value.empty() || value.size() > 20 || !digits) return bad_value("SIZE");
    out.size = parse_number(value);
    if (!out.size || *out.size > limit)
        return Reply{552, "5.3.4", "Message size exceeds the limit"};
    return std::nullopt;
}

std::optional<Reply> take_body(std::string_view value, MailParameters& out) {
    if (iequals(value, "8BITMIME")) {
        out.body = BodyType::eight_bit_mime;
    } else if (iequals(value, "BINARYMIME")) {
        return Reply{555, "5.5.4", "BINARYMIME is not offered"};
    } else if (!iequals(value, "7BIT")) {
        return bad_value("BODY");
    }
    return std::nullopt;
}

std::optional<Reply> take_ret(std::string_view value, MailParameters& out) {
    if (iequals(value, "FULL")) {
        out.ret = Ret::full;
    } else if (iequals(value, "HDRS")) {
        out.ret = Ret::headers;
    } else {
        return bad_value("RET");
    }
    return std::nullopt;
}

std::optional<Reply> take_notify(std::string_view value, Notify& out) {
    if (iequals(value, "NEVER")) {
        out.never = true;
        return std::nullopt;
    }
    for (const std::string_view word : split(value, ',')) {
        bool* flag = iequals(word, "SUCCESS")   ? &out.success
                     : iequals(word, "FAILURE") ? &out.failure
                     : iequals(word, "DELAY")   ? &out.delay
                                                : nullptr;
        if (flag == nullptr || *flag) return bad_value("NOTIFY");
        *flag = true;
    }
    return std::nullopt;
}

// xtext of printable ASCII (RFC 3461 section 4.4).
bool is_envid(std::string_view value) {
    const auto decoded = decode_xtext(value);
    return decoded && !decoded->empty() && is_ascii(*decoded);
}

// addr-type ";" xtext. With SMTPUTF8 an address of type utf-8 may stand there as it is (RFC 6533
// section 3).
std::optional<Reply> take_orcpt(std::string_view value, bool smtputf8, std::string& out) {
    const std::size_t semicolon = value.find(';');
    const std::string_view type = value.substr(0, semicolon);
    const auto is_type = [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; };
    if (semicolon == std::string_view::npos || type.empty() || value.size() > kMaxOrcpt ||
        !std::all_of(type.begin(), type.end(), is_type))
        return bad_value("ORCPT");
    const std::string_view address = value.substr(semicolon + 1);
    const bool as_it_is = smtputf8 && iequals(type, "utf-8");
    if (address.empty() || (!as_it_is && !is_ascii(address)) || !decode_xtext(address)) {
        return bad_value("ORCPT");
    }
    out = value;
    return std::nullopt;
}

}  // namespace

Parsed<MailCommand> parse_mail(std::string_view argument, const Offered& offered) {
    const Reply syntax{501, "5.5.4", "Syntax: MAIL FROM:<address> [parameters]"};
    SG_TRY(const Path path, split_path(argument, "FROM:", syntax));
    MailCommand command;
    MailParameters& out = command.parameters;
    const std::array<std::string_view, 5> keywords{"SIZE",
                                                   "BODY",
                                                   offered.smtputf8 ? "SMTPUTF8" : "",
                                                   offered.dsn ? "RET" : "",
                                                   offered.dsn ? "ENVID" : ""};
    const auto take = [&](std::size_t index,
                          std::optional<std::string_view> value) -> std::optional<Reply> {
        const std::string_view text = value.value_or("");
        switch (index) {
            case 0:
                return take_size(text, offered.message_size, out);
            case 1:
                return take_body(text, out);
            case 2:
                out.smtputf8 = true;
                return value ? bad_value("SMTPUTF8") : std::nullopt;
            case 3:
                return take_ret(text, out);
            default:
                if (text.size() > kMaxEnvid || !is_envid(text)) return bad_value("ENVID");
                out.envid = text;
                return std::nullopt;
        }
    };
    if (auto refusal = read_parameters(path.parameters, keywords, take))
        return std::unexpected(*std::move(refusal));
    if (path.mailbox.empty()) return command;
    SG_TRY(command.sender,
           parse_mailbox(path.mailbox, out.smtputf8, {553, "5.1.7", "Malformed sender address"}));
    return command;
}

Parsed<Recipient> parse_rcpt(std::string_view argument,
                             const Offered& offered,
                             bool smtputf8,
                             std::string_view postmaster) {
    const Reply syntax{501, "5.5.4", "Syntax: RCPT TO:<address> [parameters]"};
    SG_TRY(const Path path, split_path(argument, "TO:", syntax));
    Recipient out;
    const std::array<std::string_view, 2> keywords{offered.dsn ? "NOTIFY" : "",
                                                   offered.dsn ? "ORCPT" : ""};
    const auto take = [&](std::size_t index,
                          std::optional<std::string_view> value) -> std::optional<Reply> {
        return index == 0 ? take_notify(value.value_or(""), out.notify)
                          : take_orcpt(value.value_or(""), smtputf8, out.orcpt);
    };
    if (auto refusal = read_parameters(path.parameters, keywords, take))
        return std::unexpected(*std::move(refusal));
    const std::string_view mailbox =
        iequals(path.mailbox, "postmaster") ? postmaster : path.mailbox;
    SG_TRY(out.address,
           parse_mailbox(mailbox, smtputf8, {553, "5.1.3", "Malformed recipient address"}));
    return out;
}

}  // namespace sealgate::smtp
