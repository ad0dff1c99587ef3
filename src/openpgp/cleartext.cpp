// SPDX-License-Identifier: Apache-2.0
#include "openpgp/cleartext.h"

#include "openpgp/armor_scan.h"

#include <algorithm>
#include <array>

namespace sealgate::openpgp {
namespace {

// RFC 9580 section 9.5, column "Text Name".
constexpr std::array<std::string_view, 9> kHashNames = {
    "MD5", "SHA1", "RIPEMD160", "SHA256", "SHA384", "SHA512", "SHA224", "SHA3-256", "SHA3-512"};

std::string_view without_cr(std::string_view line) {
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

// Without a branch for each octet, so that many are looked at together.
bool has_control(std::string_view line) {
    bool found = false;
    for (const char c : line)
        found |= is_control(c);
    return found;
}

class CleartextReader {
public:
    CleartextReader(std::string_view message,
                    const ArmorBegin& begin,
                    const CleartextLimits& limits)
        : message_(message),
          limits_(limits),
          at_(begin.body) {
        out_.begin = begin.at;
    }

    Result<Cleartext> read() {
        SG_TRYV(headers());
        SG_TRYV(text());
        SG_TRYV(signature());
        return std::move(out_);
    }

private:
    std::unexpected<Error> exhausted(std::string_view what) const {
        return fail(ErrorKind::exhausted,
                    "openpgp.cleartext",
                    "octet " + std::to_string(at_) + ": " + std::string(what));
    }

    // The next line without its line end, and where the one behind it begins. The text has no last
    // line without line end: the signature follows.
    struct Line {
        std::string_view text;
        std::size_t next;
    };
    Result<Line> line() const {
        if (at_ >= message_.size()) return armor_error(at_, "the message ends in the signed text");
        const auto found = line_at(message_, at_, limits_.armor.max_line);
        if (!found) return exhausted("the line is too long");
        return Line{without_cr(*found), after_line(message_, at_, *found)};
    }

    Status headers() {
        for (;;) {
            SG_TRY(const Line header, line());
            if (header.text.empty()) {
                at_ = header.next;
                return {};
            }
            SG_TRYV(hash_header(header.text));
            at_ = header.next;
        }
    }

    Status hash_header(std::string_view line) {
        constexpr std::string_view kHash = "Hash: ";
        if (!line.starts_with(kHash)) return armor_error(at_, "neither Hash nor an empty line");
        line.remove_prefix(kHash.size());
        for (;;) {
            const std::size_t comma = line.find(',');
            const std::string_view name = line.substr(0, comma);
            if (std::ranges::find(kHashNames, name) == kHashNames.end())
                return armor_error(at_, "Hash holds more than names of hash algorithms");
            if (out_.hashes.size() == kHashNames.size())
                return exhausted("more names than hash algorithms");
            out_.hashes.push_back(name);
            if (comma == std::string_view::npos) return {};
            line.remove_prefix(comma + 1);
        }
    }

    Status text() {
        for (bool first = true;; first = false) {
            SG_TRY(const Line line, this->line());
            std::string_view content = line.text;
            if (content.starts_with('-')) {
                if (content.starts_with("-----BEGIN PGP SIGNATURE-----")) return {};
                if (!content.starts_with("- "))
                    return armor_error(at_, "a dash at the beginning of a line is not escaped");
                content.remove_prefix(2);
            }
            if (has_control(content)) {
                const auto control = std::ranges::find_if(content, is_control);
                return armor_error(static_cast<std::size_t>(&*control - message_.data()),
                                   "control octet in the signed text");
            }
            content = content.substr(0, content.find_last_not_of(" \t") + 1);
            if (!first) out_.text += "\r\n";
            out_.text += content;
            if (out_.text.size() > limits_.max_text) return exhausted("too much text");
            at_ = line.next;
        }
    }

    Status signature() {
        SG_TRY(const auto begin, find_armor(message_, at_, limits_.armor));
        SG_CHECK(begin && begin->at == at_);  // text() stopped at it
        SG_TRY(Armored block, read_block(message_, *begin, limits_.armor));
        out_.signatures = std::move(block.octets);
        out_.crc = block.crc;
        out_.end = block.end;
        return expect_no_armor(message_, block.end);
    }

    std::string_view message_;
    const CleartextLimits& limits_;
    std::size_t at_;
    Cleartext out_;
};

}  // namespace

Result<Cleartext> read_cleartext(std::string_view message, const CleartextLimits& limits) {
    SG_TRY(const auto begin, find_armor(message, 0, limits.armor));
    if (!begin || begin->label != kSignedMessage)
        return fail(ErrorKind::not_found, "openpgp.cleartext", "no signed message in the text");
    return CleartextReader(message, *begin, limits).read();
}

}  // namespace sealgate::openpgp
