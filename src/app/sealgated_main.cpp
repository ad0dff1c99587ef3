// SPDX-License-Identifier: Apache-2.0
// The daemon: reads its arguments and settings, and runs in the foreground.
#include "admin/warnings.h"
#include "app/check_files.h"
#include "app/daemon.h"
#include "config/settings.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace {

constexpr int kExitInvalid = 1;  // --check: the answer is no
constexpr int kExitConfig = 78;  // EX_CONFIG
constexpr const char* kDefaultFile = "/etc/sealgate/sealgate.toml";

void print_problems(const sealgate::config::Loaded& loaded) {
    for (const sealgate::config::Problem& problem : loaded.problems) {
        std::fprintf(stderr, "%s\n", sealgate::config::to_string(problem).c_str());
    }
}

// Of --check: the file itself, and the files that it names.
int report_check(const sealgate::config::Loaded& loaded, const std::string& file) {
    if (!loaded.problems.empty()) return kExitInvalid;
    const auto problems = sealgate::app::check_files(loaded.settings);
    for (const auto& problem : problems)
        std::fprintf(stderr, "%s\n", sealgate::config::to_string(problem).c_str());
    if (!problems.empty()) return kExitInvalid;
    for (const auto& warning : sealgate::admin::warnings(loaded.settings)) {
        std::fprintf(
            stderr, "%s: warning, as far as this file tells: %s\n", file.c_str(), warning.c_str());
    }
    std::fprintf(stderr, "%s: valid\n", file.c_str());
    return 0;
}

}  // namespace

// What the standard library throws for want of memory ends us.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv) {
    CLI::App app(
        "Sealgate, an email encryption gateway. Runs in the foreground; SIGTERM ends it after "
        "what is in flight, SIGHUP reloads, SIGUSR1 opens the log files again.",
        "sealgated");
    std::string file = kDefaultFile;
    bool check = false;
    bool print = false;
    app.add_option("--config", file, "the configuration file")->capture_default_str();
    app.add_flag("--check", check, "check the configuration and exit: 0 it is valid, 1 it is not");
    app.add_flag("--print-config", print, "print the effective settings, secrets hidden, and exit");
    app.set_version_flag("--version", std::string("sealgated ") + SEALGATE_VERSION);
    app.footer("Example: sealgated --config /etc/sealgate/sealgate.toml --check");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }

    sealgate::config::Loaded loaded = sealgate::config::load(file);
    print_problems(loaded);
    if (check) return report_check(loaded, file);
    if (!loaded.problems.empty()) return kExitConfig;
    if (print) {
        std::fputs(sealgate::config::print(loaded.settings).c_str(), stdout);
        return 0;
    }
    return sealgate::app::run_daemon(
        std::make_shared<const sealgate::config::Settings>(std::move(loaded.settings)));
}
