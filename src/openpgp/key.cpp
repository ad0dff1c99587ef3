// SPDX-License-Identifier: Apache-2.0
#include "openpgp/key.h"

#include "openpgp/octet_reader.h"
#include "openpgp/octet_writer.h"

#include <fmt/format.h>

#include <cstring>
#include <optional>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.key";
constexpr std::size_t kIdOctets = 8;
constexpr std::size_t kHeaderV4 = 6;        // version, time, algorithm
constexpr std::size_t kMaxBodyV4 = 0xFFFF;  // its length is hashed in two octets
constexpr std::size_t kHeaderV6 = 10;       // and the length of what follows

std::size_t bit_length(std::string_view number) {
    if (number.empty()) return 0;
    std::size_t bits = (number.size() - 1) * 8;
    for (auto first = static_cast<unsigned char>(number.front()); first != 0; first >>= 1U)
        ++bits;
    return bits;
}

bool is_secret_packet(Tag tag) {
    return tag == Tag::secret_key || tag == Tag::secret_subkey;
}

std::optional<crypto::RawKind> raw_kind(PublicKeyAlgorithm algorithm) {
    switch (algorithm) {
        case PublicKeyAlgorithm::x25519:
            return crypto::RawKind::x25519;
        case PublicKeyAlgorithm::x448:
            return crypto::RawKind::x448;
        case PublicKeyAlgorithm::ed25519:
            return crypto::RawKind::ed25519;
        case PublicKeyAlgorithm::ed448:
            return crypto::RawKind::ed448;
        default:
            return std::nullopt;
    }
}

// Sections 5.5.5.4 and 5.5.5.5: the two old forms of Curve25519 are for version 4 keys only.
bool is_legacy_curve(CurveName curve) {
    return curve == CurveName::ed25519_legacy || curve == CurveName::curve25519_legacy;
}

// A point with the prefix 0x40 that marks a native encoding (section 11.2.1).
std::optional<std::string_view> native_point(std::string_view point, std::size_t size) {
    if (point.size() != size + 1 || point.front() != 0x40) return std::nullopt;
    return point.substr(1);
}

}  // namespace

struct Key::CryptoKey {
    std::optional<crypto::PublicKey> key;
};

KeyId key_id_of(std::string_view fingerprint) {
    if (fingerprint.size() < kIdOctets) return 0;
    const bool v4 = fingerprint.size() == 20;
    OctetReader in(v4 ? fingerprint.substr(fingerprint.size() - kIdOctets)
                      : fingerprint.substr(0, kIdOctets));
    return in.u64();
}

std::string to_hex_upper(std::string_view octets) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    out.reserve(octets.size() * 2);
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        out += kDigits[octet >> 4U];
        out += kDigits[octet & 15U];
    }
    return out;
}

std::string to_string(KeyId id) {
    return fmt::format("{:016X}", id);
}

Key::~Key() {
    explicit_bzero(secret_part_.data(), secret_part_.size());
    delete crypto_key_.load();
}

Result<KeyPtr> Key::parse(const Packet& packet) {
    const auto bad = [&packet](ErrorKind kind, std::string_view reason) {
        return bad_packet(kind, kWhere, packet, reason);
    };
    auto key = std::make_shared<Key>();
    OctetReader in(packet.body, packet.body_offset);
    key->offset_ = packet.offset;
    key->is_subkey_ = packet.tag == Tag::public_subkey || packet.tag == Tag::secret_subkey;
    key->version_ = in.u8();
    if (!in.ok()) return bad(ErrorKind::malformed, "it is empty");
    if (key->version_ == 2 || key->version_ == 3) {
        return bad(ErrorKind::refused,
                   fmt::format("keys of version {} are not used any more", key->version_));
    }
    if (key->version_ != 4 && key->version_ != 6) {
        return bad(ErrorKind::not_found, fmt::format("version {} is not known", key->version_));
    }
    const bool v6 = key->version_ == 6;
    key->created_ = in.u32();
    key->algorithm_ = static_cast<PublicKeyAlgorithm>(in.u8());
    const std::size_t said = v6 ? in.u32() : 0;
    if (!in.ok() || (v6 && said > in.left())) return bad(ErrorKind::malformed, "it is cut off");

    // Where the public part ends is known from its numbers, or from the length of a version 6 key.
    const std::string_view from_numbers = in.rest();
    const std::string_view bounded = v6 ? from_numbers.substr(0, said) : from_numbers;
    const std::size_t header = v6 ? kHeaderV6 : kHeaderV4;
    const auto left = key->read_numbers(bounded);
    if (!left) return bad(ErrorKind::malformed, "its numbers are cut off or badly written");
    const std::size_t public_size = header + bounded.size() - left->size();
    if (v6 && !left->empty()) return bad(ErrorKind::malformed, "octets behind its numbers");
    if (v6 && is_legacy_curve(key->curve_)) {
        return bad(ErrorKind::malformed, "a version 6 key must not have this curve");
    }
    if (!v6 && public_size > kMaxBodyV4) return bad(ErrorKind::malformed, "it is too long");
    const std::string_view secret = packet.body.substr(public_size);
    if (is_secret_packet(packet.tag) ? secret.empty() : !secret.empty()) {
        return bad(ErrorKind::malformed,
                   secret.empty() ? "its secret part is missing" : "octets behind its numbers");
    }
    if (is_secret_packet(packet.tag)) key->secret_part_ = secret;
    // Only the public octets are copied, since nothing wipes these; then the views are of the copy.
    key->public_body_ = packet.body.substr(0, public_size);
    (void)key->read_numbers(std::string_view(key->public_body_).substr(header));
    key->make_fingerprint();
    return key;
}

// What is left behind the numbers; nullopt: they break the grammar.
std::optional<std::string_view> Key::read_numbers(std::string_view body) {
    numbers_.clear();
    OctetReader in(body);
    const auto mpis = [&](int count) {
        for (int i = 0; i < count; ++i)
            numbers_.push_back(in.mpi());
        bits_ = bit_length(numbers_.front());
    };
    const auto point = [&] {
        const std::size_t size = in.u8();
        if (size == 0 || size == 0xFF) return false;  // reserved (section 9.2)
        curve_ = curve_of_oid(in.take(size));
        if (in.ok()) curve_oid_ = body.substr(0, size + 1);
        numbers_.push_back(in.mpi());
        const auto known = weierstrass(curve_);
        bits_ = known ? crypto::bits(*known) : is_legacy_curve(curve_) ? 255 : 0;
        return true;
    };
    switch (algorithm_) {
        case PublicKeyAlgorithm::rsa:
        case PublicKeyAlgorithm::rsa_encrypt_only:
        case PublicKeyAlgorithm::rsa_sign_only:
            mpis(2);
            break;
        case PublicKeyAlgorithm::elgamal:
            mpis(3);
            break;
        case PublicKeyAlgorithm::dsa:
            mpis(4);
            break;
        case PublicKeyAlgorithm::ecdsa:
        case PublicKeyAlgorithm::eddsa_legacy:
            if (!point()) return std::nullopt;
            break;
        case PublicKeyAlgorithm::ecdh: {
            if (!point()) return std::nullopt;
            const std::size_t size = in.u8();
            OctetReader parameters(in.take(size));
            const bool known = parameters.u8() == 1;
            ecdh_.hash = parameters.u8();
            ecdh_.cipher = parameters.u8();
            if (!known || !parameters.complete()) return std::nullopt;
            break;
        }
        case PublicKeyAlgorithm::x25519:
        case PublicKeyAlgorithm::x448:
        case PublicKeyAlgorithm::ed25519:
        case PublicKeyAlgorithm::ed448: {
            const auto kind = *raw_kind(algorithm_);
            numbers_.push_back(in.take(crypto::raw_key_size(kind)));
            bits_ = kind == crypto::RawKind::x25519 || kind == crypto::RawKind::ed25519 ? 255 : 448;
            break;
        }
        default:  // unknown: the rest is its own
            numbers_.push_back(in.take_rest());
            break;
    }
    if (!in.ok()) return std::nullopt;
    return in.rest();
}

void Key::make_fingerprint() {
    crypto::Hash hash(version_ == 6 ? crypto::HashAlgorithm::sha256 : crypto::HashAlgorithm::sha1);
    hash_into(hash);
    fingerprint_ = hash.finish();
}

void Key::hash_into(crypto::Hash& hash) const {
    std::string prefix;
    if (version_ == 6) {
        put_u8(prefix, 0x9B);
        put_u32(prefix, static_cast<std::uint32_t>(public_body_.size()));
    } else {
        put_u8(prefix, 0x99);
        put_u16(prefix, static_cast<std::uint16_t>(public_body_.size()));
    }
    hash.update(prefix);
    hash.update(public_body_);
}

KeyPtr Key::without_secret() const {
    const Tag tag = is_subkey_ ? Tag::public_subkey : Tag::public_key;
    const Packet packet{tag, offset_, offset_, public_body_};
    auto parsed = parse(packet);
    SG_CHECK(parsed.has_value());  // it was read before
    return *std::move(parsed);
}

const crypto::PublicKey* Key::crypto_key() const {
    const CryptoKey* kept = crypto_key_.load(std::memory_order_acquire);
    if (kept == nullptr) {
        auto made = std::make_unique<CryptoKey>();
        if (auto key = make_crypto_key()) made->key.emplace(*std::move(key));
        // Two threads may both have made one; the first stays.
        if (crypto_key_.compare_exchange_strong(kept, made.get(), std::memory_order_acq_rel)) {
            kept = made.release();
        }
    }
    return kept->key ? &*kept->key : nullptr;
}

Result<crypto::PublicKey> Key::make_crypto_key() const {
    using crypto::PublicKey;
    switch (algorithm_) {
        case PublicKeyAlgorithm::rsa:
        case PublicKeyAlgorithm::rsa_encrypt_only:
        case PublicKeyAlgorithm::rsa_sign_only:
            return PublicKey::rsa(numbers_[0], numbers_[1]);
        case PublicKeyAlgorithm::dsa:
            return PublicKey::dsa(numbers_[0], numbers_[1], numbers_[2], numbers_[3]);
        case PublicKeyAlgorithm::ecdsa:
        case PublicKeyAlgorithm::ecdh: {
            if (const auto curve = weierstrass(curve_)) return PublicKey::ec(*curve, numbers_[0]);
            const auto point = native_point(numbers_[0], 32);
            if (algorithm_ == PublicKeyAlgorithm::ecdh && point &&
                curve_ == CurveName::curve25519_legacy) {
                return PublicKey::raw(crypto::RawKind::x25519, *point);
            }
            break;
        }
        case PublicKeyAlgorithm::eddsa_legacy:
            if (const auto point = native_point(numbers_[0], 32);
                point && curve_ == CurveName::ed25519_legacy) {
                return PublicKey::raw(crypto::RawKind::ed25519, *point);
            }
            break;
        default:
            if (const auto kind = raw_kind(algorithm_)) {
                return PublicKey::raw(*kind, numbers_[0]);
            }
            break;
    }
    return fail(ErrorKind::not_found, kWhere, "no such algorithm or curve");
}

}  // namespace sealgate::openpgp
