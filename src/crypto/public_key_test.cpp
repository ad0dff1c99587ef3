// SPDX-License-Identifier: Apache-2.0
#include "crypto/public_key.h"

#include "base/text.h"
#include "crypto/test_keys.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace sealgate::crypto {
namespace {

using namespace std::string_literals;
using test::part;
using test::with_each_octet_changed;

std::string hex(std::string_view text) {
    return from_hex(text).value();
}

bool queue_is_empty() {
    return ERR_peek_error() == 0;
}

constexpr HashAlgorithm kHashes[] = {HashAlgorithm::md5,
                                     HashAlgorithm::sha1,
                                     HashAlgorithm::ripemd160,
                                     HashAlgorithm::sha224,
                                     HashAlgorithm::sha256,
                                     HashAlgorithm::sha384,
                                     HashAlgorithm::sha512,
                                     HashAlgorithm::sha3_256,
                                     HashAlgorithm::sha3_512};
constexpr Curve kCurves[] = {Curve::p256,
                             Curve::p384,
                             Curve::p521,
                             Curve::secp256k1,
                             Curve::brainpool256,
                             Curve::brainpool384,
                             Curve::brainpool512};

const Key& rsa_key() {
    static const Key key = test::make_rsa(1024);
    return key;
}

PublicKey rsa_public(const Key& key) {
    return PublicKey::rsa(part(key, "n"), part(key, "e")).value();
}

TEST(PublicRsa, VerifiesWhatOpensslSignedWithEveryHash) {
    const PublicKey key = rsa_public(rsa_key());
    EXPECT_EQ(key.bits(), 1024U);
    for (const HashAlgorithm hash : kHashes) {
        const std::string text = digest(hash, "text");
        const std::string signature = test::sign(rsa_key(), hash, text);
        EXPECT_TRUE(key.verify_rsa(hash, text, signature)) << to_string(hash);
        EXPECT_TRUE(key.verify_rsa(hash, text, "\0\0"s + signature)) << "zeroes do not count";
        EXPECT_FALSE(key.verify_rsa(hash, digest(hash, "other"), signature));
        for (const HashAlgorithm other : kHashes) {
            EXPECT_EQ(key.verify_rsa(other, text, signature), other == hash);
        }
    }
    EXPECT_TRUE(queue_is_empty());
}

TEST(PublicRsa, RefusesEveryChangedOctet) {
    const PublicKey key = rsa_public(rsa_key());
    const std::string text = digest(HashAlgorithm::sha256, "text");
    const std::string signature = test::sign(rsa_key(), HashAlgorithm::sha256, text);
    with_each_octet_changed(signature, [&](const std::string& bad) {
        EXPECT_FALSE(key.verify_rsa(HashAlgorithm::sha256, text, bad));
        EXPECT_TRUE(queue_is_empty());
    });
    with_each_octet_changed(text, [&](const std::string& bad) {
        EXPECT_FALSE(key.verify_rsa(HashAlgorithm::sha256, bad, signature));
    });
    EXPECT_FALSE(key.verify_rsa(HashAlgorithm::sha256, text, ""));
    EXPECT_FALSE(key.verify_rsa(HashAlgorithm::sha256, text, signature.substr(1)));
    EXPECT_FALSE(key.verify_rsa(HashAlgorithm::sha256, text, "\x01"s + signature));
    EXPECT_FALSE(key.verify_rsa(HashAlgorithm::sha256, text, std::string(128, '\xff')))
        << "not below n";
    EXPECT_FALSE(key.verify_rsa(HashAlgorithm::sha256, text.substr(1), signature));
    EXPECT_FALSE(key.verify_rsa(HashAlgorithm::sha256, "", signature));
    EXPECT_TRUE(queue_is_empty());
    EXPECT_TRUE(key.verify_rsa(HashAlgorithm::sha256, text, signature));
}

TEST(PublicRsa, PadsASignatureThatLostItsZeroes) {
    const PublicKey key = rsa_public(rsa_key());
    int found = 0;
    for (int i = 0; i < 20'000 && found < 2; ++i) {
        const std::string text = digest(HashAlgorithm::sha256, std::to_string(i));
        std::string signature = test::sign(rsa_key(), HashAlgorithm::sha256, text);
        if (signature.front() != '\0') continue;
        ++found;
        EXPECT_TRUE(key.verify_rsa(HashAlgorithm::sha256, text, signature));
        EXPECT_TRUE(key.verify_rsa(HashAlgorithm::sha256, text, signature.substr(1)));
        EXPECT_FALSE(key.verify_rsa(HashAlgorithm::sha256, text, signature.substr(2)));
    }
    EXPECT_EQ(found, 2);
}

// RFC 8017 has one encoding only; an exponent of 3 is what forgeries by laxness need.
TEST(PublicRsa, RefusesForgedPaddings) {
    const Key& key = rsa_key();
    const PublicKey ours = rsa_public(key);
    const std::string text = digest(HashAlgorithm::sha256, "text");
    const std::string info = hex("3031300d060960864801650304020105000420") + text;
    const std::string no_null = hex("302f300b0609608648016503040201") + hex("0420") + text;
    const auto signed_as = [&](const std::string& padded) {
        const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
        EVP_PKEY_decrypt_init(context.get());
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING);
        std::string out(128, '\0');
        std::size_t size = out.size();
        EVP_PKEY_decrypt(context.get(), octets(out.data()), &size, octets(padded), padded.size());
        return out;
    };
    const auto filled = [](const std::string& tail, char type, char filling) {
        return "\0"s + type + std::string(125 - tail.size(), filling) + "\0"s + tail;
    };
    const auto good = [&](const std::string& padded) {
        return ours.verify_rsa(HashAlgorithm::sha256, text, signed_as(padded));
    };
    EXPECT_TRUE(good(filled(info, '\x01', '\xff'))) << "the ways to forge begin at a good one";
    EXPECT_FALSE(good(filled(no_null, '\x01', '\xff')));
    EXPECT_FALSE(good(filled(info, '\x02', '\xff')));
    EXPECT_FALSE(good(filled(info, '\x01', '\x00')));
    EXPECT_FALSE(good(filled(text, '\x01', '\xff')));
    EXPECT_FALSE(good(filled(info + "\0"s, '\x01', '\xff')));
    EXPECT_FALSE(good("\0\x01\xff\xff\xff\xff\xff\xff\xff\xff\0"s + info +
                      std::string(128 - 11 - info.size(), '\0')));
}

TEST(PublicRsa, BoundsItsNumbers) {
    const std::string n = part(rsa_key(), "n");
    const std::string e = part(rsa_key(), "e");
    std::string even = n;
    even.back() = static_cast<char>(even.back() & ~1);
    const auto kind = [](const std::string& modulus, const std::string& exponent) {
        const auto key = PublicKey::rsa(modulus, exponent);
        return key ? ErrorKind::internal : key.error().kind();
    };
    EXPECT_EQ(kind(n, e), ErrorKind::internal);
    EXPECT_EQ(kind("\0\0"s + n, "\0"s + e), ErrorKind::internal);
    EXPECT_EQ(kind(n, "\xff\xff\xff\xff"), ErrorKind::internal);
    EXPECT_EQ(kind(n, "\x03"), ErrorKind::internal);
    EXPECT_EQ(kind("\xff"s + std::string(2046, '\x01') + "\xff", e), ErrorKind::internal);
    EXPECT_EQ(kind(std::string(64, '\xff'), e), ErrorKind::internal);
    EXPECT_EQ(kind(even, e), ErrorKind::malformed);
    EXPECT_EQ(kind("", e), ErrorKind::malformed);
    EXPECT_EQ(kind(std::string(63, '\xff'), e), ErrorKind::malformed);
    EXPECT_EQ(kind("\x01"s + std::string(2048, '\xff'), e), ErrorKind::malformed);
    EXPECT_EQ(kind(n, ""), ErrorKind::malformed);
    EXPECT_EQ(kind(n, "\0"s), ErrorKind::malformed);
    EXPECT_EQ(kind(n, "\x01"), ErrorKind::malformed);
    EXPECT_EQ(kind(n, "\x02"), ErrorKind::malformed);
    EXPECT_EQ(kind(n, "\x01\x00\x00\x00\x01"s), ErrorKind::malformed);
    EXPECT_TRUE(queue_is_empty());
    const auto small = PublicKey::rsa(std::string(64, '\xff'), e).value();
    EXPECT_FALSE(small.verify_rsa(HashAlgorithm::sha512, std::string(64, 'd'), "s"))
        << "the digest does not fit into the modulus";
}

TEST(PublicEc, VerifiesWhatOpensslSigned) {
    for (const Curve curve : kCurves) {
        const Key made = test::make_ec(curve);
        const PublicKey key = PublicKey::ec(curve, test::ec_point(made)).value();
        EXPECT_EQ(key.bits(), bits(curve));
        for (const HashAlgorithm hash : kHashes) {
            const std::string text = digest(hash, "text");
            const auto [r, s] = test::numbers(test::sign(made, hash, text));
            EXPECT_TRUE(key.verify_dsa(text, r, s)) << test::curve_name(curve) << to_string(hash);
            EXPECT_TRUE(key.verify_dsa(text, "\0"s + r, "\0\0"s + s));
            EXPECT_FALSE(key.verify_dsa(text, s, r));
            EXPECT_FALSE(key.verify_dsa(digest(hash, "other"), r, s));
        }
    }
    EXPECT_TRUE(queue_is_empty());
}

TEST(PublicEc, RefusesEveryChangedOctet) {
    for (const Curve curve : {Curve::p256, Curve::p521, Curve::brainpool256}) {
        const Key made = test::make_ec(curve);
        const PublicKey key = PublicKey::ec(curve, test::ec_point(made)).value();
        const std::string text = digest(HashAlgorithm::sha256, "text");
        const auto [r, s] = test::numbers(test::sign(made, HashAlgorithm::sha256, text));
        with_each_octet_changed(r, [&](const std::string& bad) {
            EXPECT_FALSE(key.verify_dsa(text, bad, s));
            EXPECT_TRUE(queue_is_empty());
        });
        with_each_octet_changed(
            s, [&](const std::string& bad) { EXPECT_FALSE(key.verify_dsa(text, r, bad)); });
        for (const std::string& odd : {""s,
                                       "\0"s,
                                       std::string(field_size(curve), '\0'),
                                       std::string(field_size(curve), '\xff'),
                                       std::string(127, '\xff'),
                                       std::string(128, '\xff'),
                                       std::string(5000, '\xff')}) {
            EXPECT_FALSE(key.verify_dsa(text, odd, s));
            EXPECT_FALSE(key.verify_dsa(text, r, odd));
            EXPECT_FALSE(key.verify_dsa(text, odd, odd));
        }
        EXPECT_FALSE(key.verify_dsa("", r, s));
        EXPECT_TRUE(queue_is_empty());
        EXPECT_TRUE(key.verify_dsa(text, r, s));
    }
}

TEST(PublicEc, TakesPointsOnTheCurveOnly) {
    for (const Curve curve : kCurves) {
        const std::string point = test::ec_point(test::make_ec(curve));
        const auto refused = [&](const std::string& bad) {
            const auto key = PublicKey::ec(curve, bad);
            return !key && key.error().kind() == ErrorKind::malformed && queue_is_empty();
        };
        EXPECT_EQ(point.size(), 1 + 2 * field_size(curve));
        EXPECT_TRUE(PublicKey::ec(curve, point));
        with_each_octet_changed(point, [&](const std::string& bad) {
            EXPECT_TRUE(refused(bad)) << test::curve_name(curve);
        });
        EXPECT_TRUE(refused(""));
        EXPECT_TRUE(refused("\0"s)) << "infinity";
        EXPECT_TRUE(refused(std::string(point.size(), '\0')));
        EXPECT_TRUE(refused("\x04"s + std::string(point.size() - 1, '\0')));
        EXPECT_TRUE(refused("\x04"s + std::string(point.size() - 1, '\xff')));
        EXPECT_TRUE(refused("\x06"s + point.substr(1))) << "hybrid";
        EXPECT_TRUE(refused("\x07"s + point.substr(1)));
        EXPECT_TRUE(refused("\x02"s + point.substr(1, field_size(curve)))) << "compressed";
        EXPECT_TRUE(refused(point.substr(0, point.size() - 1)));
        EXPECT_TRUE(refused(point + "\0"s));
    }
}

TEST(PublicDsa, VerifiesWhatOpensslSigned) {
    for (const auto& [p_bits, q_bits] : {std::pair{1024, 160}, {1024, 224}, {1024, 256}}) {
        const Key made = test::make_dsa(p_bits, q_bits);
        const PublicKey key =
            PublicKey::dsa(part(made, "p"), part(made, "q"), part(made, "g"), part(made, "pub"))
                .value();
        EXPECT_EQ(key.bits(), static_cast<std::size_t>(p_bits));
        for (const HashAlgorithm hash : kHashes) {
            const std::string text = digest(hash, "text");
            const auto [r, s] = test::numbers(test::sign(made, hash, text));
            EXPECT_TRUE(key.verify_dsa(text, r, s)) << q_bits << to_string(hash);
            EXPECT_FALSE(key.verify_dsa(digest(hash, "other"), r, s));
        }
        const std::string text = digest(HashAlgorithm::sha256, "text");
        const auto [r, s] = test::numbers(test::sign(made, HashAlgorithm::sha256, text));
        const auto& first = r;
        const auto& second = s;
        with_each_octet_changed(r, [&](const std::string& bad) {
            EXPECT_FALSE(key.verify_dsa(text, bad, second));
            EXPECT_TRUE(queue_is_empty());
        });
        with_each_octet_changed(
            s, [&](const std::string& bad) { EXPECT_FALSE(key.verify_dsa(text, first, bad)); });
        EXPECT_FALSE(key.verify_dsa(text, "", s));
        EXPECT_FALSE(key.verify_dsa(text, "\0"s, s));
        EXPECT_TRUE(queue_is_empty());
    }
}

TEST(PublicDsa, BoundsItsNumbers) {
    const Key made = test::make_dsa(1024, 160);
    const std::string p = part(made, "p");
    const std::string q = part(made, "q");
    const std::string g = part(made, "g");
    const std::string y = part(made, "pub");
    std::string last = p;  // p - 1, p being odd
    last.back() = static_cast<char>(last.back() - 1);
    const auto refused = [](const auto&... parts) {
        const auto key = PublicKey::dsa(parts...);
        return !key && key.error().kind() == ErrorKind::malformed && queue_is_empty();
    };
    EXPECT_FALSE(refused(p, q, g, y));
    for (const std::string& odd : {""s, "\0"s, "\x01"s, p, last, "\x01"s + p}) {
        EXPECT_TRUE(refused(p, q, odd, y));
        EXPECT_TRUE(refused(p, q, g, odd));
    }
    EXPECT_TRUE(refused(p, p, g, y));
    EXPECT_TRUE(refused(p, q.substr(1), g, y));
    EXPECT_TRUE(refused(last, q, g, y));
    EXPECT_TRUE(refused(std::string(513, '\xff'), q, g, y));
    EXPECT_TRUE(refused(std::string(63, '\xff'), q, g, y));
    EXPECT_TRUE(refused("", "", "", ""));
}

struct EddsaCase {
    RawKind kind;
    std::string_view secret, key, message, signature;
};
// RFC 8032, sections 7.1 and 7.4.
constexpr EddsaCase kEddsaCases[] = {
    {RawKind::ed25519,
     "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
     "b46bd25bf5f0595bbe24655141438e7a100b"},
    {RawKind::ed25519,
     "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
     "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
     "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {RawKind::ed25519,
     "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
     "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
     "c6594a7c15e9716ed28dc027beceea1ec40a"},
    {RawKind::ed448,
     "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b9449"
     "2f8f032e7549a20098f95b",
     "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e5"
     "0f6cd1fa1abeafe8256180",
     "",
     "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd4"
     "7d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a1"
     "13a0f4dbb61149f05a7363268c71d95808ff2e652600"},
    {RawKind::ed448,
     "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463afbea67c5e8d2877c5e3bc397a659"
     "949ef8021e954e0a12274e",
     "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82"
     "169c235160627b4c3a9480",
     "03",
     "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccd"
     "f633fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1"
     "953d2a0ff3348ab21aa4adafd1d234441cf807c03a00"},
};

TEST(PublicEddsa, MatchesRfc8032) {
    for (const auto& c : kEddsaCases) {
        const PublicKey key = PublicKey::raw(c.kind, hex(c.key)).value();
        const PrivateKey secret = PrivateKey::raw(c.kind, hex(c.key), hex(c.secret)).value();
        EXPECT_EQ(to_hex(secret.sign_eddsa(hex(c.message))), c.signature);
        for (int i = 0; i < 3; ++i)
            EXPECT_TRUE(key.verify_eddsa(hex(c.message), hex(c.signature)));
        EXPECT_FALSE(key.verify_eddsa(hex(c.message) + "x", hex(c.signature)));
        with_each_octet_changed(hex(c.signature), [&](const std::string& bad) {
            EXPECT_FALSE(key.verify_eddsa(hex(c.message), bad));
            EXPECT_TRUE(queue_is_empty());
        });
        EXPECT_FALSE(key.verify_eddsa(hex(c.message), hex(c.signature).substr(1)));
        EXPECT_FALSE(key.verify_eddsa(hex(c.message), hex(c.signature) + "\0"s));
        EXPECT_FALSE(key.verify_eddsa(hex(c.message), ""));
        EXPECT_TRUE(key.verify_eddsa(hex(c.message), hex(c.signature)));
    }
}

TEST(PublicEddsa, RefusesASignatureMovedByTheOrder) {
    // S + L is the same number modulo the order, and RFC 8032 section 5.1.7 refuses it.
    const auto& c = kEddsaCases[1];
    const PublicKey key = PublicKey::raw(c.kind, hex(c.key)).value();
    std::string moved = hex(c.signature);
    const std::string order =
        hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        carry += static_cast<unsigned char>(moved[32 + i]) + static_cast<unsigned char>(order[i]);
        moved[32 + i] = static_cast<char>(carry & 0xffU);
        carry >>= 8U;
    }
    EXPECT_FALSE(key.verify_eddsa(hex(c.message), moved));
    EXPECT_TRUE(queue_is_empty());
}

TEST(PublicRaw, TakesKeysOfTheirLengthOnly) {
    for (const RawKind kind : {RawKind::ed25519, RawKind::ed448, RawKind::x25519, RawKind::x448}) {
        for (const std::size_t size : {0U, 1U, 31U, 33U, 55U, 58U, 64U}) {
            EXPECT_EQ(PublicKey::raw(kind, std::string(size, 'k')).error().kind(),
                      ErrorKind::malformed);
        }
        EXPECT_TRUE(PublicKey::raw(kind, std::string(raw_key_size(kind), 'k')));
    }
    EXPECT_TRUE(queue_is_empty());
}

TEST(PublicKey, OfAnotherKindIsANo) {
    const PublicKey rsa = rsa_public(rsa_key());
    const PublicKey ec =
        PublicKey::ec(Curve::p256, test::ec_point(test::make_ec(Curve::p256))).value();
    const PublicKey ed = PublicKey::raw(RawKind::ed25519, hex(kEddsaCases[0].key)).value();
    const PublicKey x = PublicKey::raw(RawKind::x25519, std::string(32, 'k')).value();
    const std::string text = digest(HashAlgorithm::sha256, "text");
    for (const PublicKey* key : {&ec, &ed, &x})
        EXPECT_FALSE(key->verify_rsa(HashAlgorithm::sha256, text, std::string(128, 's')));
    for (const PublicKey* key : {&rsa, &ed, &x})
        EXPECT_FALSE(key->verify_dsa(text, std::string(32, 'r'), std::string(32, 's')));
    for (const PublicKey* key : {&rsa, &ec, &x}) {
        EXPECT_FALSE(key->verify_eddsa(text, std::string(64, 's')));
        EXPECT_FALSE(key->verify_eddsa(text, ""));
    }
    EXPECT_TRUE(queue_is_empty());
}

TEST(PublicKey, ServesSeveralThreads) {
    const Key made = test::make_ec(Curve::p256);
    const PublicKey ec = PublicKey::ec(Curve::p256, test::ec_point(made)).value();
    const PublicKey rsa = rsa_public(rsa_key());
    const PublicKey ed = PublicKey::raw(RawKind::ed25519, hex(kEddsaCases[1].key)).value();
    const std::string text = digest(HashAlgorithm::sha256, "text");
    const std::string by_rsa = test::sign(rsa_key(), HashAlgorithm::sha256, text);
    const std::string by_ed = hex(kEddsaCases[1].signature);
    const auto by_ec = test::numbers(test::sign(made, HashAlgorithm::sha256, text));
    std::vector<std::thread> threads;
    std::vector<int> right(7);
    threads.reserve(right.size());
    for (std::size_t t = 0; t < right.size(); ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                const bool bad = i % 5 == 0;
                const std::string& signed_text = bad ? by_rsa.substr(0, 32) : text;
                right[t] += rsa.verify_rsa(HashAlgorithm::sha256, signed_text, by_rsa) != bad;
                right[t] += ec.verify_dsa(signed_text, by_ec.first, by_ec.second) != bad;
                right[t] += ed.verify_eddsa(bad ? "no" : "\x72", by_ed) != bad;
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    for (const int count : right)
        EXPECT_EQ(count, 150);
}

}  // namespace
}  // namespace sealgate::crypto
