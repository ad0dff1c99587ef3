// SPDX-License-Identifier: Apache-2.0
// Rows of the table: revocations, by the key itself and by those that it appoints.
#include "openpgp/validity_case.h"

namespace sealgate::openpgp::test {
namespace {

constexpr unsigned kNoReason = 0;
constexpr unsigned kSuperseded = 1;
constexpr unsigned kCompromised = 2;
constexpr unsigned kRetired = 3;
constexpr unsigned kUserIdInvalid = 32;

TestKey rita() {  // whom Alice appoints
    return TestKey::ed25519_v4("rita");
}
CertificatePtr rita_certificate() {
    return ordinary_v4("rita", "Rita <rita@example.org>").checked();
}
std::vector<CertificatePtr> rita_at_hand() {
    return {rita_certificate()};
}

// An ordinary certificate with these revocations of its primary key.
CertificateForge revoked(const std::vector<Sign>& revocations) {
    return with({certify()}, {bind()}, revocations);
}
CertificateForge revoked_by(const Sign& revocation, const TestKey& signer) {
    return CertificateForge(alice())
        .sign(revocation, signer)
        .user_id(kAlice)
        .sign(certify())
        .subkey(box())
        .sign(bind());
}
// A certificate that appoints Rita, with a revocation by `signer`.
CertificateForge appointed(const Sign& revocation, const TestKey& signer) {
    return CertificateForge(alice())
        .sign(direct().revoker(rita()))
        .sign(revocation, signer)
        .user_id(kAlice)
        .sign(certify())
        .subkey(box())
        .sign(bind());
}

}  // namespace

Group revocation_cases() {
    return {
        "Revocation",
        {
            {.name = "KeyWithoutReason",
             .holds = "key revocation of day 100 without a reason",
             .section = "5.2.3.31",
             .make = [] { return revoked({revoke_key(100)}); },
             .asked = {at(1).primary({R::revoked_hard}), at(200).primary({R::revoked_hard})}},
            {.name = "KeyNoReasonSpecified",
             .holds = "key revocation of day 100, code 0 (no reason)",
             .section = "5.2.3.31",
             .make = [] { return revoked({revoke_key(100).reason(kNoReason)}); },
             .asked = {at(1).primary({R::revoked_hard}), at(200).primary({R::revoked_hard})}},
            {.name = "KeyCompromised",
             .holds = "key revocation of day 100, code 2 (compromised)",
             .section = "5.2.3.31",
             .make = [] { return revoked({revoke_key(100).reason(kCompromised, "stolen")}); },
             .asked = {at(1).primary({R::revoked_hard}), at(200).primary({R::revoked_hard})}},
            {.name = "KeySuperseded",
             .holds = "key revocation of day 100, code 1 (superseded)",
             .section = "5.2.3.31",
             .make = [] { return revoked({revoke_key(100).reason(kSuperseded)}); },
             .asked = {at(99),
                       at_second(day(100) - 1),
                       at(100).primary({R::revoked_soft}),
                       at(200).primary({R::revoked_soft})}},
            {.name = "KeyRetired",
             .holds = "key revocation of day 100, code 3 (retired)",
             .section = "5.2.3.31",
             .make = [] { return revoked({revoke_key(100).reason(kRetired)}); },
             .asked = {at(99), at(100).primary({R::revoked_soft})}},
            {.name = "KeyWithReasonForUserIds",
             .holds = "key revocation of day 100, code 32, which is for user IDs",
             .section = "5.2.3.31",
             .make = [] { return revoked({revoke_key(100).reason(kUserIdInvalid)}); },
             .asked = {at(1).primary({R::revoked_hard}), at(200).primary({R::revoked_hard})}},
            {.name = "KeyWithUnknownReason",
             .holds = "key revocation of day 100, code 99",
             .section = "5.2.3.31",
             .make = [] { return revoked({revoke_key(100).reason(99)}); },
             .asked = {at(1).primary({R::revoked_hard})}},
            {.name = "KeyWithPrivateReason",
             .holds = "key revocation of day 100, code 100 (private use)",
             .section = "5.2.3.31",
             .make = [] { return revoked({revoke_key(100).reason(100)}); },
             .asked = {at(1).primary({R::revoked_hard})}},
            {.name = "ReasonUnhashed",
             .holds = "key revocation of day 100, code 1 in the unhashed area (A26)",
             .section = "5.2.3.8",
             .make =
                 [] {
                     return revoked(
                         {revoke_key(100).unhashed(SubpacketType::revocation_reason, "\x01")});
                 },
             .asked = {at(1).primary({R::revoked_hard})}},
            {.name = "ByStranger",
             .holds = "key revocation by another key, in its own name (A28)",
             .section = "5.2.1.11",
             .make = [] { return revoked_by(revoke_key(1), mallory()); },
             .asked = {at(2)}},
            {.name = "ByStrangerInHerName",
             .holds = "key revocation by another key, in the name of the primary key (A28)",
             .section = "5.2.1.11",
             .make =
                 [] { return revoked_by(revoke_key(1).issuer(alice().fingerprint()), mallory()); },
             .asked = {at(2)}},
            {.name = "ByNobody",
             .holds = "key revocation by another key that names no issuer",
             .section = "5.2.1.11",
             .make = [] { return revoked_by(revoke_key(1).no_issuer(), mallory()); },
             .asked = {at(2)}},
            {.name = "RevocationSpoilt",
             .holds = "key revocation with one bit changed",
             .section = "5.2.4",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .signature(spoilt(revoke_key(1).by(alice(), over_key(alice()))))
                         .user_id(kAlice)
                         .sign(certify());
                 },
             .asked = {at(2)}},
            {.name = "SpoiltCopyFirst",
             .holds = "a copy of the key revocation with other first octets of its digest, then "
                      "the good one (A28)",
             .section = "5.2.5",
             .make =
                 [] {
                     const std::string good = revoke_key(1).by(alice(), over_key(alice()));
                     const std::string other =
                         revoke_key(1).left16("xx").by(alice(), over_key(alice()));
                     return CertificateForge(alice())
                         .signature(other)
                         .signature(good)
                         .user_id(kAlice)
                         .sign(certify());
                 },
             .asked = {at(2).primary({R::revoked_hard})}},
            {.name = "CopyWithAnotherIssuerFirst",
             .holds = "a copy of the key revocation whose unhashed area names another issuer, "
                      "then the good one (A28)",
             .section = "5.2.3.8",
             .make =
                 [] {
                     const Sign silent = revoke_key(1).no_issuer();
                     return CertificateForge(alice())
                         .sign(Sign(silent).unhashed(SubpacketType::issuer_fingerprint,
                                                     fingerprint_body(mallory().fingerprint())))
                         .sign(Sign(silent).unhashed(SubpacketType::issuer_fingerprint,
                                                     fingerprint_body(alice().fingerprint())))
                         .user_id(kAlice)
                         .sign(certify());
                 },
             .asked = {at(2).primary({R::revoked_hard})}},
            {.name = "SignedAnewAfterHard",
             .holds = "hard key revocation of day 100, self-signatures of day 200",
             .section = "5.2.1.11",
             .make =
                 [] {
                     return with({certify(), certify(200)},
                                 {bind(), bind(200)},
                                 {revoke_key(100), direct(200)});
                 },
             .asked = {at(1).primary({R::revoked_hard}), at(300).primary({R::revoked_hard})}},
            {.name = "SignedAnewAfterSoft",
             .holds = "soft key revocation of day 100, self-signatures of day 200",
             .section = "5.2.1.11",
             .make =
                 [] {
                     return with({certify(), certify(200)},
                                 {bind(), bind(200)},
                                 {revoke_key(100).reason(kRetired), direct(200)});
                 },
             .asked = {at(99),
                       at(150).primary({R::revoked_soft}),
                       at(300).primary({R::revoked_soft})}},
            {.name = "RevocationThatExpires",
             .holds = "soft key revocation of day 100 that is itself valid for 10 days",
             .section = "5.2.3.18",
             .make = [] { return revoked({revoke_key(100).reason(kRetired).expires(10 * kDay)}); },
             .asked = {at(99), at(200).primary({R::revoked_soft})}},
            {.name = "RevocationOlderThanTheKey",
             .holds = "soft key revocation dated a day before the key",
             .section = "5.2.3.31",
             .make = [] { return revoked({revoke_key(-1).reason(kRetired)}); },
             .asked = {at(0).primary({R::revoked_soft})}},
            {.name = "RevocationWithoutTime",
             .holds = "soft key revocation that does not say when it was made",
             .section = "5.2.3.11",
             .make =
                 [] { return revoked({Sign(SignatureType::key_revocation, {}).reason(kRetired)}); },
             .asked = {at(0).primary({R::revoked_soft})}},
            {.name = "RevocationWithMd5",
             .holds = "hard key revocation with MD5: who could forge it gains nothing",
             .section = "",
             .make = [] { return revoked({revoke_key(100).hash(kMd5)}); },
             .asked = {at(1).primary({R::revoked_hard})}},
            {.name = "RevocationWithSha1",
             .holds = "soft key revocation of day 100 with SHA-1",
             .section = "",
             .make = [] { return revoked({revoke_key(100).hash(kSha1).reason(kRetired)}); },
             .asked = {at(99), at(100).primary({R::revoked_soft})}},
            {.name = "RevocationWithUnknownHash",
             .holds = "key revocation with hash algorithm 99: anybody could have written it",
             .section = "5.2.5",
             .make = [] { return revoked({revoke_key(1).hash(99)}); },
             .asked = {at(2)}},
            {.name = "RevocationWithCritical",
             .holds = "hard key revocation with a critical subpacket of type 99",
             .section = "",
             .make = [] { return revoked({revoke_key(100).hashed(SubpacketType{99}, "x", true)}); },
             .asked = {at(1).primary({R::revoked_hard})}},
            {.name = "SoftAndHard",
             .holds = "soft key revocation of day 50, hard one of day 100",
             .section = "5.2.3.31",
             .make =
                 [] {
                     return revoked({revoke_key(50).reason(kSuperseded),
                                     revoke_key(100).reason(kCompromised)});
                 },
             .asked = {at(1).primary({R::revoked_hard}),
                       at(60).primary({R::revoked_hard, R::revoked_soft})}},
            {.name = "RevokedAndExpired",
             .holds = "soft key revocation of day 50, the key expires after 100 days",
             .section = "5.2.3.31",
             .make =
                 [] {
                     return with({certify().key_expires(100 * kDay)},
                                 {bind()},
                                 {revoke_key(50).reason(kSuperseded)});
                 },
             .asked = {at(60).primary({R::revoked_soft}),
                       at(100).primary({R::key_expired, R::revoked_soft})}},
            {.name = "NotRevocable",
             .holds = "a user ID self-signature marked not revocable, and its revocation: it "
                      "counts all the same",
             .section = "",
             .make =
                 [] {
                     return with({certify().hashed(SubpacketType::revocable, "\0"sv),
                                  revoke_user_id(100).reason(kUserIdInvalid)});
                 },
             .asked = {at(99), at(100).primary({R::not_bound}).user_id({R::revoked_soft})}},
            {.name = "WrongPlace",
             .holds = "a subkey revocation behind the primary key, a key revocation behind the "
                      "user ID, both over what stands there",
             .section = "10.1.3",
             .make = [] { return with({certify(), revoke_key(1)}, {bind()}, {revoke_subkey(1)}); },
             .asked = {at(2)}},
            {.name = "Version6Revoked",
             .holds = "version 6; soft key revocation of day 100",
             .section = "5.2.3.31",
             .make = [] { return with_v6({revoke_key(100).reason(kRetired), direct()}); },
             .asked = {at(99), at(100).primary({R::revoked_soft})}},
            {.name = "RevocationOnly",
             .holds = "version 6; the primary key and its revocation, nothing else",
             .section = "10.1.2",
             .make = [] { return CertificateForge(alice_v6()).sign(revoke_key(1)); },
             .asked = {at(2).primary({R::not_bound, R::revoked_hard})}},
            {.name = "DirectKeySignatureCancelled",
             .holds = "version 6; direct key signature of day 0, its certification revocation of "
                      "day 100 (code 32)",
             .section = "5.2.1.13",
             .make = [] { return with_v6({direct(), revoke_user_id(100).reason(kUserIdInvalid)}); },
             .asked = {at(99), at(100).primary({R::not_bound, R::revoked_soft})}},
            {.name = "DirectKeySignatureRenewed",
             .holds = "the same, and a direct key signature of day 200",
             .section = "5.2.1.13",
             .make =
                 [] {
                     return with_v6(
                         {direct(), revoke_user_id(100).reason(kUserIdInvalid), direct(200)});
                 },
             .asked = {at(150).primary({R::not_bound, R::revoked_soft}), at(200)}},
            {.name = "DirectKeySignatureCancelledByStranger",
             .holds = "version 6; the certification revocation is by another key, in its name "
                      "and in the primary key's",
             .section = "5.2.1.13",
             .make =
                 [] {
                     const TestKey stranger = TestKey::ed25519_v6("mallory");
                     return CertificateForge(alice_v6())
                         .sign(direct())
                         .sign(revoke_user_id(1), stranger)
                         .sign(revoke_user_id(1).issuer(alice_v6().fingerprint()), stranger);
                 },
             .asked = {at(2)}},
            // ---- subkeys ----
            {.name = "SubkeyHard",
             .holds = "subkey revocation of day 100 without a reason",
             .section = "5.2.1.12",
             .make = [] { return with({certify()}, {bind(), revoke_subkey(100)}); },
             .asked = {at(1).subkey({R::revoked_hard}), at(200).subkey({R::revoked_hard})}},
            {.name = "SubkeySoft",
             .holds = "subkey revocation of day 100, code 1 (superseded)",
             .section = "5.2.1.12",
             .make =
                 [] { return with({certify()}, {bind(), revoke_subkey(100).reason(kSuperseded)}); },
             .asked = {at(99), at(100).subkey({R::revoked_soft})}},
            {.name = "SubkeyBoundAnew",
             .holds = "soft subkey revocation of day 100, binding of day 200",
             .section = "5.2.1.12",
             .make =
                 [] {
                     return with({certify()},
                                 {bind(), revoke_subkey(100).reason(kRetired), bind(200)});
                 },
             .asked = {at(99), at(300).subkey({R::revoked_soft})}},
            {.name = "SubkeyByItself",
             .holds = "subkey revocation by the subkey",
             .section = "5.2.1.12",
             .make =
                 [] {
                     return with_pen(Sign(SignatureType::subkey_binding)
                                         .flags(KeyFlags::kSign)
                                         .embed(back_signature(alice(), pen())))
                         .sign(revoke_subkey(1), pen());
                 },
             .asked = {at(2).subkey_may("sign")}},
            {.name = "SubkeyByStranger",
             .holds = "subkey revocation by another key, in its own name and in the primary key's",
             .section = "5.2.1.12",
             .make =
                 [] {
                     return with({certify()})
                         .sign(revoke_subkey(1), mallory())
                         .sign(revoke_subkey(1).issuer(alice().fingerprint()), mallory());
                 },
             .asked = {at(2)}},
            {.name = "RevocationOfAnotherSubkey",
             .holds = "a subkey with the revocation of another one",
             .section = "5.2.4",
             .make =
                 [] {
                     return with({certify()})
                         .signature(revoke_subkey(1).by(
                             alice(), over_subkey(alice(), TestKey::curve25519_v4("other"))));
                 },
             .asked = {at(2)}},
            {.name = "OneOfTwoSubkeys",
             .holds = "two subkeys, the first revoked",
             .section = "5.2.1.12",
             .make =
                 [] {
                     return with({certify()}, {bind(), revoke_subkey(1)})
                         .subkey(TestKey::curve25519_v4("other"))
                         .sign(bind());
                 },
             .asked = {at(2).subkey({R::revoked_hard})}},
            // ---- user IDs ----
            {.name = "UserIdHard",
             .holds = "the only user ID revoked on day 100 without a reason",
             .section = "5.2.1.13",
             .make = [] { return with({certify(), revoke_user_id(100)}); },
             .asked = {at(1).primary({R::not_bound}).user_id({R::revoked_hard}),
                       at(200).primary({R::not_bound}).user_id({R::revoked_hard})}},
            {.name = "UserIdSoft",
             .holds = "the only user ID revoked on day 100, code 32",
             .section = "5.2.3.31",
             .make = [] { return with({certify(), revoke_user_id(100).reason(kUserIdInvalid)}); },
             .asked = {at(99), at(100).primary({R::not_bound}).user_id({R::revoked_soft})}},
            {.name = "UserIdSoftDirectStays",
             .holds = "the same, and a direct key signature",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return with({certify(), revoke_user_id(100).reason(kUserIdInvalid)},
                                 {bind()},
                                 {direct()});
                 },
             .asked = {at(99), at(100).user_id({R::revoked_soft})}},
            {.name = "UserIdCertifiedAnewAfterSoft",
             .holds = "user ID revoked on day 100, code 32, and certified anew on day 200",
             .section = "5.2.1.13",
             .make =
                 [] {
                     return with(
                         {certify(), revoke_user_id(100).reason(kUserIdInvalid), certify(200)});
                 },
             .asked = {at(99),
                       at(150).primary({R::not_bound}).user_id({R::revoked_soft}),
                       at(200)}},
            {.name = "UserIdCertifiedAnewInTheSameSecond",
             .holds = "user ID revoked and certified anew in the same second of day 100",
             .section = "5.2.1.13",
             .make =
                 [] {
                     return with(
                         {certify(), revoke_user_id(100).reason(kUserIdInvalid), certify(100)});
                 },
             .asked = {at(100).primary({R::not_bound}).user_id({R::revoked_soft})}},
            {.name = "UserIdCertifiedAnewAfterHard",
             .holds = "user ID revoked on day 100 without a reason, certified anew on day 200",
             .section = "5.2.3.31",
             .make = [] { return with({certify(), revoke_user_id(100), certify(200)}); },
             .asked = {at(1).primary({R::not_bound}).user_id({R::revoked_hard}),
                       at(300).primary({R::not_bound}).user_id({R::revoked_hard})}},
            {.name = "UserIdRevokedTwice",
             .holds = "revoked on day 100, certified anew on day 200, revoked on day 300 (code 32)",
             .section = "5.2.1.13",
             .make =
                 [] {
                     return with({certify(),
                                  revoke_user_id(100).reason(kUserIdInvalid),
                                  certify(200),
                                  revoke_user_id(300).reason(kUserIdInvalid)});
                 },
             .asked = {at(150).primary({R::not_bound}).user_id({R::revoked_soft}),
                       at(250),
                       at(350).primary({R::not_bound}).user_id({R::revoked_soft})}},
            {.name = "UserIdByStranger",
             .holds = "certification revocation by another key, in its own name and in the "
                      "primary key's",
             .section = "5.2.1.13",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .sign(revoke_user_id(1), mallory())
                         .sign(revoke_user_id(1).issuer(alice().fingerprint()), mallory());
                 },
             .asked = {at(2)}},
            {.name = "OneOfTwoUserIds",
             .holds = "two user IDs; the first, which is marked primary and says the key expires "
                      "after 400 days, is revoked on day 100 (code 32)",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id("one")
                         .sign(certify().primary_user_id().key_expires(400 * kDay))
                         .sign(revoke_user_id(100).reason(kUserIdInvalid))
                         .user_id("two")
                         .sign(certify().key_expires(200 * kDay));
                 },
             .asked = {at(99),
                       at(150).user_id({R::revoked_soft}),
                       at(200).primary({R::key_expired}).user_id({R::revoked_soft})}},
            {.name = "AttributeRevoked",
             .holds = "a user ID and a revoked user attribute",
             .section = "5.2.1.13",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .attribute("\x02\x01x")
                         .sign(certify())
                         .sign(revoke_user_id(1));
                 },
             .asked = {at(2).user_id({R::revoked_hard}, 1)}},
        }};
}

Group appointed_cases() {
    return {
        "Revocation by an appointed key",
        {
            {.name = "AppointedHard",
             .holds = "key revocation of day 100 without a reason by the appointed key, whose "
                      "certificate is at hand",
             .section = "5.2.3.23",
             .make = [] { return appointed(revoke_key(100), rita()); },
             .asked = {at(1).primary({R::revoked_hard})},
             .revokers = rita_at_hand},
            {.name = "AppointedSoft",
             .holds = "the same, code 1 (superseded)",
             .section = "5.2.3.23",
             .make = [] { return appointed(revoke_key(100).reason(kSuperseded), rita()); },
             .asked = {at(99), at(100).primary({R::revoked_soft})},
             .revokers = rita_at_hand},
            {.name = "AppointedById",
             .holds = "the same; the revocation names its issuer by key ID",
             .section = "5.2.3.23",
             .make =
                 [] {
                     return appointed(revoke_key(100).issuer_id(key_id_of(rita().fingerprint())),
                                      rita());
                 },
             .asked = {at(1).primary({R::revoked_hard})},
             .revokers = rita_at_hand},
            {.name = "AppointedWithoutIssuer",
             .holds = "the same; the revocation names no issuer",
             .section = "5.2.3.23",
             .make = [] { return appointed(revoke_key(100).no_issuer(), rita()); },
             .asked = {at(1).primary({R::revoked_hard})},
             .revokers = rita_at_hand},
            {.name = "AppointedWithTwoIssuers",
             .holds = "the same; the unhashed area names the primary key as well (A26)",
             .section = "5.2.3.8",
             .make =
                 [] {
                     return appointed(
                         revoke_key(100).unhashed(SubpacketType::issuer_fingerprint,
                                                  fingerprint_body(alice().fingerprint())),
                         rita());
                 },
             .asked = {at(1).primary({R::revoked_hard})},
             .revokers = rita_at_hand},
            {.name = "AppointedUnknown",
             .holds = "key revocation by the appointed key, whose certificate is not at hand (A28)",
             .section = "5.2.3.23",
             .make = [] { return appointed(revoke_key(100), rita()); },
             .asked = {at(1).primary({R::revocation_unclear}),
                       at(200).primary({R::revocation_unclear})}},
            {.name = "AppointedForged",
             .holds = "key revocation by another key in the name of the appointed one, which is "
                      "at hand",
             .section = "5.2.3.23",
             .make =
                 [] { return appointed(revoke_key(100).issuer(rita().fingerprint()), mallory()); },
             .asked = {at(1), at(200)},
             .revokers = rita_at_hand},
            {.name = "AppointedForgedUnknown",
             .holds = "the same, the certificate of the appointed key is not at hand",
             .section = "5.2.3.23",
             .make =
                 [] { return appointed(revoke_key(100).issuer(rita().fingerprint()), mallory()); },
             .asked = {at(1).primary({R::revocation_unclear})}},
            {.name = "NotAppointed",
             .holds = "key revocation by a key that nobody appointed, and that is at hand",
             .section = "5.2.3.23",
             .make = [] { return revoked_by(revoke_key(100), rita()); },
             .asked = {at(200)},
             .revokers = rita_at_hand},
            {.name = "AppointedUnhashed",
             .holds = "the appointment stands in an unhashed area (A26)",
             .section = "5.2.3.8",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .sign(direct().unhashed(SubpacketType::revocation_key,
                                                 octet(0x80) + octet(22) + rita().fingerprint()))
                         .sign(revoke_key(100), rita())
                         .user_id(kAlice)
                         .sign(certify());
                 },
             .asked = {at(200)},
             .revokers = rita_at_hand},
            {.name = "AppointedByStranger",
             .holds = "the appointment stands in a direct key signature by another key, in the "
                      "name of the primary key",
             .section = "5.2.3.23",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .sign(direct().issuer(alice().fingerprint()).revoker(rita()), mallory())
                         .sign(revoke_key(100), rita())
                         .user_id(kAlice)
                         .sign(certify());
                 },
             .asked = {at(200)},
             .revokers = rita_at_hand},
            {.name = "AppointedInUserIdSignature",
             .holds = "the appointment stands in a user ID self-signature",
             .section = "10.1.3",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .sign(revoke_key(100), rita())
                         .user_id(kAlice)
                         .sign(certify().revoker(rita()));
                 },
             .asked = {at(1).primary({R::revoked_hard})},
             .revokers = rita_at_hand},
            {.name = "AppointmentTakenBack",
             .holds = "appointed on day 0; a direct key signature of day 10 does not appoint; "
                      "revoked by the appointed key on day 100",
             .section = "",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .sign(direct().revoker(rita()))
                         .sign(direct(10))
                         .sign(revoke_key(100).reason(kRetired), rita())
                         .user_id(kAlice)
                         .sign(certify());
                 },
             .asked = {at(99), at(200).primary({R::revoked_soft})},
             .revokers = rita_at_hand},
            {.name = "AppointedKeyIsRevoked",
             .holds = "key revocation by the appointed key, which is revoked itself",
             .section = "",
             .make = [] { return appointed(revoke_key(100), rita()); },
             .asked = {at(1).primary({R::revoked_hard})},
             .revokers =
                 [] {
                     return std::vector<CertificatePtr>{CertificateForge(rita())
                                                            .sign(revoke_key(1))
                                                            .user_id("Rita")
                                                            .sign(certify())
                                                            .checked()};
                 }},
            {.name = "AppointedForSubkey",
             .holds = "subkey revocation of day 100 by the appointed key",
             .section = "5.2.1.12",
             .make =
                 [] {
                     return with({certify()}, {bind()}, {direct().revoker(rita())})
                         .sign(revoke_subkey(100), rita());
                 },
             .asked = {at(1).subkey({R::revoked_hard})},
             .revokers = rita_at_hand},
            {.name = "AppointedForSubkeyUnknown",
             .holds = "the same, the certificate of the appointed key is not at hand",
             .section = "5.2.1.12",
             .make =
                 [] {
                     return with({certify()}, {bind()}, {direct().revoker(rita())})
                         .sign(revoke_subkey(100), rita());
                 },
             .asked = {at(1).subkey({R::revocation_unclear})}},
            {.name = "AppointedForUserId",
             .holds = "certification revocation of day 100 (code 32) by the appointed key; a "
                      "direct key signature",
             .section = "5.2.1.13",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .sign(direct().revoker(rita()))
                         .user_id(kAlice)
                         .sign(certify())
                         .sign(revoke_user_id(100).reason(kUserIdInvalid), rita());
                 },
             .asked = {at(99), at(100).user_id({R::revoked_soft})},
             .revokers = rita_at_hand},
            {.name = "AppointedForUserIdForged",
             .holds = "the same, forged by another key",
             .section = "5.2.1.13",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .sign(direct().revoker(rita()))
                         .user_id(kAlice)
                         .sign(certify())
                         .sign(revoke_user_id(100).issuer(rita().fingerprint()), mallory());
                 },
             .asked = {at(200)},
             .revokers = rita_at_hand},
            {.name = "AppointedForUserIdUnknown",
             .holds = "the same, the certificate of the appointed key is not at hand",
             .section = "5.2.1.13",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .sign(direct().revoker(rita()))
                         .user_id(kAlice)
                         .sign(certify())
                         .sign(revoke_user_id(100), rita());
                 },
             .asked = {at(1).user_id({R::revocation_unclear})}},
            {.name = "FifthAppointedKey",
             .holds = "five appointed keys in one signature; the fifth revokes: at most four are "
                      "looked at",
             .section = "",
             .make =
                 [] {
                     Sign five = direct();
                     for (const char* const name : {"one", "two", "three", "four"})
                         five.revoker(TestKey::ed25519_v4(name));
                     return CertificateForge(alice())
                         .sign(five.revoker(rita()))
                         .sign(revoke_key(100), rita())
                         .user_id(kAlice)
                         .sign(certify());
                 },
             .asked = {at(200)},
             .revokers = rita_at_hand},
        }};
}

}  // namespace sealgate::openpgp::test
