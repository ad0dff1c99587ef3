// SPDX-License-Identifier: Apache-2.0
#include "openpgp/packet_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sealgate::openpgp {

constexpr std::size_t kPiece = 16384;

Status PacketStream::fill(std::size_t wanted) {
    while (ahead_.size() < wanted) {
        std::array<char, kMaxPacketHeader> octets{};
        SG_TRY(const std::size_t count, input_.read(octets.data(), wanted - ahead_.size()));
        if (count == 0) break;
        ahead_.append(octets.data(), count);
    }
    return {};
}

void PacketStream::drop(std::size_t count) {
    ahead_.erase(0, count);
    offset_ += count;
}

Result<std::optional<PacketHeader>> PacketStream::next() {
    SG_TRYV(fill(kMaxPacketHeader));
    if (ahead_.empty()) return std::optional<PacketHeader>();
    SG_TRY(header_, read_packet_header(ahead_, offset_));
    packet_offset_ = offset_;
    drop(header_.size);
    body_offset_ = offset_;
    parts_ = 1;
    left_ = header_.length;
    return header_;
}

Result<std::size_t> PacketStream::read(char* out, std::size_t size) {
    std::size_t total = 0;
    while (total < size) {
        SG_TRY(const std::string_view part, take_part(out + total, size - total));
        if (part.empty()) break;
        if (part.data() != out + total) std::memcpy(out + total, part.data(), part.size());
        total += part.size();
    }
    return total;
}

Result<std::string_view> PacketStream::take(char* scratch, std::size_t size) {
    const bool endless = header_.kind == LengthKind::indeterminate;
    if (ahead_.empty() && (endless || left_ >= size)) return take_part(scratch, size);
    SG_TRY(const std::size_t count, read(scratch, size));
    return std::string_view(scratch, count);
}

Result<std::string_view> PacketStream::take_part(char* scratch, std::size_t size) {
    while (left_ == 0 && header_.kind == LengthKind::partial) {
        SG_TRYV(fill(kMaxPacketHeader));
        SG_TRY(const PacketHeader part, read_next_part(header_.tag, ahead_, offset_));
        drop(part.size);
        header_.kind = part.kind;
        ++parts_;
        left_ = part.length;
    }
    const bool endless = header_.kind == LengthKind::indeterminate;
    if (!endless) size = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
    if (size == 0) return std::string_view();
    std::string_view taken(scratch, std::min(size, ahead_.size()));
    if (!taken.empty()) {
        std::memcpy(scratch, ahead_.data(), taken.size());
        drop(taken.size());
    } else {
        SG_TRY(taken, input_.take(scratch, size));
        offset_ += taken.size();
    }
    if (taken.empty() && !endless) {
        return fail(ErrorKind::malformed,
                    "openpgp.packet",
                    fmt::format("{} at octet {}: cut off at octet {}",
                                to_string(header_.tag),
                                packet_offset_,
                                offset_));
    }
    if (!endless) left_ -= taken.size();
    return taken;
}

// Room is made for what is there, at most kPiece octets ahead of it: a length that somebody claims
// costs nothing.
Result<std::string> PacketStream::body(std::size_t limit) {
    std::string out;
    for (;;) {
        const std::size_t had = out.size();
        const bool known = header_.kind == LengthKind::definite;
        const std::size_t step =
            known ? static_cast<std::size_t>(std::min<std::uint64_t>(left_, kPiece)) : kPiece;
        out.resize(had + step);
        SG_TRY(const std::size_t count, read(out.data() + had, step));
        out.resize(had + count);
        if (count == 0) return out;
        if (out.size() > limit) {
            return fail(ErrorKind::exhausted,
                        "openpgp.packet",
                        fmt::format("{} at octet {}: more than {} octets",
                                    to_string(header_.tag),
                                    packet_offset_,
                                    limit));
        }
    }
}

Status PacketStream::skip() {
    std::array<char, kPiece> scratch;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled
    for (;;) {
        SG_TRY(const std::string_view taken, take(scratch.data(), scratch.size()));
        if (taken.empty()) return {};
    }
}

}  // namespace sealgate::openpgp
