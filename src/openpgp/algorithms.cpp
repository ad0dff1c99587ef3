// SPDX-License-Identifier: Apache-2.0
#include "openpgp/algorithms.h"

#include <array>

namespace sealgate::openpgp {
namespace {

using namespace std::string_view_literals;
using crypto::AeadMode;
using crypto::BlockCipher;
using crypto::HashAlgorithm;

struct CurveRow {
    std::string_view oid;
    CurveName curve;
    std::string_view name;
};

constexpr std::array kCurves = {
    CurveRow{"\x2A\x86\x48\xCE\x3D\x03\x01\x07"sv, CurveName::p256, "NIST P-256"},
    CurveRow{"\x2B\x81\x04\x00\x22"sv, CurveName::p384, "NIST P-384"},
    CurveRow{"\x2B\x81\x04\x00\x23"sv, CurveName::p521, "NIST P-521"},
    CurveRow{"\x2B\x24\x03\x03\x02\x08\x01\x01\x07"sv, CurveName::brainpool256, "brainpoolP256r1"},
    CurveRow{"\x2B\x24\x03\x03\x02\x08\x01\x01\x0B"sv, CurveName::brainpool384, "brainpoolP384r1"},
    CurveRow{"\x2B\x24\x03\x03\x02\x08\x01\x01\x0D"sv, CurveName::brainpool512, "brainpoolP512r1"},
    CurveRow{"\x2B\x81\x04\x00\x0A"sv, CurveName::secp256k1, "secp256k1"},
    CurveRow{"\x2B\x06\x01\x04\x01\xDA\x47\x0F\x01"sv, CurveName::ed25519_legacy, "Ed25519Legacy"},
    CurveRow{"\x2B\x06\x01\x04\x01\x97\x55\x01\x05\x01"sv,
             CurveName::curve25519_legacy,
             "Curve25519Legacy"},
};

std::string numbered(std::string_view what, std::uint8_t id) {
    return std::string(what) + " " + std::to_string(id);
}

}  // namespace

CurveName curve_of_oid(std::string_view oid) {
    for (const CurveRow& row : kCurves) {
        if (row.oid == oid) return row.curve;
    }
    return CurveName::unknown;
}

std::optional<crypto::Curve> weierstrass(CurveName curve) {
    switch (curve) {
        case CurveName::p256:
            return crypto::Curve::p256;
        case CurveName::p384:
            return crypto::Curve::p384;
        case CurveName::p521:
            return crypto::Curve::p521;
        case CurveName::brainpool256:
            return crypto::Curve::brainpool256;
        case CurveName::brainpool384:
            return crypto::Curve::brainpool384;
        case CurveName::brainpool512:
            return crypto::Curve::brainpool512;
        case CurveName::secp256k1:
            return crypto::Curve::secp256k1;
        case CurveName::none:
        case CurveName::ed25519_legacy:
        case CurveName::curve25519_legacy:
        case CurveName::unknown:
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<HashAlgorithm> hash_of(std::uint8_t id) {
    switch (id) {
        case 1:
            return HashAlgorithm::md5;
        case 2:
            return HashAlgorithm::sha1;
        case 3:
            return HashAlgorithm::ripemd160;
        case 8:
            return HashAlgorithm::sha256;
        case 9:
            return HashAlgorithm::sha384;
        case 10:
            return HashAlgorithm::sha512;
        case 11:
            return HashAlgorithm::sha224;
        case 12:
            return HashAlgorithm::sha3_256;
        case 14:
            return HashAlgorithm::sha3_512;
        default:
            return std::nullopt;
    }
}

std::optional<BlockCipher> cipher_of(std::uint8_t id) {
    switch (id) {
        case 1:
            return BlockCipher::idea;
        case 2:
            return BlockCipher::triple_des;
        case 3:
            return BlockCipher::cast5;
        case 4:
            return BlockCipher::blowfish;
        case 7:
            return BlockCipher::aes128;
        case 8:
            return BlockCipher::aes192;
        case 9:
            return BlockCipher::aes256;
        case 10:
            return BlockCipher::twofish;
        case 11:
            return BlockCipher::camellia128;
        case 12:
            return BlockCipher::camellia192;
        case 13:
            return BlockCipher::camellia256;
        default:
            return std::nullopt;
    }
}

std::optional<AeadMode> aead_of(std::uint8_t id) {
    switch (id) {
        case 1:
            return AeadMode::eax;
        case 2:
            return AeadMode::ocb;
        case 3:
            return AeadMode::gcm;
        default:
            return std::nullopt;
    }
}

std::optional<std::size_t> salt_size_of_hash(std::uint8_t hash) {
    switch (hash) {  // section 9.5, table 23
        case 8:
        case 11:
        case 12:
            return 16;
        case 9:
            return 24;
        case 10:
        case 14:
            return 32;
        default:
            return std::nullopt;
    }
}

std::string to_string(PublicKeyAlgorithm algorithm) {
    switch (algorithm) {
        case PublicKeyAlgorithm::rsa:
            return "RSA";
        case PublicKeyAlgorithm::rsa_encrypt_only:
            return "RSA (encrypt only)";
        case PublicKeyAlgorithm::rsa_sign_only:
            return "RSA (sign only)";
        case PublicKeyAlgorithm::elgamal:
            return "Elgamal";
        case PublicKeyAlgorithm::dsa:
            return "DSA";
        case PublicKeyAlgorithm::ecdh:
            return "ECDH";
        case PublicKeyAlgorithm::ecdsa:
            return "ECDSA";
        case PublicKeyAlgorithm::eddsa_legacy:
            return "EdDSALegacy";
        case PublicKeyAlgorithm::x25519:
            return "X25519";
        case PublicKeyAlgorithm::x448:
            return "X448";
        case PublicKeyAlgorithm::ed25519:
            return "Ed25519";
        case PublicKeyAlgorithm::ed448:
            return "Ed448";
    }
    return numbered("public-key algorithm", static_cast<std::uint8_t>(algorithm));
}

std::string_view to_string(CurveName curve) {
    for (const CurveRow& row : kCurves) {
        if (row.curve == curve) return row.name;
    }
    return curve == CurveName::none ? "no curve" : "unknown curve";
}

std::string hash_name(std::uint8_t id) {
    const auto known = hash_of(id);
    return known ? std::string(to_string(*known)) : numbered("hash algorithm", id);
}

std::string cipher_name(std::uint8_t id) {
    const auto known = cipher_of(id);
    return known ? std::string(to_string(*known)) : numbered("cipher", id);
}

std::string aead_name(std::uint8_t id) {
    const auto known = aead_of(id);
    return known ? std::string(to_string(*known)) : numbered("AEAD algorithm", id);
}

std::string compression_name(std::uint8_t id) {
    constexpr std::array<std::string_view, 4> kNames = {"uncompressed", "ZIP", "ZLIB", "BZip2"};
    return id < kNames.size() ? std::string(kNames.at(id)) : numbered("compression", id);
}

bool can_sign(PublicKeyAlgorithm algorithm) {
    switch (algorithm) {
        case PublicKeyAlgorithm::rsa:
        case PublicKeyAlgorithm::rsa_sign_only:
        case PublicKeyAlgorithm::dsa:
        case PublicKeyAlgorithm::ecdsa:
        case PublicKeyAlgorithm::eddsa_legacy:
        case PublicKeyAlgorithm::ed25519:
        case PublicKeyAlgorithm::ed448:
            return true;
        default:
            return false;
    }
}

bool can_encrypt(PublicKeyAlgorithm algorithm) {
    switch (algorithm) {
        case PublicKeyAlgorithm::rsa:
        case PublicKeyAlgorithm::rsa_encrypt_only:
        case PublicKeyAlgorithm::elgamal:
        case PublicKeyAlgorithm::ecdh:
        case PublicKeyAlgorithm::x25519:
        case PublicKeyAlgorithm::x448:
            return true;
        default:
            return false;
    }
}

}  // namespace sealgate::openpgp
