#pragma once
// SPDX-License-Identifier: Apache-2.0
// The first 4 KiB of a segment file: whose turn it is, and the key to what follows.

#include "base/result.h"
#include "base/secret.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::spool {

struct SegmentHeader {
    bool active = false;  // false: a spare; nothing in it counts and it has no key
    std::uint64_t epoch =
        0;                   // of the use under way; in a spare, the highest known when it was made
    std::uint64_t salt = 0;  // random per use: what an earlier use left is never taken for new
    std::uint64_t capacity = 0;        // octets of the file
    std::uint64_t previous_epoch = 0;  // the segment before; 0: none
    std::uint64_t previous_end = 0;    // where what counts in it ends
    std::int64_t created = 0;          // microseconds since 1970
    std::string wrapped_key;           // nonce, sealed data key; empty in a spare
};

// A new random data key, wrapped under `spool_key` into `header`, which is complete but for it.
// Returns the data key. transient: no entropy; malformed: the spool key has the wrong length.
[[nodiscard]] Result<SecretBytes> make_data_key(SegmentHeader& header,
                                                const SecretBytes& spool_key);
// malformed: the spool key is not the one that wrapped it.
[[nodiscard]] Result<SecretBytes> unwrap_data_key(const SegmentHeader& header,
                                                  const SecretBytes& spool_key);

// Both copies, padded to kFirstGroup octets.
[[nodiscard]] std::string encode_header(const SegmentHeader& header);

enum class HeaderState : std::uint8_t {
    good,
    damaged,  // neither copy holds
};
// Takes the copy with the higher epoch where both hold: a crash between two sectors of one write
// may leave the old and the new.
[[nodiscard]] HeaderState decode_header(std::string_view bytes, SegmentHeader& out);

}  // namespace sealgate::spool
