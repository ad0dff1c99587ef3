// SPDX-License-Identifier: Apache-2.0
#include "os/scratch_file.h"

#include "os/posix_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace sealgate::os {

std::string scratch_directory() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment
    const char* const chosen = std::getenv("TMPDIR");
    if (chosen != nullptr && chosen[0] == '/') return chosen;
    return "/var/tmp";
}

Result<std::unique_ptr<File>> open_scratch_file(const std::string& directory) {
    const int nameless = retried(
        [&] { return ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600); });
    if (nameless >= 0) return std::make_unique<PosixFile>(nameless, directory);
    // What file systems and kernels say that do not have it (open(2)).
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT) {
        return failed(errno, "open a temporary file in", directory);
    }
    std::string path = directory + "/sealgate-XXXXXX";
    const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor < 0) return failed(errno, "open a temporary file in", directory);
    auto file = std::make_unique<PosixFile>(descriptor, path);
    if (::unlink(path.c_str()) != 0) return failed(errno, "unlink", path);
    return file;
}

}  // namespace sealgate::os
