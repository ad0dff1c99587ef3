// SPDX-License-Identifier: Apache-2.0
#include "openpgp/s2k.h"

#include "crypto/hash.h"
#include "crypto/key_derivation.h"
#include "openpgp/algorithms.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.s2k";
constexpr std::size_t kSalt = 8;
constexpr std::size_t kArgon2Salt = 16;
constexpr std::uint8_t kGnu = 101;

std::unexpected<Error> cut_off() {
    return fail(ErrorKind::malformed, kWhere, "an S2K specifier is cut off");
}

// Section 3.7.1.3.
std::uint64_t count_of(std::uint8_t coded) {
    return std::uint64_t{16U + (coded & 15U)} << ((coded >> 4U) + 6U);
}

}  // namespace

Result<S2k> S2k::parse(OctetReader& in, const S2kLimits& limits) {
    S2k out;
    const std::uint8_t kind = in.u8();
    if (!in.ok()) return cut_off();
    if (kind == kGnu) {
        return fail(ErrorKind::not_found, kWhere, "the S2K of GnuPG: the secret part is elsewhere");
    }
    if (kind == 2) return fail(ErrorKind::not_found, kWhere, "S2K type 2 is reserved");
    if (kind != 0 && kind != 1 && kind != 3 && kind != 4) {
        return fail(ErrorKind::not_found, kWhere, fmt::format("S2K type {} is not known", kind));
    }
    out.kind_ = static_cast<S2kKind>(kind);
    if (out.kind_ == S2kKind::argon2) {
        out.salt_ = in.take(kArgon2Salt);
        out.passes_ = in.u8();
        out.lanes_ = in.u8();
        out.memory_exponent_ = in.u8();
        if (!in.ok()) return cut_off();
        if (out.passes_ == 0 || out.lanes_ == 0 || out.memory_exponent_ > 31 ||
            (std::uint64_t{1} << out.memory_exponent_) < std::uint64_t{8} * out.lanes_) {
            return fail(ErrorKind::malformed, kWhere, "Argon2 costs that RFC 9106 does not allow");
        }
        if (out.passes_ > limits.argon2_passes || out.lanes_ > limits.argon2_lanes ||
            (std::uint64_t{1} << out.memory_exponent_) > limits.argon2_memory_kib) {
            return fail(ErrorKind::exhausted,
                        kWhere,
                        fmt::format("Argon2 with {} passes, {} lanes and 2^{} KiB costs too much",
                                    out.passes_,
                                    out.lanes_,
                                    out.memory_exponent_));
        }
        return out;
    }
    out.hash_ = in.u8();
    if (out.kind_ != S2kKind::simple) out.salt_ = in.take(kSalt);
    if (out.kind_ == S2kKind::iterated) out.count_ = count_of(in.u8());
    if (!in.ok()) return cut_off();
    if (!hash_of(out.hash_)) return fail(ErrorKind::not_found, kWhere, hash_name(out.hash_));
    if (out.count_ > limits.iterated_octets) {
        return fail(ErrorKind::exhausted,
                    kWhere,
                    fmt::format("an S2K over {} octets costs too much", out.count_));
    }
    return out;
}

Result<SecretBytes> S2k::derive(std::string_view passphrase, std::size_t size) const {
    if (kind_ == S2kKind::argon2) {
        const crypto::Argon2Cost cost{passes_, lanes_, std::uint32_t{1} << memory_exponent_};
        return crypto::argon2id(passphrase, salt_, cost, size);
    }
    return derive_hashed(passphrase, size);
}

// Section 3.7.1: as many digests as the key needs, the n-th over n-1 zero octets in front.
SecretBytes S2k::derive_hashed(std::string_view passphrase, std::size_t size) const {
    // Repeated in memory until a round of hashing is worth its call.
    constexpr std::size_t kRound = 8192;
    std::string unit;
    unit.reserve(std::max(salt_.size() + passphrase.size(), kRound));
    unit.append(salt_).append(passphrase);
    const std::size_t once = unit.size();
    const std::uint64_t total =
        kind_ == S2kKind::iterated ? std::max<std::uint64_t>(count_, once) : once;
    while (once > 0 && unit.size() + once <= kRound && unit.size() < total)
        unit.append(unit.data(), once);
    const SecretBytes octets(std::move(unit));

    std::string out;
    out.reserve(size + 64);
    for (std::size_t digests = 0; out.size() < size; ++digests) {
        crypto::Hash hash(*hash_of(hash_));
        hash.update(std::string(digests, '\0'));
        for (std::uint64_t left = total; left > 0;) {
            const std::uint64_t step = std::min<std::uint64_t>(left, octets.size());
            hash.update(octets.view().substr(0, static_cast<std::size_t>(step)));
            left -= step;
        }
        const SecretBytes digest(hash.finish());
        out.append(digest.view().substr(0, size - out.size()));
    }
    return SecretBytes(std::move(out));
}

}  // namespace sealgate::openpgp
