// SPDX-License-Identifier: Apache-2.0
#include "openpgp/container.h"

#include "crypto/aead_mode.h"
#include "crypto/block_cipher.h"
#include "crypto/digest.h"
#include "crypto/hash.h"
#include "crypto/key_derivation.h"
#include "openpgp/octet_writer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.container";
constexpr std::size_t kPiece = 16384;  // stays in the cache
constexpr std::size_t kSalt = 32;
constexpr std::size_t kMdc = 22;  // a packet header of two octets and a SHA-1 digest
constexpr std::size_t kTag = crypto::kAeadModeTagSize;
constexpr std::size_t kCounter = 8;

// One answer for every way to fail: whoever sends ciphertexts learns nothing from it.
std::unexpected<Error> not_proven() {
    return fail(ErrorKind::refused, kWhere, "the message cannot be decrypted");
}

std::unexpected<Error> cut_off() {
    return fail(ErrorKind::malformed, kWhere, "the encrypted data is cut off");
}

// Exactly `size` octets.
Status read_exactly(Source& source, char* out, std::size_t size) {
    while (size > 0) {
        SG_TRY(const std::size_t count, source.read(out, size));
        if (count == 0) return cut_off();
        out += count;
        size -= count;
    }
    return {};
}

// As many as there are, up to `size`.
Result<std::size_t> read_up_to(Source& source, char* out, std::size_t size) {
    std::size_t total = 0;
    while (total < size) {
        SG_TRY(const std::size_t count, source.read(out + total, size - total));
        if (count == 0) break;
        total += count;
    }
    return total;
}

// Appends until `to` has `most` octets or the source ends. Grows with what comes, since what a
// stranger calls a chunk may be 4 MiB.
Status read_on(Source& source, std::string& to, std::size_t most) {
    while (to.size() < most) {
        const std::size_t had = to.size();
        const std::size_t step = std::min(std::max(had, kPiece), most - had);
        Result<std::size_t> count = 0;
        // Without zeroes first; the callback's second argument is the capacity in libstdc++ 12.
        to.resize_and_overwrite(had + step, [&](char* octets, std::size_t /*not the size*/) {
            count = read_up_to(source, octets + had, step);
            return had + count.value_or(0);
        });
        if (!count) return std::unexpected(std::move(count).error());
        if (*count < step) break;
    }
    return {};
}

// A buffer for clear text.
class Scratch {
public:
    explicit Scratch(std::size_t size) : octets_(size, '\0') {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    Scratch(Scratch&&) = delete;
    Scratch& operator=(Scratch&&) = delete;
    ~Scratch() { explicit_bzero(octets_.data(), octets_.size()); }
    [[nodiscard]] std::string& octets() { return octets_; }

private:
    std::string octets_;
};

// Section 5.13.1. The last 22 octets are held back until it is known that they are the last. The
// two repeated octets of the prefix are not looked at: their answer would be an oracle.
Status decrypt_mdc(Source& body, const SessionKey& key, Holding& out) {
    const auto cipher = cipher_of(key.cipher);
    if (!cipher) return not_proven();
    const std::size_t block = crypto::block_size(*cipher);
    auto decryptor =
        crypto::CfbDecryptor::create(*cipher, key.key.view(), std::string(block, '\0'));
    if (!decryptor) return not_proven();
    crypto::Hash hash(crypto::HashAlgorithm::sha1);
    Scratch scratch(kPiece + kMdc);
    char* const octets = scratch.octets().data();

    const std::size_t prefix = block + 2;
    SG_TRYV(read_exactly(body, octets, prefix));
    decryptor->update({octets, prefix}, octets);
    hash.update({octets, prefix});

    std::size_t held = 0;
    for (;;) {
        SG_TRY(const std::string_view piece, body.take(octets + held, kPiece));
        if (piece.empty()) break;
        decryptor->update(piece, octets + held);
        held += piece.size();
        if (held <= kMdc) continue;
        const std::size_t ready = held - kMdc;
        hash.update({octets, ready});
        SG_TRYV(out.append({octets, ready}));
        std::memmove(octets, octets + ready, kMdc);
        held = kMdc;
    }
    if (held != kMdc) return cut_off();
    hash.update({octets, 2});
    const std::string digest = hash.finish();
    const bool header = crypto::constant_time_equal({octets, 2}, "\xD3\x14");
    const bool same = crypto::constant_time_equal(digest, {octets + 2, digest.size()});
    if (!header || !same) return not_proven();
    return {};
}

std::string be64(std::uint64_t value) {
    std::string out;
    put_u32(out, static_cast<std::uint32_t>(value >> 32U));
    put_u32(out, static_cast<std::uint32_t>(value & 0xFFFFFFFFU));
    return out;
}

// What differs between the two chunked containers.
struct Chunking {
    crypto::AeadCipher cipher;
    std::string associated;      // of each chunk
    std::string nonce;           // that of chunk 0; the last eight octets count
    bool index_in_data = false;  // LibrePGP: the index is part of the associated data, too
    std::size_t chunk = 0;

    [[nodiscard]] std::string nonce_of(std::uint64_t index) const {
        std::string made = nonce;
        const std::string counter = be64(index);
        for (std::size_t i = 0; i < kCounter; ++i) {
            char& octet = made[made.size() - kCounter + i];
            octet = static_cast<char>(octet ^ counter[i]);
        }
        return made;
    }
    [[nodiscard]] std::string data_of(std::uint64_t index) const {
        return index_in_data ? associated + be64(index) : associated;
    }
};

// Sections 5.13.2 and, for tag 20, of the LibrePGP draft 5.16.
Result<Chunking> begin_chunks(const ContainerHeader& header, const SessionKey& key) {
    const auto mode = aead_of(header.aead);
    const auto cipher = cipher_of(header.cipher);
    if (!mode || !cipher) {
        return fail(ErrorKind::not_found,
                    kWhere,
                    cipher_name(header.cipher) + " with " + aead_name(header.aead));
    }
    const bool v2 = header.kind == ContainerKind::aead;
    std::string associated;
    put_u8(associated, v2 ? 0xD2 : 0xD4);
    put_u8(associated, v2 ? 2 : 1);
    put_u8(associated, header.cipher);
    put_u8(associated, header.aead);
    put_u8(associated, header.chunk_octet);
    const std::size_t nonce_size = crypto::nonce_size(*mode);
    const std::size_t key_size = crypto::key_size(*cipher);
    if (key.key.size() != key_size) return not_proven();
    std::string nonce;
    Result<crypto::AeadCipher> made = not_proven();
    if (v2) {
        const std::size_t prefix = nonce_size - kCounter;
        const SecretBytes derived = crypto::hkdf(crypto::HashAlgorithm::sha256,
                                                 key.key.view(),
                                                 header.salt,
                                                 associated,
                                                 key_size + prefix);
        nonce = derived.view().substr(key_size);
        nonce.append(kCounter, '\0');
        made = crypto::AeadCipher::create(*mode, *cipher, derived.view().substr(0, key_size));
    } else {
        nonce = header.salt;
        made = crypto::AeadCipher::create(*mode, *cipher, key.key.view());
    }
    if (!made) return std::unexpected(std::move(made).error());
    return Chunking{*std::move(made),
                    std::move(associated),
                    std::move(nonce),
                    !v2,
                    std::size_t{1} << (header.chunk_octet + 6U)};
}

// Each chunk has its tag; a tag over nothing but the total length ends the last one.
Status decrypt_chunks(const ContainerHeader& header,
                      Source& body,
                      const SessionKey& key,
                      Holding& out) {
    SG_TRY(Chunking chunks, begin_chunks(header, key));
    const std::size_t whole = chunks.chunk + kTag;
    std::string sealed;  // one chunk and the tag behind it, so that the last one is known as such
    Scratch clear(0);
    std::uint64_t total = 0;
    std::uint64_t index = 0;
    for (;;) {
        SG_TRYV(read_on(body, sealed, whole + kTag));
        if (sealed.size() < kTag) return cut_off();
        const bool last = sealed.size() < whole + kTag;
        const std::size_t chunk = last ? sealed.size() - kTag : whole;
        if (chunk > 0) {
            clear.octets().clear();
            const auto opened = chunks.cipher.open(chunks.nonce_of(index),
                                                   chunks.data_of(index),
                                                   std::string_view(sealed).substr(0, chunk),
                                                   clear.octets());
            if (!opened) return not_proven();
            SG_TRYV(out.append(clear.octets()));
            total += clear.octets().size();
            ++index;
        }
        sealed.erase(0, chunk);
        if (!last) continue;
        clear.octets().clear();
        const auto ended = chunks.cipher.open(
            chunks.nonce_of(index), chunks.data_of(index) + be64(total), sealed, clear.octets());
        if (!ended) return not_proven();
        return {};
    }
}

}  // namespace

Result<ContainerHeader> read_container_header(Tag tag, Source& body) {
    ContainerHeader header;
    if (tag == Tag::encrypted_data) {
        header.kind = ContainerKind::without_integrity;
        return header;
    }
    std::array<char, 4> fields{};
    SG_TRYV(read_exactly(body, fields.data(), 1));
    const int version = static_cast<unsigned char>(fields[0]);
    const bool seipd = tag == Tag::integrity_protected_data;
    if (seipd && version == 1) {
        header.kind = ContainerKind::mdc;
        return header;
    }
    if (version != (seipd ? 2 : 1)) {
        return fail(ErrorKind::not_found,
                    kWhere,
                    to_string(tag) + ": version " + std::to_string(version) + " is not known");
    }
    header.kind = seipd ? ContainerKind::aead : ContainerKind::ocb;
    SG_TRYV(read_exactly(body, fields.data(), 3));
    header.cipher = static_cast<std::uint8_t>(fields[0]);
    header.aead = static_cast<std::uint8_t>(fields[1]);
    header.chunk_octet = static_cast<std::uint8_t>(fields[2]);
    if (header.chunk_octet > (seipd ? kMaxChunkOctet : kMaxOcbChunkOctet)) {
        return fail(ErrorKind::malformed, kWhere, "larger chunks than there may be");
    }
    const auto mode = aead_of(header.aead);
    if (!mode) return fail(ErrorKind::not_found, kWhere, aead_name(header.aead));
    header.salt.resize(seipd ? kSalt : crypto::nonce_size(*mode));
    SG_TRYV(read_exactly(body, header.salt.data(), header.salt.size()));
    return header;
}

Status decrypt(const ContainerHeader& header,
               Source& body,
               const SessionKey& session_key,
               Holding& out) {
    switch (header.kind) {
        case ContainerKind::mdc:
            return decrypt_mdc(body, session_key, out);
        case ContainerKind::aead:
        case ContainerKind::ocb:
            return decrypt_chunks(header, body, session_key, out);
        case ContainerKind::without_integrity:
        case ContainerKind::unknown:
            break;
    }
    return fail(ErrorKind::refused, kWhere, "without integrity protection nothing is opened");
}

}  // namespace sealgate::openpgp
