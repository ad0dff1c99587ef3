// SPDX-License-Identifier: Apache-2.0
#include "openpgp/armor.h"

#include "openpgp/armor_scan.h"
#include "openpgp/crc24.h"
#include "openpgp/radix64.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace sealgate::openpgp {
namespace {

constexpr std::array kKinds = {
    ArmorKind::message, ArmorKind::public_key, ArmorKind::private_key, ArmorKind::signature};
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kLineOctets = kColumns / 4 * 3;
constexpr std::size_t kMaxHeaderLine = 998;  // what mail carries on one line

bool is_key(std::string_view key) {
    return !key.empty() && !key.starts_with(kDashes) &&
           std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7F && c != ':'; });
}

std::unexpected<Error> too_large(std::size_t at, std::string_view what) {
    return fail(ErrorKind::exhausted,
                "openpgp.armor",
                "octet " + std::to_string(at) + ": " + std::string(what));
}

// One block, from its header lines to its END line.
class BlockReader {
public:
    BlockReader(std::string_view text, const ArmorBegin& begin, const ArmorLimits& limits)
        : text_(text),
          limits_(limits),
          at_(begin.body) {
        block_.begin = begin.at;
    }

    Result<Armored> read(ArmorKind kind) {
        block_.kind = kind;
        SG_TRYV(headers());
        SG_TRYV(data());
        SG_TRYV(tail());
        return std::move(block_);
    }

private:
    // The next line, of which at_ is the beginning.
    Result<std::string_view> line() {
        if (at_ >= text_.size()) return armor_error(at_, "the text ends in the block");
        const auto found = line_at(text_, at_, limits_.max_line);
        if (!found) return too_large(at_, "the line is too long");
        return *found;
    }
    void step(std::string_view line) { at_ = after_line(text_, at_, line); }

    Status headers() {
        for (;;) {
            SG_TRY(const std::string_view raw, line());
            const std::string_view header = trim_end(raw);
            if (header.empty()) {
                step(raw);
                return {};
            }
            const std::size_t colon = header.find(':');
            if (colon == std::string_view::npos)
                return armor_error(at_, "neither a header nor a blank line");
            const std::string_view key = header.substr(0, colon);
            std::string_view value = header.substr(colon + 1);
            // The blank of an empty value is one at the end of the line, and gets lost on the way.
            if (!is_key(key) || (!value.empty() && value.front() != ' '))
                return armor_error(at_, "a header is \"Key: value\"");
            const auto control = std::ranges::find_if(header, is_control);
            if (control != header.end()) {
                return armor_error(at_ + static_cast<std::size_t>(control - header.begin()),
                                   "control octet in a header");
            }
            if (block_.headers.size() == limits_.max_headers)
                return too_large(at_, "too many headers");
            value.remove_prefix(std::min<std::size_t>(1, value.size()));
            block_.headers.push_back({key, value});
            step(raw);
        }
    }

    // Up to the line that is no base 64: the checksum's, or one that begins with a dash.
    Status data() {
        // No letter is a dash: the data ends before the first one, or in an error.
        const char* const start = text_.data() + at_;
        const std::size_t rest = text_.size() - at_;
        const void* dash = rest == 0 ? nullptr : std::memchr(start, '-', rest);
        const std::size_t letters =
            dash == nullptr ? rest
                            : static_cast<std::size_t>(static_cast<const char*>(dash) - start);
        Status status;
        block_.octets.resize_and_overwrite(Radix64Decoder::room(letters),
                                           [&](char* out, std::size_t) {
                                               Radix64Decoder decoder(out);
                                               status = decode(decoder);
                                               return status ? decoder.written() : 0;
                                           });
        SG_TRYV(std::move(status));
        if (block_.octets.size() > limits_.max_octets) return too_large(at_, "too many octets");
        return {};
    }

    Status decode(Radix64Decoder& decoder) {
        while (at_ < text_.size()) {
            const auto found = line_at(text_, at_, limits_.max_line);
            if (!found) return too_large(at_, "the line is too long");
            if (found->starts_with(kDashes)) break;
            if (decoder.whole()) {
                const std::size_t first = found->find_first_not_of(" \t\r");
                if (first != std::string_view::npos && (*found)[first] == '=') break;
            }
            // A line end of two octets would cost the decoder its stride.
            const bool cr = found->ends_with('\r');
            const std::size_t wrong = decoder.feed(found->substr(0, found->size() - (cr ? 1 : 0)));
            if (wrong != Radix64Decoder::kNone)
                return armor_error(at_ + wrong, "this octet may not stand there in base 64");
            step(*found);
        }
        if (!decoder.whole()) return armor_error(at_, "base 64 ends in the middle of a group");
        return {};
    }

    // The checksum if there is one, blank lines, the END line.
    Status tail() {
        bool checked = false;
        for (;;) {
            SG_TRY(const std::string_view raw, line());
            const std::string_view trimmed = trim_end(raw);
            const std::size_t first = trimmed.find_first_not_of(" \t\r");
            if (trimmed.starts_with(kDashes)) {
                if (!is_end(trimmed)) return armor_error(at_, "not the END line of this block");
                step(raw);
                block_.end = at_;
                return {};
            }
            if (first != std::string_view::npos) {
                if (checked || trimmed[first] != '=')
                    return armor_error(at_ + first, "only the END line may follow");
                SG_TRYV(checksum(trimmed.substr(first + 1), at_ + first + 1));
                checked = true;
            }
            step(raw);
        }
    }

    bool is_end(std::string_view line) const {
        constexpr std::string_view kEnd = "-----END PGP ";
        const std::string_view name = to_string(block_.kind);
        return line.size() == kEnd.size() + name.size() + kDashes.size() &&
               line.starts_with(kEnd) && line.ends_with(kDashes) &&
               line.substr(kEnd.size(), name.size()) == name;
    }

    Status checksum(std::string_view value, std::size_t at) {
        const auto control = std::ranges::find_if(value, is_control);
        if (control != value.end()) {
            return armor_error(at + static_cast<std::size_t>(control - value.begin()),
                               "control octet in the checksum");
        }
        const std::int32_t group = radix64_group(value);
        const bool good = group >= 0 && static_cast<std::uint32_t>(group) == crc24(block_.octets);
        block_.crc = good ? ArmorCrc::good : ArmorCrc::bad;
        return {};
    }

    std::string_view text_;
    const ArmorLimits& limits_;
    std::size_t at_;
    Armored block_;
};

// What is no armour because it is not even ASCII deserves to be called so.
std::unexpected<Error> nothing_in(std::string_view text) {
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
        return armor_error(0, "the text is UTF-16");
    return fail(ErrorKind::not_found, "openpgp.armor", "no armour in the text");
}

}  // namespace

std::string_view to_string(ArmorKind kind) {
    switch (kind) {
        case ArmorKind::message:
            return "MESSAGE";
        case ArmorKind::public_key:
            return "PUBLIC KEY BLOCK";
        case ArmorKind::private_key:
            return "PRIVATE KEY BLOCK";
        case ArmorKind::signature:
            return "SIGNATURE";
    }
    return "";
}

bool is_armored(std::string_view bytes) {
    return !bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80U) == 0;
}

Result<Armored> read_block(std::string_view text,
                           const ArmorBegin& begin,
                           const ArmorLimits& limits) {
    const auto* const kind = std::ranges::find(kKinds, begin.label, to_string);
    if (kind == kKinds.end()) return armor_error(begin.at, "no such kind of armour");
    return BlockReader(text, begin, limits).read(*kind);
}

Result<Armored> dearmor(std::string_view text, const ArmorLimits& limits) {
    SG_TRY(const auto begin, find_armor(text, 0, limits));
    if (!begin) return nothing_in(text);
    SG_TRY(Armored block, read_block(text, *begin, limits));
    SG_TRYV(expect_no_armor(text, block.end));
    return block;
}

Result<std::vector<Armored>> dearmor_all(std::string_view text, const ArmorLimits& limits) {
    std::vector<Armored> blocks;
    std::size_t from = 0;
    for (;;) {
        SG_TRY(const auto begin, find_armor(text, from, limits));
        if (!begin) return blocks;
        if (blocks.size() == limits.max_blocks) return too_large(begin->at, "too many blocks");
        SG_TRY(Armored block, read_block(text, *begin, limits));
        from = block.end;
        blocks.push_back(std::move(block));
    }
}

bool is_armor_header(const ArmorHeader& header) {
    return is_key(header.key) && header.key.size() + header.value.size() + 2 <= kMaxHeaderLine &&
           std::ranges::none_of(header.value, is_control) &&
           header.value == trim_end(header.value) && !header.value.starts_with(' ') &&
           !header.value.starts_with('\t');
}

std::string armor(ArmorKind kind,
                  std::string_view octets,
                  ArmorChecksum checksum,
                  ArmorLineEnd line_end,
                  std::span<const ArmorHeader> headers) {
    const std::string_view eol = line_end == ArmorLineEnd::lf ? "\n" : "\r\n";
    std::string out;
    const auto dashed = [&](std::string_view what) {
        out.append(kDashes).append(what).append(" PGP ").append(to_string(kind));
        out.append(kDashes).append(eol);
    };
    const std::size_t lines = (octets.size() + kLineOctets - 1) / kLineOctets;
    out.reserve(lines * (kColumns + eol.size()) + 120);
    dashed("BEGIN");
    for (const ArmorHeader& header : headers) {
        SG_CHECK(is_armor_header(header));
        out.append(header.key).append(": ").append(header.value).append(eol);
    }
    out += eol;
    const std::size_t head = out.size();
    out.resize_and_overwrite(head + lines * (kColumns + eol.size()), [&](char* begin, std::size_t) {
        char* to = begin + head;
        for (std::string_view rest = octets; !rest.empty();) {
            const std::string_view line = rest.substr(0, kLineOctets);
            to = radix64_encode(line, to);
            to = std::ranges::copy(eol, to).out;
            rest.remove_prefix(line.size());
        }
        return static_cast<std::size_t>(to - begin);
    });
    if (checksum == ArmorChecksum::with) {
        const std::uint32_t crc = crc24(octets);
        std::array<char, 4> letters{};
        const std::array sum = {
            static_cast<char>(crc >> 16U), static_cast<char>(crc >> 8U), static_cast<char>(crc)};
        radix64_encode({sum.data(), sum.size()}, letters.data());
        out.append("=").append(letters.data(), letters.size()).append(eol);
    }
    dashed("END");
    return out;
}

}  // namespace sealgate::openpgp
