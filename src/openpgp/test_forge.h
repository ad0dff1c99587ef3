#pragma once
// SPDX-License-Identifier: Apache-2.0
// Makes keys, signatures and certificates for tests, good ones and ones that no honest program
// would write. Keys follow from a label, so that every run has the same ones (P-256 and RSA apart).
// It writes packets on its own and shares only the framing with what it tests.
//
//   const TestKey alice = TestKey::ed25519_v4("alice", kT0);
//   CertificateForge forge(alice);
//   forge.user_id("Alice <alice@example.org>");
//   forge.sign(Sign(SignatureType::positive_certification, kT0).flags(KeyFlags::kCertify));
//   const CertificatePtr certificate = forge.checked();

#include "base/result.h"
#include "crypto/hash.h"
#include "openpgp/certificate.h"
#include "openpgp/checked_certificate.h"
#include "openpgp/octet_writer.h"
#include "openpgp/packet.h"
#include "openpgp/signature.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::openpgp::test {

using namespace std::string_view_literals;

// 2020-01-01T00:00:00Z, and what the tests count in.
inline constexpr Timestamp kT0 = 1577836800;
inline constexpr Timestamp kHour = 3600;
inline constexpr Timestamp kDay = 86400;
inline constexpr Timestamp kYear = 365 * kDay;

inline constexpr std::uint8_t kMd5 = 1;
inline constexpr std::uint8_t kSha1 = 2;
inline constexpr std::uint8_t kSha256 = 8;
inline constexpr std::uint8_t kSha384 = 9;
inline constexpr std::uint8_t kSha512 = 10;

// ---- numbers ----

inline std::string u16(std::uint16_t value) {
    std::string out;
    put_u16(out, value);
    return out;
}
inline std::string u32(std::uint32_t value) {
    std::string out;
    put_u32(out, value);
    return out;
}
inline std::string u64(std::uint64_t value) {
    return u32(static_cast<std::uint32_t>(value >> 32U)) + u32(static_cast<std::uint32_t>(value));
}
inline std::string octet(unsigned value) {
    return std::string(1, static_cast<char>(value));
}

// A number without its leading zeroes, with its bit count.
inline std::string mpi(std::string_view number) {
    while (!number.empty() && number.front() == '\0')
        number.remove_prefix(1);
    std::size_t bits = number.size() * 8;
    for (unsigned first = number.empty() ? 0x80U : static_cast<unsigned char>(number.front());
         (first & 0x80U) == 0;
         first <<= 1U)
        --bits;
    return u16(static_cast<std::uint16_t>(bits)).append(number);
}

inline std::string packet(Tag tag, std::string_view body) {
    std::string out;
    put_packet(out, tag, body);
    return out;
}

inline std::string flipped(std::string text, std::size_t at, unsigned bits = 1) {
    text.at(at) = static_cast<char>(static_cast<unsigned char>(text.at(at)) ^ bits);
    return text;
}
// A signature whose last octet, a part of its numbers, is another one.
inline std::string spoilt(const std::string& body) {
    return flipped(body, body.size() - 1);
}

// ---- keys ----

namespace detail {

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using EvpKey = std::shared_ptr<EVP_PKEY>;
inline EvpKey own(EVP_PKEY* key) {
    SG_CHECK(key != nullptr);
    return {key, FreeKey()};
}
struct FreeContext {
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

inline const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* octets(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

inline std::string raw_public(const EvpKey& key) {
    std::string out(64, '\0');
    std::size_t size = out.size();
    SG_CHECK(EVP_PKEY_get_raw_public_key(key.get(), octets(out), &size) == 1);
    out.resize(size);
    return out;
}

inline std::string number(const EvpKey& key, const char* name) {
    BIGNUM* value = nullptr;
    SG_CHECK(EVP_PKEY_get_bn_param(key.get(), name, &value) == 1);
    std::string out(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, octets(out));
    BN_clear_free(value);
    return out;
}

inline std::string sign_eddsa(const EvpKey& key, std::string_view digest) {
    const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    std::string out(64, '\0');
    std::size_t size = out.size();
    SG_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
             EVP_DigestSign(context.get(), octets(out), &size, octets(digest), digest.size()) == 1);
    return out;
}

inline std::string sign_digest(const EvpKey& key, const EVP_MD* hash, std::string_view digest) {
    const std::unique_ptr<EVP_PKEY_CTX, FreeContext> context(
        EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    SG_CHECK(EVP_PKEY_sign_init(context.get()) == 1);
    if (hash != nullptr) {
        SG_CHECK(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
                 EVP_PKEY_CTX_set_signature_md(context.get(), hash) == 1);
    }
    std::string out(2048, '\0');
    std::size_t size = out.size();
    SG_CHECK(EVP_PKEY_sign(context.get(), octets(out), &size, octets(digest), digest.size()) == 1);
    out.resize(size);
    return out;
}

inline const EVP_MD* evp_hash(std::uint8_t id) {
    switch (id) {
        case kMd5:
            return EVP_md5();
        case kSha1:
            return EVP_sha1();
        case kSha256:
            return EVP_sha256();
        case kSha384:
            return EVP_sha384();
        default:
            return EVP_sha512();
    }
}

}  // namespace detail

// A key pair as packets have it. `algorithm` and `numbers` may be anything: whoever wants a key
// that is none writes his own.
struct TestKey {
    int version = 4;
    Timestamp created = kT0;
    PublicKeyAlgorithm algorithm{};
    std::string numbers;         // as in the public packet
    std::string secret_numbers;  // as in the secret packet, without usage octet and checksum
    // The numbers of a signature over a digest, as in the packet; of a key that cannot: "".
    std::function<std::string(std::uint8_t hash, std::string_view digest)> sign_digest;

    [[nodiscard]] std::string public_body() const {
        std::string out = octet(static_cast<unsigned>(version)) + u32(created) +
                          octet(static_cast<unsigned>(algorithm));
        if (version == 6) out += u32(static_cast<std::uint32_t>(numbers.size()));
        return out + numbers;
    }
    // Not locked. Version 4 ends with a sum (RFC 9580 section 5.5.3).
    [[nodiscard]] std::string secret_body() const {
        std::string out = public_body() + octet(0) + secret_numbers;
        if (version == 6) return out;
        unsigned sum = 0;
        for (const char c : secret_numbers)
            sum += static_cast<unsigned char>(c);
        return out + u16(static_cast<std::uint16_t>(sum & 0xFFFFU));
    }
    // What signatures over keys hash (section 5.2.4).
    [[nodiscard]] std::string hashed_form() const {
        const std::string body = public_body();
        if (version == 6) return "\x9B" + u32(static_cast<std::uint32_t>(body.size())) + body;
        return "\x99" + u16(static_cast<std::uint16_t>(body.size())) + body;
    }
    [[nodiscard]] Fingerprint fingerprint() const {
        return crypto::digest(
            version == 6 ? crypto::HashAlgorithm::sha256 : crypto::HashAlgorithm::sha1,
            hashed_form());
    }
    [[nodiscard]] KeyPtr parsed(bool subkey = false) const {
        const std::string body = public_body();
        auto key = Key::parse({subkey ? Tag::public_subkey : Tag::public_key, 0, 0, body});
        SG_CHECK(key.has_value());
        return *std::move(key);
    }
    [[nodiscard]] TestKey at(Timestamp time) const {
        TestKey out = *this;
        out.created = time;
        return out;
    }

    static TestKey ed25519_v4(std::string_view label, Timestamp created = kT0) {
        const std::string seed = seed_of(label);
        const auto key = raw(EVP_PKEY_ED25519, seed);
        return {4,
                created,
                PublicKeyAlgorithm::eddsa_legacy,
                "\x09\x2B\x06\x01\x04\x01\xDA\x47\x0F\x01" + mpi("\x40" + detail::raw_public(key)),
                mpi(seed),
                [key](std::uint8_t, std::string_view digest) {
                    const std::string made = detail::sign_eddsa(key, digest);
                    return mpi(made.substr(0, 32)) + mpi(made.substr(32));
                }};
    }
    static TestKey ed25519_v6(std::string_view label, Timestamp created = kT0) {
        const std::string seed = seed_of(label);
        const auto key = raw(EVP_PKEY_ED25519, seed);
        return {6,
                created,
                PublicKeyAlgorithm::ed25519,
                detail::raw_public(key),
                seed,
                [key](std::uint8_t, std::string_view digest) {
                    return detail::sign_eddsa(key, digest);
                }};
    }
    // ECDH over Curve25519Legacy with SHA-256 and AES-128.
    static TestKey curve25519_v4(std::string_view label, Timestamp created = kT0) {
        std::string secret = seed_of(label);
        secret.front() = static_cast<char>(static_cast<unsigned char>(secret.front()) & 0xF8U);
        secret.back() =
            static_cast<char>((static_cast<unsigned char>(secret.back()) & 0x7FU) | 0x40U);
        const auto key = raw(EVP_PKEY_X25519, secret);
        return {4,
                created,
                PublicKeyAlgorithm::ecdh,
                "\x0A\x2B\x06\x01\x04\x01\x97\x55\x01\x05\x01" +
                    mpi("\x40" + detail::raw_public(key)) + "\x03\x01\x08\x07",
                mpi(std::string(secret.rbegin(), secret.rend())),
                no_signature()};
    }
    static TestKey x25519_v6(std::string_view label, Timestamp created = kT0) {
        const std::string secret = seed_of(label);
        return {6,
                created,
                PublicKeyAlgorithm::x25519,
                detail::raw_public(raw(EVP_PKEY_X25519, secret)),
                secret,
                no_signature()};
    }
    // A new one each time. `version` 4 or 6.
    static TestKey p256(int version = 4, Timestamp created = kT0) {
        const auto key = detail::own(EVP_EC_gen("P-256"));
        std::string point(65, '\0');
        std::size_t size = 0;
        SG_CHECK(EVP_PKEY_get_octet_string_param(key.get(),
                                                 OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY,
                                                 detail::octets(point),
                                                 point.size(),
                                                 &size) == 1);
        return {version,
                created,
                PublicKeyAlgorithm::ecdsa,
                "\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07" + mpi(point),
                mpi(detail::number(key, OSSL_PKEY_PARAM_PRIV_KEY)),
                [key](std::uint8_t, std::string_view digest) {
                    const std::string der = detail::sign_digest(key, nullptr, digest);
                    const unsigned char* at = detail::octets(der);
                    ECDSA_SIG* const made =
                        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
                    std::string r(32, '\0');
                    std::string s(32, '\0');
                    SG_CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(made), detail::octets(r), 32) == 32 &&
                             BN_bn2binpad(ECDSA_SIG_get0_s(made), detail::octets(s), 32) == 32);
                    ECDSA_SIG_free(made);
                    return mpi(r) + mpi(s);
                }};
    }
    // A new one each time: costs about 50 ms with 2048 bits.
    static TestKey rsa(unsigned bits, int version = 4, Timestamp created = kT0) {
        const auto key = detail::own(EVP_RSA_gen(bits));
        return {version,
                created,
                PublicKeyAlgorithm::rsa,
                mpi(detail::number(key, OSSL_PKEY_PARAM_RSA_N)) +
                    mpi(detail::number(key, OSSL_PKEY_PARAM_RSA_E)),
                // OpenSSL's first factor is our q, and its coefficient our u.
                mpi(detail::number(key, OSSL_PKEY_PARAM_RSA_D)) +
                    mpi(detail::number(key, OSSL_PKEY_PARAM_RSA_FACTOR2)) +
                    mpi(detail::number(key, OSSL_PKEY_PARAM_RSA_FACTOR1)) +
                    mpi(detail::number(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1)),
                [key](std::uint8_t hash, std::string_view digest) {
                    return mpi(detail::sign_digest(key, detail::evp_hash(hash), digest));
                }};
    }
    // Any numbers of any algorithm, and no signatures.
    static TestKey of(int version, PublicKeyAlgorithm algorithm, std::string numbers) {
        return {version, kT0, algorithm, std::move(numbers), {}, no_signature()};
    }

private:
    static std::string seed_of(std::string_view label) {
        return crypto::digest(crypto::HashAlgorithm::sha256, label);
    }
    static detail::EvpKey raw(int type, std::string_view secret) {
        return detail::own(
            EVP_PKEY_new_raw_private_key(type, nullptr, detail::octets(secret), secret.size()));
    }
    static std::function<std::string(std::uint8_t, std::string_view)> no_signature() {
        return [](std::uint8_t, std::string_view) { return std::string(); };
    }
};

// ---- signatures ----

inline std::string subpacket(SubpacketType type, std::string_view body, bool critical = false) {
    const std::size_t size = body.size() + 1;
    std::string out;
    if (size < 192) {
        put_u8(out, static_cast<std::uint8_t>(size));
    } else if (size < 8384) {
        put_u16(out, static_cast<std::uint16_t>(size - 192 + (192U << 8U)));
    } else {
        put_u8(out, 255);
        put_u32(out, static_cast<std::uint32_t>(size));
    }
    out += octet(static_cast<unsigned>(type) | (critical ? 0x80U : 0U));
    return out.append(body);
}

inline std::string fingerprint_body(const Fingerprint& print) {
    return octet(print.size() == 32 ? 6 : 4) + print;
}

inline std::string notation_body(std::string_view name, std::string_view value) {
    return (u32(0x80000000U) + u16(static_cast<std::uint16_t>(name.size())) +
            u16(static_cast<std::uint16_t>(value.size())))
        .append(name)
        .append(value);
}

// What a signature says, to be signed by anybody over anything. By default it names its issuer by
// fingerprint, in the hashed area, and uses SHA2-256.
class Sign {
public:
    explicit Sign(SignatureType type, std::optional<Timestamp> created = kT0)
        : type_(type),
          created_(created) {}

    Sign& hash(std::uint8_t id) {
        hash_ = id;
        return *this;
    }
    Sign& version(int version) {  // 3, 4 or 6; otherwise that of the signer
        version_ = version;
        return *this;
    }
    Sign& salt(std::string octets) {  // version 6; otherwise of the right length
        salt_ = std::move(octets);
        return *this;
    }
    Sign& left16(std::string octets) {  // otherwise what the digest begins with
        left16_ = std::move(octets);
        return *this;
    }
    Sign& algorithm(PublicKeyAlgorithm algorithm) {  // otherwise the signer's
        algorithm_ = algorithm;
        return *this;
    }

    Sign& hashed(SubpacketType type, std::string_view body, bool critical = false) {
        hashed_ += subpacket(type, body, critical);
        return *this;
    }
    Sign& unhashed(SubpacketType type, std::string_view body, bool critical = false) {
        unhashed_ += subpacket(type, body, critical);
        return *this;
    }
    Sign& hashed_octets(std::string_view octets) {
        hashed_ += octets;
        return *this;
    }

    Sign& flags(unsigned bits) { return hashed(SubpacketType::key_flags, octet(bits)); }
    Sign& key_expires(Timestamp after) {
        return hashed(SubpacketType::key_expires_after, u32(after));
    }
    Sign& expires(Timestamp after) { return hashed(SubpacketType::expires_after, u32(after)); }
    Sign& primary_user_id() { return hashed(SubpacketType::primary_user_id, "\x01"); }
    Sign& reason(unsigned code, std::string_view text = {}) {
        return hashed(SubpacketType::revocation_reason, octet(code).append(text));
    }
    Sign& revoker(const TestKey& key) {
        return hashed(
            SubpacketType::revocation_key,
            octet(0x80) + octet(static_cast<unsigned>(key.algorithm)) + key.fingerprint());
    }
    Sign& notation(std::string_view name, std::string_view value, bool critical) {
        return hashed(SubpacketType::notation, notation_body(name, value), critical);
    }
    Sign& embed(std::string_view signature_body) {
        return hashed(SubpacketType::embedded_signature, signature_body);
    }
    Sign& no_issuer() {
        issuer_ = Issuer::none;
        return *this;
    }
    Sign& issuer(const Fingerprint& print) {  // of somebody else
        issuer_ = Issuer::none;
        return hashed(SubpacketType::issuer_fingerprint, fingerprint_body(print));
    }
    Sign& issuer_id(KeyId id) {  // instead of a fingerprint
        issuer_ = Issuer::none;
        issuer_id_ = id;
        return unhashed(SubpacketType::issuer, u64(id));
    }

    [[nodiscard]] SignatureType type() const { return type_; }
    [[nodiscard]] bool is_version3() const { return version_ == 3; }

    // The body of the packet. `octets`: what is signed, in the form in which it is hashed.
    [[nodiscard]] std::string by(const TestKey& signer, std::string_view octets) const {
        const int version = version_ != 0 ? version_ : signer.version;
        const auto algorithm = algorithm_.value_or(signer.algorithm);
        const std::string kind = octet(static_cast<unsigned>(type_));
        const std::string algorithms = octet(static_cast<unsigned>(algorithm)) + octet(hash_);
        if (version == 3) {
            const std::string fields = kind + u32(created_.value_or(0));
            const std::string digest = digest_of(std::string(octets) + fields);
            return octet(3) + octet(5) + fields +
                   u64(issuer_id_.value_or(key_id_of(signer.fingerprint()))) + algorithms +
                   left16_.value_or(digest.substr(0, 2)) + signer.sign_digest(hash_, digest);
        }
        std::string hashed = created_ ? subpacket(SubpacketType::created, u32(*created_)) : "";
        if (issuer_ == Issuer::fingerprint) {
            hashed += subpacket(SubpacketType::issuer_fingerprint,
                                fingerprint_body(signer.fingerprint()));
        }
        hashed += hashed_;
        const std::string signed_part =
            octet(static_cast<unsigned>(version)) + kind + algorithms + area(version, hashed);
        const std::string salt =
            version == 6 ? salt_.value_or(std::string(salt_size_of_hash(hash_).value_or(16), 's'))
                         : std::string();
        const std::string digest = digest_of(salt + std::string(octets) + signed_part +
                                             octet(static_cast<unsigned>(version)) + octet(0xFF) +
                                             u32(static_cast<std::uint32_t>(signed_part.size())));
        std::string out =
            signed_part + area(version, unhashed_) + left16_.value_or(digest.substr(0, 2));
        if (version == 6) out += octet(static_cast<unsigned>(salt.size())) + salt;
        return out + signer.sign_digest(hash_, digest);
    }

private:
    enum class Issuer : std::uint8_t { fingerprint, none };

    static std::string area(int version, const std::string& subpackets) {
        return (version == 6 ? u32(static_cast<std::uint32_t>(subpackets.size()))
                             : u16(static_cast<std::uint16_t>(subpackets.size()))) +
               subpackets;
    }
    // With a hash that nobody knows, any octets.
    [[nodiscard]] std::string digest_of(std::string_view octets) const {
        const auto known = hash_of(hash_);
        return crypto::digest(known.value_or(crypto::HashAlgorithm::sha256), octets);
    }

    SignatureType type_;
    std::optional<Timestamp> created_;
    int version_ = 0;
    std::uint8_t hash_ = kSha256;
    std::optional<std::string> salt_;
    std::optional<std::string> left16_;
    std::optional<PublicKeyAlgorithm> algorithm_;
    std::string hashed_;
    std::string unhashed_;
    Issuer issuer_ = Issuer::fingerprint;
    std::optional<KeyId> issuer_id_;
};

inline SignaturePtr parsed_signature(std::string_view body) {
    auto signature = Signature::parse({Tag::signature, 0, 0, body});
    SG_CHECK(signature.has_value());
    return *std::move(signature);
}

// The hashed form of what a signature is over.
inline std::string over_key(const TestKey& primary) {
    return primary.hashed_form();
}
inline std::string over_subkey(const TestKey& primary, const TestKey& subkey) {
    return primary.hashed_form() + subkey.hashed_form();
}
inline std::string over_user_id(const TestKey& primary,
                                std::string_view user_id,
                                bool attribute = false,
                                int version = 4) {
    std::string out = primary.hashed_form();
    if (version != 3) {
        out += octet(attribute ? 0xD1 : 0xB4) + u32(static_cast<std::uint32_t>(user_id.size()));
    }
    return out.append(user_id);
}

// The 0x19 by which a signing subkey confirms its primary key.
inline std::string back_signature(const TestKey& primary,
                                  const TestKey& subkey,
                                  Timestamp created = kT0) {
    return Sign(SignatureType::primary_key_binding, created)
        .by(subkey, over_subkey(primary, subkey));
}

// ---- certificates ----

// Packets in order. Signatures are over what was added last.
class CertificateForge {
public:
    explicit CertificateForge(TestKey primary, bool secret = false)
        : primary_(std::move(primary)),
          secret_(secret),
          signed_(primary_.hashed_form()),
          signed_v3_(signed_),
          octets_(secret ? packet(Tag::secret_key, primary_.secret_body())
                         : packet(Tag::public_key, primary_.public_body())) {}

    CertificateForge& user_id(std::string_view value) {
        signed_ = over_user_id(primary_, value);
        signed_v3_ = over_user_id(primary_, value, false, 3);
        return raw(packet(Tag::user_id, value));
    }
    CertificateForge& attribute(std::string_view value) {
        signed_ = over_user_id(primary_, value, true);
        signed_v3_ = over_user_id(primary_, value, true, 3);
        return raw(packet(Tag::user_attribute, value));
    }
    CertificateForge& subkey(const TestKey& key) {
        signed_ = over_subkey(primary_, key);
        signed_v3_ = signed_;
        return raw(secret_ ? packet(Tag::secret_subkey, key.secret_body())
                           : packet(Tag::public_subkey, key.public_body()));
    }
    CertificateForge& sign(const Sign& what) { return sign(what, primary_); }
    CertificateForge& sign(const Sign& what, const TestKey& signer) {
        return signature(what.by(signer, what.is_version3() ? signed_v3_ : signed_));
    }
    CertificateForge& signature(std::string_view body) { return raw(packet(Tag::signature, body)); }
    CertificateForge& raw(std::string_view octets) {
        octets_ += octets;
        return *this;
    }

    [[nodiscard]] const TestKey& primary() const { return primary_; }
    [[nodiscard]] const std::string& octets() const { return octets_; }
    // What the component that was added last is signed over.
    [[nodiscard]] const std::string& signed_octets() const { return signed_; }
    [[nodiscard]] Certificate certificate(const CertificateLimits& limits = {}) const {
        auto made = read_certificate(octets_, limits);
        if (!made) panic(made.error().detail().c_str(), __FILE__, __LINE__);
        return *std::move(made);
    }
    [[nodiscard]] CertificatePtr checked(const CertificateLimits& limits = {}) const {
        return std::make_shared<CheckedCertificate>(certificate(limits));
    }

private:
    TestKey primary_;
    bool secret_;
    std::string signed_;
    std::string signed_v3_;  // version 3 hashes user IDs without their length
    std::string octets_;
};

inline constexpr unsigned kCertifySign = KeyFlags::kCertify | KeyFlags::kSign;
inline constexpr unsigned kEncrypt = KeyFlags::kEncryptCommunications | KeyFlags::kEncryptStorage;

// The usual certificate: a primary key that signs, one user ID, one subkey for encryption. Version
// 4 with Curve25519, or version 6 (with a direct key signature). The keys follow from `label`.
inline CertificateForge ordinary_v4(std::string_view label,
                                    std::string_view user_id,
                                    Timestamp created = kT0,
                                    bool secret = false) {
    CertificateForge forge(TestKey::ed25519_v4(label, created), secret);
    forge.user_id(user_id).sign(
        Sign(SignatureType::positive_certification, created).flags(kCertifySign));
    forge.subkey(TestKey::curve25519_v4(std::string(label) + " subkey", created))
        .sign(Sign(SignatureType::subkey_binding, created).flags(kEncrypt));
    return forge;
}
inline CertificateForge ordinary_v6(std::string_view label,
                                    std::string_view user_id,
                                    Timestamp created = kT0,
                                    bool secret = false) {
    CertificateForge forge(TestKey::ed25519_v6(label, created), secret);
    forge.sign(Sign(SignatureType::direct_key, created).flags(kCertifySign));
    forge.user_id(user_id).sign(Sign(SignatureType::positive_certification, created));
    forge.subkey(TestKey::x25519_v6(std::string(label) + " subkey", created))
        .sign(Sign(SignatureType::subkey_binding, created).flags(kEncrypt));
    return forge;
}

}  // namespace sealgate::openpgp::test
