#pragma once
// SPDX-License-Identifier: Apache-2.0
// Whether a user may connect to a Unix socket, as the file system says it: nobody is called.

#include "base/result.h"

#include <sys/types.h>

#include <string>

namespace sealgate::os {

// `path` is absolute. not_found: there is nothing, or nothing that is a socket. refused: the
// permissions of the socket or of a directory above it keep the user out; where access control
// lists go beyond these, they are not judged. The detail is a sentence with path and cause.
[[nodiscard]] Status may_connect(const std::string& path, uid_t user);

// Whose directory it is; the caller's own user where it cannot be told. Of data_dir: whom the
// daemon runs as.
[[nodiscard]] uid_t owner_of(const std::string& directory);

}  // namespace sealgate::os
