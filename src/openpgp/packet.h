#pragma once
// SPDX-License-Identifier: Apache-2.0
// The framing of packets (RFC 9580 section 4): what kind, where, how long.

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::openpgp {

enum class Tag : std::uint8_t {  // "packet type ID", section 5
    public_key_session_key = 1,
    signature = 2,
    symmetric_key_session_key = 3,
    one_pass_signature = 4,
    secret_key = 5,
    public_key = 6,
    secret_subkey = 7,
    compressed_data = 8,
    encrypted_data = 9,  // without integrity: read, never opened
    marker = 10,
    literal_data = 11,
    trust = 12,
    user_id = 13,
    public_subkey = 14,
    user_attribute = 17,
    integrity_protected_data = 18,
    modification_detection_code = 19,
    ocb_encrypted_data = 20,  // of LibrePGP
    padding = 21,
};

[[nodiscard]] std::string to_string(Tag tag);  // "signature packet", "packet of type 61"
// Section 4.3: who meets an unknown critical packet refuses the whole sequence.
[[nodiscard]] inline bool is_critical(Tag tag) {
    return static_cast<std::uint8_t>(tag) <= 39;
}
[[nodiscard]] bool is_known(Tag tag);
// Data packets may come in parts of unknown total length; no other packet may.
[[nodiscard]] bool may_be_partial(Tag tag);

enum class LengthKind : std::uint8_t {
    definite,
    partial,        // this part has `length` octets, another length follows it
    indeterminate,  // legacy format: until the end of the input
};

struct PacketHeader {
    Tag tag{};
    LengthKind kind = LengthKind::definite;
    bool legacy = false;  // the format of section 4.2.2
    std::uint64_t length = 0;
    std::size_t size = 0;  // octets of the header itself
};

inline constexpr std::size_t kMaxPacketHeader = 6;

// Reads a header from the first octets of `input`. `offset` is for error texts. malformed: not a
// header, cut off, a part of unknown length where none may be, or a first part under 512 octets.
[[nodiscard]] Result<PacketHeader> read_packet_header(std::string_view input, std::uint64_t offset);

// The length that follows a part (section 4.2.1.4). `size` says how many octets it took.
[[nodiscard]] Result<PacketHeader> read_next_part(Tag tag,
                                                  std::string_view input,
                                                  std::uint64_t offset);

struct Packet {
    Tag tag{};
    std::uint64_t offset = 0;       // of its first octet in the input
    std::uint64_t body_offset = 0;  // of its body
    std::string_view body;          // borrowed from the input
};

// Walks the packets of octets in memory: certificates, detached signatures. Partial and
// indeterminate lengths are malformed here.
class PacketWalker {
public:
    explicit PacketWalker(std::string_view input, std::uint64_t offset = 0)
        : rest_(input),
          offset_(offset) {}

    // The next packet; nullopt at the end. After an error the walk is over. malformed: as above, or
    // a body that goes on behind the end.
    [[nodiscard]] Result<std::optional<Packet>> next();

    [[nodiscard]] std::uint64_t offset() const { return offset_; }

private:
    std::string_view rest_;
    std::uint64_t offset_;
};

// "signature packet at octet 17: its hashed area goes on behind its end"
[[nodiscard]] std::unexpected<Error> bad_packet(ErrorKind kind,
                                                std::string_view where,
                                                const Packet& packet,
                                                std::string_view reason);

// A packet in the format of section 4.2.1 with a definite length.
void put_packet(std::string& out, Tag tag, std::string_view body);

}  // namespace sealgate::openpgp
