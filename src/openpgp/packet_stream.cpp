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
        SG_TRY(const std::size_t count, read_part(out + total, size - total));
        if (count == 0) break;
        total += count;
    }
    return total;
}

// Of one part, or of what is ahead.
Result<std::size_t> PacketStream::read_part(char* out, std::size_t size) {
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
    if (size == 0) return 0;
    std::size_t count = std::min(size, ahead_.size());
    if (count > 0) {
        std::memcpy(out, ahead_.data(), count);
        drop(count);
    } else {
        SG_TRY(count, input_.read(out, size));
        offset_ += count;
    }
    if (count == 0 && !endless) {
        return fail(ErrorKind::malformed,
                    "openpgp.packet",
                    fmt::format("{} at octet {}: cut off at octet {}",
                                to_string(header_.tag),
                                packet_offset_,
                                offset_));
    }
    if (!endless) left_ -= count;
    return count;
}

Result<std::string> PacketStream::body(std::size_t limit) {
    std::string out;
    std::array<char, kPiece> piece{};
    for (;;) {
        SG_TRY(const std::size_t count, read(piece.data(), piece.size()));
        if (count == 0) return out;
        if (count > limit - out.size()) {
            return fail(ErrorKind::exhausted,
                        "openpgp.packet",
                        fmt::format("{} at octet {}: more than {} octets",
                                    to_string(header_.tag),
                                    packet_offset_,
                                    limit));
        }
        out.append(piece.data(), count);
    }
}

Status PacketStream::skip() {
    std::array<char, kPiece> piece{};
    for (;;) {
        SG_TRY(const std::size_t count, read(piece.data(), piece.size()));
        if (count == 0) return {};
    }
}

}  // namespace sealgate::openpgp
