#pragma once
// SPDX-License-Identifier: Apache-2.0
// Compressed data (RFC 9580 sections 5.6 and 9.4), opened piece by piece with a bound on what comes
// out: a few kilobytes can be made to say gigabytes.

#include "base/result.h"
#include "openpgp/source.h"

#include <cstdint>
#include <memory>

namespace sealgate::openpgp {

struct CompressionLimits {
    std::uint64_t output = 1ULL << 30U;  // octets
    // So many octets out for each octet in, once `free_output` octets are out.
    std::uint64_t ratio = 200;
    std::uint64_t free_output = 1ULL << 20U;
};

// What `input`, which must outlive it, decompresses to. `algorithm`: 0 uncompressed, 1 ZIP, 2 ZLIB,
// 3 BZip2. not_found: another one. Reading fails with malformed: not of this algorithm, cut off, or
// (BZip2) octets behind its end; exhausted: over a limit. Octets behind the end of ZIP and ZLIB are
// padding, which is passed over.
[[nodiscard]] Result<std::unique_ptr<Source>> decompress(std::uint8_t algorithm,
                                                         Source& input,
                                                         const CompressionLimits& limits = {});

}  // namespace sealgate::openpgp
