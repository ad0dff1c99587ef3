#pragma once
// SPDX-License-Identifier: Apache-2.0
// Compressed data (RFC 9580 sections 5.6 and 9.4), opened piece by piece in bounded memory (some
// 64 KiB; BZip2 up to 4 MiB), with a budget: a few kilobytes can be made to say gigabytes.

#include "base/result.h"
#include "openpgp/source.h"

#include <cstdint>
#include <memory>

namespace sealgate::openpgp {

struct CompressionLimits {
    std::uint64_t output = 1ULL << 30U;  // octets
    // Beyond `free_output` octets, at no time more than `ratio` octets (1 or more) out for each
    // one in.
    std::uint64_t ratio = 200;
    std::uint64_t free_output = 1ULL << 20U;
};

// What `input` says when it is decompressed. `input` is borrowed for the life of the result.
// `algorithm`: 0 uncompressed, 1 ZIP (raw deflate, RFC 1951), 2 ZLIB (RFC 1950), 3 BZip2; another
// is not_found. exhausted: no memory.
//
// Reading fails with: malformed, when the data is damaged or cut off, or when octets follow the end
// of BZip2 (seen by the read that would have given 0; behind ZIP and ZLIB they are padding);
// exhausted, over a limit or out of memory; and with whatever `input` fails with.
[[nodiscard]] Result<std::unique_ptr<Source>> decompress(std::uint8_t algorithm,
                                                         Source& input,
                                                         const CompressionLimits& limits = {});

}  // namespace sealgate::openpgp
