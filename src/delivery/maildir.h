#pragma once
// SPDX-License-Identifier: Apache-2.0
// Delivery into a Maildir: the next hop `mailbox:DIR`, for trial and tests.

#include "os/file_system.h"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::delivery {

// Stores the pieces, one after the other, as one new message below `directory`, which is made
// where it is missing. After success the message is on the disk: written to tmp/, synced, renamed
// into new/, and new/ synced. After a failure none of it is in new/, except when the last sync
// failed (transient): it may be there, and a second try then delivers twice.
// Bytes are kept exactly, CRLF line ends included, although Maildir readers are used to LF: what
// arrived can be compared. Nothing is added; Return-Path and Delivered-To are for the caller to
// pass as a first piece. `hostname` becomes a part of the file name. Any thread. Errors: those of
// the disk.
Status deliver_to_maildir(os::FileSystem& files,
                          const std::string& directory,
                          std::string_view hostname,
                          const std::vector<std::string_view>& pieces);

}  // namespace sealgate::delivery
