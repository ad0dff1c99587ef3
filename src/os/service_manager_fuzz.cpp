// SPDX-License-Identifier: Apache-2.0
// Input: LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES, a line each; a line that is missing is a
// variable that is not set. Properties: sockets are ours or none; they count from 3 without a gap,
// never so many that a wrong number costs memory; the names are those that were given.
#include "os/service_manager.h"

#include <array>
#include <cstdint>
#include <optional>

namespace {

constexpr long kPid = 42;
constexpr std::size_t kMost = 256;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    std::array<std::optional<std::string>, 3> lines;
    for (auto& line : lines) {
        const std::size_t end = input.find('\n');
        if (end == std::string_view::npos) break;
        // As getenv gives it: up to the first NUL.
        line = std::string(input.substr(0, end)).c_str();
        input.remove_prefix(end + 1);
    }
    const auto text = [&](std::size_t i) { return lines[i] ? lines[i]->c_str() : nullptr; };
    const auto sockets = sealgate::os::parse_inherited(text(0), text(1), text(2), kPid);
    if (!sockets) {
        SG_CHECK(sockets.error().kind() == sealgate::ErrorKind::malformed);
        return 0;
    }
    if (sockets->empty()) return 0;
    SG_CHECK(lines[0] && lines[1] && sockets->size() <= kMost);
    SG_CHECK(std::stol(*lines[0]) == kPid);
    SG_CHECK(std::stoul(*lines[1]) == sockets->size());
    std::string names;
    int next = 3;
    for (const auto& socket : *sockets) {
        SG_CHECK(socket.descriptor == next++);
        SG_CHECK(socket.name.find(':') == std::string::npos);
        names += (names.empty() && next == 4 ? "" : ":") + socket.name;
    }
    if (lines[2]) SG_CHECK(names == *lines[2]);
    return 0;
}
