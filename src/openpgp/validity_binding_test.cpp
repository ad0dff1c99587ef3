// SPDX-License-Identifier: Apache-2.0
// Rows of the table: which self-signature counts, for what a key may be used, and back-signatures.
#include "openpgp/validity_case.h"

namespace sealgate::openpgp::test {
namespace {

constexpr SubpacketType kUnknownType{99};
constexpr int kEarly = -400;  // 2018-11-27, before SHA-1 ends on 2019-01-19
constexpr Timestamp kSha1End = 1547856000;

TestKey old_alice() {
    return alice().at(day(-500));
}
// A certificate older than SHA-1's end, with these self-signatures of its only user ID.
CertificateForge old_with(const std::vector<Sign>& of_user_id) {
    CertificateForge forge(old_alice());
    forge.user_id(kAlice);
    for (const Sign& one : of_user_id)
        forge.sign(one);
    return forge;
}
Sign certify_at(Timestamp time) {
    return Sign(SignatureType::positive_certification, time).flags(kCertifySign);
}

Sign bind_pen(int days = 0) {
    return Sign(SignatureType::subkey_binding, day(days)).flags(KeyFlags::kSign);
}
std::string confirm(const TestKey& subkey, const Sign& what) {
    return what.by(subkey, over_subkey(alice(), subkey));
}
Sign back(int days = 0) {
    return Sign(SignatureType::primary_key_binding, day(days));
}

Sign version(int version, Sign sign) {
    return sign.version(version);
}

}  // namespace

Group self_signature_cases() {
    return {
        "Self-signatures",
        {
            {.name = "Unsigned",
             .holds = "a user ID and a subkey without any signature",
             .section = "10.1.3",
             .make = [] { return with({}, {}); },
             .asked =
                 {at(1).primary({R::not_bound}).user_id({R::not_bound}).subkey({R::not_bound})}},
            {.name = "OnlyThirdParty",
             .holds = "a user ID that only another key has signed (A24)",
             .section = "10.1.3",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify(), mallory())
                         .subkey(box())
                         .sign(bind());
                 },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound})}},
            {.name = "ForgedIssuer",
             .holds = "a user ID that another key has signed in the name of the primary key (A24)",
             .section = "5.2.4",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify().issuer(alice().fingerprint()), mallory())
                         .subkey(box())
                         .sign(bind());
                 },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound, R::bad_signature})}},
            {.name = "AllFourTypes",
             .holds = "four user IDs, signed with the types 0x10, 0x11, 0x12 and 0x13",
             .section = "5.2.1",
             .make =
                 [] {
                     CertificateForge forge(alice());
                     int number = 0;
                     for (const auto type : {SignatureType::generic_certification,
                                             SignatureType::persona_certification,
                                             SignatureType::casual_certification,
                                             SignatureType::positive_certification}) {
                         forge.user_id("user " + std::to_string(++number))
                             .sign(Sign(type).flags(kCertifySign));
                     }
                     return forge;
                 },
             .asked = {at(1)}},
            {.name = "TypesThatDoNotBind",
             .holds = "behind a user ID: binary, standalone, direct key, timestamp and "
                      "confirmation signatures, each over key and user ID",
             .section = "5.2.1",
             .make =
                 [] {
                     CertificateForge forge(alice());
                     forge.user_id(kAlice);
                     for (const auto type : {SignatureType::binary,
                                             SignatureType::standalone,
                                             SignatureType::direct_key,
                                             SignatureType::timestamp,
                                             SignatureType::third_party_confirmation}) {
                         forge.sign(Sign(type).flags(kCertifySign));
                     }
                     return forge;
                 },
             .asked = {at(1).primary({R::not_bound, R::bad_signature}).user_id({R::not_bound})}},
            {.name = "MovedFromAnotherUserId",
             .holds = "a user ID with the self-signature of another one (A24)",
             .section = "5.2.4",
             .make =
                 [] {
                     const std::string moved =
                         certify().by(alice(), over_user_id(alice(), "Bob <bob@example.org>"));
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .signature(moved)
                         .subkey(box())
                         .sign(bind());
                 },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound, R::bad_signature})}},
            {.name = "Spoilt",
             .holds = "self-signatures with one bit changed in their numbers",
             .section = "5.2.4",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .signature(spoilt(certify().by(alice(), over_user_id(alice(), kAlice))))
                         .subkey(box())
                         .signature(spoilt(bind().by(alice(), over_subkey(alice(), box()))));
                 },
             .asked = {at(1)
                           .primary({R::not_bound})
                           .user_id({R::not_bound, R::bad_signature})
                           .subkey({R::not_bound, R::bad_signature})}},
            {.name = "SpoiltBesideGood",
             .holds = "a newer self-signature with one bit changed, and an older good one",
             .section = "5.2.5",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .signature(spoilt(certify(1).by(alice(), over_user_id(alice(), kAlice))))
                         .subkey(box())
                         .sign(bind());
                 },
             .asked = {at(2)}},
            {.name = "FromTheFuture",
             .holds = "self-signatures of day 10 only",
             .section = "5.2.3.11",
             .make = [] { return with({certify(10)}, {bind(10)}); },
             .asked = {at_second(day(10) - 1)
                           .primary({R::not_bound})
                           .user_id({R::not_bound})
                           .subkey({R::not_bound}),
                       at(10)}},
            {.name = "OlderThanTheKey",
             .holds = "self-signatures made a day before the keys",
             .section = "5.2.3.11",
             .make = [] { return with({certify(-1)}, {bind(-1)}); },
             .asked = {at(1)
                           .primary({R::not_bound})
                           .user_id({R::not_bound, R::before_key})
                           .subkey({R::not_bound, R::before_key})}},
            {.name = "OlderThanTheSubkey",
             .holds = "a subkey of day 10, bound on day 5",
             .section = "5.2.3.11",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .subkey(box().at(day(10)))
                         .sign(bind(5));
                 },
             .asked = {at(20).subkey({R::not_bound, R::before_key})}},
            {.name = "SubkeyOlderThanItsPrimary",
             .holds = "a subkey of day -10, bound on day 0",
             .section = "5.2.3.11",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .subkey(box().at(day(-10)))
                         .sign(bind());
                 },
             .asked = {at(1)}},
            {.name = "BoundBeforeThePrimary",
             .holds = "a subkey of day -10, bound on day -5, before the primary key was made",
             .section = "5.2.3.11",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .subkey(box().at(day(-10)))
                         .sign(bind(-5));
                 },
             .asked = {at(1).subkey({R::not_bound, R::before_key})}},
            {.name = "WithoutCreationTime",
             .holds = "self-signatures that do not say when they were made",
             .section = "5.2.3.11",
             .make =
                 [] {
                     return with(
                         {Sign(SignatureType::positive_certification, {}).flags(kCertifySign)},
                         {Sign(SignatureType::subkey_binding, {}).flags(kEncrypt)});
                 },
             .asked = {at(1)
                           .primary({R::not_bound})
                           .user_id({R::not_bound, R::no_creation_time})
                           .subkey({R::not_bound, R::no_creation_time})}},
            {.name = "CreationTimeUnhashed",
             .holds = "a self-signature that says it in the unhashed area only (A26)",
             .section = "5.2.3.11",
             .make =
                 [] {
                     return with({Sign(SignatureType::positive_certification, {})
                                      .flags(kCertifySign)
                                      .unhashed(SubpacketType::created, u32(kT0))});
                 },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound, R::no_creation_time})}},
            {.name = "Version6WithoutDirectKeySignature",
             .holds = "version 6; a good user ID self-signature, but no direct key signature",
             .section = "5.2.3.10",
             .make = [] { return with_v6({}); },
             .asked = {at(1).primary({R::not_bound})}},
            {.name = "Version6WithoutUserId",
             .holds = "version 6; a direct key signature, no user ID",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return CertificateForge(alice_v6())
                         .sign(direct())
                         .subkey(box_v6())
                         .sign(bind());
                 },
             .asked = {at(1)}},
            {.name = "Version4SignatureOfVersion6Key",
             .holds = "version 6 key; its direct key signature is of version 4 (A30)",
             .section = "10.3.2.2",
             .make = [] { return with_v6({version(4, direct())}); },
             .asked = {at(1).primary({R::not_bound})}},
            {.name = "Version6SignatureOfVersion4Key",
             .holds = "version 4 key; its user ID self-signature is of version 6 (A30)",
             .section = "10.3.2.2",
             .make = [] { return with({version(6, certify())}); },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound})}},
            {.name = "Version3SignatureOfEdDsaKey",
             .holds = "a user ID self-signature of version 3 by an EdDSALegacy key",
             .section = "5.2.3.3",
             .make = [] { return with({version(3, certify())}); },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound, R::bad_signature})}},
            {.name = "Version3SignatureOfRsaKey",
             .holds = "an RSA key with a user ID self-signature of version 3",
             .section = "10.3.2.2",
             .make =
                 [] {
                     return CertificateForge(TestKey::rsa(2048))
                         .user_id(kAlice)
                         .sign(version(3, certify()));
                 },
             .asked = {at(1)}},
            {.name = "Version5",
             .holds = "self-signatures of version 5 beside those of version 4",
             .section = "5.2.5",
             .make =
                 [] {
                     std::string unknown = certify(1).by(alice(), over_user_id(alice(), kAlice));
                     unknown.front() = 5;
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .signature(unknown)
                         .subkey(box())
                         .sign(bind());
                 },
             .asked = {at(2)}},
            {.name = "SaltOfWrongLength",
             .holds = "version 6; a direct key signature with a salt of 15 octets (A30)",
             .section = "5.2.3",
             .make = [] { return with_v6({direct().salt(std::string(15, 's'))}); },
             .asked = {at(1).primary({R::not_bound})}},
            {.name = "IssuerOfAnotherVersion",
             .holds = "a self-signature of version 4 that names an issuer of version 6",
             .section = "5.2.3.35",
             .make =
                 [] {
                     return with({certify().no_issuer().hashed(
                         SubpacketType::issuer_fingerprint,
                         fingerprint_body(alice_v6().fingerprint()))});
                 },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound})}},
            {.name = "WithoutIssuer",
             .holds = "self-signatures that do not say who made them",
             .section = "5.2.3.35",
             .make = [] { return with({certify().no_issuer()}, {bind().no_issuer()}); },
             .asked = {at(1)}},
            {.name = "IssuerById",
             .holds = "self-signatures that name their issuer by key ID",
             .section = "5.2.3.12",
             .make =
                 [] {
                     return with({certify().issuer_id(key_id_of(alice().fingerprint()))},
                                 {bind().issuer_id(key_id_of(alice().fingerprint()))});
                 },
             .asked = {at(1)}},
            {.name = "SubkeyBoundByStranger",
             .holds = "a subkey bound by another key, in its own name and in the primary key's "
                      "(A25)",
             .section = "5.2.1.8",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .subkey(box())
                         .sign(bind(), mallory())
                         .sign(bind().issuer(alice().fingerprint()), mallory());
                 },
             .asked = {at(1).subkey({R::not_bound, R::bad_signature})}},
            {.name = "SubkeyBoundByItself",
             .holds = "a signing subkey that binds itself",
             .section = "5.2.1.8",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .subkey(pen())
                         .sign(bind_pen().embed(confirm(pen(), back())), pen());
                 },
             .asked = {at(1).subkey({R::not_bound})}},
            {.name = "BindingOfAnotherSubkey",
             .holds = "a subkey with the binding of another one",
             .section = "5.2.4",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .subkey(box())
                         .signature(bind().by(
                             alice(), over_subkey(alice(), TestKey::curve25519_v4("other"))));
                 },
             .asked = {at(1).subkey({R::not_bound, R::bad_signature})}},
            {.name = "UserIdSignatureBehindSubkey",
             .holds = "a subkey followed by a certification and a direct key signature only",
             .section = "10.1.3",
             .make = [] { return with({certify()}, {certify(), direct()}); },
             .asked = {at(1).subkey({R::not_bound})}},
            {.name = "UserAttribute",
             .holds = "a self-signed user attribute and no user ID",
             .section = "5.12",
             .make =
                 [] { return CertificateForge(alice()).attribute("\x02\x01x").sign(certify()); },
             .asked = {at(1).primary({R::not_bound})}},
            {.name = "UserAttributeSignedAsUserId",
             .holds = "a user attribute whose self-signature is over a user ID of the same octets",
             .section = "5.2.4",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .attribute(kAlice)
                         .signature(certify().by(alice(), over_user_id(alice(), kAlice)));
                 },
             .asked = {at(1).user_id({R::not_bound, R::bad_signature}, 1)}},
            {.name = "PrimaryUserIdDecides",
             .holds = "two user IDs: one marked primary that says the key expires after 50 days; "
                      "a newer one that says 100",
             .section = "5.2.3.27",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id("one")
                         .sign(certify().primary_user_id().key_expires(50 * kDay))
                         .user_id("two")
                         .sign(certify(1).key_expires(100 * kDay));
                 },
             .asked = {at(40), at(60).primary({R::key_expired})}},
            {.name = "NewestPrimaryUserIdDecides",
             .holds = "two user IDs marked primary: day 0 says 50 days, day 1 says 100",
             .section = "5.2.3.27",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id("one")
                         .sign(certify().primary_user_id().key_expires(50 * kDay))
                         .user_id("two")
                         .sign(certify(1).primary_user_id().key_expires(100 * kDay));
                 },
             .asked = {at(60), at(100).primary({R::key_expired})}},
            {.name = "NewestUserIdDecides",
             .holds = "two user IDs, none marked primary: day 0 says 50 days, day 1 says 100",
             .section = "5.2.3.27",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id("one")
                         .sign(certify().key_expires(50 * kDay))
                         .user_id("two")
                         .sign(certify(1).key_expires(100 * kDay));
                 },
             .asked = {at_second(day(1) - 1).user_id({R::not_bound}, 1),
                       at(60),
                       at(100).primary({R::key_expired})}},
            {.name = "PrimaryFlagUnhashed",
             .holds = "the same, and the first marked primary in its unhashed area (A26)",
             .section = "5.2.3.8",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id("one")
                         .sign(certify()
                                   .unhashed(SubpacketType::primary_user_id, "\x01")
                                   .key_expires(50 * kDay))
                         .user_id("two")
                         .sign(certify(1).key_expires(100 * kDay));
                 },
             .asked = {at(60)}},
            {.name = "AttributeIsNoPrimaryUserId",
             .holds = "a user attribute marked primary that says 10 days, and a user ID that says "
                      "100",
             .section = "5.2.3.27",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify().key_expires(100 * kDay))
                         .attribute("\x02\x01x")
                         .sign(certify().primary_user_id().key_expires(10 * kDay));
                 },
             .asked = {at(60)}},
            // ---- hashes ----
            {.name = "Sha1BeforeItsEnd",
             .holds = "a SHA-1 self-signature of 2018, and nothing newer (A31)",
             .section = "",
             .make = [] { return old_with({certify(kEarly).hash(kSha1)}); },
             .asked = {at(0), at(1000)}},
            {.name = "Sha1LastSecond",
             .holds = "a SHA-1 self-signature of 2019-01-18T23:59:59Z",
             .section = "",
             .make = [] { return old_with({certify_at(kSha1End - 1).hash(kSha1)}); },
             .asked = {at(0)}},
            {.name = "Sha1AtItsEnd",
             .holds = "a SHA-1 self-signature of 2019-01-19T00:00:00Z",
             .section = "",
             .make = [] { return old_with({certify_at(kSha1End).hash(kSha1)}); },
             .asked = {at(0).primary({R::not_bound}).user_id({R::not_bound, R::weak_hash})}},
            {.name = "Sha1ThenSha2",
             .holds = "a SHA-1 self-signature of 2018 without expiry, and one of day 0 with "
                      "SHA2-256 that says the key, made on day -500, expires after "
                      "550 days",
             .section = "",
             .make =
                 [] {
                     return old_with(
                         {certify(kEarly).hash(kSha1), certify().key_expires(550 * kDay)});
                 },
             .asked = {at(-100), at(40), at(50).primary({R::key_expired})}},
            {.name = "Sha1BesideNewerExpired",
             .holds = "a SHA-1 self-signature of 2018, and one of day 0 that is valid for 10 days",
             .section = "",
             .make =
                 [] {
                     return old_with({certify(kEarly).hash(kSha1), certify().expires(10 * kDay)});
                 },
             .asked = {at(-1),
                       at(5),
                       at(20)
                           .primary({R::not_bound})
                           .user_id({R::not_bound, R::expired, R::weak_hash})}},
            {.name = "Sha1BesideOlderSha2",
             .holds = "self-signatures of 2018: SHA2-256, and a day later SHA-1 with an expiry",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return old_with({certify(kEarly),
                                      certify(kEarly + 1).hash(kSha1).key_expires(200 * kDay)});
                 },
             .asked = {at(-350), at(-200).primary({R::key_expired})}},
            {.name = "Sha1OfSubkey",
             .holds = "subkeys bound with SHA-1 in 2018 and on day 0",
             .section = "",
             .make =
                 [] {
                     return CertificateForge(old_alice())
                         .user_id(kAlice)
                         .sign(certify(kEarly))
                         .subkey(box().at(day(-500)))
                         .sign(bind(kEarly).hash(kSha1))
                         .subkey(TestKey::curve25519_v4("other"))
                         .sign(bind().hash(kSha1));
                 },
             .asked = {at(1).subkey({R::not_bound, R::weak_hash}, 1)}},
            {.name = "Sha1InVersion6",
             .holds = "version 6, made in 2018; a direct key signature with SHA-1",
             .section = "9.5",
             .make =
                 [] {
                     return CertificateForge(alice_v6().at(day(-500)))
                         .sign(direct(kEarly).hash(kSha1));
                 },
             .asked = {at(1).primary({R::not_bound})}},
            {.name = "Md5",
             .holds = "an MD5 self-signature of 2018 (A31)",
             .section = "9.5",
             .make = [] { return old_with({certify(kEarly).hash(kMd5)}); },
             .asked = {at(0).primary({R::not_bound}).user_id({R::not_bound, R::weak_hash})}},
            {.name = "Ripemd",
             .holds = "a RIPEMD-160 self-signature of 2018",
             .section = "9.5",
             .make = [] { return old_with({certify(kEarly).hash(3)}); },
             .asked = {at(0).primary({R::not_bound}).user_id({R::not_bound, R::weak_hash})}},
            {.name = "Md5BesideOlderSha2",
             .holds = "an older self-signature with SHA2-256, and a newer one with MD5",
             .section = "5.2.3.10",
             .make = [] { return with({certify(), certify(1).hash(kMd5).key_expires(kDay)}); },
             .asked = {at(10)}},
            {.name = "UnknownHash",
             .holds = "a self-signature with hash algorithm 99",
             .section = "5.2.5",
             .make = [] { return with({certify().hash(99)}); },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound, R::unsupported})}},
            {.name = "StrongHashes",
             .holds = "self-signatures with SHA2-384, SHA2-512, SHA3-256 and SHA2-224",
             .section = "9.5",
             .make =
                 [] {
                     CertificateForge forge(alice());
                     for (const std::uint8_t hash :
                          {kSha384, kSha512, std::uint8_t{12}, std::uint8_t{11}})
                         forge.user_id("user " + std::to_string(hash)).sign(certify().hash(hash));
                     return forge;
                 },
             .asked = {at(1)}},
            // ---- critical statements (A29) ----
            {.name = "UnknownCriticalSubpacket",
             .holds = "a self-signature with a critical subpacket of type 99",
             .section = "5.2.3.7",
             .make = [] { return with({certify().hashed(kUnknownType, "x", true)}); },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound, R::unknown_critical})}},
            {.name = "UnknownSubpacket",
             .holds = "the same, not critical",
             .section = "5.2.3.7",
             .make = [] { return with({certify().hashed(kUnknownType, "x")}); },
             .asked = {at(1)}},
            {.name = "UnknownCriticalUnhashed",
             .holds = "the same, critical, in the unhashed area",
             .section = "5.2.5",
             .make = [] { return with({certify().unhashed(kUnknownType, "x", true)}); },
             .asked = {at(1)}},
            {.name = "UnknownCriticalBesideOlder",
             .holds = "the same beside an older self-signature that says the key expires after "
                      "100 days",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return with({certify().key_expires(100 * kDay),
                                  certify(1).hashed(kUnknownType, "x", true)});
                 },
             .asked = {at(2), at(100).primary({R::key_expired})}},
            {.name = "CriticalNotation",
             .holds = "a self-signature with a critical notation that nobody knows",
             .section = "5.2.3.24",
             .make = [] { return with({certify().notation("x@example.org", "y", true)}); },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound, R::unknown_critical})}},
            {.name = "KnownCriticalNotation",
             .holds = "the same, and the policy knows this notation",
             .section = "5.2.3.24",
             .make = [] { return with({certify().notation("x@example.org", "y", true)}); },
             .asked = {at(1)},
             .policy = {.known_notations = {"x@example.org"}}},
            {.name = "OneCriticalNotationOfTwo",
             .holds = "two critical notations, of which the policy knows one",
             .section = "5.2.3.24",
             .make =
                 [] {
                     return with({certify()
                                      .notation("x@example.org", "y", true)
                                      .notation("z@example.org", "y", true)});
                 },
             .asked = {at(1).primary({R::not_bound}).user_id({R::not_bound, R::unknown_critical})},
             .policy = {.known_notations = {"x@example.org"}}},
            {.name = "Notation",
             .holds = "a notation that nobody knows, not critical",
             .section = "5.2.3.24",
             .make = [] { return with({certify().notation("x@example.org", "y", false)}); },
             .asked = {at(1)}},
            {.name = "CriticalOnSubkey",
             .holds = "a subkey binding with a critical subpacket of type 99",
             .section = "5.2.3.7",
             .make = [] { return with({certify()}, {bind().hashed(kUnknownType, "x", true)}); },
             .asked = {at(1).subkey({R::not_bound, R::unknown_critical})}},
            {.name = "CriticalOnThirdParty",
             .holds = "a critical notation in a certification by another key",
             .section = "5.2.5",
             .make =
                 [] {
                     return CertificateForge(alice()).user_id(kAlice).sign(certify()).sign(
                         certify().notation("x@example.org", "y", true), mallory());
                 },
             .asked = {at(1)}},
        }};
}

Group use_cases() {
    const auto no_flags = [](SignatureType type) { return Sign(type); };
    return {
        "Uses",
        {
            {.name = "PrimaryWithoutFlags",
             .holds = "a version 4 primary key of which no self-signature says what it is for",
             .section = "5.2.3.29",
             .make = [=] { return with({no_flags(SignatureType::positive_certification)}); },
             .asked = {at(1)}},
            {.name = "PrimaryWithoutFlagsVersion6",
             .holds = "the same of version 6",
             .section = "5.2.3.29",
             .make =
                 [=] {
                     return with_v6({no_flags(SignatureType::direct_key)},
                                    {no_flags(SignatureType::positive_certification)});
                 },
             .asked = {at(1).primary_may("certify")}},
            {.name = "FlagsInTheUserIdOnlyVersion6",
             .holds = "version 6; the direct key signature has no flags, that of the user ID says "
                      "certify and sign",
             .section = "5.2.3.10",
             .make = [=] { return with_v6({no_flags(SignatureType::direct_key)}, {certify()}); },
             .asked = {at(1)}},
            {.name = "PrimaryOnlyCertifies",
             .holds = "flags: certify",
             .section = "5.2.3.29",
             .make =
                 [=] {
                     return with({no_flags(SignatureType::positive_certification)
                                      .flags(KeyFlags::kCertify)});
                 },
             .asked = {at(1).primary_may("certify")}},
            {.name = "FlagsOfDirectKeySignature",
             .holds = "the user ID self-signature has no flags, the direct key signature: certify",
             .section = "5.2.3.10",
             .make =
                 [=] {
                     return with({no_flags(SignatureType::positive_certification)},
                                 {bind()},
                                 {no_flags(SignatureType::direct_key).flags(KeyFlags::kCertify)});
                 },
             .asked = {at(1).primary_may("certify")}},
            {.name = "FlagsTakenAway",
             .holds = "day 0: certify and sign; day 10: certify",
             .section = "5.2.3.10",
             .make =
                 [=] {
                     return with({certify(),
                                  Sign(SignatureType::positive_certification, day(10))
                                      .flags(KeyFlags::kCertify)});
                 },
             .asked = {at(5), at(10).primary_may("certify")}},
            {.name = "FlagsUnhashed",
             .holds = "flags only in the unhashed areas: everything (A26)",
             .section = "5.2.3.8",
             .make =
                 [=] {
                     return with({no_flags(SignatureType::positive_certification)
                                      .flags(KeyFlags::kCertify)
                                      .unhashed(SubpacketType::key_flags, "\x2F")},
                                 {no_flags(SignatureType::subkey_binding)
                                      .unhashed(SubpacketType::key_flags, "\x2F")});
                 },
             .asked = {at(1).primary_may("certify").subkey_may("nothing")}},
            {.name = "SubkeyWithoutFlags",
             .holds = "a subkey of which nothing says what it is for (A25)",
             .section = "5.2.3.29",
             .make = [=] { return with({certify()}, {no_flags(SignatureType::subkey_binding)}); },
             .asked = {at(1).subkey_may("nothing")}},
            {.name = "EmptyFlags",
             .holds = "flags of no octets",
             .section = "5.2.3.29",
             .make =
                 [=] {
                     return with({no_flags(SignatureType::positive_certification)
                                      .hashed(SubpacketType::key_flags, "")},
                                 {no_flags(SignatureType::subkey_binding)
                                      .hashed(SubpacketType::key_flags, "")});
                 },
             .asked = {at(1).primary_may("nothing").subkey_may("nothing")}},
            {.name = "MoreFlagsThanKnown",
             .holds = "flags of four octets",
             .section = "5.2.3.29",
             .make =
                 [=] {
                     return with({certify()},
                                 {no_flags(SignatureType::subkey_binding)
                                      .hashed(SubpacketType::key_flags, "\x0C\xFF\xFF\xFF")});
                 },
             .asked = {at(1)}},
            {.name = "OnlyOneKindOfEncryption",
             .holds = "a subkey for communications and one for storage",
             .section = "5.2.3.29",
             .make =
                 [=] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .subkey(box())
                         .sign(no_flags(SignatureType::subkey_binding)
                                   .flags(KeyFlags::kEncryptCommunications))
                         .subkey(TestKey::curve25519_v4("other"))
                         .sign(no_flags(SignatureType::subkey_binding)
                                   .flags(KeyFlags::kEncryptStorage));
                 },
             .asked = {at(1)}},
            {.name = "FlagsBeyondTheAlgorithm",
             .holds = "an EdDSA primary key and an ECDH subkey, both with all flags",
             .section = "9.1",
             .make = [] { return with({certify().flags(0x2F)}, {bind().flags(0x2F)}); },
             .asked = {at(1).subkey({R::no_back_signature}).subkey_may("nothing")}},
            {.name = "ForAuthentication",
             .holds = "a subkey for authentication only",
             .section = "5.2.3.29",
             .make =
                 [] {
                     return with_pen(
                         Sign(SignatureType::subkey_binding).flags(KeyFlags::kAuthenticate));
                 },
             .asked = {at(1).subkey_may("nothing")}},
            {.name = "RsaForEverything",
             .holds = "an RSA primary key with all flags and no subkey",
             .section = "5.2.3.29",
             .make =
                 [] {
                     return CertificateForge(TestKey::rsa(2048))
                         .user_id(kAlice)
                         .sign(certify().flags(0x0F));
                 },
             .asked = {at(1).primary_may("sign certify encrypt")}},
        }};
}

Group back_signature_cases() {
    const auto embedded = [](const std::string& body) {
        return [body] { return with_pen(bind_pen().embed(body)); };
    };
    const TestKey bob = TestKey::ed25519_v4("bob");
    return {
        "Back-signatures",
        {
            {.name = "BackSignatureHashed",
             .holds = "a signing subkey that confirms its primary key, in the hashed area",
             .section = "5.2.1.9",
             .make = embedded(confirm(pen(), back())),
             .asked = {at(1).subkey_may("sign")}},
            {.name = "BackSignatureUnhashed",
             .holds = "the same in the unhashed area",
             .section = "5.2.3.34",
             .make =
                 [] {
                     return with_pen(bind_pen().unhashed(SubpacketType::embedded_signature,
                                                         confirm(pen(), back())));
                 },
             .asked = {at(1).subkey_may("sign")}},
            {.name = "BackSignatureVersion6",
             .holds = "the same of version 6",
             .section = "5.2.1.9",
             .make =
                 [] {
                     const TestKey subkey = TestKey::ed25519_v6("pen");
                     return CertificateForge(alice_v6())
                         .sign(direct())
                         .subkey(subkey)
                         .sign(
                             bind_pen().embed(back().by(subkey, over_subkey(alice_v6(), subkey))));
                 },
             .asked = {at(1).subkey_may("sign")}},
            {.name = "NoBackSignature",
             .holds = "a signing subkey that confirms nothing (A25)",
             .section = "5.2.1.9",
             .make = [] { return with_pen(bind_pen()); },
             .asked = {at(1).subkey({R::no_back_signature})}},
            {.name = "BackSignatureByThePrimary",
             .holds = "the primary key confirms itself",
             .section = "5.2.1.9",
             .make = embedded(back().by(alice(), over_subkey(alice(), pen()))),
             .asked = {at(1).subkey({R::no_back_signature})}},
            {.name = "BackSignatureByStranger",
             .holds = "another key confirms (A25)",
             .section = "5.2.1.9",
             .make = embedded(back().by(mallory(), over_subkey(alice(), pen()))),
             .asked = {at(1).subkey({R::no_back_signature})}},
            {.name = "BackSignatureOverAnotherPrimary",
             .holds = "the subkey of somebody else, with its confirmation of his primary key: an "
                      "adopted subkey (A25)",
             .section = "5.2.1.9",
             .make = embedded(back().by(pen(), over_subkey(bob, pen()))),
             .asked = {at(1).subkey({R::no_back_signature})}},
            {.name = "BackSignatureSpoilt",
             .holds = "a confirmation with one bit changed",
             .section = "5.2.4",
             .make = embedded(spoilt(confirm(pen(), back()))),
             .asked = {at(1).subkey({R::no_back_signature})}},
            {.name = "BackSignatureOfWrongType",
             .holds = "a subkey binding instead of a primary key binding",
             .section = "5.2.1.9",
             .make = embedded(confirm(pen(), Sign(SignatureType::subkey_binding))),
             .asked = {at(1).subkey({R::no_back_signature})}},
            {.name = "BackSignatureExpires",
             .holds = "a confirmation that is valid for 100 days",
             .section = "5.2.3.18",
             .make = embedded(confirm(pen(), back().expires(100 * kDay))),
             .asked = {at(99).subkey_may("sign"), at(100).subkey({R::no_back_signature})}},
            {.name = "BackSignatureOlderThanTheSubkey",
             .holds = "a confirmation made a day before the subkey",
             .section = "5.2.3.11",
             .make = embedded(confirm(pen(), back(-1))),
             .asked = {at(1).subkey({R::no_back_signature})}},
            {.name = "BackSignatureFromTheFuture",
             .holds = "a confirmation of day 10 in a binding of day 0",
             .section = "5.2.3.11",
             .make = embedded(confirm(pen(), back(10))),
             .asked = {at(9).subkey({R::no_back_signature}), at(10).subkey_may("sign")}},
            {.name = "BackSignatureWithoutTime",
             .holds = "a confirmation that does not say when it was made",
             .section = "5.2.3.11",
             .make = embedded(confirm(pen(), Sign(SignatureType::primary_key_binding, {}))),
             .asked = {at(1).subkey({R::no_back_signature})}},
            {.name = "BackSignatureSha1",
             .holds = "a confirmation with SHA-1 of day 0",
             .section = "9.5",
             .make = embedded(confirm(pen(), back().hash(kSha1))),
             .asked = {at(1).subkey({R::no_back_signature})}},
            {.name = "BackSignatureCritical",
             .holds = "a confirmation with a critical subpacket of type 99",
             .section = "5.2.3.7",
             .make = embedded(confirm(pen(), back().hashed(kUnknownType, "x", true))),
             .asked = {at(1).subkey({R::no_back_signature})}},
            {.name = "NewerBindingWithoutBackSignature",
             .holds = "day 0: bound with a confirmation; day 10: without",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return with_pen(bind_pen().embed(confirm(pen(), back()))).sign(bind_pen(10));
                 },
             .asked = {at(5).subkey_may("sign"), at(10).subkey({R::no_back_signature})}},
            {.name = "CertifyingSubkey",
             .holds = "a subkey with the flag certify, without and with a confirmation",
             .section = "",
             .make =
                 [] {
                     const Sign binding =
                         Sign(SignatureType::subkey_binding).flags(KeyFlags::kCertify);
                     return with_pen(binding).subkey(mallory()).sign(Sign(binding).embed(
                         back().by(mallory(), over_subkey(alice(), mallory()))));
                 },
             .asked = {at(1).subkey({R::no_back_signature}).subkey_may("certify", 1)}},
            {.name = "AdoptedEncryptionSubkey",
             .holds = "a subkey for encryption of somebody else: it needs no confirmation, and "
                      "gains nothing",
             .section = "5.2.1.8",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .subkey(TestKey::curve25519_v4("bob subkey"))
                         .sign(bind());
                 },
             .asked = {at(1)}},
        }};
}

}  // namespace sealgate::openpgp::test
