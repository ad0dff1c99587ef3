#pragma once
// SPDX-License-Identifier: Apache-2.0
// Makes messages for tests, good ones and ones that no honest program would write. It encrypts,
// compresses and frames on its own and shares only the cryptographic library with what it tests.
// Everything follows from its arguments: the same call gives the same octets.
//
//   const std::string inner = literal("text");
//   const SessionKey key = session_key(kAes256, "label");
//   const std::string message = pkesk(subkey, key) + seipd1(key, inner);

#include "crypto/aead_mode.h"
#include "crypto/block_cipher.h"
#include "crypto/digest.h"
#include "crypto/key_derivation.h"
#include "crypto/public_key.h"
#include "openpgp/algorithms.h"
#include "openpgp/holding.h"
#include "openpgp/message.h"
#include "openpgp/secret_key.h"
#include "openpgp/session_key.h"
#include "openpgp/test_forge.h"

#include <bzlib.h>
#include <zlib.h>

namespace sealgate::openpgp::test {

inline constexpr std::uint8_t kTripleDes = 2;
inline constexpr std::uint8_t kAes128 = 7;
inline constexpr std::uint8_t kAes192 = 8;
inline constexpr std::uint8_t kAes256 = 9;
inline constexpr std::uint8_t kEax = 1;
inline constexpr std::uint8_t kOcb = 2;
inline constexpr std::uint8_t kGcm = 3;
inline constexpr std::uint8_t kZip = 1;
inline constexpr std::uint8_t kZlib = 2;
inline constexpr std::uint8_t kBzip2 = 3;

// Octets that look like chance and are always the same.
inline std::string noise(std::size_t size, std::uint32_t seed = 1) {
    std::string out(size, '\0');
    for (char& c : out) {
        seed = seed * 1664525U + 1013904223U;
        c = static_cast<char>(seed >> 24U);
    }
    return out;
}

// ---- packets ----

inline std::string new_tag(Tag tag) {
    return octet(0xC0U | static_cast<unsigned>(tag));
}

// In parts: one of 2^first octets, then such of 2^later, and what is left with its length.
inline std::string in_parts(Tag tag, std::string_view body, unsigned first, unsigned later) {
    std::string out = new_tag(tag);
    for (unsigned exponent = first; body.size() >= std::size_t{1} << exponent; exponent = later) {
        const std::size_t size = std::size_t{1} << exponent;
        out += octet(0xE0U | exponent);
        out += body.substr(0, size);
        body.remove_prefix(size);
    }
    std::string rest;
    put_packet(rest, tag, body);
    return out.append(rest, 1);
}

// Legacy formats, for types below 16: until the end of the input, or with a length of 1, 2 or 4
// octets.
inline std::string endless(Tag tag, std::string_view body) {
    SG_CHECK(static_cast<unsigned>(tag) < 16);
    return octet(0x83U | static_cast<unsigned>(tag) << 2U).append(body);
}
inline std::string legacy(Tag tag, std::string_view body, unsigned length_octets) {
    SG_CHECK(static_cast<unsigned>(tag) < 16);
    const unsigned kind = length_octets == 1 ? 0 : length_octets == 2 ? 1 : 2;
    std::string out = octet(0x80U | static_cast<unsigned>(tag) << 2U | kind);
    for (unsigned i = length_octets; i-- > 0;)
        out += octet(static_cast<unsigned>(body.size() >> (8U * i)) & 0xFFU);
    return out.append(body);
}

inline std::string marker() {
    return packet(Tag::marker, "PGP");
}

inline std::string literal_body(std::string_view text,
                                std::string_view file_name = "",
                                char format = 'b',
                                Timestamp date = 0) {
    std::string out(1, format);
    out += octet(static_cast<unsigned>(file_name.size()));
    out.append(file_name).append(u32(date)).append(text);
    return out;
}
inline std::string literal(std::string_view text, std::string_view file_name = "") {
    return packet(Tag::literal_data, literal_body(text, file_name));
}

// ---- compression ----

inline std::string compressed_octets(std::uint8_t algorithm, std::string_view octets) {
    if (algorithm == 0) return std::string(octets);
    std::string out(octets.size() + octets.size() / 64 + 1024, '\0');
    // Neither library writes to its input.
    char* const input = const_cast<char*>(octets.data());
    if (algorithm == kBzip2) {
        auto size = static_cast<unsigned>(out.size());
        SG_CHECK(BZ2_bzBuffToBuffCompress(
                     out.data(), &size, input, static_cast<unsigned>(octets.size()), 9, 0, 0) ==
                 BZ_OK);
        out.resize(size);
        return out;
    }
    z_stream stream{};
    SG_CHECK(deflateInit2(&stream,
                          9,
                          Z_DEFLATED,
                          algorithm == kZip ? -MAX_WBITS : MAX_WBITS,
                          8,
                          Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(input);
    stream.avail_in = static_cast<uInt>(octets.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    SG_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}
inline std::string compressed_body(std::uint8_t algorithm, std::string_view octets) {
    return octet(algorithm) + compressed_octets(algorithm, octets);
}
inline std::string compressed(std::uint8_t algorithm, std::string_view octets) {
    return packet(Tag::compressed_data, compressed_body(algorithm, octets));
}

// ---- signatures over documents ----

inline std::string one_pass(const TestKey& signer,
                            SignatureType type = SignatureType::binary,
                            std::uint8_t hash = kSha256,
                            bool last = true) {
    std::string body = octet(signer.version == 6 ? 6 : 3) + octet(static_cast<unsigned>(type)) +
                       octet(hash) + octet(static_cast<unsigned>(signer.algorithm));
    if (signer.version == 6) {
        const std::size_t salt = salt_size_of_hash(hash).value_or(16);
        body += octet(static_cast<unsigned>(salt)) + std::string(salt, 's') + signer.fingerprint();
    } else {
        body += u64(key_id_of(signer.fingerprint()));
    }
    return packet(Tag::one_pass_signature, body + octet(last ? 1 : 0));
}
inline std::string signature_over(const TestKey& signer,
                                  std::string_view text,
                                  SignatureType type = SignatureType::binary) {
    return packet(Tag::signature, Sign(type).by(signer, text));
}
inline std::string signed_message(const TestKey& signer, std::string_view text) {
    return one_pass(signer) + literal(text) + signature_over(signer, text);
}

// ---- session keys ----

inline SessionKey session_key(std::uint8_t cipher, std::string_view label) {
    std::string octets = crypto::digest(crypto::HashAlgorithm::sha256, label);
    octets.resize(crypto::key_size(*cipher_of(cipher)));
    return {cipher, SecretBytes(std::move(octets))};
}
inline SessionKey same(const SessionKey& key) {
    return {key.cipher, SecretBytes(std::string(key.key.view()))};
}

inline std::string sum_of(std::string_view octets) {
    unsigned sum = 0;
    for (const char c : octets)
        sum += static_cast<unsigned char>(c);
    return u16(static_cast<std::uint16_t>(sum & 0xFFFFU));
}
// What RSA and ECDH encrypt: its cipher (version 3), itself, its checksum.
inline std::string with_checksum(const SessionKey& key, int version) {
    return (version == 3 ? octet(key.cipher) : std::string()) + std::string(key.key.view()) +
           sum_of(key.key.view());
}

inline std::string recipient_of(const Key& key, int version, bool anonymous) {
    if (version == 3) return octet(3) + u64(anonymous ? 0 : key.id());
    if (anonymous) return octet(6) + octet(0);
    return octet(6) + octet(static_cast<unsigned>(key.fingerprint().size() + 1)) +
           octet(static_cast<unsigned>(key.version())) + key.fingerprint();
}

// The number that RSA makes of a block of octets, whatever is in it.
inline std::string rsa_raw(const Key& key, std::string_view block) {
    const auto number = [](std::string_view octets) {
        return BN_bin2bn(detail::octets(octets), static_cast<int>(octets.size()), nullptr);
    };
    BIGNUM* const n = number(key.numbers()[0]);
    BIGNUM* const e = number(key.numbers()[1]);
    BIGNUM* const m = number(block);
    BN_CTX* const context = BN_CTX_new();
    std::string out(key.numbers()[0].size(), '\0');
    SG_CHECK(BN_mod_exp(m, m, e, n, context) == 1 &&
             BN_bn2binpad(m, detail::octets(out), static_cast<int>(out.size())) == std::ssize(out));
    for (BIGNUM* one : {n, e, m})
        BN_free(one);
    BN_CTX_free(context);
    return out;
}
// 00 02, octets that are not 0, 00, `clear`: RFC 8017 section 7.2.1.
inline std::string pkcs1_block(const Key& key, std::string_view clear) {
    const std::size_t size = key.numbers()[0].size();
    std::string out("\0\2", 2);
    for (const char c : noise(size - 3 - clear.size(), 7))
        out += c == '\0' ? '\1' : c;
    return (out += '\0').append(clear);
}
inline std::string pkesk_rsa(const Key& key,
                             std::string_view block,
                             int version = 3,
                             bool anonymous = false) {
    return packet(Tag::public_key_session_key,
                  recipient_of(key, version, anonymous) + octet(1) + mpi(rsa_raw(key, block)));
}

// A key agreement with a key that follows from `label`; the ephemeral public key and the secret.
struct Agreement {
    std::string ephemeral;
    std::string secret;
};
inline Agreement agree(const Key& key, std::string_view label) {
    const TestKey made = TestKey::x25519_v6(label);
    const auto own =
        crypto::PrivateKey::raw(crypto::RawKind::x25519, made.numbers, made.secret_numbers);
    SG_CHECK(own && key.crypto_key() != nullptr);
    const auto secret = own->agree(*key.crypto_key());
    SG_CHECK(secret.has_value());
    return {made.numbers, std::string(secret->view())};
}

// `clear`: what ECDH is to wrap, before its padding to 8 octets.
inline std::string ecdh_wrapped(const Key& key, const std::string& secret, std::string clear) {
    std::string input = u32(1) + secret + std::string(key.curve_oid()) + octet(18) + octet(3) +
                        octet(1) + octet(key.ecdh().hash) + octet(key.ecdh().cipher) +
                        "Anonymous Sender    " + key.fingerprint();
    std::string wrapper = crypto::digest(*hash_of(key.ecdh().hash), input);
    wrapper.resize(crypto::key_size(*cipher_of(key.ecdh().cipher)));
    const std::size_t pad = 8 - clear.size() % 8;
    clear.append(pad, static_cast<char>(pad));
    auto wrapped = crypto::aes_key_wrap(wrapper, clear);
    SG_CHECK(wrapped.has_value());
    return *std::move(wrapped);
}
inline std::string x25519_wrapped(const Key& key,
                                  const Agreement& agreement,
                                  std::string_view clear) {
    const SecretBytes wrapper =
        crypto::hkdf(crypto::HashAlgorithm::sha256,
                     agreement.ephemeral + std::string(key.numbers()[0]) + agreement.secret,
                     {},
                     "OpenPGP X25519",
                     16);
    auto wrapped = crypto::aes_key_wrap(wrapper.view(), clear);
    SG_CHECK(wrapped.has_value());
    return *std::move(wrapped);
}

// With RSA, ECDH over Curve25519Legacy, or X25519.
inline std::string pkesk(const Key& key,
                         const SessionKey& session_key,
                         int version = 3,
                         bool anonymous = false) {
    const std::string clear = with_checksum(session_key, version);
    if (key.algorithm() == PublicKeyAlgorithm::rsa) {
        return pkesk_rsa(key, pkcs1_block(key, clear), version, anonymous);
    }
    const Agreement agreement = agree(key, "ephemeral");
    std::string body =
        recipient_of(key, version, anonymous) + octet(static_cast<unsigned>(key.algorithm()));
    if (key.algorithm() == PublicKeyAlgorithm::ecdh) {
        const std::string wrapped = ecdh_wrapped(key, agreement.secret, clear);
        body += mpi("\x40" + agreement.ephemeral) + octet(static_cast<unsigned>(wrapped.size())) +
                wrapped;
    } else {
        std::string wrapped = x25519_wrapped(key, agreement, session_key.key.view());
        if (version == 3) wrapped.insert(0, octet(session_key.cipher));
        body += agreement.ephemeral + octet(static_cast<unsigned>(wrapped.size())) + wrapped;
    }
    return packet(Tag::public_key_session_key, body);
}

// An iterated and salted S2K with SHA2-256; 96 gives 65,536 octets.
inline std::string iterated_s2k(std::uint8_t coded_count = 96) {
    return octet(3) + octet(kSha256) + "saltsalt" + octet(coded_count);
}
inline std::string argon2_s2k(std::uint8_t passes, std::uint8_t lanes, std::uint8_t exponent) {
    return octet(4) + std::string(16, 'a') + octet(passes) + octet(lanes) + octet(exponent);
}
inline SecretBytes derived(const std::string& s2k, std::string_view passphrase, std::size_t size) {
    OctetReader in(s2k);
    const auto read = S2k::parse(in);
    SG_CHECK(read.has_value());
    auto key = read->derive(passphrase, size);
    SG_CHECK(key.has_value());
    return *std::move(key);
}

inline std::string cfb(std::uint8_t cipher, std::string_view key, std::string_view clear) {
    auto encryptor = crypto::CfbEncryptor::create(
        *cipher_of(cipher), key, std::string(crypto::block_size(*cipher_of(cipher)), '\0'));
    SG_CHECK(encryptor.has_value());
    std::string out(clear.size(), '\0');
    encryptor->update(clear, out.data());
    return out;
}
inline std::string sealed(std::uint8_t cipher,
                          std::uint8_t aead,
                          std::string_view key,
                          std::string_view nonce,
                          std::string_view associated,
                          std::string_view clear) {
    auto made = crypto::AeadCipher::create(*aead_of(aead), *cipher_of(cipher), key);
    SG_CHECK(made.has_value());
    std::string out;
    made->seal(nonce, associated, clear, out);
    return out;
}

// Version 4; a null `session_key` takes what the S2K gives.
inline std::string skesk4(std::string_view passphrase,
                          const SessionKey* session_key,
                          std::uint8_t cipher = kAes256,
                          const std::string& s2k = iterated_s2k()) {
    std::string body = octet(4) + octet(cipher) + s2k;
    if (session_key != nullptr) {
        const SecretBytes key = derived(s2k, passphrase, crypto::key_size(*cipher_of(cipher)));
        body += cfb(
            cipher, key.view(), octet(session_key->cipher) + std::string(session_key->key.view()));
    }
    return packet(Tag::symmetric_key_session_key, body);
}
// Version 6, or 5 of LibrePGP.
inline std::string skesk_aead(int version,
                              std::string_view passphrase,
                              const SessionKey& session_key,
                              std::uint8_t cipher = kAes256,
                              std::uint8_t aead = kOcb,
                              const std::string& s2k = iterated_s2k()) {
    const std::size_t size = crypto::key_size(*cipher_of(cipher));
    const std::string context =
        octet(0xC3) + octet(static_cast<unsigned>(version)) + octet(cipher) + octet(aead);
    SecretBytes key = derived(s2k, passphrase, size);
    if (version == 6) {
        key = crypto::hkdf(crypto::HashAlgorithm::sha256, key.view(), {}, context, size);
    }
    const std::string nonce(crypto::nonce_size(*aead_of(aead)), 'n');
    const std::string wrapped =
        sealed(cipher, aead, key.view(), nonce, context, session_key.key.view());
    std::string fields = octet(cipher) + octet(aead);
    if (version == 6) fields += octet(static_cast<unsigned>(s2k.size()));
    fields += s2k + nonce;
    if (version == 6) fields.insert(0, octet(static_cast<unsigned>(fields.size())));
    return packet(Tag::symmetric_key_session_key,
                  octet(static_cast<unsigned>(version)) + fields + wrapped);
}

// ---- containers ----

struct Seipd1Faults {
    bool wrong_repetition = false;
    bool wrong_digest = false;
};
inline std::string seipd1_body(const SessionKey& key,
                               std::string_view content,
                               const Seipd1Faults& faults = {}) {
    const std::size_t block = crypto::block_size(*cipher_of(key.cipher));
    std::string clear = noise(block, 3);
    clear += clear.substr(block - 2);
    if (faults.wrong_repetition) clear = flipped(clear, block);
    clear.append(content).append("\xD3\x14");
    clear += crypto::digest(crypto::HashAlgorithm::sha1, clear);
    if (faults.wrong_digest) clear = flipped(clear, clear.size() - 1);
    return octet(1) + cfb(key.cipher, key.key.view(), clear);
}
inline std::string seipd1(const SessionKey& key, std::string_view content) {
    return packet(Tag::integrity_protected_data, seipd1_body(key, content));
}

inline std::string counted(std::string nonce, std::uint64_t index) {
    const std::string counter = u64(index);
    for (std::size_t i = 0; i < 8; ++i) {
        char& c = nonce[nonce.size() - 8 + i];
        c = static_cast<char>(c ^ counter[i]);
    }
    return nonce;
}

// Version 2 of SEIPD, or tag 20. `key.cipher` is the container's.
inline std::string chunked_body(Tag tag,
                                const SessionKey& key,
                                std::string_view content,
                                std::uint8_t aead = kOcb,
                                std::uint8_t chunk_octet = 6) {
    const bool v2 = tag == Tag::integrity_protected_data;
    const std::string fields =
        octet(v2 ? 2 : 1) + octet(key.cipher) + octet(aead) + octet(chunk_octet);
    const std::string associated = new_tag(tag) + fields;
    const std::size_t size = crypto::key_size(*cipher_of(key.cipher));
    const std::size_t nonce_octets = crypto::nonce_size(*aead_of(aead));
    const std::string salt = v2 ? noise(32, 5) : noise(nonce_octets, 5);
    std::string own(key.key.view());
    std::string nonce = salt;
    if (v2) {
        const SecretBytes made = crypto::hkdf(crypto::HashAlgorithm::sha256,
                                              key.key.view(),
                                              salt,
                                              associated,
                                              size + nonce_octets - 8);
        own = made.view().substr(0, size);
        nonce = std::string(made.view().substr(size)) + std::string(8, '\0');
    }
    auto cipher = crypto::AeadCipher::create(*aead_of(aead), *cipher_of(key.cipher), own);
    SG_CHECK(cipher.has_value());
    const std::size_t chunk = std::size_t{1} << (chunk_octet + 6U);
    std::string out = fields + salt;
    std::uint64_t index = 0;
    for (std::size_t at = 0; at < content.size(); at += chunk, ++index) {
        cipher->seal(counted(nonce, index),
                     v2 ? associated : associated + u64(index),
                     content.substr(at, chunk),
                     out);
    }
    cipher->seal(counted(nonce, index),
                 (v2 ? associated : associated + u64(index)) + u64(content.size()),
                 {},
                 out);
    return out;
}
inline std::string seipd2(const SessionKey& key,
                          std::string_view content,
                          std::uint8_t aead = kOcb,
                          std::uint8_t chunk_octet = 6) {
    return packet(Tag::integrity_protected_data,
                  chunked_body(Tag::integrity_protected_data, key, content, aead, chunk_octet));
}
inline std::string ocb_packet(const SessionKey& key,
                              std::string_view content,
                              std::uint8_t aead = kOcb,
                              std::uint8_t chunk_octet = 6) {
    return packet(Tag::ocb_encrypted_data,
                  chunked_body(Tag::ocb_encrypted_data, key, content, aead, chunk_octet));
}
// Tag 9: the same CFB, and no digest (RFC 9580 section 5.7; without its resynchronisation).
inline std::string without_integrity(const SessionKey& key, std::string_view content) {
    std::string clear = noise(crypto::block_size(*cipher_of(key.cipher)), 3);
    clear += clear.substr(clear.size() - 2);
    clear += content;
    return packet(Tag::encrypted_data, cfb(key.cipher, key.key.view(), clear));
}

// ---- reading ----

inline UnlockedKey unlocked(const TestKey& key, bool subkey = true) {
    const std::string body = key.secret_body();
    const Packet packet{subkey ? Tag::secret_subkey : Tag::secret_key, 0, 0, body};
    auto parsed = Key::parse(packet);
    SG_CHECK(parsed.has_value());
    auto out = unlock(*parsed, "");
    SG_CHECK(out.has_value());
    return *std::move(out);
}

// What holdings were asked, in all.
struct HoldingCounts {
    std::size_t made = 0;
    std::size_t appends = 0;
    std::uint64_t octets = 0;
    std::size_t looks = 0;  // read() and view()
};

// Holdings that count. With `keep` off they forget what they are given.
class CountingHoldings final : public HoldingMaker {
    // Shared with the holdings, which may outlive their maker.
    std::shared_ptr<HoldingCounts> shared_ = std::make_shared<HoldingCounts>();

public:
    explicit CountingHoldings(bool keep = true) : keep_(keep) {}
    [[nodiscard]] std::unique_ptr<Holding> make(std::uint64_t expected) override {
        ++counts.made;
        return std::make_unique<Counting>(shared_, keep_, memory_.make(expected));
    }

    HoldingCounts& counts = *shared_;

private:
    class Counting final : public Holding {
    public:
        Counting(std::shared_ptr<HoldingCounts> counts, bool keep, std::unique_ptr<Holding> holding)
            : counts_(std::move(counts)),
              keep_(keep),
              holding_(std::move(holding)) {}
        Status append(std::string_view octets) override {
            ++counts_->appends;
            counts_->octets += octets.size();
            return keep_ ? holding_->append(octets) : Status();
        }
        [[nodiscard]] std::uint64_t size() const override { return holding_->size(); }
        [[nodiscard]] std::optional<std::string_view> view() const override {
            ++counts_->looks;
            return holding_->view();
        }
        [[nodiscard]] std::unique_ptr<Source> read() const override {
            ++counts_->looks;
            return holding_->read();
        }
        Status keep(std::span<const Extent> extents) override { return holding_->keep(extents); }

    private:
        std::shared_ptr<HoldingCounts> counts_;
        bool keep_;
        std::unique_ptr<Holding> holding_;
    };

    bool keep_;
    MemoryHoldings memory_{1ULL << 32U};
};

// One reading of one message: what came out, or why not.
struct Opened {
    Result<OpenedMessage> result;
    HoldingCounts counts;

    [[nodiscard]] bool ok() const { return result.has_value(); }
    [[nodiscard]] std::string text() const {
        return ok() ? std::string(result->text->view().value_or("(not in memory)")) : "(error)";
    }
    // `internal`, which is expected nowhere, when there is no error.
    [[nodiscard]] ErrorKind kind() const {
        return ok() ? ErrorKind::internal : result.error().kind();
    }
    // "refused openpgp.container: the message cannot be decrypted"; "" without an error.
    [[nodiscard]] std::string error() const {
        if (ok()) return {};
        return std::string(to_string(kind())) + " " + std::string(result.error().where()) + ": " +
               result.error().detail();
    }
};

// The holdings outlive what they made.
class Opener {
public:
    LocalSecrets secrets;
    Policy policy;
    MessageLimits limits;
    bool ocb_packets = true;

    Opener& with(const SessionKey& key) {
        secrets.add_session_key(same(key));
        return *this;
    }
    Opener& with(const TestKey& key) {
        secrets.add_key(unlocked(key));
        return *this;
    }
    Opener& with_passphrase(std::string_view passphrase) {
        secrets.add_passphrase(SecretBytes(std::string(passphrase)));
        return *this;
    }

    [[nodiscard]] Opened open(std::string_view message) {
        holdings_.counts = {};
        auto result = open_message(message,
                                   secrets,
                                   {.policy = policy,
                                    .holdings = holdings_,
                                    .limits = limits,
                                    .ocb_packets = ocb_packets});
        const HoldingCounts counts = holdings_.counts;
        return {std::move(result), counts};
    }

private:
    CountingHoldings holdings_;
};

}  // namespace sealgate::openpgp::test
