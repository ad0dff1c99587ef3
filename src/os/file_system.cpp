// SPDX-License-Identifier: Apache-2.0
#include "os/file_system.h"

#include <fmt/format.h>

namespace sealgate::os {

std::string parent_directory(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<std::string> read_file(FileSystem& files, const std::string& path, std::size_t limit) {
    SG_TRY(const auto file, files.open(path, OpenMode::read));
    // One octet more than allowed tells a full file from one that goes on, whatever size() says of
    // it (files of /proc say 0).
    SG_TRY(auto bytes, file->read_at(0, limit + 1));
    if (bytes.size() > limit) {
        return fail(ErrorKind::exhausted,
                    "os.read_file",
                    fmt::format("{}: longer than {} octets", path, limit));
    }
    return bytes;
}

Status write_file_durably(FileSystem& files, const std::string& path, std::string_view bytes) {
    const std::string temporary = path + ".tmp";
    if (auto removed = files.remove(temporary);
        !removed && removed.error().kind() != ErrorKind::not_found) {
        return removed;
    }
    {
        SG_TRY(const auto file, files.open(temporary, OpenMode::create_new));
        SG_TRYV(file->write_at(0, bytes));
        SG_TRYV(file->sync());
    }
    SG_TRYV(files.rename(temporary, path));
    return files.sync_directory(parent_directory(path));
}

}  // namespace sealgate::os
