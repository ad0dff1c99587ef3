// SPDX-License-Identifier: Apache-2.0
// Clock, disk, limits: what the machine gives us.
#include "base/text.h"
#include "doctor/doctor.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <fstream>
#include <sstream>

namespace sealgate::doctor {

namespace {

constexpr std::uint64_t kMiB = 1024UL * 1024;
constexpr std::uint64_t kMicroPerMilli = 1000;

}  // namespace

void check_clock(Findings& out) {
    timex state{};
    const int answer = adjtimex(&state);
    if (answer == -1) {
        out.push_back({"clock",
                       Level::warn,
                       "the kernel does not tell whether the clock is synchronised",
                       "make sure that chrony or systemd-timesyncd runs on the host"});
    } else if (answer == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
        out.push_back({"clock",
                       Level::warn,
                       "the clock is not synchronised",
                       "run chrony or systemd-timesyncd: log times, retries and certificates "
                       "depend on it"});
    } else {
        out.push_back({"clock",
                       Level::ok,
                       fmt::format("synchronised, error at most {} ms",
                                   static_cast<std::uint64_t>(state.maxerror) / kMicroPerMilli),
                       ""});
    }
}

void check_disk(const Subject& subject, Findings& out) {
    struct statvfs disk{};
    const std::string& directory = subject.settings.data_dir;
    if (statvfs(directory.c_str(), &disk) != 0) {
        out.push_back({"disk",
                       subject.running ? Level::fail : Level::warn,
                       "data_dir " + directory + " cannot be looked at",
                       "the first start makes it; or run this as root"});
        return;
    }
    const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    const std::uint64_t kept = subject.settings.limits.free_disk;
    Finding space{"disk", Level::ok, fmt::format("{} MiB free", free / kMiB), ""};
    if (free <= kept) {
        space.level = Level::fail;
        space.advice = fmt::format(
            "mail is refused with 452 below {} MiB (limits.free_disk): make "
            "room, or a larger disk",
            kept / kMiB);
    } else if (free < 2 * kept) {
        space.level = Level::warn;
        space.advice = fmt::format("below {} MiB mail is refused (limits.free_disk)", kept / kMiB);
    }
    out.push_back(std::move(space));
    if (disk.f_files == 0) return;  // a file system that makes them as it goes
    constexpr std::uint64_t kHundred = 100;
    const std::uint64_t percent = disk.f_favail * kHundred / disk.f_files;
    Finding inodes{"inodes", Level::ok, fmt::format("{} % free", percent), ""};
    if (percent < 5) {
        inodes.level = percent < 1 ? Level::fail : Level::warn;
        inodes.advice = "too many small files on this file system: remove some, or move data_dir";
    }
    out.push_back(std::move(inodes));
}

void check_limits(const Subject& subject, Findings& out) {
    if (!subject.pid) return;
    std::ifstream limits(fmt::format("/proc/{}/limits", *subject.pid));
    std::string line;
    constexpr std::string_view kOpenFiles = "Max open files";
    while (std::getline(limits, line)) {
        if (!line.starts_with(kOpenFiles)) continue;
        std::istringstream words(line.substr(kOpenFiles.size()));
        std::string soft;
        words >> soft;
        const auto number = parse_number(soft);
        // Each session may have one to its next hop; beside them the daemon's own.
        const std::uint64_t wanted = 2 * subject.settings.smtp.connections + 200;
        Finding finding{"open files", Level::ok, "at most " + soft, ""};
        if (number && *number < wanted) {
            finding.level = Level::warn;
            finding.advice = fmt::format(
                "smtp.connections = {} may need {}: raise LimitNOFILE= of the service, or lower it",
                subject.settings.smtp.connections,
                wanted);
        }
        out.push_back(std::move(finding));
        return;
    }
    out.push_back({"open files",
                   Level::warn,
                   "the daemon's limits cannot be read",
                   "run this as root, or as the user of the daemon"});
}

}  // namespace sealgate::doctor
