// SPDX-License-Identifier: Apache-2.0
#include "spool/quarantine.h"

#include "spool/format.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::spool {
namespace {

constexpr std::uint64_t kCopyStep = 4ULL * 1024 * 1024;

}  // namespace

Quarantine::Quarantine(os::FileSystem& files,
                       std::string directory,
                       std::vector<std::string>& lines)
    : files_(files),
      directory_(std::move(directory)),
      folder_(fmt::format("{}/{}", directory_, kQuarantineFolder)),
      lines_(lines) {}

Status Quarantine::report_earlier() {
    SG_TRY(const auto names, files_.list(folder_));
    for (const auto& name : names) {
        lines_.push_back(fmt::format("{}/{}: set aside earlier", kQuarantineFolder, name));
    }
    return {};
}

Status Quarantine::move(std::string_view folder, const std::string& name, std::string_view reason) {
    used_ = true;
    // A name may come back after the file that had it was set aside.
    std::string target = fmt::format("{}/{}", folder_, name);
    for (int i = 1;; ++i) {
        SG_TRY(const auto taken, files_.exists(target));
        if (!taken) break;
        target = fmt::format("{}/{}.{}", folder_, name, i);
    }
    SG_TRYV(files_.rename(fmt::format("{}/{}/{}", directory_, folder, name), target));
    SG_TRYV(files_.sync_directory(folder_));
    SG_TRYV(files_.sync_directory(fmt::format("{}/{}", directory_, folder)));
    lines_.push_back(
        fmt::format("{}: {}", std::string_view(target).substr(directory_.size() + 1), reason));
    return {};
}

Status Quarantine::copy(const os::File& segment, std::uint64_t epoch, const DamagedRange& range) {
    used_ = true;
    const std::string name = fmt::format("segment-{:016x}-{}", epoch, range.from);
    const std::string path = fmt::format("{}/{}", folder_, name);
    SG_TRY(const auto there, files_.exists(path));
    if (!there && range.to > range.from) {
        const std::string unfinished = path + std::string(kUnfinishedSuffix);
        if (auto removed = files_.remove(unfinished);
            !removed && removed.error().kind() != ErrorKind::not_found) {
            return removed;
        }
        SG_TRY(const auto file, files_.open(unfinished, os::OpenMode::create_new));
        SG_TRY(const auto header, segment.read_at(0, kFirstGroup));
        SG_TRYV(file->write_at(0, header));
        for (std::uint64_t at = range.from; at < range.to; at += kCopyStep) {
            SG_TRY(const auto bytes, segment.read_at(at, std::min(kCopyStep, range.to - at)));
            SG_TRYV(file->write_at(kFirstGroup + at - range.from, bytes));
        }
        SG_TRYV(file->sync());
        SG_TRYV(files_.rename(unfinished, path));
        SG_TRYV(files_.sync_directory(folder_));
    }
    lines_.push_back(fmt::format("{}/{}: octets {} to {} of the segment with epoch {}: {}",
                                 kQuarantineFolder,
                                 name,
                                 range.from,
                                 range.to,
                                 epoch,
                                 range.reason));
    return {};
}

}  // namespace sealgate::spool
