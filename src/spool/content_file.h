#pragma once
// SPDX-License-Identifier: Apache-2.0
// A large content in a file of its own, sealed in chunks under a key of its own.

#include "os/file_system.h"
#include "spool/record.h"

#include <string>
#include <string_view>

namespace sealgate::spool {

[[nodiscard]] std::string content_path(const std::string& directory, std::uint64_t name);

// Writes and syncs a new file with a random name and key. The folder is not synced: the caller does
// that, once for several files, before a record speaks of them. After a failure nothing is left but
// what a recovery removes. transient: disk.
[[nodiscard]] Result<ContentRef> write_content_file(os::FileSystem& files,
                                                    const std::string& directory,
                                                    std::string_view content);

// Octets of the file for `content_size` octets of content.
[[nodiscard]] std::uint64_t content_file_size(std::uint64_t content_size);

// The content, proven whole. malformed: missing, cut or changed; transient: disk.
[[nodiscard]] Result<std::string> read_content_file(os::FileSystem& files,
                                                    const std::string& directory,
                                                    const ContentRef& file,
                                                    std::uint64_t content_size);

}  // namespace sealgate::spool
