// SPDX-License-Identifier: Apache-2.0
// Rows of the table: keys that are too weak, unknown or no keys at all (A32).
#include "openpgp/validity_case.h"

namespace sealgate::openpgp::test {
namespace {

// An odd number of so many bits. It has factors, but nobody asks for them.
std::string odd_number(std::size_t bits) {
    std::string out((bits + 7) / 8, '\x55');
    out.front() = static_cast<char>(1U << ((bits - 1) % 8));
    out.back() = '\x51';
    return out;
}
TestKey rsa_numbers(std::size_t bits, std::string_view e = "\x01\x00\x01"sv, int version = 4) {
    return TestKey::of(version, PublicKeyAlgorithm::rsa, mpi(odd_number(bits)) + mpi(e));
}

constexpr std::string_view kP256 = "\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07";
constexpr std::string_view kCurve25519 = "\x0A\x2B\x06\x01\x04\x01\x97\x55\x01\x05\x01";

TestKey ecdh(std::string_view curve,
             std::string_view point,
             std::string_view parameters = "\x03\x01\x08\x07",
             int version = 4) {
    return TestKey::of(version,
                       PublicKeyAlgorithm::ecdh,
                       std::string(curve) + mpi(point) + std::string(parameters));
}
std::string p256_point() {
    const std::string numbers = TestKey::p256().numbers;
    return numbers.substr(kP256.size() + 2);
}
std::string prefixed(std::string_view native) {
    return "\x40" + std::string(native);
}
std::string point_of_box() {
    return box().numbers.substr(kCurve25519.size() + 2, 33);
}

CertificateForge with_subkeys(const std::vector<TestKey>& subkeys) {
    CertificateForge forge(alice());
    forge.user_id(kAlice).sign(certify());
    for (const TestKey& one : subkeys)
        forge.subkey(one).sign(bind());
    return forge;
}
CertificateForge with_subkeys_v6(const std::vector<TestKey>& subkeys) {
    CertificateForge forge(alice_v6());
    forge.sign(direct());
    for (const TestKey& one : subkeys)
        forge.subkey(one).sign(bind());
    return forge;
}

// All subkeys are refused for this reason.
Asked each(std::size_t count, Reason reason) {
    Asked asked = at(1);
    for (std::size_t i = 0; i < count; ++i)
        asked.subkey({reason}, i);
    return asked;
}

}  // namespace

Group key_cases() {
    return {
        "Keys",
        {
            {.name = "RsaPrimaryOf1024",
             .holds = "an RSA primary key of 1024 bits, everything signed well",
             .section = "12.4",
             .make =
                 [] {
                     return CertificateForge(TestKey::rsa(1024)).user_id(kAlice).sign(certify());
                 },
             .asked = {at(1).primary({R::weak_key})}},
            {.name = "RsaTooShort",
             .holds = "RSA subkeys of 512, 1024, 2040 and 2047 bits",
             .section = "12.4",
             .make =
                 [] {
                     return with_subkeys({rsa_numbers(512),
                                          rsa_numbers(1024),
                                          rsa_numbers(2040),
                                          rsa_numbers(2047)});
                 },
             .asked = {each(4, R::weak_key)}},
            {.name = "RsaLongEnough",
             .holds = "RSA subkeys of 2048, 4096 and 8192 bits",
             .section = "12.4",
             .make =
                 [] {
                     return with_subkeys({rsa_numbers(2048), rsa_numbers(4096), rsa_numbers(8192)});
                 },
             .asked = {at(1)}},
            {.name = "RsaTooLong",
             .holds = "RSA subkeys of 8193, 16384 and 32768 bits",
             .section = "",
             .make =
                 [] {
                     return with_subkeys(
                         {rsa_numbers(8193), rsa_numbers(16384), rsa_numbers(32768)});
                 },
             .asked = {each(3, R::weak_key)}},
            {.name = "RsaExponents",
             .holds = "RSA subkeys with the exponents 0, 1, 2, 65536 and 2^32 + 1",
             .section = "",
             .make =
                 [] {
                     return with_subkeys({rsa_numbers(2048, ""),
                                          rsa_numbers(2048, "\x01"),
                                          rsa_numbers(2048, "\x02"),
                                          rsa_numbers(2048, "\x01\x00\x00"sv),
                                          rsa_numbers(2048, "\x01\x00\x00\x00\x01"sv)});
                 },
             .asked = {each(5, R::weak_key)}},
            {.name = "RsaOddExponents",
             .holds = "RSA subkeys with the exponents 3 and 2^32 - 1",
             .section = "",
             .make =
                 [] {
                     return with_subkeys(
                         {rsa_numbers(2048, "\x03"), rsa_numbers(2048, "\xFF\xFF\xFF\xFF")});
                 },
             .asked = {at(1)}},
            {.name = "RsaEvenModulus",
             .holds = "an RSA subkey with an even modulus",
             .section = "",
             .make =
                 [] {
                     std::string even = odd_number(2048);
                     even.back() = '\x50';
                     return with_subkeys({TestKey::of(
                         4, PublicKeyAlgorithm::rsa, mpi(even) + mpi("\x01\x00\x01"sv))});
                 },
             .asked = {each(1, R::weak_key)}},
            {.name = "DsaAndElgamal",
             .holds = "Elgamal and DSA subkeys of 2048 bits, for encryption",
             .section = "12.6",
             .make =
                 [] {
                     const std::string p = mpi(odd_number(2048));
                     return with_subkeys(
                         {TestKey::of(4, PublicKeyAlgorithm::elgamal, p + mpi("\x02") + p),
                          TestKey::of(4,
                                      PublicKeyAlgorithm::dsa,
                                      p + mpi(odd_number(256)) + mpi("\x02") + mpi("\x03"))});
                 },
             .asked = {each(2, R::weak_key)}},
            {.name = "UnknownAlgorithm",
             .holds = "subkeys of the algorithms 24, 99 and 105",
             .section = "9.1",
             .make =
                 [] {
                     return with_subkeys({TestKey::of(4, PublicKeyAlgorithm{24}, "numbers"),
                                          TestKey::of(4, PublicKeyAlgorithm{99}, "numbers"),
                                          TestKey::of(4, PublicKeyAlgorithm{105}, "numbers")});
                 },
             .asked = {each(3, R::unsupported)}},
            {.name = "UnknownCurve",
             .holds = "an ECDH subkey on a curve that nobody knows",
             .section = "9.2",
             .make = [] { return with_subkeys({ecdh("\x03\x2A\x03\x04", p256_point())}); },
             .asked = {each(1, R::unsupported)}},
            {.name = "KnownCurve",
             .holds = "ECDH subkeys on P-256 and Curve25519",
             .section = "9.2",
             .make =
                 [] {
                     return with_subkeys(
                         {ecdh(kP256, p256_point()), ecdh(kCurve25519, point_of_box())});
                 },
             .asked = {at(1)}},
            {.name = "PointNotOnTheCurve",
             .holds = "ECDH subkeys on P-256: a point beside the curve, one that is cut off, a "
                      "compressed one, infinity",
             .section = "11.2.1",
             .make =
                 [] {
                     const std::string point = p256_point();
                     return with_subkeys({ecdh(kP256, flipped(point, 64)),
                                          ecdh(kP256, point.substr(0, 64)),
                                          ecdh(kP256, "\x02" + point.substr(1, 32)),
                                          ecdh(kP256, "")});
                 },
             .asked = {each(4, R::weak_key)}},
            {.name = "NativePointBadlyWritten",
             .holds = "ECDH subkeys on Curve25519: without the prefix 0x40, one octet short, one "
                      "too many",
             .section = "11.2.2",
             .make =
                 [] {
                     const std::string native = point_of_box().substr(1);
                     return with_subkeys({ecdh(kCurve25519, "\x04" + native),
                                          ecdh(kCurve25519, prefixed(native.substr(1))),
                                          ecdh(kCurve25519, prefixed(native + "x"))});
                 },
             .asked = {each(3, R::weak_key)}},
            {.name = "LowOrderPoint",
             .holds = "ECDH subkeys on Curve25519 whose points have a small order: 0, 1, p - 1, "
                      "p, p + 1, and 1 with the unused bit set",
             .section = "",
             .make =
                 [] {
                     const std::string ff(30, '\xFF');
                     std::string one(32, '\0');
                     one.front() = 1;
                     std::string one_high = one;
                     one_high.back() = '\x80';
                     return with_subkeys({ecdh(kCurve25519, prefixed(std::string(32, '\0'))),
                                          ecdh(kCurve25519, prefixed(one)),
                                          ecdh(kCurve25519, prefixed("\xEC" + ff + "\x7F")),
                                          ecdh(kCurve25519, prefixed("\xED" + ff + "\x7F")),
                                          ecdh(kCurve25519, prefixed("\xEE" + ff + "\x7F")),
                                          ecdh(kCurve25519, prefixed(one_high))});
                 },
             .asked = {each(6, R::weak_key)}},
            {.name = "LowOrderPointVersion6",
             .holds = "X25519 and X448 subkeys of version 6 whose points have a small order",
             .section = "",
             .make =
                 [] {
                     std::string one(32, '\0');
                     one.front() = 1;
                     std::string one448(56, '\0');
                     one448.front() = 1;
                     return with_subkeys_v6(
                         {TestKey::of(6, PublicKeyAlgorithm::x25519, std::string(32, '\0')),
                          TestKey::of(6, PublicKeyAlgorithm::x25519, one),
                          TestKey::of(6, PublicKeyAlgorithm::x448, std::string(56, '\0')),
                          TestKey::of(6, PublicKeyAlgorithm::x448, one448)});
                 },
             .asked = {each(4, R::weak_key)}},
            {.name = "EcdhParameters",
             .holds = "ECDH subkeys that derive keys with SHA-1, with an unknown hash, with 3DES, "
                      "with CAST5",
             .section = "11.5.1",
             .make =
                 [] {
                     return with_subkeys({ecdh(kP256, p256_point(), "\x03\x01\x02\x07"),
                                          ecdh(kP256, p256_point(), "\x03\x01\x63\x07"),
                                          ecdh(kP256, p256_point(), "\x03\x01\x08\x02"),
                                          ecdh(kP256, p256_point(), "\x03\x01\x08\x03")});
                 },
             .asked = {each(4, R::weak_key)}},
            {.name = "EcdhParametersVersion6",
             .holds = "version 6 ECDH subkeys on P-256: with the parameters of the table, with "
                      "SHA2-512, with AES-256",
             .section = "11.5.1",
             .make =
                 [] {
                     return with_subkeys_v6({ecdh(kP256, p256_point(), "\x03\x01\x08\x07", 6),
                                             ecdh(kP256, p256_point(), "\x03\x01\x0A\x07", 6),
                                             ecdh(kP256, p256_point(), "\x03\x01\x08\x09", 6)});
                 },
             .asked = {at(1).subkey({R::weak_key}, 1).subkey({R::weak_key}, 2)}},
            {.name = "WeakSigningSubkey",
             .holds = "an RSA signing subkey of 1024 bits with a good confirmation",
             .section = "12.4",
             .make =
                 [] {
                     const TestKey weak = TestKey::rsa(1024);
                     return with_pen(Sign(SignatureType::subkey_binding)
                                         .flags(KeyFlags::kSign)
                                         .embed(back_signature(alice(), weak)),
                                     weak);
                 },
             .asked = {at(1).subkey({R::weak_key})}},
            {.name = "EcdsaPrimary",
             .holds = "an ECDSA primary key on P-256",
             .section = "9.1",
             .make =
                 [] { return CertificateForge(TestKey::p256()).user_id(kAlice).sign(certify()); },
             .asked = {at(1)}},
            {.name = "EcdsaPrimaryVersion6",
             .holds = "the same of version 6",
             .section = "9.1",
             .make = [] { return CertificateForge(TestKey::p256(6)).sign(direct()); },
             .asked = {at(1)}},
            {.name = "EncryptOnlyPrimary",
             .holds = "a primary key that cannot sign, with a user ID that nobody has signed",
             .section = "10.1.5",
             .make = [] { return CertificateForge(box()).user_id(kAlice); },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound})}},
        }};
}

}  // namespace sealgate::openpgp::test
