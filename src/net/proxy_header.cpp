// SPDX-License-Identifier: Apache-2.0
#include "net/proxy_header.h"

#include "base/text.h"

#include <algorithm>

namespace sealgate::net {

namespace {

using namespace std::literals;

constexpr std::string_view kWhere = "net.proxy_header";
constexpr std::string_view kLineStart = "PROXY ";
constexpr std::string_view kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kFixed = 16;  // version 2: signature, version and command, family, length

std::unexpected<Error> bad(std::string why) {
    return fail(ErrorKind::malformed, kWhere, std::move(why));
}

unsigned octet(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

unsigned number(std::string_view bytes, std::size_t at) {
    return octet(bytes, at) << 8U | octet(bytes, at + 1);
}

// "0" to "65535" without leading zeros.
std::optional<std::uint16_t> port_of(std::string_view text) {
    const auto port = parse_number(text);
    if (!port || *port > 65535 || text.size() > 5 || (text.size() > 1 && text[0] == '0')) {
        return std::nullopt;
    }
    return static_cast<std::uint16_t>(*port);
}

Result<IpAddress> address_of(std::string_view text, bool v4) {
    const bool has_colon = text.contains(':');
    auto address = IpAddress::parse(text);
    if (!address || has_colon == v4) {
        return bad("'" + escape_for_log(text, 64) + "' is no " + (v4 ? "IPv4" : "IPv6") +
                   " address");
    }
    return address;
}

std::string dotted(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        if (!text.empty()) text += '.';
        text += std::to_string(static_cast<unsigned char>(c));
    }
    return text;
}

// Through the text form, so that an IPv4 address in IPv6 clothes is what it is everywhere else.
Result<IpAddress> binary_address(std::string_view bytes) {
    if (bytes.size() == 4) return IpAddress::parse(dotted(bytes));
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        if (i > 0) text += ':';
        text += to_hex(bytes.substr(i, 2));
    }
    return IpAddress::parse(text);
}

}  // namespace

Result<std::size_t> ProxyHeaderReader::take(std::string_view bytes) {
    SG_CHECK(!done() && !bytes.empty());
    const char first = buffer_.empty() ? bytes.front() : buffer_.front();
    if (first == kLineStart.front()) return take_line(bytes);
    if (first == kSignature.front()) return take_binary(bytes);
    return bad("the connection does not begin with one");
}

Result<std::size_t> ProxyHeaderReader::take_line(std::string_view bytes) {
    const std::size_t lf = bytes.find('\n');
    const std::size_t octets = lf == std::string_view::npos ? bytes.size() : lf + 1;
    if (buffer_.size() + octets > kMaxLine) {
        return fail(ErrorKind::exhausted,
                    kWhere,
                    "it is longer than " + std::to_string(kMaxLine) + " octets");
    }
    buffer_ += bytes.substr(0, octets);
    const std::size_t known = std::min(buffer_.size(), kLineStart.size());
    if (!kLineStart.starts_with(std::string_view(buffer_).substr(0, known))) {
        return bad("the connection does not begin with one");
    }
    if (lf != std::string_view::npos) SG_TRYV(finish_line());
    return octets;
}

Status ProxyHeaderReader::finish_line() {
    std::string_view line = buffer_;
    if (!line.ends_with("\r\n")) return bad("its line does not end with CR LF");
    line.remove_suffix(2);
    if (!is_ascii(line) || line.find_first_of("\r\0"sv) != std::string_view::npos) {
        return bad("its line holds other octets than text");
    }
    const auto words = split(line, ' ');
    ProxyHeader header;
    // What stands behind UNKNOWN is to be ignored.
    if (words.size() >= 2 && words[1] == "UNKNOWN") {
        header_ = header;
        return {};
    }
    const bool v4 = words.size() == 6 && words[1] == "TCP4";
    const bool v6 = words.size() == 6 && words[1] == "TCP6";
    if (!v4 && !v6) return bad("'" + escape_for_log(line, 120) + "' is no line of version 1");
    SG_TRY(header.address, address_of(words[2], v4));
    SG_TRYV(address_of(words[3], v4));
    const auto port = port_of(words[4]);
    if (!port || !port_of(words[5])) return bad("a port of it is no number from 0 to 65535");
    header.client = ProxyHeader::Client::given;
    header.port = *port;
    header_ = header;
    return {};
}

Result<std::size_t> ProxyHeaderReader::take_binary(std::string_view bytes) {
    std::size_t taken = 0;
    const auto fill = [&](std::size_t wanted) {
        const std::size_t octets = std::min(wanted - buffer_.size(), bytes.size() - taken);
        buffer_ += bytes.substr(taken, octets);
        taken += octets;
        return buffer_.size() == wanted;
    };
    if (buffer_.size() < kFixed) {
        const bool whole = fill(kFixed);
        const std::size_t known = std::min(buffer_.size(), kSignature.size());
        if (std::string_view(buffer_).substr(0, known) != kSignature.substr(0, known)) {
            return bad("the connection does not begin with one");
        }
        if (!whole) return taken;
        if (octet(buffer_, 12) >> 4U != 2) return bad("its version is neither 1 nor 2");
    }
    const std::size_t body = number(buffer_, 14);
    if (body > kMaxBody) {
        return fail(ErrorKind::exhausted,
                    kWhere,
                    "it is longer than " + std::to_string(kFixed + kMaxBody) + " octets");
    }
    if (fill(kFixed + body)) SG_TRYV(finish_binary());
    return taken;
}

Status ProxyHeaderReader::finish_binary() {
    const unsigned command = octet(buffer_, 12) & 0x0FU;
    const unsigned family = octet(buffer_, 13) >> 4U;
    const unsigned transport = octet(buffer_, 13) & 0x0FU;
    const std::string_view body = std::string_view(buffer_).substr(kFixed);
    ProxyHeader header;
    if (command > 1) return bad("its command is neither LOCAL nor PROXY");
    if (command == 0) {  // what follows is to be ignored
        header.client = ProxyHeader::Client::own;
        header_ = header;
        return {};
    }
    if (family > 3 || transport > 2) return bad("its address family is not known");
    if (transport == 2) return bad("it speaks of datagrams");
    const bool inet = family == 1 || family == 2;
    if (!inet || transport == 0) {
        header_ = header;
        return {};
    }
    // Source and destination address, source and destination port; extensions behind are ignored.
    const std::size_t width = family == 1 ? 4 : 16;
    if (body.size() < 2 * width + 4) return bad("it is too short for its addresses");
    SG_TRY(header.address, binary_address(body.substr(0, width)));
    header.client = ProxyHeader::Client::given;
    header.port = static_cast<std::uint16_t>(number(body, 2 * width));
    header_ = header;
    return {};
}

}  // namespace sealgate::net
