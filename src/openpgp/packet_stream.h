#pragma once
// SPDX-License-Identifier: Apache-2.0
// Packets from a source: headers one by one, bodies in pieces, parts of unknown total length put
// together (RFC 9580 section 4.2.1.4). For messages, whose data packets may be larger than memory.

#include "base/result.h"
#include "openpgp/packet.h"
#include "openpgp/source.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sealgate::openpgp {

class PacketStream final : public Source {
public:
    // `input` must outlive it. `offset`: of the first octet, for error texts.
    explicit PacketStream(Source& input, std::uint64_t offset = 0)
        : input_(input),
          offset_(offset) {}

    // The next header; nullopt at the end of the input. The body before it must have been read to
    // its end. malformed: as read_packet_header says.
    [[nodiscard]] Result<std::optional<PacketHeader>> next();
    // Where the packet of the last header begins.
    [[nodiscard]] std::uint64_t packet_offset() const { return packet_offset_; }
    // Where its body begins.
    [[nodiscard]] std::uint64_t body_offset() const { return body_offset_; }
    // Of how many parts its body was, as far as it has been read.
    [[nodiscard]] std::size_t parts() const { return parts_; }

    // Octets of the body, as many as there are up to `size`: whoever wrote it in parts of one octet
    // must not make everybody behind us work octet by octet. 0 at its end. malformed: the input
    // ends before the body does.
    [[nodiscard]] Result<std::size_t> read(char* out, std::size_t size) override;
    [[nodiscard]] Result<std::string_view> take(char* scratch, std::size_t size) override;
    // Octets that lie side by side in the input, so fewer than there are in the body's next parts;
    // "" at its end. They end at offset().
    [[nodiscard]] Result<std::string_view> take_part(char* scratch, std::size_t size);
    // Of the first octet of the input that has not been taken.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    // The whole body. exhausted: more than `limit` octets.
    [[nodiscard]] Result<std::string> body(std::size_t limit);
    // Reads the body and forgets it.
    [[nodiscard]] Status skip();

private:
    [[nodiscard]] Status fill(std::size_t wanted);  // the look-ahead, as far as the input goes
    void drop(std::size_t count);

    Source& input_;
    std::uint64_t offset_;  // of the look-ahead
    std::uint64_t packet_offset_ = 0;
    std::uint64_t body_offset_ = 0;
    PacketHeader header_{};
    std::size_t parts_ = 0;
    std::uint64_t left_ = 0;  // octets of the part that is being read
    std::string ahead_;       // at most kMaxPacketHeader octets
};

}  // namespace sealgate::openpgp
