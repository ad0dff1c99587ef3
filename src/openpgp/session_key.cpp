// SPDX-License-Identifier: Apache-2.0
#include "openpgp/session_key.h"

#include "crypto/aead_mode.h"
#include "crypto/block_cipher.h"
#include "crypto/digest.h"
#include "crypto/key_derivation.h"
#include "crypto/random.h"
#include "openpgp/octet_reader.h"
#include "openpgp/octet_writer.h"

#include <fmt/format.h>

#include <cstring>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.session_key";
constexpr std::size_t kLongestKey = 32;

std::unexpected<Error> bad(ErrorKind kind, const Packet& packet, std::string_view reason) {
    return bad_packet(kind, kWhere, packet, reason);
}

// One answer for every way to fail.
std::unexpected<Error> not_ours() {
    return fail(ErrorKind::malformed, kWhere, "the session key cannot be unwrapped");
}

bool is_rsa(PublicKeyAlgorithm algorithm) {
    return algorithm == PublicKeyAlgorithm::rsa ||
           algorithm == PublicKeyAlgorithm::rsa_encrypt_only;
}

bool is_montgomery(PublicKeyAlgorithm algorithm) {
    return algorithm == PublicKeyAlgorithm::x25519 || algorithm == PublicKeyAlgorithm::x448;
}

bool is_aes(std::uint8_t cipher) {
    const auto known = cipher_of(cipher);
    return known == crypto::BlockCipher::aes128 || known == crypto::BlockCipher::aes192 ||
           known == crypto::BlockCipher::aes256;
}

std::uint16_t sum_of(std::string_view octets) {
    std::uint32_t sum = 0;
    for (const char c : octets)
        sum += static_cast<unsigned char>(c);
    return static_cast<std::uint16_t>(sum & 0xFFFFU);
}

// A key nobody knows, to go on with after a failure that must not show.
Result<SessionKey> decoy(std::uint8_t cipher) {
    const auto known = cipher_of(cipher);
    SG_TRY(SecretBytes key, crypto::random_key(known ? crypto::key_size(*known) : kLongestKey));
    return SessionKey{cipher, std::move(key)};
}

// cipher || key || checksum (version 3), or key || checksum (version 6): section 5.1.3.
Result<SessionKey> take_apart(std::string_view clear, int version) {
    OctetReader in(clear);
    SessionKey out;
    if (version == 3) out.cipher = in.u8();
    if (in.left() < 2) return not_ours();
    const std::string_view key = in.take(in.left() - 2);
    const std::uint16_t sum = in.u16();
    const auto cipher = cipher_of(out.cipher);
    const bool fits = version == 3 ? cipher && crypto::key_size(*cipher) == key.size()
                                   : key.size() == 16 || key.size() == 24 || key.size() == 32;
    if (!fits || sum != sum_of(key)) return not_ours();
    out.key = SecretBytes(std::string(key));
    return out;
}

// RFC 8017 padding is an oracle for whoever sees the difference between wrong and right, so in
// version 3, whose clear text names its cipher, every failure goes on with another key.
Result<SessionKey> unwrap_rsa(const PublicKeySessionKey& wrapped, const UnlockedKey& key) {
    constexpr std::uint8_t kAes256 = 9;
    SG_TRY(SessionKey other, decoy(kAes256));
    if (wrapped.version == 6) other.cipher = 0;
    auto clear = key.secret.decrypt_rsa(wrapped.ciphertext);
    if (!clear) return other;
    auto session_key = take_apart(clear->view(), wrapped.version);
    if (!session_key) return other;
    return session_key;
}

// The parameters that ECDH binds to its key (section 11.5).
std::string ecdh_context(const Key& key, std::string_view oid_and_length) {
    std::string out(oid_and_length);
    put_u8(out, static_cast<std::uint8_t>(PublicKeyAlgorithm::ecdh));
    put_u8(out, 3);
    put_u8(out, 1);
    put_u8(out, key.ecdh().hash);
    put_u8(out, key.ecdh().cipher);
    out += "Anonymous Sender    ";
    out += key.fingerprint();
    return out;
}

Result<crypto::PublicKey> ephemeral_point(const Key& key, std::string_view point) {
    if (const auto curve = weierstrass(key.curve())) return crypto::PublicKey::ec(*curve, point);
    if (key.curve() == CurveName::curve25519_legacy && point.size() == 33 && point[0] == 0x40) {
        return crypto::PublicKey::raw(crypto::RawKind::x25519, point.substr(1));
    }
    return not_ours();
}

Result<SessionKey> unwrap_ecdh(const PublicKeySessionKey& wrapped, const UnlockedKey& key) {
    const auto hash = hash_of(key.key->ecdh().hash);
    const auto cipher = cipher_of(key.key->ecdh().cipher);
    if (!hash || !cipher) return not_ours();
    SG_TRY(const crypto::PublicKey ephemeral, ephemeral_point(*key.key, wrapped.ephemeral));
    SG_TRY(const SecretBytes shared, key.secret.agree(ephemeral));
    const std::size_t size = crypto::key_size(*cipher);
    crypto::Hash kdf(*hash);
    kdf.update(std::string_view("\0\0\0\1", 4));
    kdf.update(shared.view());
    kdf.update(ecdh_context(*key.key, key.key->curve_oid()));
    const SecretBytes digest(kdf.finish());
    if (digest.size() < size) return not_ours();
    SG_TRY(const SecretBytes padded,
           crypto::aes_key_unwrap(digest.view().substr(0, size), wrapped.ciphertext));
    // PKCS #5 padding to a multiple of 8; some pad further, to hide the length (section 5.1.5).
    const std::string_view clear = padded.view();
    const auto pad = static_cast<unsigned char>(clear.back());
    if (pad == 0 || pad > clear.size()) return not_ours();
    for (const char c : clear.substr(clear.size() - pad)) {
        if (static_cast<unsigned char>(c) != pad) return not_ours();
    }
    return take_apart(clear.substr(0, clear.size() - pad), wrapped.version);
}

// Sections 5.1.6 and 5.1.7.
Result<SessionKey> unwrap_montgomery(const PublicKeySessionKey& wrapped, const UnlockedKey& key) {
    const bool x448 = wrapped.algorithm == PublicKeyAlgorithm::x448;
    SG_TRY(const crypto::PublicKey ephemeral,
           crypto::PublicKey::raw(x448 ? crypto::RawKind::x448 : crypto::RawKind::x25519,
                                  wrapped.ephemeral));
    SG_TRY(const SecretBytes shared, key.secret.agree(ephemeral));
    std::string secret(wrapped.ephemeral);
    secret.reserve(secret.size() + key.key->numbers()[0].size() + shared.size());
    secret.append(key.key->numbers()[0]).append(shared.view());
    const SecretBytes input(std::move(secret));
    const SecretBytes wrapper =
        x448 ? crypto::hkdf(crypto::HashAlgorithm::sha512, input.view(), {}, "OpenPGP X448", 32)
             : crypto::hkdf(crypto::HashAlgorithm::sha256, input.view(), {}, "OpenPGP X25519", 16);
    SessionKey out;
    SG_TRY(out.key, crypto::aes_key_unwrap(wrapper.view(), wrapped.ciphertext));
    out.cipher = wrapped.cipher;
    // In version 3 the cipher stands there unencrypted, and must be AES.
    if (wrapped.version == 3 && !is_aes(out.cipher)) return not_ours();
    return out;
}

Result<SessionKey> open_aead(const PassphraseSessionKey& wrapped, std::string_view passphrase) {
    const auto cipher = cipher_of(wrapped.cipher);
    const auto mode = aead_of(wrapped.aead);
    if (!cipher || !mode) return not_ours();
    const std::size_t size = crypto::key_size(*cipher);
    SG_TRY(SecretBytes key, wrapped.s2k.derive(passphrase, size));
    std::string context;
    put_u8(context, 0xC3);
    put_u8(context, static_cast<std::uint8_t>(wrapped.version));
    put_u8(context, wrapped.cipher);
    put_u8(context, wrapped.aead);
    if (wrapped.version == 6) {
        key = crypto::hkdf(crypto::HashAlgorithm::sha256, key.view(), {}, context, size);
    }
    SG_TRY(auto opener, crypto::AeadCipher::create(*mode, *cipher, key.view()));
    std::string clear;
    clear.reserve(wrapped.encrypted.size());
    if (!opener.open(wrapped.nonce, context, wrapped.encrypted, clear)) return not_ours();
    // Version 6: the container names the cipher. Version 5 of LibrePGP: so does its container.
    return SessionKey{0, SecretBytes(std::move(clear))};
}

}  // namespace

Result<PublicKeySessionKey> PublicKeySessionKey::parse(const Packet& packet) {
    PublicKeySessionKey out;
    OctetReader in(packet.body, packet.body_offset);
    out.offset = packet.offset;
    out.version = in.u8();
    if (in.ok() && out.version != 3 && out.version != 6) {
        return bad(
            ErrorKind::not_found, packet, fmt::format("version {} is not known", out.version));
    }
    if (out.version == 3) {
        out.recipient_id = in.u64();
    } else {
        const std::size_t size = in.u8();
        OctetReader whom(in.take(size));
        if (size > 0) {
            const int version = whom.u8();
            out.recipient = whom.take_rest();
            const std::size_t wanted = version == 4 ? 20 : version == 6 ? 32 : 0;
            if (in.ok() && wanted == 0) {
                return bad(ErrorKind::not_found,
                           packet,
                           fmt::format("keys of version {} are not known", version));
            }
            if (out.recipient.size() != wanted) {
                return bad(ErrorKind::malformed, packet, "a fingerprint of a wrong length");
            }
        }
    }
    out.algorithm = static_cast<PublicKeyAlgorithm>(in.u8());
    if (is_rsa(out.algorithm)) {
        out.ciphertext = in.mpi();
    } else if (out.algorithm == PublicKeyAlgorithm::elgamal) {
        out.ciphertext = in.mpi();
        out.second = in.mpi();
    } else if (out.algorithm == PublicKeyAlgorithm::ecdh) {
        out.ephemeral = in.mpi();
        const std::size_t size = in.u8();
        out.ciphertext = in.take(size);
    } else if (is_montgomery(out.algorithm)) {
        out.ephemeral = in.take(out.algorithm == PublicKeyAlgorithm::x448 ? 56 : 32);
        const std::size_t size = in.u8();
        OctetReader wrapped(in.take(size));
        if (out.version == 3) out.cipher = wrapped.u8();
        out.ciphertext = wrapped.take_rest();
        if (!wrapped.ok()) return bad(ErrorKind::malformed, packet, "it is cut off");
    } else if (in.ok()) {
        return bad(ErrorKind::not_found, packet, to_string(out.algorithm));
    }
    if (!in.complete()) {
        return bad(ErrorKind::malformed, packet, "it is cut off, badly written, or too long");
    }
    return out;
}

bool PublicKeySessionKey::names_nobody() const {
    return version == 3 ? recipient_id == 0 : recipient.empty();
}

bool PublicKeySessionKey::may_be_for(const Key& key) const {
    const bool same =
        algorithm == key.algorithm() || (is_rsa(algorithm) && is_rsa(key.algorithm()));
    if (!same) return false;
    if (names_nobody()) return true;
    return version == 3 ? recipient_id == key.id() : recipient == key.fingerprint();
}

Result<PassphraseSessionKey> PassphraseSessionKey::parse(const Packet& packet) {
    PassphraseSessionKey out;
    OctetReader in(packet.body, packet.body_offset);
    out.offset = packet.offset;
    out.version = in.u8();
    if (in.ok() && (out.version < 4 || out.version > 6)) {
        return bad(
            ErrorKind::not_found, packet, fmt::format("version {} is not known", out.version));
    }
    std::size_t fields = in.left();
    if (out.version == 6) fields = in.u8();
    OctetReader inner(in.take(fields), in.offset());
    out.cipher = inner.u8();
    if (out.version != 4) out.aead = inner.u8();
    std::size_t s2k_size = inner.left();
    if (out.version == 6) s2k_size = inner.u8();
    OctetReader specifier(inner.take(s2k_size), inner.offset());
    if (!in.ok() || !inner.ok()) return bad(ErrorKind::malformed, packet, "it is cut off");
    auto s2k = S2k::parse(specifier);
    if (!s2k) return std::unexpected(std::move(s2k).error().during(to_string(packet.tag)));
    out.s2k = *std::move(s2k);
    if (out.version == 4) {
        out.encrypted = specifier.take_rest();
        return out;
    }
    const auto mode = aead_of(out.aead);
    if (!mode) return bad(ErrorKind::not_found, packet, aead_name(out.aead));
    OctetReader& behind = out.version == 6 ? inner : specifier;
    if (out.version == 6 && !specifier.complete()) {
        return bad(ErrorKind::malformed, packet, "octets behind its S2K specifier");
    }
    out.nonce = behind.take(crypto::nonce_size(*mode));
    out.encrypted = out.version == 6 ? in.take_rest() : behind.take_rest();
    if (!behind.complete() || out.encrypted.size() <= crypto::kAeadModeTagSize) {
        return bad(ErrorKind::malformed, packet, "it is cut off, or too long");
    }
    return out;
}

Result<SessionKey> unwrap(const PublicKeySessionKey& wrapped, const UnlockedKey& key) {
    if (!wrapped.may_be_for(*key.key)) return not_ours();
    if (is_rsa(wrapped.algorithm)) return unwrap_rsa(wrapped, key);
    if (wrapped.algorithm == PublicKeyAlgorithm::elgamal) {
        return fail(ErrorKind::not_found, kWhere, "no library here decrypts with Elgamal");
    }
    auto out = wrapped.algorithm == PublicKeyAlgorithm::ecdh ? unwrap_ecdh(wrapped, key)
                                                             : unwrap_montgomery(wrapped, key);
    if (!out) return not_ours();
    return out;
}

Result<SessionKey> unwrap(const PassphraseSessionKey& wrapped, std::string_view passphrase) {
    if (wrapped.version != 4) return open_aead(wrapped, passphrase);
    const auto cipher = cipher_of(wrapped.cipher);
    if (!cipher) return not_ours();
    SG_TRY(SecretBytes key, wrapped.s2k.derive(passphrase, crypto::key_size(*cipher)));
    if (wrapped.encrypted.empty()) return SessionKey{wrapped.cipher, std::move(key)};
    SG_TRY(auto decryptor,
           crypto::CfbDecryptor::create(
               *cipher, key.view(), std::string(crypto::block_size(*cipher), '\0')));
    std::string clear(wrapped.encrypted.size(), '\0');
    decryptor.update(wrapped.encrypted, clear.data());
    const SecretBytes octets(std::move(clear));
    SessionKey out;
    out.cipher = static_cast<std::uint8_t>(octets.view().front());
    const auto named = cipher_of(out.cipher);
    if (!named || crypto::key_size(*named) != octets.size() - 1) return not_ours();
    out.key = SecretBytes(std::string(octets.view().substr(1)));
    return out;
}

}  // namespace sealgate::openpgp
