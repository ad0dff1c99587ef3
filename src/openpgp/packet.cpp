// SPDX-License-Identifier: Apache-2.0
#include "openpgp/packet.h"

#include "openpgp/octet_reader.h"
#include "openpgp/octet_writer.h"

#include <fmt/format.h>

namespace sealgate::openpgp {
namespace {

constexpr std::uint64_t kSmallestFirstPart = 512;  // section 4.2.1.4

std::unexpected<Error> bad_header(std::uint64_t offset, std::string_view reason) {
    return fail(ErrorKind::malformed,
                "openpgp.packet",
                fmt::format("packet header at octet {}: {}", offset, reason));
}

// Section 4.2.1. Fills kind and length.
void read_length(OctetReader& in, PacketHeader& header) {
    const std::uint8_t first = in.u8();
    if (first < 192) {
        header.length = first;
    } else if (first < 224) {
        header.length = (static_cast<std::uint64_t>(first - 192U) << 8U) + in.u8() + 192;
    } else if (first == 255) {
        header.length = in.u32();
    } else {
        header.kind = LengthKind::partial;
        header.length = std::uint64_t{1} << (first & 0x1FU);
    }
}

}  // namespace

std::string to_string(Tag tag) {
    switch (tag) {
        case Tag::public_key_session_key:
            return "public-key encrypted session key packet";
        case Tag::signature:
            return "signature packet";
        case Tag::symmetric_key_session_key:
            return "symmetric-key encrypted session key packet";
        case Tag::one_pass_signature:
            return "one-pass signature packet";
        case Tag::secret_key:
            return "secret key packet";
        case Tag::public_key:
            return "public key packet";
        case Tag::secret_subkey:
            return "secret subkey packet";
        case Tag::compressed_data:
            return "compressed data packet";
        case Tag::encrypted_data:
            return "encrypted data packet without integrity";
        case Tag::marker:
            return "marker packet";
        case Tag::literal_data:
            return "literal data packet";
        case Tag::trust:
            return "trust packet";
        case Tag::user_id:
            return "user ID packet";
        case Tag::public_subkey:
            return "public subkey packet";
        case Tag::user_attribute:
            return "user attribute packet";
        case Tag::integrity_protected_data:
            return "encrypted and integrity protected data packet";
        case Tag::modification_detection_code:
            return "modification detection code packet";
        case Tag::ocb_encrypted_data:
            return "OCB encrypted data packet";
        case Tag::padding:
            return "padding packet";
    }
    return fmt::format("packet of type {}", static_cast<unsigned>(tag));
}

bool is_known(Tag tag) {
    switch (static_cast<std::uint8_t>(tag)) {
        case 0:
        case 15:
        case 16:
            return false;
        default:
            return static_cast<std::uint8_t>(tag) <= static_cast<std::uint8_t>(Tag::padding);
    }
}

bool may_be_partial(Tag tag) {
    switch (tag) {
        case Tag::compressed_data:
        case Tag::encrypted_data:
        case Tag::literal_data:
        case Tag::integrity_protected_data:
        case Tag::ocb_encrypted_data:
            return true;
        default:
            return false;
    }
}

Result<PacketHeader> read_packet_header(std::string_view input, std::uint64_t offset) {
    OctetReader in(input);
    PacketHeader header;
    const std::uint8_t first = in.u8();
    if (!in.ok()) return bad_header(offset, "it is not there");
    if ((first & 0x80U) == 0) return bad_header(offset, "bit 7 of its first octet is not set");
    header.legacy = (first & 0x40U) == 0;
    if (header.legacy) {
        header.tag = static_cast<Tag>(first >> 2U & 0x0FU);
        switch (first & 3U) {
            case 0:
                header.length = in.u8();
                break;
            case 1:
                header.length = in.u16();
                break;
            case 2:
                header.length = in.u32();
                break;
            default:
                header.kind = LengthKind::indeterminate;
                break;
        }
    } else {
        header.tag = static_cast<Tag>(first & 0x3FU);
        read_length(in, header);
    }
    if (!in.ok()) return bad_header(offset, "cut off");
    if (header.tag == Tag{}) return bad_header(offset, "type 0 is reserved");
    if (header.kind != LengthKind::definite && !may_be_partial(header.tag)) {
        return bad_header(offset,
                          "a " + to_string(header.tag) + " must say its length in its header");
    }
    if (header.kind == LengthKind::partial && header.length < kSmallestFirstPart) {
        return bad_header(offset, "a first part has at least 512 octets");
    }
    header.size = static_cast<std::size_t>(in.offset());
    return header;
}

Result<PacketHeader> read_next_part(Tag tag, std::string_view input, std::uint64_t offset) {
    OctetReader in(input);
    PacketHeader header;
    header.tag = tag;
    read_length(in, header);
    if (!in.ok()) return bad_header(offset, "the length of the next part is cut off");
    header.size = static_cast<std::size_t>(in.offset());
    return header;
}

Result<std::optional<Packet>> PacketWalker::next() {
    if (rest_.empty()) return std::optional<Packet>();
    SG_TRY(const PacketHeader header, read_packet_header(rest_, offset_));
    if (header.kind != LengthKind::definite) {
        return bad_header(offset_, "here a packet must say its length in its header");
    }
    Packet packet;
    packet.tag = header.tag;
    packet.offset = offset_;
    packet.body_offset = offset_ + header.size;
    if (header.length > rest_.size() - header.size) {
        return bad_packet(ErrorKind::malformed,
                          "openpgp.packet",
                          packet,
                          fmt::format("its {} octets go on behind the end", header.length));
    }
    packet.body = rest_.substr(header.size, header.length);
    rest_.remove_prefix(header.size + packet.body.size());
    offset_ = packet.body_offset + packet.body.size();
    return packet;
}

std::unexpected<Error> bad_packet(ErrorKind kind,
                                  std::string_view where,
                                  const Packet& packet,
                                  std::string_view reason) {
    return fail(kind,
                where,
                fmt::format("{} at octet {}: {}", to_string(packet.tag), packet.offset, reason));
}

void put_packet(std::string& out, Tag tag, std::string_view body) {
    put_u8(out, static_cast<std::uint8_t>(0xC0U | static_cast<std::uint8_t>(tag)));
    const std::size_t size = body.size();
    if (size < 192) {
        put_u8(out, static_cast<std::uint8_t>(size));
    } else if (size < 8384) {
        put_u16(out, static_cast<std::uint16_t>(size - 192 + (192U << 8U)));
    } else {
        put_u8(out, 255);
        put_u32(out, static_cast<std::uint32_t>(size));
    }
    out += body;
}

}  // namespace sealgate::openpgp
