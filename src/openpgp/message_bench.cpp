// SPDX-License-Identifier: Apache-2.0
// Opening encrypted messages beside the bare calls of the cryptographic library that it takes: one
// private operation, the cipher and the hash over octets that lie in the cache. Bytes are those of
// the text.
#include "openpgp/message.h"
#include "openpgp/test_messages.h"

#include <benchmark/benchmark.h>

namespace {

using namespace sealgate::openpgp;
namespace crypto = sealgate::crypto;
namespace test = sealgate::openpgp::test;

constexpr std::size_t kPiece = 16384;
constexpr std::uint8_t kChunkOctet = 12;  // 256 KiB

enum class How : std::uint8_t { whole, parts, packed };

const test::TestKey& x25519() {
    static const test::TestKey key = test::TestKey::x25519_v6("x25519");
    return key;
}
const test::TestKey& rsa() {
    static const test::TestKey key = test::TestKey::rsa(3072);
    return key;
}

// Text that compresses to about a third.
std::string text(std::size_t size) {
    std::string out;
    std::uint32_t state = 1;
    while (out.size() < size) {
        state = state * 1664525 + 1013904223;
        out += "line " + std::to_string(state) + " of it\r\n";
    }
    out.resize(size);
    return out;
}

std::string inner(std::size_t size, How how) {
    switch (how) {
        case How::whole:
            return test::literal(text(size));
        case How::parts:  // as programs do that do not know how much will come
            return test::in_parts(Tag::literal_data, test::literal_body(text(size)), 13, 13);
        case How::packed:
            break;
    }
    return test::in_parts(Tag::compressed_data,
                          test::compressed_body(test::kZlib, test::literal(text(size))),
                          13,
                          13);
}

void count(benchmark::State& state) {
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void open(benchmark::State& state, const test::TestKey& key, bool v2, How how) {
    const auto size = static_cast<std::size_t>(state.range(0));
    const SessionKey session = test::session_key(test::kAes256, "session");
    const KeyPtr parsed = key.parsed(true);
    const std::string clear = inner(size, how);
    const std::string message =
        v2 ? test::pkesk(*parsed, session, 6) +
                 test::seipd2(session, clear, test::kOcb, kChunkOctet)
           : test::pkesk(*parsed, session, 3) + test::seipd1(session, clear);
    LocalSecrets secrets;
    secrets.add_key(test::unlocked(key));
    const Policy policy;
    MemoryHoldings holdings(1ULL << 30U);
    const OpenOptions options{.policy = policy, .holdings = holdings};
    while (state.KeepRunning()) {
        auto opened = open_message(message, secrets, options);
        if (!opened || opened->text->size() != size) state.SkipWithError("not opened");
        benchmark::DoNotOptimize(opened);
    }
    count(state);
}

void sizes(benchmark::internal::Benchmark* bench) {
    bench->Arg(4 << 10)->Arg(100 << 10)->Arg(10 << 20)->Unit(benchmark::kMicrosecond);
}

void BM_OpenX25519Seipd1(benchmark::State& state) {
    open(state, x25519(), false, How::whole);
}
BENCHMARK(BM_OpenX25519Seipd1)->Apply(sizes);
void BM_OpenX25519Seipd1Parts(benchmark::State& state) {
    open(state, x25519(), false, How::parts);
}
BENCHMARK(BM_OpenX25519Seipd1Parts)->Apply(sizes);
void BM_OpenX25519Seipd1Packed(benchmark::State& state) {
    open(state, x25519(), false, How::packed);
}
BENCHMARK(BM_OpenX25519Seipd1Packed)->Apply(sizes);
void BM_OpenX25519Seipd2Ocb(benchmark::State& state) {
    open(state, x25519(), true, How::whole);
}
BENCHMARK(BM_OpenX25519Seipd2Ocb)->Apply(sizes);
void BM_OpenX25519Seipd2OcbParts(benchmark::State& state) {
    open(state, x25519(), true, How::parts);
}
BENCHMARK(BM_OpenX25519Seipd2OcbParts)->Apply(sizes);
void BM_OpenRsa3072Seipd1(benchmark::State& state) {
    open(state, rsa(), false, How::whole);
}
BENCHMARK(BM_OpenRsa3072Seipd1)->Apply(sizes);

// ---- the bare calls ----

struct Bare {
    std::string in;
    std::string out;
};

// CFB and SHA-1, piece by piece.
void bare_seipd1(benchmark::State& state, Bare& bare, const SessionKey& session) {
    auto decryptor = crypto::CfbDecryptor::create(
        crypto::BlockCipher::aes256, session.key.view(), std::string(16, '\0'));
    crypto::Hash hash(crypto::HashAlgorithm::sha1);
    for (std::size_t at = 0; at < bare.in.size(); at += kPiece) {
        const std::string_view piece = std::string_view(bare.in).substr(at, kPiece);
        decryptor->update(piece, bare.out.data());
        hash.update({bare.out.data(), piece.size()});
    }
    benchmark::DoNotOptimize(hash.finish());
    benchmark::DoNotOptimize(bare.out);
    (void)state;
}

void bare_x25519() {
    static const UnlockedKey own = test::unlocked(x25519());
    static const KeyPtr key = x25519().parsed(true);
    static const test::Agreement made = test::agree(*key, "ephemeral");
    static const std::string wrapped =
        test::x25519_wrapped(*key, made, test::session_key(test::kAes256, "session").key.view());
    const auto ephemeral = crypto::PublicKey::raw(crypto::RawKind::x25519, made.ephemeral);
    const auto shared = own.secret.agree(*ephemeral);
    const auto wrapper =
        crypto::hkdf(crypto::HashAlgorithm::sha256,
                     made.ephemeral + std::string(key->numbers()[0]) + std::string(shared->view()),
                     {},
                     "OpenPGP X25519",
                     16);
    benchmark::DoNotOptimize(crypto::aes_key_unwrap(wrapper.view(), wrapped));
}

void BM_BareX25519Seipd1(benchmark::State& state) {
    const SessionKey session = test::session_key(test::kAes256, "session");
    Bare bare{inner(static_cast<std::size_t>(state.range(0)), How::whole),
              std::string(kPiece, '\0')};
    while (state.KeepRunning()) {
        bare_x25519();
        bare_seipd1(state, bare, session);
    }
    count(state);
}
BENCHMARK(BM_BareX25519Seipd1)->Apply(sizes);

void BM_BareRsa3072Seipd1(benchmark::State& state) {
    const SessionKey session = test::session_key(test::kAes256, "session");
    Bare bare{inner(static_cast<std::size_t>(state.range(0)), How::whole),
              std::string(kPiece, '\0')};
    const UnlockedKey own = test::unlocked(rsa());
    const KeyPtr key = rsa().parsed(true);
    const std::string wrapped =
        test::rsa_raw(*key, test::pkcs1_block(*key, test::with_checksum(session, 3)));
    while (state.KeepRunning()) {
        benchmark::DoNotOptimize(own.secret.decrypt_rsa(wrapped));
        bare_seipd1(state, bare, session);
    }
    count(state);
}
BENCHMARK(BM_BareRsa3072Seipd1)->Apply(sizes);

void BM_BareX25519Seipd2Ocb(benchmark::State& state) {
    const SessionKey session = test::session_key(test::kAes256, "session");
    const std::string clear = inner(static_cast<std::size_t>(state.range(0)), How::whole);
    constexpr std::size_t kChunk = std::size_t{1} << (kChunkOctet + 6U);
    const std::string nonce(15, 'n');
    std::vector<std::string> chunks;
    for (std::size_t at = 0; at < clear.size(); at += kChunk)
        chunks.push_back(test::sealed(test::kAes256,
                                      test::kOcb,
                                      session.key.view(),
                                      nonce,
                                      "12345",
                                      std::string_view(clear).substr(at, kChunk)));
    std::string out;
    out.reserve(kChunk);
    while (state.KeepRunning()) {
        bare_x25519();
        benchmark::DoNotOptimize(
            crypto::hkdf(crypto::HashAlgorithm::sha256, session.key.view(), nonce, nonce, 39));
        auto cipher = crypto::AeadCipher::create(
            crypto::AeadMode::ocb, crypto::BlockCipher::aes256, session.key.view());
        for (const std::string& chunk : chunks) {
            out.clear();
            if (!cipher->open(nonce, "12345", chunk, out)) state.SkipWithError("not opened");
        }
        benchmark::DoNotOptimize(out);
    }
    count(state);
}
BENCHMARK(BM_BareX25519Seipd2Ocb)->Apply(sizes);

}  // namespace
