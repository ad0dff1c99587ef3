#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "base/result.h"
#include "base/secret.h"
#include "os/file_system.h"

#include <string>

namespace sealgate::flow {

// A 32-octet key from a file of 64 hexadecimal digits, mode 0600; made from the system's generator
// when the file is missing and `create` says so. malformed: the file holds something else;
// not_found: it is missing and may not be made.
[[nodiscard]] Result<SecretBytes> key_from_file(os::FileSystem& files,
                                                const std::string& path,
                                                bool create);

}  // namespace sealgate::flow
