// SPDX-License-Identifier: Apache-2.0
// Rows of the table: what ends, and when.
#include "openpgp/validity_case.h"

namespace sealgate::openpgp::test {
namespace {

constexpr Timestamp days(Timestamp count) {
    return count * kDay;
}

}  // namespace

Group expiry_cases() {
    return {
        "Expiry",
        {
            {.name = "NoExpiry",
             .holds = "nothing that says when the key expires",
             .section = "5.2.3.13",
             .make = [] { return with({certify()}); },
             .asked = {at(0), at(10000)}},
            {.name = "InUserIdSignature",
             .holds = "user ID self-signature: the key expires after 100 days",
             .section = "5.2.3.13",
             .make = [] { return with({certify().key_expires(days(100))}); },
             .asked = {at(99),
                       at_second(day(100) - 1),
                       at(100).primary({R::key_expired}),
                       at(1000).primary({R::key_expired})}},
            {.name = "LengthOfZero",
             .holds = "user ID self-signature: the key expires after 0 seconds",
             .section = "5.2.3.13",
             .make = [] { return with({certify().key_expires(0)}); },
             .asked = {at(0), at(10000)}},
            {.name = "InDirectKeySignature",
             .holds = "direct key signature: expires after 100 days; the user ID's says nothing",
             .section = "5.2.3.10",
             .make = [] { return with({certify()}, {bind()}, {direct().key_expires(days(100))}); },
             .asked = {at(99), at(100).primary({R::key_expired})}},
            {.name = "BothUserIdLater",
             .holds = "direct key signature: after 50 days; user ID self-signature: after 100",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return with({certify().key_expires(days(100))},
                                 {bind()},
                                 {direct().key_expires(days(50))});
                 },
             .asked = {at(49), at(60), at(100).primary({R::key_expired})}},
            {.name = "BothUserIdEarlier",
             .holds = "direct key signature: after 100 days; user ID self-signature: after 50",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return with({certify().key_expires(days(50))},
                                 {bind()},
                                 {direct().key_expires(days(100))});
                 },
             .asked = {at(49), at(60).primary({R::key_expired})}},
            {.name = "NoUserIdAtAll",
             .holds = "no user ID; direct key signature: expires after 100 days",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .sign(direct().key_expires(days(100)))
                         .subkey(box())
                         .sign(bind());
                 },
             .asked = {at(99), at(100).primary({R::key_expired})}},
            {.name = "Version6Direct",
             .holds = "version 6; direct key signature: expires after 100 days",
             .section = "5.2.3.10",
             .make = [] { return with_v6({direct().key_expires(days(100))}); },
             .asked = {at(99), at(100).primary({R::key_expired})}},
            {.name = "Version6UserId",
             .holds = "version 6; only the user ID self-signature says: after 100 days",
             .section = "5.2.3.13",
             .make = [] { return with_v6({direct()}, {certify().key_expires(days(100))}); },
             .asked = {at(99), at(100).primary({R::key_expired})}},
            {.name = "Version6Both",
             .holds = "version 6; direct key signature: after 50 days; user ID's: after 100",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return with_v6({direct().key_expires(days(50))},
                                    {certify().key_expires(days(100))});
                 },
             .asked = {at(49), at(60).primary({R::key_expired})}},
            {.name = "ExtendedInTime",
             .holds = "day 0: expires after 100 days; day 90: after 400 days",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return with(
                         {certify().key_expires(days(100)), certify(90).key_expires(days(400))});
                 },
             .asked = {at(99), at(150), at(399), at(400).primary({R::key_expired})}},
            {.name = "ExtendedTooLate",
             .holds = "day 0: expires after 100 days; day 150: after 400 days",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return with(
                         {certify().key_expires(days(100)), certify(150).key_expires(days(400))});
                 },
             .asked = {at(99),
                       at(120).primary({R::key_expired}),
                       at_second(day(150) - 1).primary({R::key_expired}),
                       at(150),
                       at(400).primary({R::key_expired})}},
            {.name = "Shortened",
             .holds = "day 0: expires after 100 days; day 10: after 50 days",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return with(
                         {certify().key_expires(days(100)), certify(10).key_expires(days(50))});
                 },
             .asked = {at(5), at(40), at(60).primary({R::key_expired})}},
            {.name = "ShortenedInThePast",
             .holds = "day 0: no expiry; day 60: expires after 50 days",
             .section = "5.2.3.10",
             .make = [] { return with({certify(), certify(60).key_expires(days(50))}); },
             .asked = {at(55), at(60).primary({R::key_expired})}},
            {.name = "ExpiryTakenBack",
             .holds = "day 0: expires after 100 days; day 90: says nothing about expiry",
             .section = "5.2.3.10",
             .make = [] { return with({certify().key_expires(days(100)), certify(90)}); },
             .asked = {at(89), at(200)}},
            {.name = "OrderInTheFile",
             .holds = "the same, the newer signature first in the file",
             .section = "5.2.3.10",
             .make = [] { return with({certify(90), certify().key_expires(days(100))}); },
             .asked = {at(89), at(200)}},
            {.name = "TwiceInOneSignature",
             .holds = "one signature that says: after 50 days, and then: after 100 days",
             .section = "5.2.3.9",
             .make = [] { return with({certify().key_expires(days(50)).key_expires(days(100))}); },
             .asked = {at(60), at(100).primary({R::key_expired})}},
            {.name = "BeyondTheEndOfTime",
             .holds = "the key expires after 2^32 - 1 seconds",
             .section = "3.5",
             .make = [] { return with({certify().key_expires(UINT32_MAX)}); },
             .asked = {at(1), at_second(UINT32_MAX)}},
            {.name = "InUnhashedArea",
             .holds = "unhashed area of the user ID self-signature: expires after 10 days (A26)",
             .section = "5.2.3.8",
             .make =
                 [] {
                     return with(
                         {certify().unhashed(SubpacketType::key_expires_after, u32(days(10)))});
                 },
             .asked = {at(5), at(20)}},
            {.name = "UnhashedAreaDoesNotExtend",
             .holds = "hashed: expires after 10 days; unhashed: after 100 days (A26)",
             .section = "5.2.3.8",
             .make =
                 [] {
                     return with({certify().key_expires(days(10)).unhashed(
                         SubpacketType::key_expires_after, u32(days(100)))});
                 },
             .asked = {at(5), at(20).primary({R::key_expired})}},
            {.name = "OfThirdParty",
             .holds = "a certification by another key: expires after 10 days",
             .section = "5.2.3.13",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .sign(certify(1).key_expires(days(10)), mallory())
                         .subkey(box())
                         .sign(bind());
                 },
             .asked = {at(5), at(20)}},
            {.name = "BeforeTheKeyExists",
             .holds = "an ordinary key, asked about a time before it was made",
             .section = "5.2.3.11",
             .make = [] { return with({certify()}); },
             .asked = {at(-1)
                           .primary({R::not_bound, R::from_the_future})
                           .user_id({R::not_bound})
                           .subkey({R::not_bound, R::from_the_future}),
                       at(0)}},
            {.name = "SubkeyExpires",
             .holds = "subkey binding: expires after 100 days",
             .section = "5.2.3.13",
             .make = [] { return with({certify()}, {bind().key_expires(days(100))}); },
             .asked = {at(99), at(100).subkey({R::key_expired})}},
            {.name = "SubkeyCountsFromItsOwnBirth",
             .holds = "a subkey made on day 50 that expires after 100 days",
             .section = "5.2.3.13",
             .make =
                 [] {
                     return CertificateForge(alice())
                         .user_id(kAlice)
                         .sign(certify())
                         .subkey(box().at(day(50)))
                         .sign(bind(50).key_expires(days(100)));
                 },
             .asked = {at(49).subkey({R::not_bound, R::from_the_future}),
                       at(149),
                       at(150).subkey({R::key_expired})}},
            {.name = "SubkeyOfExpiredKey",
             .holds = "the primary key expires after 100 days, the subkey after 200",
             .section = "10.1",
             .make =
                 [] {
                     return with({certify().key_expires(days(100))},
                                 {bind().key_expires(days(200))});
                 },
             .asked = {at(99),
                       at(100).primary({R::key_expired}),
                       at(200).primary({R::key_expired}).subkey({R::key_expired})}},
            {.name = "SubkeyExtended",
             .holds = "subkey binding of day 0: after 100 days; of day 150: after 400 days",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return with({certify()},
                                 {bind().key_expires(days(100)), bind(150).key_expires(days(400))});
                 },
             .asked = {at(120).subkey({R::key_expired}),
                       at(160),
                       at(400).subkey({R::key_expired})}},
            {.name = "SubkeyExpiryUnhashed",
             .holds = "unhashed area of the subkey binding: expires after 10 days (A26)",
             .section = "5.2.3.8",
             .make =
                 [] {
                     return with(
                         {certify()},
                         {bind().unhashed(SubpacketType::key_expires_after, u32(days(10)))});
                 },
             .asked = {at(20)}},
            {.name = "BindingExpires",
             .holds = "a subkey binding that is itself valid for 100 days",
             .section = "5.2.3.18",
             .make = [] { return with({certify()}, {bind().expires(days(100))}); },
             .asked = {at(99), at(100).subkey({R::not_bound, R::expired})}},
            {.name = "UserIdSignatureExpires",
             .holds = "a user ID self-signature that is itself valid for 100 days; no other",
             .section = "5.2.3.18",
             .make = [] { return with({certify().expires(days(100))}); },
             .asked = {at(99),
                       at(100).primary({R::not_bound}).user_id({R::not_bound, R::expired})}},
            {.name = "UserIdSignatureExpiresDirectStays",
             .holds = "the same, and a direct key signature without an end",
             .section = "5.2.3.10",
             .make = [] { return with({certify().expires(days(100))}, {bind()}, {direct()}); },
             .asked = {at(99), at(100).user_id({R::not_bound, R::expired})}},
            {.name = "ExpiredSignatureGivesWay",
             .holds = "day 0: no end; day 10: a self-signature valid for 20 days that says the "
                      "key expires after 25 days",
             .section = "5.2.3.10",
             .make =
                 [] {
                     return with({certify(), certify(10).expires(days(20)).key_expires(days(25))});
                 },
             .asked = {at(5), at(24), at(26).primary({R::key_expired}), at(30)}},
            {.name = "Version6DirectExpires",
             .holds = "version 6; a direct key signature that is itself valid for 100 days",
             .section = "5.2.3.10",
             .make = [] { return with_v6({direct().expires(days(100))}); },
             .asked = {at(99), at(100).primary({R::not_bound, R::expired})}},
            {.name = "SignatureExpiryUnhashed",
             .holds = "unhashed area of the user ID self-signature: it is valid for 10 days (A26)",
             .section = "5.2.3.8",
             .make =
                 [] {
                     return with({certify().unhashed(SubpacketType::expires_after, u32(days(10)))});
                 },
             .asked = {at(20)}},
        }};
}

}  // namespace sealgate::openpgp::test
