// SPDX-License-Identifier: Apache-2.0
#include "openpgp/secret_key.h"

#include "crypto/aead_mode.h"
#include "crypto/block_cipher.h"
#include "crypto/digest.h"
#include "crypto/hash.h"
#include "crypto/key_derivation.h"
#include "openpgp/octet_reader.h"
#include "openpgp/octet_writer.h"
#include "openpgp/s2k.h"

#include <algorithm>
#include <optional>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.secret_key";
constexpr std::size_t kSha1Size = 20;
constexpr std::size_t kChecksum = 2;

// The values of the first octet (section 3.7.2.1); others are the number of a cipher.
constexpr std::uint8_t kUnprotected = 0;
constexpr std::uint8_t kAead = 253;
constexpr std::uint8_t kCfbWithSha1 = 254;
constexpr std::uint8_t kCfbWithChecksum = 255;
// An S2K type of GnuPG: no secret part here, or on a card.
constexpr std::uint8_t kGnuS2k = 101;

std::unexpected<Error> broken() {
    return fail(ErrorKind::malformed, kWhere, "the secret part is cut off or badly written");
}
std::unexpected<Error> wrong_passphrase() {
    return fail(ErrorKind::refused, kWhere, "the passphrase is wrong, or the key is damaged");
}
std::unexpected<Error> not_known(std::string what) {
    return fail(ErrorKind::not_found, kWhere, std::move(what));
}

std::uint16_t sum_of(std::string_view octets) {
    std::uint32_t sum = 0;
    for (const char c : octets)
        sum += static_cast<unsigned char>(c);
    return static_cast<std::uint16_t>(sum & 0xFFFFU);
}

// What stands before the encrypted octets.
struct Locked {
    std::uint8_t usage = kUnprotected;
    std::uint8_t cipher = 0;
    std::uint8_t aead = 0;
    std::optional<S2k> s2k;
    std::string_view nonce;
    std::string_view octets;
};

Result<Locked> read_locked(const Key& key) {
    Locked out;
    OctetReader in(key.secret_part());
    out.usage = in.u8();
    if (!in.ok()) return not_known("the key has no secret part");
    const bool v6 = key.version() == 6;
    if (out.usage == kUnprotected) {
        out.octets = in.take_rest();
        return out;
    }
    // Version 6 says the length of the fields that follow, and that of the S2K specifier.
    OctetReader fields = in;
    if (v6) {
        const std::size_t size = in.u8();
        fields = OctetReader(in.take(size));
    }
    const bool named = out.usage >= kAead;
    if (v6 && (!named || out.usage == kCfbWithChecksum)) {
        return fail(ErrorKind::malformed, kWhere, "a protection that version 6 does not have");
    }
    out.cipher = named ? fields.u8() : out.usage;
    if (out.usage == kAead) out.aead = fields.u8();
    const auto cipher = cipher_of(out.cipher);
    if (named) {
        OctetReader specifier = fields;
        if (v6 && out.usage != kCfbWithChecksum) {
            const std::size_t size = fields.u8();
            specifier = OctetReader(fields.take(size));
        }
        if (!fields.ok() || !specifier.ok()) return broken();
        auto s2k = S2k::parse(specifier);
        if (!s2k) return std::unexpected(std::move(s2k).error());
        out.s2k = *std::move(s2k);
        if (!v6) fields = specifier;
    }
    if (!cipher) return not_known(cipher_name(out.cipher));
    std::size_t nonce = crypto::block_size(*cipher);
    if (out.usage == kAead) {
        const auto mode = aead_of(out.aead);
        if (!mode) return not_known(aead_name(out.aead));
        nonce = crypto::nonce_size(*mode);
    }
    out.nonce = fields.take(nonce);
    if (!fields.ok()) return broken();
    if (v6 && !fields.empty()) return broken();
    out.octets = v6 ? in.take_rest() : fields.take_rest();
    if (!in.ok()) return broken();
    return out;
}

Result<SecretBytes> decrypt_aead(const Key& key,
                                 const Locked& locked,
                                 crypto::BlockCipher cipher,
                                 std::string_view derived) {
    const crypto::AeadMode mode = *aead_of(locked.aead);  // read_locked() has asked
    // The packet type ID as it stands in a packet of the current format (section 5.5.3).
    const std::uint8_t tag = key.is_subkey() ? 0xC7 : 0xC5;
    std::string context;
    put_u8(context, tag);
    put_u8(context, static_cast<std::uint8_t>(key.version()));
    put_u8(context, locked.cipher);
    put_u8(context, locked.aead);
    const std::size_t size = crypto::key_size(cipher);
    const SecretBytes wrapper =
        crypto::hkdf(crypto::HashAlgorithm::sha256, derived, {}, context, size);
    SG_TRY(auto opener, crypto::AeadCipher::create(mode, cipher, wrapper.view()));
    std::string associated;
    put_u8(associated, tag);
    associated += key.public_body();
    std::string clear;
    clear.reserve(locked.octets.size());
    if (!opener.open(locked.nonce, associated, locked.octets, clear)) return wrong_passphrase();
    return SecretBytes(std::move(clear));
}

Result<SecretBytes> decrypt_cfb(const Locked& locked,
                                crypto::BlockCipher cipher,
                                std::string_view derived) {
    SG_TRY(auto decryptor, crypto::CfbDecryptor::create(cipher, derived, locked.nonce));
    std::string clear(locked.octets.size(), '\0');
    decryptor.update(locked.octets, clear.data());
    return SecretBytes(std::move(clear));
}

Result<SecretBytes> open_locked(const Key& key, const Locked& locked, std::string_view passphrase) {
    const auto cipher = cipher_of(locked.cipher);
    if (!cipher) return not_known(cipher_name(locked.cipher));
    const std::size_t size = crypto::key_size(*cipher);
    SecretBytes derived;
    if (locked.s2k) {
        SG_TRY(derived, locked.s2k->derive(passphrase, size));
    } else {  // the oldest form: MD5 of the passphrase
        std::string digest = crypto::digest(crypto::HashAlgorithm::md5, passphrase);
        if (digest.size() < size) return not_known("a protection by MD5 with a longer key");
        digest.resize(size);
        derived = SecretBytes(std::move(digest));
    }
    if (locked.usage == kAead) return decrypt_aead(key, locked, *cipher, derived.view());
    return decrypt_cfb(locked, *cipher, derived.view());
}

// The numbers, without what proves that they were decrypted rightly.
Result<std::string_view> proven_numbers(const Key& key,
                                        std::uint8_t usage,
                                        std::string_view clear) {
    if (usage == kAead || (usage == kUnprotected && key.version() == 6)) return clear;
    const bool sha1 = usage == kCfbWithSha1;
    const std::size_t proof = sha1 ? kSha1Size : kChecksum;
    if (clear.size() < proof) return wrong_passphrase();
    const std::string_view numbers = clear.substr(0, clear.size() - proof);
    const std::string_view said = clear.substr(numbers.size());
    if (sha1) {
        if (!crypto::constant_time_equal(crypto::digest(crypto::HashAlgorithm::sha1, numbers),
                                         said)) {
            return wrong_passphrase();
        }
        return numbers;
    }
    OctetReader sum(said);
    if (sum.u16() != sum_of(numbers)) return wrong_passphrase();
    return numbers;
}

// A number of at most `size` octets, with its leading zeroes.
SecretBytes padded(std::string_view number, std::size_t size) {
    std::string out(size - std::min(size, number.size()), '\0');
    out.reserve(size);
    out += number;
    return SecretBytes(std::move(out));
}

Result<crypto::PrivateKey> make_private(const Key& key, std::string_view octets) {
    using crypto::PrivateKey;
    using crypto::RawKind;
    OctetReader in(octets);
    const auto& numbers = key.numbers();
    const auto native = [&](RawKind kind) -> Result<PrivateKey> {
        const std::string_view secret = in.take(crypto::raw_key_size(kind));
        if (!in.complete()) return broken();
        return PrivateKey::raw(kind, numbers[0], secret);
    };
    switch (key.algorithm()) {
        case PublicKeyAlgorithm::rsa:
        case PublicKeyAlgorithm::rsa_encrypt_only:
        case PublicKeyAlgorithm::rsa_sign_only: {
            const std::string_view d = in.mpi();
            const std::string_view p = in.mpi();
            const std::string_view q = in.mpi();
            const std::string_view u = in.mpi();
            if (!in.complete()) return broken();
            return PrivateKey::rsa(numbers[0], numbers[1], d, p, q, u);
        }
        case PublicKeyAlgorithm::ecdsa:
        case PublicKeyAlgorithm::ecdh:
        case PublicKeyAlgorithm::eddsa_legacy: {
            const std::string_view scalar = in.mpi();
            if (!in.complete()) return broken();
            if (const auto curve = weierstrass(key.curve())) {
                return PrivateKey::ec(*curve, numbers[0], scalar);
            }
            if (scalar.size() > 32 || numbers[0].size() != 33) return broken();
            SecretBytes secret = padded(scalar, 32);
            if (key.curve() == CurveName::ed25519_legacy) {
                return PrivateKey::raw(RawKind::ed25519, numbers[0].substr(1), secret.view());
            }
            if (key.curve() == CurveName::curve25519_legacy) {
                // Written the other way round (section 5.5.5.6.1.1).
                std::string reversed(secret.view().rbegin(), secret.view().rend());
                secret = SecretBytes(std::move(reversed));
                return PrivateKey::raw(RawKind::x25519, numbers[0].substr(1), secret.view());
            }
            return not_known("unknown curve");
        }
        case PublicKeyAlgorithm::x25519:
            return native(RawKind::x25519);
        case PublicKeyAlgorithm::x448:
            return native(RawKind::x448);
        case PublicKeyAlgorithm::ed25519:
            return native(RawKind::ed25519);
        case PublicKeyAlgorithm::ed448:
            return native(RawKind::ed448);
        default:
            return not_known(to_string(key.algorithm()));
    }
}

}  // namespace

Protection protection_of(const Key& key) {
    const std::string_view part = key.secret_part();
    if (part.empty()) return Protection::elsewhere;
    if (static_cast<std::uint8_t>(part.front()) == kUnprotected) return Protection::none;
    const auto usage = static_cast<std::uint8_t>(part.front());
    if (key.version() == 4 && usage >= kCfbWithSha1 && part.size() > 2 &&
        static_cast<std::uint8_t>(part[2]) == kGnuS2k) {
        return Protection::elsewhere;
    }
    return read_locked(key) ? Protection::passphrase : Protection::unknown;
}

Result<UnlockedKey> unlock(const KeyPtr& key, std::string_view passphrase) {
    if (protection_of(*key) == Protection::elsewhere) {
        return not_known("the secret part is not here");
    }
    SG_TRY(const Locked locked, read_locked(*key));
    SecretBytes opened;
    std::string_view clear = locked.octets;
    if (locked.usage != kUnprotected) {
        SG_TRY(opened, open_locked(*key, locked, passphrase));
        clear = opened.view();
    }
    SG_TRY(const std::string_view numbers, proven_numbers(*key, locked.usage, clear));
    SG_TRY(crypto::PrivateKey secret, make_private(*key, numbers));
    return UnlockedKey{key, std::move(secret)};
}

}  // namespace sealgate::openpgp
