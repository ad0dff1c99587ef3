#pragma once
// SPDX-License-Identifier: Apache-2.0
// Encrypted containers: SEIPD of versions 1 and 2 (RFC 9580 section 5.13) and the OCB packet of
// LibrePGP. Decryption gives the whole clear text or nothing: what comes out waits in a Holding and
// is looked at by nobody before the last octet has been proven.

#include "base/result.h"
#include "openpgp/holding.h"
#include "openpgp/packet.h"
#include "openpgp/session_key.h"
#include "openpgp/source.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace sealgate::openpgp {

enum class ContainerKind : std::uint8_t {
    without_integrity,  // tag 9: never opened
    mdc,                // SEIPD version 1: CFB and SHA-1
    aead,               // SEIPD version 2
    ocb,                // tag 20
    unknown,
};

struct ContainerHeader {
    ContainerKind kind = ContainerKind::unknown;
    std::uint8_t cipher = 0;  // of the AEAD kinds
    std::uint8_t aead = 0;
    std::uint8_t chunk_octet = 0;
    std::string salt = {};  // SEIPD version 2: the salt; tag 20: the starting IV
};

// The largest chunks: RFC 9580 section 5.13.2 allows 4 MiB. LibrePGP allows what no memory holds;
// no more of a chunk is held than comes.
inline constexpr std::uint8_t kMaxChunkOctet = 16;
inline constexpr std::uint8_t kMaxOcbChunkOctet = 56;

// Reads the fields in front of the ciphertext. malformed; not_found: an unknown version (kind
// unknown is not returned then).
[[nodiscard]] Result<ContainerHeader> read_container_header(Tag tag, Source& body);

// Reads `body` to its end and appends the clear text to `out`. refused: the session key does not
// fit, or anything was changed or cut off: one answer for all. Errors of `body` and `out` go
// through.
[[nodiscard]] Status decrypt(const ContainerHeader& header,
                             Source& body,
                             const SessionKey& session_key,
                             Holding& out);

}  // namespace sealgate::openpgp
