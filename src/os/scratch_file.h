#pragma once
// SPDX-License-Identifier: Apache-2.0
// A file without a name, for what is too large for memory: nobody else can open it, and it is gone
// when it is closed, however the process ends.

#include "os/file_system.h"

#include <memory>
#include <string>

namespace sealgate::os {

// $TMPDIR when it is an absolute path, else /var/tmp: /tmp often lies in memory.
[[nodiscard]] std::string scratch_directory();

// Mode 0600. Errors as in file_system.h.
[[nodiscard]] Result<std::unique_ptr<File>> open_scratch_file(const std::string& directory);

}  // namespace sealgate::os
