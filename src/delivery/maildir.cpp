// SPDX-License-Identifier: Apache-2.0
#include "delivery/maildir.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

namespace sealgate::delivery {

namespace {

// Unique on this machine by time, process and a counter, among machines by the host name.
std::string unique_name(std::string_view hostname) {
    static std::atomic<std::uint64_t> counter{0};
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    std::string host;
    for (const char c : hostname.substr(0, 100)) {
        // "/" would be a path and ":" begins the flags.
        const bool plain = c > ' ' && c < 0x7F && c != '/' && c != ':';
        host += plain ? c : '_';
    }
    return fmt::format("{}.M{:06}P{}Q{}.{}",
                       now / 1'000'000,
                       now % 1'000'000,
                       ::getpid(),
                       counter.fetch_add(1, std::memory_order_relaxed),
                       host);
}

Result<std::unique_ptr<os::File>> create(os::FileSystem& files,
                                         const std::string& directory,
                                         const std::string& path) {
    auto file = files.open(path, os::OpenMode::create_new);
    if (file || file.error().kind() != ErrorKind::not_found) return file;
    for (const char* folder : {"/cur", "/new", "/tmp"})
        SG_TRYV(files.make_directories(directory + folder));
    return files.open(path, os::OpenMode::create_new);
}

Status write(os::File& file, const std::vector<std::string_view>& pieces) {
    std::uint64_t offset = 0;
    for (const std::string_view piece : pieces) {
        SG_TRYV(file.write_at(offset, piece));
        offset += piece.size();
    }
    return file.sync();
}

}  // namespace

Status deliver_to_maildir(os::FileSystem& files,
                          const std::string& directory,
                          std::string_view hostname,
                          const std::vector<std::string_view>& pieces) {
    const std::string name = unique_name(hostname);
    const std::string unfinished = directory + "/tmp/" + name;
    SG_TRY(const auto file, create(files, directory, unfinished));
    Status stored = write(*file, pieces);
    if (stored) stored = files.rename(unfinished, directory + "/new/" + name);
    if (!stored) {
        // The first failure is what counts; a leftover in tmp/ is what Maildir readers remove.
        [[maybe_unused]] const Status removed = files.remove(unfinished);
        return stored;
    }
    return files.sync_directory(directory + "/new");
}

}  // namespace sealgate::delivery
