// SPDX-License-Identifier: Apache-2.0
#include "openpgp/packet_description.h"

#include "base/text.h"
#include "openpgp/algorithms.h"
#include "openpgp/date_text.h"
#include "openpgp/octet_reader.h"
#include "openpgp/secret_key.h"
#include "openpgp/session_key.h"
#include "openpgp/subpacket_description.h"

#include <fmt/format.h>

namespace sealgate::openpgp {
namespace {

constexpr std::size_t kHexOctets = 64;
constexpr std::size_t kTextOctets = 1024;

std::string bits_of(std::string_view number) {
    return fmt::format("{} octets", number.size());
}

std::string kind_of(const Key& key) {
    if (key.curve() != CurveName::none) {
        return fmt::format("{}, {}", to_string(key.algorithm()), to_string(key.curve()));
    }
    return key.bits() == 0 ? to_string(key.algorithm())
                           : fmt::format("{}, {} bits", to_string(key.algorithm()), key.bits());
}

std::string_view words_of(Protection protection) {
    switch (protection) {
        case Protection::none:
            return "not protected";
        case Protection::passphrase:
            return "protected with a passphrase";
        case Protection::elsewhere:
            return "not here: elsewhere, or on a card";
        case Protection::unknown:
            break;
    }
    return "protected in a way that is not known or costs too much";
}

std::string describe_s2k(const S2k& s2k) {
    switch (s2k.kind()) {
        case S2kKind::simple:
            return fmt::format("simple, {}", hash_name(s2k.hash_id()));
        case S2kKind::salted:
            return fmt::format("salted, {}", hash_name(s2k.hash_id()));
        case S2kKind::iterated:
            return fmt::format(
                "iterated, {}, {} octets", hash_name(s2k.hash_id()), s2k.iterated_octets());
        case S2kKind::argon2:
            return fmt::format("Argon2id, {} passes, {} lanes, 2^{} KiB",
                               s2k.passes(),
                               s2k.lanes(),
                               s2k.memory_exponent());
    }
    return "unknown";
}

Descriptions describe_key(const Packet& packet) {
    const auto parsed = Key::parse(packet);
    if (!parsed) return {error_of(parsed.error())};
    const Key& key = **parsed;
    Descriptions out{{"version", std::to_string(key.version())},
                     {"created", date_text(key.created())},
                     {"algorithm", kind_of(key)},
                     {"fingerprint", to_hex_upper(key.fingerprint())},
                     {"key ID", to_string(key.id())}};
    if (key.algorithm() == PublicKeyAlgorithm::ecdh) {
        out.push_back(
            {"derivation",
             fmt::format("{}, {}", hash_name(key.ecdh().hash), cipher_name(key.ecdh().cipher))});
    }
    if (key.is_secret()) {
        out.push_back({"secret part",
                       fmt::format("{}, {} octets, S2K usage {}",
                                   words_of(protection_of(key)),
                                   key.secret_part().size(),
                                   static_cast<unsigned char>(key.secret_part().front()))});
    }
    return out;
}

Descriptions describe_signature_packet(const Packet& packet) {
    const auto parsed = Signature::parse(packet);
    if (!parsed) return {error_of(parsed.error())};
    return describe_signature(**parsed);
}

Descriptions describe_public_key_session_key(const Packet& packet) {
    const auto parsed = PublicKeySessionKey::parse(packet);
    if (!parsed) return {error_of(parsed.error())};
    const std::string recipient = parsed->names_nobody() ? "not said"
                                  : parsed->version == 3 ? to_string(parsed->recipient_id)
                                                         : to_hex_upper(parsed->recipient);
    Descriptions out{{"version", std::to_string(parsed->version)},
                     {"recipient", recipient},
                     {"algorithm", to_string(parsed->algorithm)}};
    if (!parsed->ephemeral.empty()) {
        out.push_back({"ephemeral key", bits_of(parsed->ephemeral)});
    }
    if (parsed->cipher != 0) out.push_back({"cipher", cipher_name(parsed->cipher)});
    out.push_back({"session key", bits_of(parsed->ciphertext) + ", encrypted"});
    return out;
}

Descriptions describe_passphrase_session_key(const Packet& packet) {
    const auto parsed = PassphraseSessionKey::parse(packet);
    if (!parsed) return {error_of(parsed.error())};
    Descriptions out{{"version", std::to_string(parsed->version)},
                     {"cipher", cipher_name(parsed->cipher)}};
    if (parsed->version != 4) out.push_back({"AEAD", aead_name(parsed->aead)});
    out.push_back({"S2K", describe_s2k(parsed->s2k)});
    out.push_back({"session key",
                   parsed->encrypted.empty() ? std::string("that of the passphrase")
                                             : bits_of(parsed->encrypted) + ", encrypted"});
    return out;
}

Descriptions describe_one_pass(const Packet& packet) {
    OctetReader in(packet.body, packet.body_offset);
    const int version = in.u8();
    Descriptions out{{"version", std::to_string(version)}};
    if (version != 3 && version != 6) return out;
    out.push_back({"type", to_string(static_cast<SignatureType>(in.u8()))});
    out.push_back({"hash", hash_name(in.u8())});
    out.push_back({"algorithm", to_string(static_cast<PublicKeyAlgorithm>(in.u8()))});
    if (version == 6) {
        const std::size_t size = in.u8();
        out.push_back({"salt", hex_start(in.take(size))});
        out.push_back({"issuer", to_hex_upper(in.take(32))});
    } else {
        out.push_back({"issuer", to_hex_upper(in.take(8))});
    }
    out.push_back({"innermost", in.u8() != 0 ? "yes" : "no"});
    if (!in.complete()) out.push_back({"error", "it is cut off, or goes on behind its end"});
    return out;
}

Descriptions describe_attribute(const Packet& packet) {
    Descriptions out;
    OctetReader in(packet.body, packet.body_offset);
    constexpr std::size_t kMost = 100;
    while (in.ok() && !in.empty() && out.size() < kMost) {
        std::size_t size = in.u8();
        if (size == 255) {
            size = in.u32();
        } else if (size >= 192) {
            size = ((size - 192) << 8U) + in.u8() + 192;
        }
        const std::string_view part = in.take(size);
        if (part.empty()) break;
        const auto type = static_cast<unsigned char>(part.front());
        out.push_back({type == 1 ? "image" : fmt::format("attribute of type {}", type),
                       bits_of(part.substr(1))});
    }
    if (!in.complete()) out.push_back({"error", "its subpackets are badly written"});
    return out;
}

}  // namespace

Description error_of(const Error& error) {
    return {"error", escape_for_log(error.detail(), kTextOctets)};
}

std::string shown(std::string_view octets) {
    return escape_for_log(octets, kTextOctets);
}

std::string hex_start(std::string_view octets) {
    std::string out = to_hex_upper(octets.substr(0, kHexOctets));
    if (octets.size() > kHexOctets) out += fmt::format("... ({} octets)", octets.size());
    return out;
}

Descriptions describe_signature(const Signature& signature) {
    Descriptions out{
        {"version", std::to_string(signature.version())},
        {"type",
         fmt::format("{} (0x{:02X})",
                     to_string(signature.type()),
                     static_cast<unsigned>(signature.type()))},
        {"algorithm",
         fmt::format(
             "{} with {}", to_string(signature.algorithm()), hash_name(signature.hash_id()))}};
    if (!signature.salt().empty()) out.push_back({"salt", hex_start(signature.salt())});
    if (signature.version() == 3) {
        if (signature.created()) out.push_back({"created", date_text(*signature.created())});
        for (const KeyId id : signature.issuer_ids())
            out.push_back({"issuer", to_string(id)});
    }
    for (const bool hashed : {true, false}) {
        Description area{hashed ? "hashed" : "not hashed", {}};
        for (const Subpacket& one : signature.subpackets()) {
            if (one.hashed != hashed) continue;
            Description& part = area.parts.emplace_back();
            part.name = to_string(one.type);
            part.value = describe_subpacket(one);
            if (one.critical) part.value += part.value.empty() ? "critical" : ", critical";
            if (one.type == SubpacketType::embedded_signature && signature.embedded()) {
                part.parts = describe_signature(*signature.embedded());
            }
        }
        if (!area.parts.empty()) out.push_back(std::move(area));
    }
    out.push_back({"begin of the digest", to_hex_upper(signature.left16())});
    return out;
}

Descriptions describe_container(const ContainerHeader& header) {
    switch (header.kind) {
        case ContainerKind::without_integrity:
            return {{"kind", "without integrity protection: it is never opened"}};
        case ContainerKind::mdc:
            return {{"kind", "SEIPD version 1 (CFB, SHA-1)"}};
        case ContainerKind::aead:
        case ContainerKind::ocb:
            return {
                {"kind",
                 header.kind == ContainerKind::aead ? "SEIPD version 2" : "OCB packet of LibrePGP"},
                {"cipher", cipher_name(header.cipher)},
                {"AEAD", aead_name(header.aead)},
                {"chunks", fmt::format("2^{} octets", header.chunk_octet + 6)},
                {header.kind == ContainerKind::aead ? "salt" : "starting IV",
                 hex_start(header.salt)}};
        case ContainerKind::unknown:
            break;
    }
    return {{"kind", "unknown"}};
}

Descriptions describe_body(const Packet& packet) {
    switch (packet.tag) {
        case Tag::public_key:
        case Tag::public_subkey:
        case Tag::secret_key:
        case Tag::secret_subkey:
            return describe_key(packet);
        case Tag::signature:
            return describe_signature_packet(packet);
        case Tag::public_key_session_key:
            return describe_public_key_session_key(packet);
        case Tag::symmetric_key_session_key:
            return describe_passphrase_session_key(packet);
        case Tag::one_pass_signature:
            return describe_one_pass(packet);
        case Tag::user_id:
            return {{"value", shown(packet.body)}};
        case Tag::user_attribute:
            return describe_attribute(packet);
        case Tag::marker:
            return packet.body == "PGP" ? Descriptions()
                                        : Descriptions{{"value", shown(packet.body)}};
        case Tag::padding:
            return {};
        default:
            return {{"octets", hex_start(packet.body)}};
    }
}

}  // namespace sealgate::openpgp
