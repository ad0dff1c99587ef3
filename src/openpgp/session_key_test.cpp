// SPDX-License-Identifier: Apache-2.0
#include "openpgp/session_key.h"

#include "openpgp/test_messages.h"

#include <gtest/gtest.h>

#include <map>

namespace sealgate::openpgp {
namespace {

using namespace test;

const std::string kText(5000, 't');

// A key pair for ECDH over P-256 with SHA-256 and AES-128.
TestKey ecdh_p256() {
    TestKey key = TestKey::p256();
    key.algorithm = PublicKeyAlgorithm::ecdh;
    key.numbers += "\x03\x01\x08\x07";
    return key;
}

std::string ecdh_packet(const Key& key, std::string_view point, std::string_view wrapped) {
    return packet(Tag::public_key_session_key,
                  recipient_of(key, 3, false) + octet(18) + mpi(point) +
                      octet(static_cast<unsigned>(wrapped.size())) + std::string(wrapped));
}

// Whoever sends messages and sees what becomes of them must not learn how the RSA block looked.
TEST(SessionKey, A8_EveryWrongRsaBlockFailsAlike) {
    const TestKey rsa = TestKey::rsa(2048);
    const KeyPtr key = rsa.parsed(true);
    const SessionKey right = session_key(kAes256, "right");
    const SessionKey other = session_key(kAes256, "other");
    const std::string good = with_checksum(right, 3);
    const std::string whole = pkcs1_block(*key, good);
    const auto named = [](std::uint8_t cipher, std::size_t size) {
        const std::string octets(size, 'k');
        return octet(cipher) + octets + sum_of(octets);
    };
    std::string no_zero = whole;
    for (char& c : no_zero)
        if (c == '\0') c = '\1';
    no_zero.front() = '\0';
    const std::map<std::string, std::string> blocks{
        {"first octet", flipped(whole, 0)},
        {"second octet", flipped(whole, 1)},
        {"zero within the padding", flipped(whole, 5, static_cast<unsigned char>(whole[5]))},
        {"no end of the padding", no_zero},
        {"checksum", pkcs1_block(*key, flipped(good, good.size() - 1))},
        {"unknown cipher", pkcs1_block(*key, named(99, 32))},
        {"cipher 0", pkcs1_block(*key, named(0, 32))},
        {"cipher that no library has", pkcs1_block(*key, named(1, 16))},
        {"cipher that is not allowed", pkcs1_block(*key, named(kTripleDes, 24))},
        {"15 octets", pkcs1_block(*key, named(kAes128, 15))},
        {"no key", pkcs1_block(*key, named(kAes256, 0))},
        {"nothing", pkcs1_block(*key, "")},
        {"good but another key", pkcs1_block(*key, with_checksum(other, 3))},
        {"good but another key of another length",
         pkcs1_block(*key, with_checksum(session_key(kAes128, "other"), 3))},
        {"the number 0", std::string(whole.size(), '\0')},
    };
    Opener opener;
    opener.with(rsa);
    const std::string container = seipd1(right, literal(kText));
    ASSERT_EQ(opener.open(pkesk_rsa(*key, whole) + container).text(), kText);
    for (const auto& [what, block] : blocks) {
        const Opened opened = opener.open(pkesk_rsa(*key, block) + container);
        EXPECT_EQ(opened.error(), "refused openpgp.container: the message cannot be decrypted")
            << what;
        // The same work, too: all of the container was decrypted, once, and nobody looked.
        EXPECT_EQ(opened.counts.made, 1U) << what;
        EXPECT_GE(opened.counts.octets, kText.size()) << what;
        EXPECT_EQ(opened.counts.looks, 0U) << what;
    }
    // In version 6 the container names the cipher.
    const SessionKey right_128 = session_key(kAes128, "right");
    const std::string container_v2 = seipd2(right_128, literal(kText));
    const auto v6 = [](std::string_view octets) { return std::string(octets) + sum_of(octets); };
    for (const std::string& block : {flipped(whole, 1),
                                     pkcs1_block(*key, v6(std::string(15, 'k'))),
                                     pkcs1_block(*key, v6(std::string(16, 'k'))),
                                     pkcs1_block(*key, v6(std::string(32, 'k'))),
                                     pkcs1_block(*key, "")}) {
        const Opened opened = opener.open(pkesk_rsa(*key, block, 6) + container_v2);
        EXPECT_EQ(opened.error(), "refused openpgp.container: the message cannot be decrypted");
        EXPECT_EQ(opened.counts.made, 1U);
        EXPECT_EQ(opened.counts.octets, 0U);
    }
}

// One private operation for each pair, whatever comes of it.
TEST(SessionKey, A8_CountsPrivateOperations) {
    const TestKey rsa = TestKey::rsa(2048);
    const KeyPtr key = rsa.parsed(true);
    const std::string whole = pkcs1_block(*key, with_checksum(session_key(kAes256, "right"), 3));
    for (const std::string& block : {whole, flipped(whole, 1)}) {
        const std::string octets = pkesk_rsa(*key, block);
        PacketWalker walker(octets);
        const Packet packet = **walker.next();
        EncryptedSessionKeys wrapped;
        for (int i = 0; i < 5; ++i)
            wrapped.for_keys.push_back(*PublicKeySessionKey::parse(packet));
        LocalSecrets secrets;
        secrets.add_key(unlocked(rsa));
        EXPECT_EQ(secrets.find(wrapped, 16).size(), 5U);
        EXPECT_EQ(secrets.find(wrapped, 3).size(), 3U);
    }
}

TEST(SessionKey, A9_NoCipherNoKey) {
    // Cipher 0 with "ciphertext" that is clear text and its digest.
    const SessionKey none{0, SecretBytes(std::string(16, 'k'))};
    Opener opener;
    opener.with(none).with_passphrase("sesame").with(TestKey::curve25519_v4("ecdh"));
    std::string clear = noise(16, 3);
    clear += clear.substr(14) + literal(kText) + "\xD3\x14";
    clear += crypto::digest(crypto::HashAlgorithm::sha1, clear);
    const std::string container = packet(Tag::integrity_protected_data, octet(1) + clear);
    const std::string skesk =
        packet(Tag::symmetric_key_session_key, octet(4) + octet(0) + iterated_s2k());
    const KeyPtr key = TestKey::curve25519_v4("ecdh").parsed(true);
    const std::string by_key = pkesk(*key, none);
    for (const std::string& message : {container, skesk + container, by_key + container}) {
        const Opened opened = opener.open(message);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.kind(), ErrorKind::refused) << opened.error();
        EXPECT_EQ(opened.counts.looks, 0U);
    }
    // An SKESK whose own cipher is 0, or which wraps a key of cipher 0.
    Opener by_passphrase;
    by_passphrase.with_passphrase("sesame");
    const std::string wraps_none =
        packet(Tag::symmetric_key_session_key,
               octet(4) + octet(kAes256) + iterated_s2k() +
                   cfb(kAes256, derived(iterated_s2k(), "sesame", 32).view(), octet(0)));
    for (const std::string& message : {skesk + container, wraps_none + container}) {
        const Opened opened = by_passphrase.open(message);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.counts.octets, 0U);
    }
}

TEST(SessionKey, A34_WrappedKeysOfEachLengthAreRefused) {
    const TestKey ecdh = TestKey::curve25519_v4("ecdh");
    const TestKey x25519 = TestKey::x25519_v6("x25519");
    const TestKey p256 = ecdh_p256();
    const KeyPtr ecdh_key = ecdh.parsed(true);
    const KeyPtr x25519_key = x25519.parsed(true);
    const KeyPtr p256_key = p256.parsed(true);
    const std::string point(p256_key->numbers()[0]);  // of the key itself: on the curve
    const Agreement agreement = agree(*ecdh_key, "ephemeral");
    Opener opener;
    opener.with(ecdh).with(x25519).with(p256);
    const std::string container = seipd1(session_key(kAes128, "s"), literal(kText));
    for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 15U, 16U, 24U, 31U, 32U, 255U}) {
        const std::string wrapped(size, 'w');
        const std::string native = recipient_of(*x25519_key, 3, false) + octet(25) +
                                   agreement.ephemeral + octet(static_cast<unsigned>(size)) +
                                   wrapped;
        for (const std::string& one :
             {ecdh_packet(*ecdh_key, "\x40" + agreement.ephemeral, wrapped),
              ecdh_packet(*p256_key, point, wrapped),
              packet(Tag::public_key_session_key, native)}) {
            const Opened opened = opener.open(one + container);
            ASSERT_FALSE(opened.ok());
            EXPECT_TRUE(opened.kind() == ErrorKind::not_found ||
                        opened.kind() == ErrorKind::malformed)
                << opened.error();
        }
    }
}

TEST(SessionKey, A34_WrappedRightButWithBadPadding) {
    const TestKey ecdh = TestKey::curve25519_v4("ecdh");
    const KeyPtr key = ecdh.parsed(true);
    const Agreement agreement = agree(*key, "ephemeral");
    Opener opener;
    opener.with(ecdh);
    const SessionKey session = session_key(kAes128, "s");
    const std::string container = seipd1(session, literal(kText));
    // What is unwrapped rightly, and is then no padded session key. ecdh_wrapped() adds a padding
    // of its own when all 8 octets are there already, so these end in eight octets of 8.
    const std::string good = with_checksum(session, 3);
    ASSERT_EQ(opener
                  .open(ecdh_packet(*key,
                                    "\x40" + agreement.ephemeral,
                                    ecdh_wrapped(*key, agreement.secret, good)) +
                        container)
                  .text(),
              kText);
    for (const std::string& clear : {std::string(8, '\0'),
                                     octet(7) + std::string(8, 'k'),
                                     std::string(40, '\x7F'),
                                     flipped(good, good.size() - 1),
                                     good + "x"}) {
        const Opened opened = opener.open(ecdh_packet(*key,
                                                      "\x40" + agreement.ephemeral,
                                                      ecdh_wrapped(*key, agreement.secret, clear)) +
                                          container);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.kind(), ErrorKind::not_found) << opened.error();
    }
}

TEST(SessionKey, A34_PointsThatAreNone) {
    const TestKey p256 = ecdh_p256();
    const KeyPtr key = p256.parsed(true);
    const std::string point(key->numbers()[0]);
    Opener opener;
    opener.with(p256).with(TestKey::curve25519_v4("ecdh")).with(TestKey::x25519_v6("x25519"));
    const std::string container = seipd1(session_key(kAes128, "s"), literal(kText));
    const std::string wrapped(40, 'w');
    std::string compressed_point = point.substr(0, 33);
    compressed_point.front() = '\2';
    for (const std::string& bad : {flipped(point, 64),  // off the curve
                                   compressed_point,
                                   octet(4) + std::string(64, '\xFF'),  // beyond the field
                                   octet(4) + std::string(64, '\0'),
                                   point + "x",
                                   point.substr(0, 64),
                                   std::string("\0", 1),
                                   std::string(),
                                   octet(0x40) + point.substr(1, 32)}) {
        const Opened opened = opener.open(ecdh_packet(*key, bad, wrapped) + container);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.kind(), ErrorKind::not_found) << opened.error();
    }
    // Curve25519: a point of low order gives a secret that everybody knows.
    const KeyPtr legacy_key = TestKey::curve25519_v4("ecdh").parsed(true);
    const KeyPtr native_key = TestKey::x25519_v6("x25519").parsed(true);
    for (const std::string& low : {std::string(32, '\0'), octet(1) + std::string(31, '\0')}) {
        const std::string native = recipient_of(*native_key, 3, false) + octet(25) + low +
                                   octet(41) + octet(kAes128) + wrapped;
        for (const std::string& one : {ecdh_packet(*legacy_key, "\x40" + low, wrapped),
                                       packet(Tag::public_key_session_key, native)}) {
            const Opened opened = opener.open(one + container);
            ASSERT_FALSE(opened.ok());
            EXPECT_EQ(opened.kind(), ErrorKind::not_found) << opened.error();
        }
    }
    // A point with another prefix, or of another length.
    for (const std::string& bad : {"\x04" + std::string(32, 'p'), "\x40" + std::string(31, 'p')}) {
        const Opened opened = opener.open(ecdh_packet(*legacy_key, bad, wrapped) + container);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.kind(), ErrorKind::not_found) << opened.error();
    }
}

// Keys whose curve or parameters are not those of their algorithm do nothing at all.
TEST(SessionKey, A34_KeysWithForeignParameters) {
    const TestKey right = TestKey::curve25519_v4("ecdh");
    const std::string oid = "\x0A\x2B\x06\x01\x04\x01\x97\x55\x01\x05\x01";
    const std::string point = right.numbers.substr(oid.size(), 35);
    const KeyPtr right_key = right.parsed(true);
    const SessionKey session = session_key(kAes128, "s");
    const std::string message = pkesk(*right_key, session, 3, true) + seipd1(session, literal("t"));
    for (const std::string& numbers :
         {"\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07" + point + "\x03\x01\x08\x07",      // P-256
          "\x09\x2B\x06\x01\x04\x01\xDA\x47\x0F\x01" + point + "\x03\x01\x08\x07",  // Ed25519
          oid + point + "\x03\x01\x63\x07",                                         // unknown hash
          oid + point + "\x03\x01\x08\x63",  // unknown cipher
          oid + point + "\x03\x01\x08\x0A",  // Twofish
          oid + point + "\x03\x01\x01\x09",  // MD5 is shorter than an AES-256 key
          oid + point + "\x03\x02\x08\x07",
          oid + point + std::string("\0", 1)}) {
        TestKey key = right;
        key.numbers = numbers;
        const std::string body = key.secret_body();
        const auto parsed = Key::parse({Tag::secret_subkey, 0, 0, body});
        if (!parsed) continue;  // no key at all
        auto opened_key = unlock(*parsed, "");
        if (!opened_key) continue;
        LocalSecrets secrets;
        secrets.add_key(*std::move(opened_key));
        MemoryHoldings holdings(1U << 20U);
        const auto opened = open_message(message, secrets, {.policy = {}, .holdings = holdings});
        ASSERT_FALSE(opened) << to_hex_upper(numbers);
        EXPECT_EQ(opened.error().kind(), ErrorKind::not_found) << opened.error().detail();
    }
}

// Section 5.1.6: with version 3 these name their cipher in clear, so it must be one whose keys are
// wrapped by nothing else.
TEST(SessionKey, NativeVersion3TakesAesOnly) {
    const TestKey x25519 = TestKey::x25519_v6("x25519");
    const KeyPtr key = x25519.parsed(true);
    const SessionKey camellia = session_key(13, "s");
    Opener opener;
    opener.with(x25519);
    const Opened opened = opener.open(pkesk(*key, camellia) + seipd1(camellia, literal(kText)));
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.kind(), ErrorKind::not_found) << opened.error();
}

TEST(SessionKey, A38_CostsAreJudgedBeforeTheyArePaid) {
    const std::string container = seipd1(session_key(kAes256, "s"), literal(kText));
    Opener opener;
    opener.with_passphrase("sesame");
    for (const std::string& s2k : {argon2_s2k(1, 1, 31),    // 2 TiB
                                   argon2_s2k(1, 1, 21),    // 2 GiB
                                   argon2_s2k(255, 1, 10),  // passes
                                   argon2_s2k(11, 1, 10),
                                   argon2_s2k(1, 255, 12),  // lanes
                                   argon2_s2k(1, 17, 10)}) {
        const Opened opened = opener.open(
            packet(Tag::symmetric_key_session_key, octet(4) + octet(kAes256) + s2k) + container);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.kind(), ErrorKind::exhausted) << opened.error();
    }
    for (const std::string& s2k :
         {argon2_s2k(0, 1, 10), argon2_s2k(1, 0, 10), argon2_s2k(1, 4, 4), argon2_s2k(1, 1, 32)}) {
        const Opened opened = opener.open(
            packet(Tag::symmetric_key_session_key, octet(4) + octet(kAes256) + s2k) + container);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.kind(), ErrorKind::malformed) << opened.error();
    }
    // 1,000 of them.
    const std::string one = skesk4("sesame", nullptr, kAes256, iterated_s2k(255));
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += one;
    const Opened opened = opener.open(many + container);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.kind(), ErrorKind::exhausted) << opened.error();
}

// Counts what is asked of it.
class CountingSecrets final : public SessionKeySource {
public:
    std::vector<SessionKey> find(const EncryptedSessionKeys& wrapped, std::size_t most) override {
        ++asked;
        auto found = local.find(wrapped, most);
        candidates = found.size();
        return found;
    }
    LocalSecrets local;
    std::size_t asked = 0;
    std::size_t candidates = 0;
};

TEST(SessionKey, A39_AnonymousOnesCostAtMostSixteenOperations) {
    const TestKey rsa = TestKey::rsa(1024);
    const KeyPtr key = rsa.parsed(true);
    const SessionKey session = session_key(kAes256, "s");
    // Each gives a candidate, since RSA's failures do.
    const std::string one =
        pkesk_rsa(*key, flipped(pkcs1_block(*key, with_checksum(session, 3)), 1), 3, true);
    CountingSecrets secrets;
    for (int i = 0; i < 100; ++i)
        secrets.local.add_key(unlocked(rsa));
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += one;
    const std::string container = seipd1(session, literal(kText));
    Policy policy;
    CountingHoldings holdings;
    OpenOptions options{.policy = policy, .holdings = holdings};
    const auto refused = open_message(many + container, secrets, options);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), ErrorKind::exhausted);
    EXPECT_EQ(secrets.asked, 0U);

    options.limits.session_keys = 2000;
    const auto tried = open_message(many + container, secrets, options);
    ASSERT_FALSE(tried);
    EXPECT_EQ(tried.error().kind(), ErrorKind::refused);
    EXPECT_EQ(secrets.asked, 1U);
    EXPECT_EQ(secrets.candidates, 16U);
}

// One that names our key is tried before those that name nobody.
TEST(SessionKey, A39_NamedOnesFirst) {
    const TestKey rsa = TestKey::rsa(1024);
    const KeyPtr key = rsa.parsed(true);
    const SessionKey session = session_key(kAes256, "s");
    const std::string bad =
        pkesk_rsa(*key, flipped(pkcs1_block(*key, with_checksum(session, 3)), 1), 3, true);
    std::string many;
    for (int i = 0; i < 60; ++i)
        many += bad;
    Opener opener;
    opener.with(rsa);
    const Opened opened =
        opener.open(many + pkesk(*key, session) + seipd1(session, literal(kText)));
    EXPECT_EQ(opened.text(), kText) << opened.error();
    EXPECT_EQ(opened.counts.made, 1U);  // no second candidate
}

TEST(SessionKey, ReadsRecipientsOfVersion6) {
    const TestKey v4 = TestKey::curve25519_v4("ecdh");
    const KeyPtr key = v4.parsed(true);
    const std::string rest = octet(25) + std::string(32, 'e') + octet(40) + std::string(40, 'w');
    const auto parse = [&](const std::string& recipient) {
        const std::string body = octet(6) + recipient + rest;
        return PublicKeySessionKey::parse({Tag::public_key_session_key, 0, 0, body}).has_value();
    };
    EXPECT_TRUE(parse(octet(0)));
    EXPECT_TRUE(parse(octet(21) + octet(4) + std::string(20, 'f')));
    EXPECT_TRUE(parse(octet(33) + octet(6) + std::string(32, 'f')));
    EXPECT_FALSE(parse(octet(21) + octet(3) + std::string(20, 'f')));
    EXPECT_FALSE(parse(octet(21) + octet(6) + std::string(20, 'f')));
    EXPECT_FALSE(parse(octet(33) + octet(4) + std::string(32, 'f')));
    EXPECT_FALSE(parse(octet(1) + octet(4)));
}

}  // namespace
}  // namespace sealgate::openpgp
