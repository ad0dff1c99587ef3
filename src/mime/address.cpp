// SPDX-License-Identifier: Apache-2.0
#include "mime/address.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

namespace sealgate::mime {

namespace {

constexpr std::size_t kMaxLabel = 63;     // RFC 1035 section 2.3.4
constexpr std::size_t kMaxName = 253;     // the same, without the root's dot
constexpr std::size_t kMaxLocal = 64;     // RFC 5321 section 4.5.3.1.1
constexpr std::size_t kMaxMailbox = 254;  // RFC 5321 section 4.5.3.1.3, without angle brackets

std::unexpected<Error> bad_domain(std::string why) {
    return fail(ErrorKind::malformed, "mime.domain", std::move(why));
}
std::unexpected<Error> bad_address(std::string why) {
    return fail(ErrorKind::malformed, "mime.address", std::move(why));
}

// Indexed by octet: the lower-case form of a letter, digit or hyphen; '.' for itself; else 0.
constexpr std::array<char, 256> kNameOctets = [] {
    std::array<char, 256> table{};
    for (std::size_t i = 0; i < 128; ++i) {
        const char c = static_cast<char>(i);
        if (is_alpha(c) || is_digit(c) || c == '-' || c == '.') table[i] = ascii_lower(c);
    }
    return table;
}();

// Indexed by octet: atext (RFC 5322 section 3.2.3) and, by RFC 6531 section 3.3, all of UTF-8.
constexpr std::array<bool, 256> kAtext = [] {
    std::array<bool, 256> table{};
    for (std::size_t i = 0; i < 256; ++i) {
        const char c = static_cast<char>(i);
        table[i] = i >= 0x80 || is_alpha(c) || is_digit(c) ||
                   std::string_view("!#$%&'*+-/=?^_`{|}~").contains(c);
    }
    return table;
}();

std::uint8_t octet(char c) {
    return static_cast<std::uint8_t>(c);
}
bool is_atext(char c) {
    return kAtext[octet(c)];
}
bool is_continuation(char c) {
    return (octet(c) & 0xC0U) == 0x80U;
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}
std::size_t ascii_octets(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return octet(c) < 0x80; }));
}

struct IdnFree {
    void operator()(void* text) const { idn2_free(text); }
};
using IdnText = std::unique_ptr<char, IdnFree>;

// idn2_lookup_u8 for one label; null when libidn2 refuses it.
IdnText lookup_label(const std::string& label, int flags) {
    std::uint8_t* out = nullptr;
    const auto* in = reinterpret_cast<const std::uint8_t*>(label.c_str());
    if (idn2_lookup_u8(in, &out, flags) != IDN2_OK) return nullptr;
    return IdnText(reinterpret_cast<char*>(out));
}

IdnText decode_label(const std::string& label) {
    char* out = nullptr;
    if (idn2_to_unicode_8z8z(label.c_str(), &out, 0) != IDN2_OK) return nullptr;
    return IdnText(out);
}

// An A-label counts only when it decodes to a U-label that IDNA2008 itself, without any mapping,
// turns into the same A-label: else two spellings of one name would compare as different.
bool is_valid_a_label(std::string_view label) {
    const std::string text(label);
    const IdnText unicode = decode_label(text);
    if (!unicode || is_ascii(unicode.get())) return false;
    const IdnText again = lookup_label(unicode.get(), IDN2_NO_TR46 | IDN2_NFC_INPUT);
    return again && text == again.get();
}

// The A-label of a label that is not ASCII. UTS #46 maps more than case (ligatures, full-width and
// invisible characters): where the mapping changes the number of characters or which of them are
// ASCII, the label is refused instead, since it would look like a name that it is not.
Result<std::string> to_a_label(std::string_view label) {
    if (code_points(label) > kMaxLabel) return bad_domain("label too long");
    for (const char c : label) {
        if (octet(c) < 0x80 && kNameOctets[octet(c)] == 0) return bad_domain("bad character");
    }
    const std::string text = to_lower(label);
    const IdnText ascii = lookup_label(text, IDN2_NONTRANSITIONAL);
    if (!ascii) return bad_domain("label is not IDNA2008");
    std::string out = ascii.get();
    const IdnText unicode = decode_label(out);
    if (!unicode) return bad_domain("label does not decode");
    const std::string_view mapped = unicode.get();
    if (code_points(mapped) != code_points(text) || ascii_octets(mapped) != ascii_octets(text))
        return bad_domain("label holds characters that stand for others");
    return out;
}

// Lengths are judged before anything is decoded, so that no decoder sees more than a name's worth.
Result<std::string> to_a_labels(std::string_view name) {
    if (!is_valid_utf8(name)) return bad_domain("not UTF-8");
    if (code_points(name) > kMaxName) return bad_domain("name too long");
    for (const std::string_view dot : {"\u3002", "\uFF0E", "\uFF61"}) {
        if (name.contains(dot)) return bad_domain("a dot that is not '.'");
    }
    std::string out;
    for (const std::string_view label : split(name, '.')) {
        if (!out.empty()) out += '.';
        if (is_ascii(label)) {
            if (label.empty()) return bad_domain("empty label");
            out += label;
        } else {
            SG_TRY(const std::string ascii, to_a_label(label));
            out += ascii;
        }
    }
    return out;
}

Status check_label(std::string_view label) {
    if (label.empty()) return bad_domain("empty label");
    if (label.size() > kMaxLabel) return bad_domain("label over 63 octets");
    if (label.front() == '-' || label.back() == '-') return bad_domain("hyphen at a label's edge");
    if (label.starts_with("xn--") && !is_valid_a_label(label)) return bad_domain("bad A-label");
    return {};
}

// `name` in lower case when it is a valid ASCII name.
Result<std::string> ldh_name(std::string_view name) {
    if (name.size() > kMaxName) return bad_domain("name over 253 octets");
    std::string out(name.size(), '\0');
    std::size_t start = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = kNameOctets[octet(name[i])];
        if (c == 0) return bad_domain("bad character");
        out[i] = c;
        if (c != '.') continue;
        SG_TRYV(check_label(std::string_view(out).substr(start, i - start)));
        start = i + 1;
    }
    SG_TRYV(check_label(std::string_view(out).substr(start)));
    return out;
}

// RFC 5321 section 4.1.3, in canonical form. Other tags than IPv6 are not registered.
Result<std::string> address_literal(std::string_view text) {
    constexpr std::string_view kTag = "IPv6:";
    if (!text.ends_with(']')) return bad_domain("literal without its bracket");
    const std::string_view body = text.substr(1, text.size() - 2);
    if (body.size() > kTag.size() + INET6_ADDRSTRLEN) return bad_domain("literal too long");
    if (body.contains('\0')) return bad_domain("NUL in a literal");
    const bool v6 = istarts_with(body, kTag);
    const int family = v6 ? AF_INET6 : AF_INET;
    const std::string address(v6 ? body.substr(kTag.size()) : body);
    std::array<std::uint8_t, 16> bytes{};
    std::array<char, INET6_ADDRSTRLEN> canonical{};
    if (inet_pton(family, address.c_str(), bytes.data()) != 1)
        return bad_domain("literal holds no IP address");
    if (inet_ntop(family, bytes.data(), canonical.data(), canonical.size()) == nullptr)
        return fail(ErrorKind::internal, "mime.domain", "inet_ntop failed");
    std::string out = v6 ? "[IPv6:" : "[";
    out.append(canonical.data()).append("]");
    return out;
}

// Octets of the dot-string at the start of `text`, up to the first octet that cannot belong to it.
std::size_t dot_string_length(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size() && (is_atext(text[i]) || text[i] == '.'))
        ++i;
    return i;
}

bool is_dot_string(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.back() != '.' && !text.contains("..") &&
           dot_string_length(text) == text.size();
}

// Reads the quoted string at the start of `text` into `local`; its length with both quotes, or 0.
std::size_t read_quoted(std::string_view text, std::string& local) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        char c = text[i];
        if (c == '"') return i + 1;
        if (c == '\\') {
            ++i;
            if (i == text.size() || octet(text[i]) >= 0x80) return 0;
            c = text[i];
        }
        if (octet(c) < 0x20 || c == 0x7F) return 0;
        local += c;
    }
    return 0;
}

// C1 controls are UTF-8 and still no part of a name.
bool has_c1_control(std::string_view text) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (octet(text[i]) == 0xC2 && octet(text[i + 1]) < 0xA0) return true;
    }
    return false;
}

}  // namespace

Result<Domain> Domain::parse(std::string_view text) {
    Domain domain;
    if (text.starts_with('[')) {
        SG_TRY(domain.ascii_, address_literal(text));
        return domain;
    }
    if (text.ends_with('.')) text.remove_suffix(1);
    if (is_ascii(text)) {
        SG_TRY(domain.ascii_, ldh_name(text));
        return domain;
    }
    SG_TRY(const std::string ascii, to_a_labels(text));
    SG_TRY(domain.ascii_, ldh_name(ascii));
    return domain;
}

bool Domain::is_subdomain_of(const Domain& parent) const {
    if (parent.empty() || parent.is_literal() || is_literal()) return false;
    if (ascii_.size() <= parent.ascii_.size() || !ascii_.ends_with(parent.ascii_)) return false;
    return ascii_[ascii_.size() - parent.ascii_.size() - 1] == '.';
}

Result<Address> Address::parse(std::string_view text) {
    Address address;
    std::size_t local_length = 0;  // on the wire, quotes and backslashes included
    if (text.starts_with('"')) {
        local_length = read_quoted(text.substr(0, kMaxLocal + 1), address.local_);
        if (local_length == 0) return bad_address("bad quoted local part");
    } else {
        local_length = dot_string_length(text.substr(0, kMaxLocal + 1));
        const std::string_view local = text.substr(0, local_length);
        if (!is_dot_string(local)) return bad_address("bad local part");
        address.local_ = local;
    }
    if (local_length > kMaxLocal) return bad_address("local part over 64 octets");
    if (local_length >= text.size() || text[local_length] != '@')
        return bad_address("no @ behind the local part");
    if (!is_ascii(address.local_) &&
        (!is_valid_utf8(address.local_) || has_c1_control(address.local_)))
        return bad_address("local part is not clean UTF-8");

    const std::string_view domain = text.substr(local_length + 1);
    if (domain.ends_with('.')) return bad_address("dot at the end of the domain");
    SG_TRY(address.domain_, Domain::parse(domain));
    if (local_length + 1 + address.domain_.ascii().size() > kMaxMailbox)
        return bad_address("over 254 octets");
    address.text_ = text;
    return address;
}

std::string Address::wire() const {
    std::string out;
    out.reserve(local_.size() + 1 + domain_.ascii().size());
    if (is_dot_string(local_)) {
        out = local_;
    } else {
        out += '"';
        for (const char c : local_) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    out += '@';
    out += domain_.ascii();
    return out;
}

bool Address::needs_smtputf8() const {
    return !is_ascii(local_);
}

}  // namespace sealgate::mime
