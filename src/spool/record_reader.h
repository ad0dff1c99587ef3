#pragma once
// SPDX-License-Identifier: Apache-2.0
// Reads single records back from their segments.

#include "os/file_system.h"
#include "spool/index.h"
#include "spool/record.h"

#include <string>

namespace sealgate::spool {

struct ReadMessage {
    DecodedMessage decoded;
    std::string content;  // empty when it has a file, or was not asked for
};

// malformed: damaged, or the segment has been given to another use meanwhile; transient: disk.
[[nodiscard]] Result<ReadMessage> read_message(
    os::FileSystem& files, const Segment& segment, Extent extent, MessageId id, bool with_content);
[[nodiscard]] Result<RecipientStatus> read_update(os::FileSystem& files,
                                                  const Segment& segment,
                                                  Extent extent,
                                                  MessageId id);

}  // namespace sealgate::spool
