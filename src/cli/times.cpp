// SPDX-License-Identifier: Apache-2.0
#include "cli/times.h"

#include <array>
#include <ctime>

namespace sealgate::cli {

std::string show_time(std::string_view rfc3339) {
    WallTime time;
    if (!from_rfc3339(rfc3339, time)) return std::string(rfc3339);
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    localtime_r(&seconds, &parts);
    std::array<char, 32> buffer{};
    const auto size = std::strftime(buffer.data(), buffer.size(), "%Y-%m-%d %H:%M:%S", &parts);
    return {buffer.data(), size};
}

}  // namespace sealgate::cli
