// SPDX-License-Identifier: Apache-2.0
#include "spool/segment_header.h"

#include "base/crc32c.h"
#include "crypto/aead.h"
#include "crypto/random.h"
#include "spool/format.h"
#include "spool/wire.h"

#include <algorithm>
#include <optional>

namespace sealgate::spool {
namespace {

constexpr std::size_t kNonceSize = std::tuple_size_v<crypto::Nonce>;
constexpr std::size_t kWrappedSize = kNonceSize + crypto::kAeadKeySize + crypto::kAeadTagSize;
constexpr std::size_t kEncodedSize = 8 + 1 + 7 + 6 * 8 + kWrappedSize + 4;
static_assert(kEncodedSize <= kSector, "one sector, so that a copy is never torn");

// Everything before the wrapped key: what the wrapping is bound to.
std::string encode_fields(const SegmentHeader& header) {
    std::string out(kSegmentMagic);
    put<std::uint8_t>(out, header.active ? 1 : 0);
    out.append(7, '\0');
    put(out, header.epoch);
    put(out, header.salt);
    put(out, header.capacity);
    put(out, header.previous_epoch);
    put(out, header.previous_end);
    put(out, header.created);
    return out;
}

crypto::Nonce nonce_of(std::string_view bytes) {
    crypto::Nonce nonce{};
    std::copy_n(bytes.begin(), nonce.size(), nonce.begin());
    return nonce;
}

std::optional<SegmentHeader> decode_copy(std::string_view bytes) {
    if (bytes.size() < kEncodedSize) return std::nullopt;
    Reader reader(bytes.substr(0, kEncodedSize));
    SegmentHeader header;
    if (reader.bytes(kSegmentMagic.size()) != kSegmentMagic) return std::nullopt;
    const auto active = reader.number<std::uint8_t>();
    reader.bytes(7);
    header.active = active == 1;
    header.epoch = reader.number<std::uint64_t>();
    header.salt = reader.number<std::uint64_t>();
    header.capacity = reader.number<std::uint64_t>();
    header.previous_epoch = reader.number<std::uint64_t>();
    header.previous_end = reader.number<std::uint64_t>();
    header.created = reader.number<std::int64_t>();
    const std::string_view wrapped = reader.bytes(kWrappedSize);
    if (header.active) header.wrapped_key = wrapped;
    const auto crc = reader.number<std::uint32_t>();
    if (!reader.complete() || active > 1) return std::nullopt;
    if (crc != crc32c(bytes.substr(0, kEncodedSize - 4))) return std::nullopt;
    return header;
}

}  // namespace

Result<SecretBytes> make_data_key(SegmentHeader& header, const SecretBytes& spool_key) {
    SG_TRY(auto wrapping, crypto::Aead::create(spool_key.view()));
    SG_TRY(auto key, crypto::random_key(crypto::kAeadKeySize));
    SG_TRY(auto wrapped, crypto::random_bytes(kNonceSize));
    const crypto::Nonce nonce = nonce_of(wrapped);
    wrapping.seal(nonce, encode_fields(header), key.view(), wrapped);
    header.wrapped_key = std::move(wrapped);
    return key;
}

Result<SecretBytes> unwrap_data_key(const SegmentHeader& header, const SecretBytes& spool_key) {
    SG_TRY(auto wrapping, crypto::Aead::create(spool_key.view()));
    if (header.wrapped_key.size() != kWrappedSize) {
        return fail(ErrorKind::malformed, "spool.key", "the segment has no key");
    }
    auto key = wrapping.open(nonce_of(header.wrapped_key),
                             encode_fields(header),
                             std::string_view(header.wrapped_key).substr(kNonceSize));
    if (!key) return fail(ErrorKind::malformed, "spool.key", "the spool key does not fit");
    return SecretBytes(*std::move(key));
}

std::string encode_header(const SegmentHeader& header) {
    std::string copy = encode_fields(header);
    copy += header.wrapped_key;
    copy.resize(kEncodedSize - 4, '\0');
    put(copy, crc32c(copy));
    std::string out(kFirstGroup, '\0');
    out.replace(0, copy.size(), copy);
    out.replace(kHeaderCopyAt, copy.size(), copy);
    return out;
}

HeaderState decode_header(std::string_view bytes, SegmentHeader& out) {
    auto first = decode_copy(bytes);
    std::optional<SegmentHeader> second;
    if (bytes.size() > kHeaderCopyAt) second = decode_copy(bytes.substr(kHeaderCopyAt));
    if (!first && !second) return HeaderState::damaged;
    if (!first || (second && second->epoch > first->epoch)) std::swap(first, second);
    out = *std::move(first);
    return HeaderState::good;
}

}  // namespace sealgate::spool
