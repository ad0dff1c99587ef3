// SPDX-License-Identifier: Apache-2.0
#include "cli/main.h"

#include "base/clock.h"
#include "base/result.h"
#include "cli/command_line.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/help.h"
#include "cli/sop/sop.h"
#include "cli/system_console.h"

#include <fmt/format.h>

#include <exception>

namespace sealgate::cli {

namespace {

int number(Exit code) {
    return static_cast<int>(code);
}

// Help that was asked for is data; help in place of a command is talk about a wrong command line.
int show_help(const CommandLine& line, Console& console) {
    const auto text = line.noun == nullptr   ? overview(all_commands())
                      : line.verb == nullptr ? help_for(*line.noun)
                                             : help_for(*line.noun, *line.verb);
    if (line.help) {
        console.out(text);
        return number(Exit::done);
    }
    console.talk(text);
    return number(Exit::usage);
}

Outcome<int> execute(const std::vector<std::string>& words,
                     Console& console,
                     const FileCheck& check) {
    SG_TRY(auto line, parse_command_line(all_commands(), words));
    if (line.help || line.verb == nullptr) return show_help(line, console);
    Context context(
        console,
        {.config = std::move(line.config), .socket = std::move(line.socket), .json = line.json},
        check);
    SG_TRY(const auto code, line.verb->run(context, line.given));
    return number(code);
}

}  // namespace

int run(const std::vector<std::string>& words, Console& console, const FileCheck& check) {
    if (!words.empty() && words.front() == "sop") {
        return sop::run({words.begin() + 1, words.end()}, console, SystemClock());
    }
    Outcome<int> status = give_up(Exit::fault, "");
    try {
        status = execute(words, console, check);
    } catch (const std::exception& error) {
        // What the daemon sent does not have the shape that this version knows, or memory is out.
        status = give_up(Exit::fault,
                         fmt::format("unexpected: {}. 'sealgate status' shows whether the daemon "
                                     "is of the same version.",
                                     error.what()));
    }
    if (status) return *status;
    console.talk(fmt::format("sealgate: {}\n", status.error().sentence));
    return number(status.error().code);
}

int main(int argc, char** argv, const FileCheck& check) {
    SystemConsole console;
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    const int status = run(words, console, check);
    // A full disk behind a redirection must not look like success.
    if (!console.flush() && status == 0) return number(Exit::fault);
    return status;
}

}  // namespace sealgate::cli
