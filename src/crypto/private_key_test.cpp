// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "crypto/public_key.h"
#include "crypto/test_keys.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace sealgate::crypto {
namespace {

using namespace std::string_literals;
using test::part;
using test::RsaParts;
using test::with_each_octet_changed;

std::string hex(std::string_view text) {
    return from_hex(text).value();
}

bool queue_is_empty() {
    return ERR_peek_error() == 0;
}

const Key& rsa_key() {
    static const Key key = test::make_rsa(1024);
    return key;
}

Result<PrivateKey> rsa_private(const RsaParts& parts) {
    return PrivateKey::rsa(parts.n, parts.e, parts.d, parts.p, parts.q, parts.u);
}

TEST(PrivateRsa, DecryptsWhatOpensslEncrypted) {
    const PrivateKey key = rsa_private(test::rsa_parts(rsa_key())).value();
    for (const std::size_t size : {0U, 1U, 35U, 117U}) {
        const std::string clear(size, 'c');
        const std::string sealed = test::encrypt_rsa(rsa_key(), clear, RSA_PKCS1_PADDING);
        EXPECT_EQ(key.decrypt_rsa(sealed).value().view(), clear);
        EXPECT_EQ(key.decrypt_rsa("\0"s + sealed).value().view(), clear);
    }
    EXPECT_TRUE(queue_is_empty());
}

TEST(PrivateRsa, PadsACiphertextThatLostItsZeroes) {
    const PrivateKey key = rsa_private(test::rsa_parts(rsa_key())).value();
    int found = 0;
    for (int i = 0; i < 20'000 && found < 2; ++i) {
        const std::string sealed = test::encrypt_rsa(rsa_key(), "clear", RSA_PKCS1_PADDING);
        if (sealed.front() != '\0') continue;
        ++found;
        EXPECT_EQ(key.decrypt_rsa(sealed.substr(1)).value().view(), "clear");
    }
    EXPECT_EQ(found, 2);
}

TEST(PrivateRsa, RefusesWrongPaddings) {
    const PrivateKey key = rsa_private(test::rsa_parts(rsa_key())).value();
    const auto decrypted = [&](const std::string& padded) {
        return key.decrypt_rsa(test::encrypt_rsa(rsa_key(), padded, RSA_NO_PADDING));
    };
    const auto refused = [&](const std::string& padded) {
        const auto found = decrypted(padded);
        return !found && found.error().kind() == ErrorKind::malformed && queue_is_empty();
    };
    const std::string filling(119, 'f');
    EXPECT_EQ(decrypted("\0\x02"s + filling + "\0clear!"s).value().view(), "clear!");
    EXPECT_TRUE(refused("\x01\x02"s + filling + "\0clear!"s));
    EXPECT_TRUE(refused("\0\x01"s + filling + "\0clear!"s));
    EXPECT_TRUE(refused("\0\x03"s + filling + "\0clear!"s));
    EXPECT_TRUE(refused("\0\x02"s + filling + "clearer"s)) << "no end of the filling";
    EXPECT_TRUE(refused("\0\x02"s + "fffffff\0"s + std::string(118, 'c'))) << "7 octets of filling";
    EXPECT_EQ(decrypted("\0\x02"s + "ffffffff\0"s + std::string(117, 'c')).value().size(), 117U);
    EXPECT_TRUE(refused(std::string(128, '\0')));
    EXPECT_TRUE(refused(std::string(127, '\0') + "\x01"));
}

TEST(PrivateRsa, RefusesWhatIsNoCiphertext) {
    const PrivateKey key = rsa_private(test::rsa_parts(rsa_key())).value();
    const std::string n = part(rsa_key(), "n");
    for (const std::string& sealed : {""s, "\0"s, n, std::string(128, '\xff'), "\x01"s + n}) {
        EXPECT_EQ(key.decrypt_rsa(sealed).error().kind(), ErrorKind::malformed);
        EXPECT_TRUE(queue_is_empty());
    }
}

TEST(PrivateRsa, FindsPartsThatDoNotBelongTogether) {
    const RsaParts good = test::rsa_parts(rsa_key());
    const RsaParts other = test::rsa_parts(test::make_rsa(1024));
    ASSERT_TRUE(rsa_private(good));
    const auto refused = [&](std::string RsaParts::* which, const std::string& value) {
        RsaParts parts = good;
        parts.*which = value;
        const auto key = rsa_private(parts);
        return !key && key.error().kind() == ErrorKind::malformed && queue_is_empty();
    };
    for (const auto which :
         {&RsaParts::n, &RsaParts::d, &RsaParts::p, &RsaParts::q, &RsaParts::u}) {
        EXPECT_TRUE(refused(which, other.*which));
        EXPECT_TRUE(refused(which, ""));
        EXPECT_TRUE(refused(which, "\x01"));
        EXPECT_TRUE(refused(which, "\xff"s + good.n));
        for (const std::size_t at : {0UL, (good.*which).size() / 2, (good.*which).size() - 1}) {
            std::string bad = good.*which;
            bad[at] = static_cast<char>(bad[at] ^ 2);
            EXPECT_TRUE(refused(which, bad));
        }
    }
    EXPECT_TRUE(refused(&RsaParts::e, "\x03"));
    EXPECT_TRUE(refused(&RsaParts::e, "\x01"));
    RsaParts swapped = good;
    std::swap(swapped.p, swapped.q);
    EXPECT_FALSE(rsa_private(swapped)) << "u is of the other order";
    RsaParts whole = good;
    whole.p = good.n;
    whole.q = "\x01";
    EXPECT_FALSE(rsa_private(whole));
}

TEST(PrivateEc, AgreesAsOpensslDoes) {
    for (const Curve curve : {Curve::p256,
                              Curve::p384,
                              Curve::p521,
                              Curve::secp256k1,
                              Curve::brainpool256,
                              Curve::brainpool384,
                              Curve::brainpool512}) {
        const Key ours = test::make_ec(curve);
        const Key peer = test::make_ec(curve);
        const PrivateKey key =
            PrivateKey::ec(curve, test::ec_point(ours), part(ours, "priv")).value();
        const PrivateKey back =
            PrivateKey::ec(curve, test::ec_point(peer), "\0"s + part(peer, "priv")).value();
        const PublicKey to = PublicKey::ec(curve, test::ec_point(peer)).value();
        const PublicKey from = PublicKey::ec(curve, test::ec_point(ours)).value();

        const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, ours.get(), nullptr));
        std::string expected(field_size(curve), '\0');
        std::size_t size = expected.size();
        ASSERT_EQ(EVP_PKEY_derive_init(context.get()), 1);
        ASSERT_EQ(EVP_PKEY_derive_set_peer(context.get(), peer.get()), 1);
        ASSERT_EQ(EVP_PKEY_derive(context.get(), octets(expected.data()), &size), 1);
        EXPECT_EQ(key.agree(to).value().view(), expected);
        EXPECT_EQ(back.agree(from).value().view(), expected);
        EXPECT_EQ(key.agree(to).value().view(), expected);
    }
}

TEST(PrivateEc, RefusesScalarsAndPointsThatDoNotBelongTogether) {
    for (const Curve curve : {Curve::p256, Curve::p521, Curve::brainpool384}) {
        const Key made = test::make_ec(curve);
        const std::string point = test::ec_point(made);
        const std::string scalar = part(made, "priv");
        const std::string order = part(made, "order");
        const auto refused = [&](const std::string& p, const std::string& s) {
            const auto key = PrivateKey::ec(curve, p, s);
            return !key && key.error().kind() == ErrorKind::malformed && queue_is_empty();
        };
        EXPECT_FALSE(refused(point, scalar));
        EXPECT_TRUE(refused(test::ec_point(test::make_ec(curve)), scalar));
        EXPECT_TRUE(refused(point, ""));
        EXPECT_TRUE(refused(point, "\0"s));
        EXPECT_TRUE(refused(point, "\x01"));
        EXPECT_TRUE(refused(point, order));
        EXPECT_TRUE(refused(point, std::string(field_size(curve), '\xff')));
        EXPECT_TRUE(refused(point, "\x01"s + scalar));
        const Number sum(BN_new());
        BN_add(sum.get(),
               Number(BN_bin2bn(octets(scalar), static_cast<int>(scalar.size()), nullptr)).get(),
               Number(BN_bin2bn(octets(order), static_cast<int>(order.size()), nullptr)).get());
        EXPECT_TRUE(refused(point, test::number_octets(sum.get()))) << "the same modulo the order";
        std::string bad = point;
        bad.back() = static_cast<char>(bad.back() ^ 1);
        EXPECT_TRUE(refused(bad, scalar));
        EXPECT_TRUE(refused("", scalar));
    }
}

struct AgreeCase {
    RawKind kind;
    std::string_view secret, key, peer_secret, peer_key, shared;
};
// RFC 7748, section 6.
constexpr AgreeCase kAgreeCases[] = {
    {RawKind::x25519,
     "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
    {RawKind::x448,
     "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127"
     "ab1d9ac2d8c0a598726b",
     "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da8812"
     "0d53177f80e532c41fa0",
     "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b09"
     "d1b0366f10b65173992d",
     "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec"
     "3dae07bdc1c67bf33609",
     "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085"
     "d59a449a5037514a879d"},
};

TEST(PrivateRaw, AgreesAsRfc7748Says) {
    for (const auto& c : kAgreeCases) {
        const auto key = PrivateKey::raw(c.kind, hex(c.key), hex(c.secret)).value();
        const auto peer = PrivateKey::raw(c.kind, hex(c.peer_key), hex(c.peer_secret)).value();
        const auto to = PublicKey::raw(c.kind, hex(c.peer_key)).value();
        const auto from = PublicKey::raw(c.kind, hex(c.key)).value();
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(to_hex(key.agree(to).value().view()), c.shared);
            EXPECT_EQ(to_hex(peer.agree(from).value().view()), c.shared);
        }
    }
}

TEST(PrivateRaw, RefusesPointsOfLowOrder) {
    // The list of https://cr.yp.to/ecdh.html, and for X448 those of RFC 7748's field.
    const std::string_view of_25519[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    const auto& c = kAgreeCases[0];
    const auto key = PrivateKey::raw(c.kind, hex(c.key), hex(c.secret)).value();
    const auto good = PublicKey::raw(c.kind, hex(c.peer_key)).value();
    for (const std::string_view point : of_25519) {
        const auto peer = PublicKey::raw(c.kind, hex(point)).value();
        EXPECT_EQ(key.agree(peer).error().kind(), ErrorKind::malformed) << point;
        EXPECT_TRUE(queue_is_empty());
        EXPECT_TRUE(key.agree(good)) << "a refusal changes nothing";
    }
    const auto& d = kAgreeCases[1];
    const auto key_448 = PrivateKey::raw(d.kind, hex(d.key), hex(d.secret)).value();
    const std::string last = "\xfe"s + std::string(27, '\xff') + "\xfe" + std::string(27, '\xff');
    for (const std::string& point :
         {std::string(56, '\0'), "\x01"s + std::string(55, '\0'), last}) {
        const auto peer = PublicKey::raw(d.kind, point).value();
        EXPECT_EQ(key_448.agree(peer).error().kind(), ErrorKind::malformed);
        EXPECT_TRUE(queue_is_empty());
    }
}

TEST(PrivateRaw, RefusesHalvesOfDifferentKeys) {
    for (const RawKind kind : {RawKind::ed25519, RawKind::ed448, RawKind::x25519, RawKind::x448}) {
        const Key made(EVP_PKEY_Q_keygen(nullptr,
                                         nullptr,
                                         kind == RawKind::ed25519  ? "ED25519"
                                         : kind == RawKind::ed448  ? "ED448"
                                         : kind == RawKind::x25519 ? "X25519"
                                                                   : "X448"));
        std::string key(raw_key_size(kind), '\0');
        std::string secret(raw_key_size(kind), '\0');
        std::size_t size = key.size();
        ASSERT_EQ(EVP_PKEY_get_raw_public_key(made.get(), octets(key.data()), &size), 1);
        ASSERT_EQ(EVP_PKEY_get_raw_private_key(made.get(), octets(secret.data()), &size), 1);
        EXPECT_TRUE(PrivateKey::raw(kind, key, secret));
        const auto refused = [&](const std::string& k, const std::string& s) {
            const auto found = PrivateKey::raw(kind, k, s);
            return !found && found.error().kind() == ErrorKind::malformed && queue_is_empty();
        };
        with_each_octet_changed(key,
                                [&](const std::string& bad) { EXPECT_TRUE(refused(bad, secret)); });
        EXPECT_TRUE(refused(key.substr(1), secret));
        EXPECT_TRUE(refused(key, secret.substr(1)));
        EXPECT_TRUE(refused(key, secret + "s"));
        EXPECT_TRUE(refused("", ""));
    }
}

TEST(PrivateKey, AgreesOnlyWithKeysOfItsCurve) {
    const Key made = test::make_ec(Curve::p256);
    const auto ec = PrivateKey::ec(Curve::p256, test::ec_point(made), part(made, "priv")).value();
    const auto& c = kAgreeCases[0];
    const auto x = PrivateKey::raw(c.kind, hex(c.key), hex(c.secret)).value();
    const auto rsa = rsa_private(test::rsa_parts(rsa_key())).value();
    const auto other =
        PublicKey::ec(Curve::brainpool256, test::ec_point(test::make_ec(Curve::brainpool256)))
            .value();
    const auto same = PublicKey::ec(Curve::p256, test::ec_point(made)).value();
    const auto ed = PublicKey::raw(RawKind::ed25519, hex(c.key)).value();
    const auto x448 = PublicKey::raw(RawKind::x448, hex(kAgreeCases[1].key)).value();
    const auto rsa_peer = PublicKey::rsa(part(rsa_key(), "n"), part(rsa_key(), "e")).value();
    for (const PublicKey* peer : {&other, &ed, &x448, &rsa_peer}) {
        for (const PrivateKey* key : {&ec, &x, &rsa})
            EXPECT_EQ(key->agree(*peer).error().kind(), ErrorKind::malformed);
    }
    EXPECT_EQ(x.agree(same).error().kind(), ErrorKind::malformed);
    EXPECT_TRUE(ec.agree(same));
    EXPECT_TRUE(queue_is_empty());
}

TEST(PrivateKey, ServesSeveralThreads) {
    const PrivateKey rsa = rsa_private(test::rsa_parts(rsa_key())).value();
    const std::string sealed = test::encrypt_rsa(rsa_key(), "clear", RSA_PKCS1_PADDING);
    const auto& c = kAgreeCases[0];
    const auto key = PrivateKey::raw(c.kind, hex(c.key), hex(c.secret)).value();
    const auto peer = PublicKey::raw(c.kind, hex(c.peer_key)).value();
    const auto low = PublicKey::raw(c.kind, std::string(32, '\0')).value();
    std::vector<std::thread> threads;
    std::vector<int> right(7);
    threads.reserve(right.size());
    for (std::size_t t = 0; t < right.size(); ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 30; ++i) {
                right[t] += rsa.decrypt_rsa(sealed).value().view() == "clear";
                right[t] += !rsa.decrypt_rsa("x").has_value();
                right[t] += to_hex(key.agree(peer).value().view()) == c.shared;
                right[t] += !key.agree(low).has_value();
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    for (const int count : right)
        EXPECT_EQ(count, 120);
}

}  // namespace
}  // namespace sealgate::crypto
