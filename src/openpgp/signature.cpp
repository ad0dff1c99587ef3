// SPDX-License-Identifier: Apache-2.0
#include "openpgp/signature.h"

#include "openpgp/octet_reader.h"
#include "openpgp/octet_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.signature";
constexpr std::size_t kHashedPartV3 = 5;  // type and time, hashed behind the signed octets

bool is_known(SubpacketType type) {
    return !to_string(type).starts_with("subpacket ");
}

}  // namespace

std::string to_string(SignatureType type) {
    switch (type) {
        case SignatureType::binary:
            return "binary document";
        case SignatureType::text:
            return "text document";
        case SignatureType::standalone:
            return "standalone";
        case SignatureType::generic_certification:
            return "generic certification";
        case SignatureType::persona_certification:
            return "persona certification";
        case SignatureType::casual_certification:
            return "casual certification";
        case SignatureType::positive_certification:
            return "positive certification";
        case SignatureType::subkey_binding:
            return "subkey binding";
        case SignatureType::primary_key_binding:
            return "primary key binding";
        case SignatureType::direct_key:
            return "direct key";
        case SignatureType::key_revocation:
            return "key revocation";
        case SignatureType::subkey_revocation:
            return "subkey revocation";
        case SignatureType::certification_revocation:
            return "certification revocation";
        case SignatureType::timestamp:
            return "timestamp";
        case SignatureType::third_party_confirmation:
            return "third-party confirmation";
    }
    return fmt::format("signature type 0x{:02X}", static_cast<unsigned>(type));
}

bool is_certification(SignatureType type) {
    return type >= SignatureType::generic_certification &&
           type <= SignatureType::positive_certification;
}

bool is_revocation(SignatureType type) {
    return type == SignatureType::key_revocation || type == SignatureType::subkey_revocation ||
           type == SignatureType::certification_revocation;
}

std::string to_string(SubpacketType type) {
    switch (type) {
        case SubpacketType::created:
            return "creation time";
        case SubpacketType::expires_after:
            return "expiration time";
        case SubpacketType::exportable:
            return "exportable certification";
        case SubpacketType::trust:
            return "trust signature";
        case SubpacketType::regular_expression:
            return "regular expression";
        case SubpacketType::revocable:
            return "revocable";
        case SubpacketType::key_expires_after:
            return "key expiration time";
        case SubpacketType::preferred_ciphers:
            return "preferred ciphers";
        case SubpacketType::revocation_key:
            return "revocation key";
        case SubpacketType::issuer:
            return "issuer key ID";
        case SubpacketType::notation:
            return "notation";
        case SubpacketType::preferred_hashes:
            return "preferred hashes";
        case SubpacketType::preferred_compression:
            return "preferred compression";
        case SubpacketType::key_server_preferences:
            return "key server preferences";
        case SubpacketType::preferred_key_server:
            return "preferred key server";
        case SubpacketType::primary_user_id:
            return "primary user ID";
        case SubpacketType::policy_uri:
            return "policy URI";
        case SubpacketType::key_flags:
            return "key flags";
        case SubpacketType::signer_user_id:
            return "signer's user ID";
        case SubpacketType::revocation_reason:
            return "reason for revocation";
        case SubpacketType::features:
            return "features";
        case SubpacketType::signature_target:
            return "signature target";
        case SubpacketType::embedded_signature:
            return "embedded signature";
        case SubpacketType::issuer_fingerprint:
            return "issuer fingerprint";
        case SubpacketType::preferred_aead:
            return "preferred AEAD algorithms";
        case SubpacketType::intended_recipient:
            return "intended recipient";
        case SubpacketType::preferred_aead_ciphersuites:
            return "preferred AEAD ciphersuites";
    }
    return fmt::format("subpacket of type {}", static_cast<unsigned>(type));
}

// Fills a signature; one object for each packet.
class SignatureParser {
public:
    SignatureParser(const Packet& packet, const SignatureLimits& limits, bool embedded)
        : packet_(packet),
          limits_(limits),
          is_embedded_(embedded) {}

    Result<SignaturePtr> run() {
        if (packet_.body.size() > limits_.octets) {
            return bad(ErrorKind::exhausted,
                       fmt::format("its {} octets are too many", packet_.body.size()));
        }
        out_->offset_ = packet_.offset;
        out_->body_ = packet_.body;
        OctetReader in(out_->body_, packet_.body_offset);
        out_->version_ = in.u8();
        switch (in.ok() ? out_->version_ : 0) {
            case 0:
                return bad(ErrorKind::malformed, "it is empty, or of version 0");
            case 3:
                read_v3(in);
                break;
            case 4:
            case 6:
                SG_TRYV(read_v4_v6(in));
                break;
            default:
                return bad(ErrorKind::not_found,
                           fmt::format("version {} is not known", out_->version_));
        }
        if (!in.ok()) return bad(ErrorKind::malformed, "it is cut off");
        SG_TRYV(read_numbers(in));
        return SignaturePtr(out_);
    }

private:
    [[nodiscard]] std::unexpected<Error> bad(ErrorKind kind, std::string_view reason) const {
        return bad_packet(kind, kWhere, packet_, reason);
    }

    // Section 5.2.2.
    void read_v3(OctetReader& in) {
        const std::size_t size = in.u8();
        const std::string_view hashed = in.take(kHashedPartV3);
        OctetReader fields(hashed);
        out_->hashed_part_ = hashed;
        out_->type_ = static_cast<SignatureType>(fields.u8());
        out_->created_ = fields.u32();
        out_->issuer_ids_.push_back(in.u64());
        out_->algorithm_ = static_cast<PublicKeyAlgorithm>(in.u8());
        out_->hash_ = in.u8();
        out_->left16_ = in.take(2);
        if (size != kHashedPartV3) (void)in.take(in.left() + 1);  // not as section 5.2.2 has it
    }

    // Section 5.2.3.
    Status read_v4_v6(OctetReader& in) {
        const bool v6 = out_->version_ == 6;
        out_->type_ = static_cast<SignatureType>(in.u8());
        out_->algorithm_ = static_cast<PublicKeyAlgorithm>(in.u8());
        out_->hash_ = in.u8();
        const std::size_t hashed_size = v6 ? in.u32() : in.u16();
        const std::uint64_t hashed_at = in.offset();
        const std::string_view hashed = in.take(hashed_size);
        if (!in.ok()) return bad(ErrorKind::malformed, "its hashed area goes on behind its end");
        out_->hashed_part_ =
            std::string_view(out_->body_).substr(0, out_->body_.size() - in.left());
        const std::size_t unhashed_size = v6 ? in.u32() : in.u16();
        const std::uint64_t unhashed_at = in.offset();
        const std::string_view unhashed = in.take(unhashed_size);
        if (!in.ok()) return bad(ErrorKind::malformed, "its unhashed area goes on behind its end");
        out_->tail_ = in.rest();
        out_->left16_ = in.take(2);
        if (v6) {
            const std::size_t size = in.u8();
            out_->salt_ = in.take(size);
            // A hash that has no length there (SHA-1 and older) is not for version 6 (section 9.5).
            if (hash_of(out_->hash_) && salt_size_of_hash(out_->hash_) != size) {
                return bad(
                    ErrorKind::malformed,
                    fmt::format("a salt of {} octets with {}", size, hash_name(out_->hash_)));
            }
        }
        SG_TRYV(read_area(OctetReader(hashed, hashed_at), true));
        return read_area(OctetReader(unhashed, unhashed_at), false);
    }

    Status read_area(OctetReader in, bool hashed) {
        while (!in.empty()) {
            Subpacket subpacket;
            subpacket.offset = in.offset();
            subpacket.hashed = hashed;
            std::size_t size = in.u8();
            if (size == 255) {
                size = in.u32();
            } else if (size >= 192) {
                size = ((size - 192) << 8U) + in.u8() + 192;
            }
            OctetReader inner(in.take(size));
            const std::uint8_t type = inner.u8();
            subpacket.critical = (type & 0x80U) != 0;
            subpacket.type = static_cast<SubpacketType>(type & 0x7FU);
            if (!in.ok() || !inner.ok()) {
                return bad(ErrorKind::malformed,
                           fmt::format("subpacket at octet {}: it goes on behind its area, or is "
                                       "empty",
                                       subpacket.offset));
            }
            subpacket.body = inner.rest();
            if (out_->subpackets_.size() >= limits_.subpackets) {
                return bad(ErrorKind::exhausted,
                           fmt::format("more than {} subpackets", limits_.subpackets));
            }
            out_->subpackets_.push_back(subpacket);
            const bool good = hashed ? read_hashed(subpacket) : read_hint(subpacket);
            if (!good) {
                return bad(ErrorKind::malformed,
                           fmt::format("subpacket at octet {} ({}): badly written",
                                       subpacket.offset,
                                       to_string(subpacket.type)));
            }
        }
        return {};
    }

    // What both areas may say.
    [[nodiscard]] bool read_hint(const Subpacket& subpacket) {
        OctetReader in(subpacket.body);
        switch (subpacket.type) {
            case SubpacketType::issuer: {
                const KeyId id = in.u64();
                // Version 6 signatures must not have it (section 5.2.3.12); there it says nothing.
                if (out_->version_ != 6) out_->issuer_ids_.push_back(id);
                return in.complete();
            }
            case SubpacketType::issuer_fingerprint: {
                const int version = in.u8();
                const std::string_view print = in.take_rest();
                // A key of another version cannot have made it (section 5.2.3.35).
                if (version != out_->version_) return false;
                if (print.size() != (version == 6 ? 32U : 20U)) return false;
                out_->issuer_fingerprints_.emplace_back(print);
                return true;
            }
            case SubpacketType::embedded_signature:
                return read_embedded(subpacket);
            default:
                return true;
        }
    }

    // One level deep: an embedded signature has no use for another one.
    [[nodiscard]] bool read_embedded(const Subpacket& subpacket) {
        if (is_embedded_ || out_->embedded_) return true;
        const Packet inner{Tag::signature, subpacket.offset, subpacket.offset, subpacket.body};
        auto parsed = SignatureParser(inner, limits_, true).run();
        // One that cannot be read proves nothing, and harms nobody but its own key.
        if (parsed) out_->embedded_ = *std::move(parsed);
        return true;
    }

    [[nodiscard]] bool read_hashed(const Subpacket& subpacket) {
        OctetReader in(subpacket.body);
        const auto time = [&](std::optional<Timestamp>& to) {
            to = in.u32();
            return in.complete();
        };
        const auto flag = [&](bool& to) {
            to = in.u8() != 0;
            return in.complete();
        };
        switch (subpacket.type) {
            case SubpacketType::created:
                return time(out_->created_);
            case SubpacketType::expires_after:
                return time(out_->expires_after_);
            case SubpacketType::key_expires_after:
                return time(out_->key_expires_after_);
            case SubpacketType::exportable:
                return flag(out_->exportable_);
            case SubpacketType::primary_user_id:
                return flag(out_->primary_user_id_);
            case SubpacketType::key_flags:
                out_->key_flags_ = KeyFlags{in.empty() ? std::uint8_t{0} : in.u8()};
                return true;
            case SubpacketType::revocation_key: {
                const std::uint8_t type = in.u8();
                RevocationKey key;
                key.algorithm = static_cast<PublicKeyAlgorithm>(in.u8());
                key.fingerprint = in.take_rest();
                if (!in.ok() || (type & 0x80U) == 0) return false;
                if (key.fingerprint.size() != 20 && key.fingerprint.size() != 32) return false;
                out_->revocation_keys_.push_back(std::move(key));
                return true;
            }
            case SubpacketType::revocation_reason: {
                const std::uint8_t code = in.u8();
                if (!in.ok()) return false;
                out_->revocation_reason_ = RevocationReason{code, std::string(in.take_rest())};
                return true;
            }
            case SubpacketType::notation: {
                Notation notation;
                notation.critical = subpacket.critical;
                notation.human_readable = (in.u32() & 0x80000000U) != 0;
                const std::size_t name = in.u16();
                const std::size_t value = in.u16();
                notation.name = in.take(name);
                notation.value = in.take(value);
                if (!in.complete()) return false;
                out_->notations_.push_back(std::move(notation));
                return true;
            }
            case SubpacketType::signer_user_id:
                out_->signer_user_id_ = in.take_rest();
                return true;
            case SubpacketType::intended_recipient: {
                const int version = in.u8();
                const std::string_view print = in.take_rest();
                if (!in.ok() || print.size() != (version == 6 ? 32U : 20U)) return false;
                out_->intended_recipients_.emplace_back(print);
                return true;
            }
            default:
                if (subpacket.critical && !is_known(subpacket.type)) {
                    out_->unknown_critical_.push_back(subpacket.type);
                }
                return read_hint(subpacket);
        }
    }

    // Section 5.2.3.1 and the like.
    Status read_numbers(OctetReader& in) {
        int mpis = 0;
        switch (out_->algorithm_) {
            case PublicKeyAlgorithm::rsa:
            case PublicKeyAlgorithm::rsa_sign_only:
            case PublicKeyAlgorithm::rsa_encrypt_only:
                mpis = 1;
                break;
            case PublicKeyAlgorithm::dsa:
            case PublicKeyAlgorithm::ecdsa:
            case PublicKeyAlgorithm::eddsa_legacy:
            case PublicKeyAlgorithm::elgamal:
                mpis = 2;
                break;
            case PublicKeyAlgorithm::ed25519:
                out_->numbers_.push_back(in.take(64));
                break;
            case PublicKeyAlgorithm::ed448:
                out_->numbers_.push_back(in.take(114));
                break;
            default:  // unknown: nobody will ask
                out_->numbers_.push_back(in.take_rest());
                break;
        }
        for (int i = 0; i < mpis; ++i)
            out_->numbers_.push_back(in.mpi());
        if (!in.complete()) {
            return bad(ErrorKind::malformed,
                       "its numbers are cut off, badly written, or not the last");
        }
        return {};
    }

    const Packet& packet_;
    const SignatureLimits& limits_;
    const bool is_embedded_;
    std::shared_ptr<Signature> out_ = std::make_shared<Signature>();
};

Result<SignaturePtr> Signature::parse(const Packet& packet, const SignatureLimits& limits) {
    return SignatureParser(packet, limits, false).run();
}

std::string_view Signature::subpacket(SubpacketType type) const {
    std::string_view out;
    for (const Subpacket& one : subpackets_) {
        if (one.hashed && one.type == type) out = one.body;
    }
    return out;
}

bool Signature::may_be_from(const Key& key) const {
    // Versions never mix: version 6 keys make version 6 signatures only, and the other way round.
    if ((version_ == 6) != (key.version() == 6)) return false;
    if (!issuer_fingerprints_.empty()) {
        return std::ranges::find(issuer_fingerprints_, key.fingerprint()) !=
               issuer_fingerprints_.end();
    }
    if (issuer_ids_.empty()) return true;
    return std::ranges::any_of(issuer_ids_, [&key](KeyId id) { return id == 0 || id == key.id(); });
}

bool Signature::is_hard_revocation() const {
    if (!revocation_reason_) return true;
    switch (revocation_reason_->code) {  // section 5.2.3.31
        case 1:                          // superseded
        case 3:                          // retired
            return false;
        case 32:  // the user ID is no longer valid: says nothing about keys
            return type_ != SignatureType::certification_revocation;
        default:
            return true;
    }
}

std::string Signature::identity() const {
    // The first part says its own length, so no other two parts make the same octets.
    return version_ == 3 ? body_ : std::string(hashed_part_).append(tail_);
}

bool Signature::is_before(const Signature& other) const {
    const Timestamp mine = created_.value_or(0);
    const Timestamp theirs = other.created_.value_or(0);
    return mine != theirs ? mine > theirs : identity() > other.identity();
}

void Signature::hash_end(crypto::Hash& hash) const {
    hash.update(hashed_part_);
    if (version_ == 3) return;
    std::string trailer;
    put_u8(trailer, static_cast<std::uint8_t>(version_));
    put_u8(trailer, 0xFF);
    put_u32(trailer, static_cast<std::uint32_t>(hashed_part_.size()));
    hash.update(trailer);
}

}  // namespace sealgate::openpgp
