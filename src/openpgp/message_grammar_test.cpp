// SPDX-License-Identifier: Apache-2.0
// What is one message, and what is not (RFC 9580 section 10.3).
#include "openpgp/message.h"
#include "openpgp/test_messages.h"

#include <gtest/gtest.h>

#include <span>

namespace sealgate::openpgp {
namespace {

using namespace test;

const SessionKey kKey = session_key(kAes128, "session");

enum class Part : std::uint8_t {
    literal,
    compressed,
    one_pass,
    signature,
    encrypted,
    marker,
    padding,
    critical,
    not_critical,
    user_id,
};
constexpr std::size_t kParts = 10;

const std::string& octets_of(Part part) {
    static const TestKey alice = TestKey::ed25519_v4("alice");
    static const std::array<std::string, kParts> all{
        literal("a"),
        compressed(kZip, literal("b")),
        one_pass(alice),
        signature_over(alice, "a"),
        seipd1(kKey, literal("c")),
        marker(),
        packet(Tag::padding, "pad"),
        packet(static_cast<Tag>(39), "x"),
        packet(static_cast<Tag>(60), "x"),
        packet(Tag::user_id, "x"),
    };
    return all.at(static_cast<std::size_t>(part));
}

// The grammar once more. What may stand anywhere is away already. Ours is stricter than the RFC in
// one thing: signatures are over literal data only.
using Parts = std::span<const Part>;
bool is_signed(Parts parts) {
    if (parts.size() == 1) return parts[0] == Part::literal;
    if (parts.empty()) return false;
    if (parts.front() == Part::signature) return is_signed(parts.subspan(1));
    return parts.front() == Part::one_pass && parts.back() == Part::signature &&
           is_signed(parts.subspan(1, parts.size() - 2));
}
// `what` is the text that comes out: that of the one part that holds text.
bool is_message(const std::vector<Part>& all, bool may_be_encrypted, bool may_be_compressed) {
    std::vector<Part> parts;
    for (const Part part : all) {
        if (part != Part::marker && part != Part::padding && part != Part::not_critical) {
            parts.push_back(part);
        }
    }
    if (parts.size() == 1 && parts[0] == Part::encrypted) return may_be_encrypted;
    if (parts.size() == 1 && parts[0] == Part::compressed) return may_be_compressed;
    return is_signed(parts);
}

std::string text_of(const std::vector<Part>& parts) {
    for (const Part part : parts) {
        if (part == Part::literal) return "a";
        if (part == Part::compressed) return "b";
        if (part == Part::encrypted) return "c";
    }
    return {};
}

// All sequences up to a length.
template <class Check>
void each_sequence(std::size_t longest, const Check& check) {
    std::vector<Part> parts;
    std::string octets;
    const auto go = [&](const auto& self) -> void {
        check(parts, octets);
        if (parts.size() == longest || testing::Test::HasFailure()) return;
        for (std::size_t i = 0; i < kParts; ++i) {
            const auto part = static_cast<Part>(i);
            parts.push_back(part);
            const std::size_t before = octets.size();
            octets += octets_of(part);
            self(self);
            octets.resize(before);
            parts.pop_back();
        }
    };
    go(go);
}

std::string names(const std::vector<Part>& parts) {
    std::string out;
    for (const Part part : parts)
        out += "LC12EmpXxu"[static_cast<std::size_t>(part)];
    return out;
}

void expect_as(const Opened& opened,
               bool wanted,
               const std::vector<Part>& parts,
               std::size_t& accepted) {
    ASSERT_EQ(opened.ok(), wanted) << names(parts) << " " << opened.error();
    if (wanted) {
        ++accepted;
        ASSERT_EQ(opened.text(), text_of(parts)) << names(parts);
    } else {
        ASSERT_EQ(opened.kind(), ErrorKind::malformed) << names(parts) << " " << opened.error();
    }
}

TEST(MessageGrammar, A11_EachSequenceUpToFive) {
    Opener opener;
    opener.with(kKey);
    std::size_t accepted = 0;
    std::size_t all = 0;
    each_sequence(5, [&](const std::vector<Part>& parts, const std::string& octets) {
        ++all;
        expect_as(opener.open(octets), is_message(parts, true, true), parts, accepted);
    });
    EXPECT_EQ(all, 111'111U);
    EXPECT_GT(accepted, 1000U);
}

TEST(MessageGrammar, A11_EachSequenceUpToFourEncrypted) {
    Opener opener;
    opener.with(kKey);
    std::size_t accepted = 0;
    each_sequence(4, [&](const std::vector<Part>& parts, const std::string& octets) {
        expect_as(
            opener.open(seipd1(kKey, octets)), is_message(parts, false, true), parts, accepted);
    });
    EXPECT_GT(accepted, 100U);
}

TEST(MessageGrammar, A11_EachSequenceUpToThreeCompressed) {
    Opener opener;
    opener.with(kKey);
    std::size_t accepted = 0;
    each_sequence(3, [&](const std::vector<Part>& parts, const std::string& octets) {
        const Opened opened = opener.open(compressed(kZlib, octets));
        if (!opened.ok() && opened.kind() == ErrorKind::exhausted) {  // compressed once more
            EXPECT_FALSE(is_message(parts, false, false)) << names(parts);
            return;
        }
        expect_as(opened, is_message(parts, false, false), parts, accepted);
    });
    EXPECT_GT(accepted, 10U);
}

TEST(MessageGrammar, A11_TwoOfAThing) {
    const TestKey alice = TestKey::ed25519_v4("alice");
    const std::string signed_one = signed_message(alice, "good");
    const std::string evil = literal("evil");
    const SessionKey other = session_key(kAes256, "other");
    const KeyPtr key = TestKey::curve25519_v4("ecdh").parsed(true);
    const std::string encrypted = pkesk(*key, kKey) + seipd1(kKey, literal("one"));
    Opener opener;
    opener.with(kKey).with(other);
    for (const std::string& message :
         {signed_one + evil,
          evil + signed_one,
          signed_one + signed_one,
          literal("a") + literal("b"),
          compressed(kZip, signed_one) + signature_over(alice, "good"),
          one_pass(alice) + compressed(kZip, literal("good")) + signature_over(alice, "good"),
          one_pass(alice) + encrypted + signature_over(alice, "good"),
          signature_over(alice, "good") + encrypted,
          encrypted + encrypted,
          encrypted + literal("b"),
          literal("a") + encrypted,
          encrypted + pkesk(*key, kKey),
          pkesk(*key, kKey) + literal("a"),
          pkesk(*key, kKey),
          seipd1(kKey, literal("a")) + seipd1(other, literal("b")),
          seipd1(kKey, signed_one + evil),
          seipd1(kKey, encrypted),
          seipd1(kKey, seipd1(kKey, literal("a"))),
          seipd1(kKey, ""),
          seipd1(kKey, compressed(kZip, "")),
          seipd1(kKey, marker()),
          compressed(kZip, signed_one + evil),
          compressed(kZip, encrypted),
          one_pass(alice) + one_pass(alice) + literal("good") + signature_over(alice, "good"),
          one_pass(alice) + literal("good"),
          literal("good") + signature_over(alice, "good"),
          signature_over(alice, "good"),
          std::string(),
          packet(Tag::modification_detection_code, noise(20)) + literal("a"),
          packet(Tag::trust, "t") + literal("a"),
          packet(Tag::public_key, alice.public_body()) + literal("a"),
          packet(Tag::literal_data, ""),
          packet(Tag::literal_data, "b"),
          packet(Tag::literal_data, octet('b') + octet(10) + "short"),
          packet(Tag::compressed_data, "")}) {
        const Opened opened = opener.open(message);
        ASSERT_FALSE(opened.ok()) << to_hex_upper(message);
        EXPECT_EQ(opened.kind(), ErrorKind::malformed) << opened.error();
    }
}

TEST(MessageGrammar, OnlySignedWhenAskedSo) {
    Policy policy;
    MemoryHoldings holdings(1000);
    const OpenOptions options{.policy = policy, .holdings = holdings};
    const TestKey alice = TestKey::ed25519_v4("alice");
    EXPECT_TRUE(open_signed_message(signed_message(alice, "t"), options));
    const KeyPtr key = TestKey::curve25519_v4("ecdh").parsed(true);
    for (const std::string& message : {seipd1(kKey, signed_message(alice, "t")),
                                       pkesk(*key, kKey) + seipd1(kKey, literal("t")),
                                       skesk4("p", &kKey) + seipd1(kKey, literal("t"))}) {
        const auto opened = open_signed_message(message, options);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().kind(), ErrorKind::malformed);
    }
}

TEST(MessageGrammar, A17_DetachedSignaturesBringNoData) {
    const auto bob = ordinary_v4("bob", "Bob <bob@example.org>");
    const std::string text = "pay 1000";
    const std::string signature = signature_over(bob.primary(), text);
    EXPECT_TRUE(read_signatures(signature));
    EXPECT_TRUE(read_signatures(marker() + signature + packet(Tag::padding, "") + signature +
                                packet(static_cast<Tag>(60), "x")));
    const std::string detached_text = "-----BEGIN PGP SIGNED MESSAGE-----\n\npay 1000\n";
    for (const std::string& octets :
         {signed_message(bob.primary(), text),
          one_pass(bob.primary()) + signature,
          signature + literal(text),
          literal(text) + signature,
          compressed(kZip, signature),
          seipd1(kKey, signature),
          std::string(),
          marker(),
          detached_text,
          signature + packet(static_cast<Tag>(39), "x"),
          signature + packet(Tag::user_id, "x"),
          signature + "x",
          endless(Tag::compressed_data, compressed_body(0, signature)),
          in_parts(Tag::literal_data, literal_body(noise(600)), 9, 9) + signature}) {
        const auto read = read_signatures(octets);
        ASSERT_FALSE(read) << to_hex_upper(octets);
        EXPECT_EQ(read.error().kind(), ErrorKind::malformed);
    }
}

// The engine reports names and dates, and nothing else is done with them.
TEST(MessageGrammar, A20_FileNamesAreOnlyReported) {
    Opener opener;
    opener.with(kKey);
    for (const std::string& name : {std::string("../../etc/cron.d/x"),
                                    std::string("a\0b", 3),
                                    std::string(255, 'n'),
                                    std::string("_CONSOLE"),
                                    std::string("\r\n[GNUPG:] GOODSIG"),
                                    std::string()}) {
        const std::string body = literal_body("text", name, 'u', 123);
        const Opened opened = opener.open(seipd1(kKey, packet(Tag::literal_data, body)));
        ASSERT_TRUE(opened.ok()) << opened.error();
        EXPECT_EQ(opened.text(), "text");
        EXPECT_EQ(opened.result->literal.file_name, name);
        EXPECT_EQ(opened.result->literal.date, 123U);
        EXPECT_EQ(opened.result->literal.format, 'u');
    }
}

TEST(MessageGrammar, A29_UnknownThings) {
    const TestKey alice = TestKey::ed25519_v4("alice");
    const KeyPtr key = TestKey::x25519_v6("x25519").parsed(true);
    const std::string start = one_pass(alice);
    const std::string middle = literal("text");
    const std::string end = signature_over(alice, "text");
    Opener opener;
    opener.with(TestKey::x25519_v6("x25519"));
    for (unsigned type = 22; type < 64; ++type) {
        const std::string unknown = packet(static_cast<Tag>(type), "x");
        const std::string inner = unknown + start + unknown + middle + unknown + end + unknown;
        for (const std::string& message :
             {inner,
              pkesk(*key, kKey) + seipd1(kKey, inner),
              unknown + pkesk(*key, kKey) + unknown + seipd1(kKey, middle) + unknown}) {
            const Opened opened = opener.open(message);
            EXPECT_EQ(opened.ok(), type >= 40) << type << opened.error();
        }
    }
    // Encrypted session keys of unknown versions, algorithms and S2K are passed over.
    const std::string container = pkesk(*key, kKey, 6) + seipd2(kKey, middle);
    for (const std::string& unknown :
         {packet(Tag::public_key_session_key, octet(7) + "anything"),
          packet(Tag::public_key_session_key, octet(2) + "anything"),
          packet(Tag::public_key_session_key, octet(3) + u64(1) + octet(99) + "anything"),
          packet(Tag::public_key_session_key, octet(6) + octet(0) + octet(99) + "anything"),
          packet(Tag::symmetric_key_session_key, octet(7) + "anything"),
          packet(Tag::symmetric_key_session_key, octet(4) + octet(9) + octet(101) + "GNU"),
          packet(Tag::symmetric_key_session_key, octet(4) + octet(9) + octet(2) + "12345678")}) {
        EXPECT_EQ(opener.open(unknown + container).text(), "text")
            << opener.open(unknown + container).error();
    }
    // Signatures of unknown versions, hashes and algorithms say nothing, and harm nobody else.
    const auto bob = ordinary_v6("bob", "Bob <bob@example.org>");
    const std::vector<CertificatePtr> certificates{bob.checked()};
    const std::string unknown_pass = packet(Tag::one_pass_signature, octet(9) + "anything at all");
    for (const std::string& unknown :
         {packet(Tag::signature, octet(9) + "anything"),
          packet(Tag::signature,
                 Sign(SignatureType::binary)
                     .algorithm(static_cast<PublicKeyAlgorithm>(99))
                     .by(alice, "text")),
          packet(Tag::signature, Sign(SignatureType::binary).hash(99).by(alice, "text")),
          packet(Tag::signature, "")}) {
        const Opened opened = opener.open(unknown_pass + one_pass(bob.primary()) + middle +
                                          signature_over(bob.primary(), "text") + unknown);
        ASSERT_TRUE(opened.ok()) << opened.error();
        const auto verdicts = judge_signatures(
            *opened.result, certificates, {.policy = opener.policy, .now = kT0 + kDay});
        ASSERT_EQ(verdicts.size(), 2U);
        EXPECT_EQ(std::ranges::count_if(verdicts, &SignatureVerdict::good), 1);
    }
    // A critical notation or subpacket that nobody knows voids its signature.
    for (Sign sign :
         {Sign(SignatureType::binary).notation("x@evil.example", "v", true),
          Sign(SignatureType::binary).hashed(static_cast<SubpacketType>(100), "x", true)}) {
        const Opened opened = opener.open(one_pass(bob.primary()) + middle +
                                          packet(Tag::signature, sign.by(bob.primary(), "text")));
        ASSERT_TRUE(opened.ok()) << opened.error();
        const auto verdicts = judge_signatures(
            *opened.result, certificates, {.policy = opener.policy, .now = kT0 + kDay});
        EXPECT_TRUE(has(verdicts.at(0).findings, Reason::unknown_critical));
    }
}

// Nobody here decrypts with Elgamal.
TEST(MessageGrammar, A33_Elgamal) {
    TestKey elgamal = TestKey::of(4,
                                  PublicKeyAlgorithm::elgamal,
                                  mpi(octet(0xF1) + noise(255)) + mpi("\x05") + mpi(noise(255, 3)));
    elgamal.secret_numbers = mpi(noise(200, 4));
    const std::string body = elgamal.secret_body();
    const auto key = Key::parse({Tag::secret_subkey, 0, 0, body});
    ASSERT_TRUE(key) << key.error().detail();
    EXPECT_EQ(unlock(*key, "").error().kind(), ErrorKind::not_found);
    Opener opener;
    opener.with(TestKey::curve25519_v4("ecdh"));
    const Opened opened = opener.open(
        packet(Tag::public_key_session_key,
               recipient_of(**key, 3, false) + octet(16) + mpi(noise(255)) + mpi(noise(255, 2))) +
        seipd1(kKey, literal("text")));
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.kind(), ErrorKind::not_found);
}

// A41: what Bob signed for Mallory and she encrypts to Alice is not Bob's word to Alice.
TEST(MessageGrammar, A41_SignedForSomebodyElse) {
    const auto alice = ordinary_v4("alice", "Alice <alice@example.org>");
    const auto mallory = ordinary_v6("mallory", "Mallory <m@example.org>");
    const auto bob = ordinary_v4("bob", "Bob <bob@example.org>");
    const std::vector<CertificatePtr> certificates{bob.checked()};
    const std::vector<Fingerprint> ours{alice.primary().fingerprint(), "another"};
    const auto verdict = [&](const Sign& sign, std::span<const Fingerprint> recipients) {
        Opener opener;
        opener.with(kKey);
        const Opened opened = opener.open(
            seipd1(kKey,
                   one_pass(bob.primary()) + literal("I owe you 100") +
                       packet(Tag::signature, sign.by(bob.primary(), "I owe you 100"))));
        SG_CHECK(opened.ok());
        return judge_signatures(
                   *opened.result,
                   certificates,
                   {.policy = opener.policy, .now = kT0 + kDay, .recipients = recipients})
            .at(0);
    };
    const auto naming = [](std::initializer_list<Fingerprint> prints, bool hashed = true) {
        Sign sign(SignatureType::binary);
        for (const Fingerprint& one : prints) {
            const std::string body = fingerprint_body(one);
            if (hashed) sign.hashed(SubpacketType::intended_recipient, body);
            if (!hashed) sign.unhashed(SubpacketType::intended_recipient, body);
        }
        return sign;
    };
    const Fingerprint a = alice.primary().fingerprint();
    const Fingerprint m = mallory.primary().fingerprint();
    EXPECT_TRUE(has(verdict(naming({m}), ours).findings, Reason::not_for_this_use));
    EXPECT_TRUE(verdict(naming({a}), ours).good());
    EXPECT_TRUE(verdict(naming({m, a}), ours).good());
    EXPECT_TRUE(verdict(naming({}), ours).good());
    EXPECT_TRUE(verdict(naming({m}), {}).good());  // nobody asked
    // In the unhashed area anybody may write: it changes nothing.
    EXPECT_TRUE(verdict(naming({m}, false), ours).good());
}

// A43: forms of length and number in messages.
TEST(MessageGrammar, A43_LengthsOfPacketsThatHoldNoData) {
    const TestKey alice = TestKey::ed25519_v4("alice");
    const std::string text = noise(600);
    const std::string signature =
        Sign(SignatureType::binary).unhashed(SubpacketType::policy_uri, noise(600)).by(alice, text);
    const KeyPtr key = TestKey::curve25519_v4("ecdh").parsed(true);
    Opener opener;
    opener.with(kKey);
    const std::string start = one_pass(alice) + literal(text);
    EXPECT_TRUE(opener.open(start + packet(Tag::signature, signature)).ok());
    EXPECT_TRUE(opener.open(start + legacy(Tag::signature, signature, 4)).ok());
    for (const std::string& message :
         {start + in_parts(Tag::signature, signature, 9, 9),
          start + endless(Tag::signature, signature),
          in_parts(Tag::padding, noise(600), 9, 9) + literal(text),
          in_parts(static_cast<Tag>(60), noise(600), 9, 9) + literal(text),
          in_parts(Tag::public_key_session_key, noise(600), 9, 9) + seipd1(kKey, literal(text)),
          in_parts(Tag::literal_data, literal_body(text), 8, 8),
          seipd1(kKey, in_parts(Tag::literal_data, literal_body(text), 8, 8)),
          new_tag(Tag::literal_data) + "\xFF" + u32(0xFFFFFFFF) + literal_body(text),
          seipd1(kKey, new_tag(Tag::literal_data) + "\xFF" + u32(0xFFFFFFFF) + literal_body(text)),
          new_tag(Tag::signature) + "\xFF" + u32(0xFFFFFFF0) + signature}) {
        const Opened opened = opener.open(message);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.kind(), ErrorKind::malformed) << opened.error();
    }
    // An endless packet ends where all ends.
    const std::string last = endless(Tag::literal_data, literal_body(text));
    EXPECT_EQ(opener.open(seipd1(kKey, last)).text(), text);
    EXPECT_EQ(opener.open(endless(Tag::compressed_data, compressed_body(0, last))).text(), text);
}

TEST(MessageGrammar, A43_Numbers) {
    const TestKey rsa = TestKey::rsa(1024);
    const KeyPtr key = rsa.parsed(true);
    const std::string container = seipd1(kKey, literal("text"));
    Opener opener;
    opener.with(rsa);
    const std::string number = rsa_raw(*key, pkcs1_block(*key, with_checksum(kKey, 3)));
    const auto with = [&](const std::string& octets) {
        return packet(Tag::public_key_session_key,
                      recipient_of(*key, 3, false) + octet(1) + octets) +
               container;
    };
    EXPECT_EQ(opener.open(with(mpi(number))).text(), "text");
    const std::string exact = mpi(number);
    const unsigned bits =
        static_cast<unsigned char>(exact[0]) * 256U + static_cast<unsigned char>(exact[1]);
    for (const unsigned wrong : {bits - 9, bits - 1, bits + 1, bits + 8, 0xFFFFU, 0U}) {
        const Opened opened =
            opener.open(with(u16(static_cast<std::uint16_t>(wrong)) + exact.substr(2)));
        ASSERT_FALSE(opened.ok()) << wrong;
        EXPECT_EQ(opened.kind(), ErrorKind::malformed) << opened.error();
    }
    // A number that lost a leading octet of zeroes is as good as any.
    std::size_t short_ones = 0;
    for (std::uint32_t seed = 0; seed < 4096 && short_ones < 4; ++seed) {
        std::string block = pkcs1_block(*key, with_checksum(kKey, 3));
        for (std::size_t i = 0; i < 8; ++i)
            block[2 + i] = static_cast<char>(1 + (seed >> (i * 4U)) % 15);
        const std::string made = rsa_raw(*key, block);
        if (made[0] != '\0') continue;
        ++short_ones;
        EXPECT_EQ(opener.open(with(mpi(made))).text(), "text");
    }
    EXPECT_GT(short_ones, 0U);
}

}  // namespace
}  // namespace sealgate::openpgp
