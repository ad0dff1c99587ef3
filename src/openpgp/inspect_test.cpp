// SPDX-License-Identifier: Apache-2.0
#include "openpgp/inspect.h"

#include "openpgp/armor.h"
#include "openpgp/octet_writer.h"
#include "openpgp/packet.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sealgate::openpgp {
namespace {

const std::filesystem::path kData = SEALGATE_SOURCE_DIR "/tests/data/openpgp";
constexpr Timestamp kNow = 1796000000;  // 2026-11-30

std::string content(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    EXPECT_TRUE(stream) << file;
    return {std::istreambuf_iterator<char>(stream), {}};
}

// As `sealgate openpgp inspect` prints it.
void print(const Description& description, std::size_t depth, std::string& out) {
    out += std::string(2 * depth, ' ') + description.name;
    if (!description.value.empty()) out += ": " + description.value;
    out += '\n';
    for (const Description& part : description.parts)
        print(part, depth + 1, out);
}

Description inspected(std::string_view octets) {
    const Policy policy;
    return inspect(octets, {.policy = policy, .now = kNow});
}

std::string printed(std::string_view octets) {
    std::string out;
    print(inspected(octets), 0, out);
    return out;
}

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(Inspect, ShowsACertificateAndWhatItIsWorth) {
    const std::string text = printed(content(kData / "rfc9580/a3_v6_certificate.asc"));
    EXPECT_HAS(text, "public key packet: octet 0, tag 6, 42 octets, current format\n");
    EXPECT_HAS(text, "  version: 6\n");
    EXPECT_HAS(text, "  created: 2022-11-30T16:08:03Z\n");
    EXPECT_HAS(text,
               "fingerprint: CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9\n");
    EXPECT_HAS(text, "  type: direct key (0x1F)\n");
    EXPECT_HAS(text, "key flags: certify, sign, critical\n");
    EXPECT_HAS(text, "features: SEIPD version 1, SEIPD version 2\n");
    EXPECT_HAS(text, "      salt: ");
    EXPECT_HAS(text,
               "judgement: CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9\n");
    EXPECT_HAS(text,
               "subkey: 12C83F1E706F6308FE151A417743A1F033790E93E9978488D1DB378DA9930885\n"
               "        now: valid\n        for: encrypt\n");
    EXPECT_FALSE(has_error(inspected(content(kData / "rfc9580/a3_v6_certificate.asc"))));
}

TEST(Inspect, ShowsUserIdsAndWhyTheyDoNotCount) {
    const std::string good = printed(content(kData / "bre_samples/alice_certificate.asc"));
    EXPECT_HAS(good, "user ID: Alice Lovelace <alice@openpgp.example>\n        now: valid");
    EXPECT_HAS(good, "mailbox: alice@openpgp.example\n");
    const std::string revoked = printed(content(kData / "rnp/ecc-p256-revoked-uid.asc"));
    EXPECT_HAS(revoked, "now: not valid: revoked");
}

TEST(Inspect, ShowsHowSecretPartsAreProtected) {
    EXPECT_HAS(printed(content(kData / "rfc9580/a4_v6_secret_key.asc")),
               "secret part: not protected, ");
    EXPECT_HAS(printed(content(kData / "made/openpgpjs_locked_argon2_key.asc")),
               "secret part: protected with a passphrase, ");
    // Argon2 with 2 GiB.
    EXPECT_HAS(printed(content(kData / "rfc9580/a5_v6_secret_key_locked.asc")),
               "secret part: protected in a way that is not known or costs too much, ");
    EXPECT_HAS(printed(content(kData / "rnp/alice-s2k-101-2-card.pgp")),
               "secret part: not here: elsewhere, or on a card");
}

TEST(Inspect, ShowsSignaturesWithTheirSubpackets) {
    const std::string text = printed(content(kData / "rfc9580/a2_ed25519legacy_signature.asc"));
    EXPECT_HAS(text, "armour: PGP SIGNATURE, octet 0, 96 octets, ");
    EXPECT_HAS(text, "type: binary document (0x00)\n");
    EXPECT_HAS(text, "algorithm: EdDSALegacy with SHA2-256\n");
    EXPECT_HAS(text, "    hashed\n        creation time: 2015-09-16T12:24:53Z\n");
    EXPECT_HAS(text, "    not hashed\n        issuer key ID: 8CFDE12197965A9A\n");
}

TEST(Inspect, ShowsEncryptedMessages) {
    const std::string v6 = printed(content(kData / "rfc9580/a8_x25519_aead_ocb.asc"));
    EXPECT_HAS(v6, "recipient: 12C83F1E706F6308FE151A417743A1F033790E93E9978488D1DB378DA9930885\n");
    EXPECT_HAS(v6, "kind: SEIPD version 2\n");
    EXPECT_HAS(v6, "AEAD: OCB\n");
    EXPECT_HAS(printed(content(kData / "made/openpgpjs_password_argon2.asc")), "S2K: Argon2id, ");
    EXPECT_HAS(printed(content(kData / "made/gpg_choice_hidden.asc")), "recipient: not said\n");
    EXPECT_HAS(printed(content(kData / "made/gpg_choice_partial.pgp")), " parts\n");
    EXPECT_HAS(printed(content(kData / "made/gpg_choice_cast5_sed.asc")),
               "without integrity protection");
}

TEST(Inspect, ShowsSignedCleartext) {
    const std::string text = printed(content(kData / "rfc9580/a6_cleartext_signed.asc"));
    EXPECT_HAS(text, "signed cleartext: octet 0, ");
    EXPECT_HAS(text, "type: text document (0x01)\n");
}

std::string literal(std::string_view name, std::string_view text) {
    std::string body = "b";
    put_u8(body, static_cast<std::uint8_t>(name.size()));
    body += name;
    put_u32(body, 0);
    body += text;
    std::string out;
    put_packet(out, Tag::literal_data, body);
    return out;
}

std::string compressed(std::string_view packets) {
    std::string packed(packets.size() + 1000, '\0');
    uLongf size = packed.size();
    EXPECT_EQ(compress(reinterpret_cast<Bytef*>(packed.data()),
                       &size,
                       reinterpret_cast<const Bytef*>(packets.data()),
                       packets.size()),
              Z_OK);
    std::string out;
    put_packet(out, Tag::compressed_data, "\x02" + packed.substr(0, size));
    return out;
}

TEST(Inspect, OpensCompressedDataWithinLimits) {
    const std::string one = compressed(literal("letter", "hello"));
    const std::string text = printed(one);
    EXPECT_HAS(text, "    algorithm: ZLIB\n    content\n      literal data packet: octet 0, ");
    EXPECT_HAS(text, "        file name: letter\n");
    EXPECT_FALSE(has_error(inspected(one)));

    std::string nested = literal("", "x");
    for (int i = 0; i < 10; ++i)
        nested = compressed(nested);
    EXPECT_HAS(printed(nested), "error: too many layers");

    const std::string bomb = compressed(literal("", std::string(8U << 20U, 'x')));
    EXPECT_HAS(printed(bomb), "error: ");
    EXPECT_HAS(printed(content(kData / "rnp/message.zlib-quine")), "error: ");
}

TEST(Inspect, WhatIsForeignIsEscaped) {
    std::string evil;
    put_packet(evil, Tag::user_id, "a\nerror: none\x1b[2J\xe2\x80\xae\xff");
    const std::string text = printed(literal("x\r\ny\x1b", "") + evil);
    EXPECT_HAS(text, "file name: x\\x0d\\x0ay\\x1b\n");
    EXPECT_HAS(text, "value: a\\x0aerror: none\\x1b[2J\\u{202e}\\xff\n");
}

TEST(Inspect, UnknownPacketsAreShownByWhatIsKnown) {
    std::string out;
    put_packet(out, static_cast<Tag>(39), "abc");
    put_packet(out, static_cast<Tag>(60), "abc");
    const std::string text = printed(out);
    EXPECT_HAS(text, "packet of type 39: octet 0, tag 39, 3 octets, current format, critical\n");
    EXPECT_HAS(text,
               "packet of type 60: octet 5, tag 60, 3 octets, current format, not critical\n");
    EXPECT_HAS(text, "octets: 616263\n");
}

TEST(Inspect, GoesOnBehindAPacketThatIsBroken) {
    std::string out;
    put_packet(out, Tag::signature, "\x04junk");
    put_packet(out, Tag::user_id, "Alice");
    const std::string text = printed(out);
    EXPECT_HAS(text, "signature packet: octet 0, tag 2, 5 octets");
    EXPECT_HAS(text, "    error: ");
    EXPECT_HAS(text, "    value: Alice\n");
    EXPECT_TRUE(has_error(inspected(out)));
}

TEST(Inspect, SaysWhereTheFramingBreaks) {
    std::string out = literal("", "hello");
    const std::size_t cut = out.size();
    out += "\xCB\x7F";
    out += "cut";
    const std::string text = printed(out);
    EXPECT_HAS(text, "literal data packet: octet 0, ");
    EXPECT_HAS(text, "octet " + std::to_string(cut));
    EXPECT_HAS(text, "error: ");
    EXPECT_HAS(printed("hello"), "error: ");
    EXPECT_HAS(printed(""), "error: it is empty\n");
    EXPECT_HAS(printed("-----BEGIN PGP MESSAGE-----\n\nAAAA\n"), "error: ");
}

TEST(Inspect, ALargePacketIsNotShownAndAFullListEnds) {
    const Policy policy;
    std::string large;
    put_packet(large, Tag::user_id, std::string(2000, 'x'));
    put_packet(large, Tag::user_id, "Alice");
    std::string text;
    print(inspect(large, {.policy = policy, .packet_octets = 1000}), 0, text);
    EXPECT_HAS(text, "user ID packet: octet 0, tag 13, 2000 octets");
    EXPECT_HAS(text, "error: it is too large to be shown\n");
    EXPECT_HAS(text, "value: Alice\n");

    std::string many;
    for (int i = 0; i < 1000; ++i)
        put_packet(many, Tag::marker, "PGP");
    const Description short_list = inspect(many, {.policy = policy, .lines = 100});
    EXPECT_EQ(short_list.parts.size(), 101U);
    EXPECT_TRUE(short_list.parts.back().is_error());
}

void expect_one_line(const Description& description, const std::string& file) {
    for (const std::string* text : {&description.name, &description.value}) {
        EXPECT_TRUE(std::ranges::all_of(
            *text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; }))
            << file << ": " << *text;
    }
    for (const Description& part : description.parts)
        expect_one_line(part, file);
}

TEST(Inspect, TakesEverySampleAndEveryBeginningOfSome) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kData)) {
        if (!entry.is_regular_file()) continue;
        ++count;
        const std::string octets = content(entry.path());
        expect_one_line(inspected(octets), entry.path());
    }
    EXPECT_GT(count, 100U);
    const std::string armored = content(kData / "bre_samples/alice_secret_key.asc");
    const auto key = dearmor(armored);
    ASSERT_TRUE(key);
    for (std::size_t size = 0; size < key->octets.size(); ++size)
        expect_one_line(inspected(key->octets.substr(0, size)), "a beginning");
}

}  // namespace
}  // namespace sealgate::openpgp
