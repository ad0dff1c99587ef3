// SPDX-License-Identifier: Apache-2.0
#include "cli/system_console.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace sealgate::cli {

void SystemConsole::out(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

bool SystemConsole::flush() {
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

void SystemConsole::talk(std::string_view text) {
    std::fflush(stdout);  // so that both keep their order on one terminal
    std::fwrite(text.data(), 1, text.size(), stderr);
}

bool SystemConsole::interactive() const {
    return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

std::optional<std::string> SystemConsole::read_line() {
    constexpr std::size_t kLineLimit = 4096;
    std::string line;
    for (int c = std::getchar(); c != EOF; c = std::getchar()) {
        if (c == '\n') return line;
        if (line.size() < kLineLimit) line += static_cast<char>(c);
    }
    return line.empty() ? std::nullopt : std::optional(line);
}

std::optional<std::string> SystemConsole::read_all(std::size_t limit) {
    std::string all;
    std::array<char, 65536> buffer{};
    while (all.size() <= limit) {
        const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), stdin);
        if (count == 0) return all;
        all.append(buffer.data(), count);
    }
    return std::nullopt;
}

bool SystemConsole::pause(std::chrono::milliseconds time) {
    if (!flush()) return false;
    std::this_thread::sleep_for(time);
    return true;
}

bool SystemConsole::edit(const std::string& file) {
    // The shell takes the variable apart, as git and crontab let it: it may hold options.
    const std::array<const char*, 6> arguments{
        "/bin/sh", "-c", R"(exec ${VISUAL:-${EDITOR:-vi}} "$1")", "sh", file.c_str(), nullptr};
    pid_t child = 0;
    // posix_spawn does not write to the strings; its type is older than const.
    const int error = posix_spawn(&child,
                                  arguments[0],
                                  nullptr,
                                  nullptr,
                                  const_cast<char* const*>(arguments.data()),
                                  environ);
    if (error != 0) return false;
    int state = 0;
    while (waitpid(child, &state, 0) < 0) {
        if (errno != EINTR) return false;
    }
    return WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

}  // namespace sealgate::cli
