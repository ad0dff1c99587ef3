// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/setup_plan.h"
#include "config/settings.h"
#include "os/file_system.h"

#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace sealgate::cli::commands {

namespace {

constexpr std::size_t kLimit = 1024UL * 1024;
constexpr int kTries = 5;  // for an answer

// Asks until the answer is good.
Outcome<std::string> ask_for(Console& console, const SetupQuestion& question) {
    for (int n = 0; n < kTries; ++n) {
        console.talk(fmt::format(
            "{}{}: ",
            question.text,
            question.otherwise.empty() ? std::string() : fmt::format(" [{}]", question.otherwise)));
        const auto line = console.read_line();
        if (!line) break;
        std::string answer(trim(*line));
        if (answer.empty()) answer = question.otherwise;
        const auto problem =
            answer.empty() ? std::string("there has to be an answer") : question.problem(answer);
        if (problem.empty()) return answer;
        console.talk(fmt::format("  That does not do: {}.\n", escape_for_log(problem)));
    }
    return give_up(Exit::usage, "Nothing was written: an answer is missing.");
}

Outcome<SetupAnswers> collect(Context& context, const Given& given) {
    SetupAnswers answers;
    for (const SetupQuestion& question : setup_questions()) {
        std::string& answer = answers.*question.at;
        if (given.has(question.flag)) {
            answer = given.get(question.flag);
        } else if (context.console().interactive() && !given.has("--yes")) {
            SG_TRY(answer, ask_for(context.console(), question));
        } else {
            answer = question.otherwise;
        }
        const auto problem =
            answer.empty() ? std::string("it has to be given") : question.problem(answer);
        if (!problem.empty()) {
            return give_up(Exit::usage,
                           fmt::format("{}: {}.", question.flag, escape_for_log(problem)));
        }
    }
    return answers;
}

// Of a file that was there, or "" .
Outcome<std::string> existing(const std::string& file) {
    const auto files = os::posix_file_system();
    auto text = os::read_file(*files, file, kLimit);
    if (text) return *std::move(text);
    if (text.error().kind() == ErrorKind::not_found) return std::string();
    return give_up(text.error().kind() == ErrorKind::refused ? Exit::not_permitted : Exit::invalid,
                   fmt::format("{} cannot be read: {}", file, text.error().detail()));
}

Outcome<void> allow_replacing(Context& context, const Given& given, const std::string& file) {
    if (given.has("--yes")) return {};
    if (!context.console().interactive()) {
        return give_up(Exit::conflict,
                       fmt::format("{} is there already; --yes replaces it and keeps the old one "
                                   "beside it. Nothing was written.",
                                   file));
    }
    context.console().talk(fmt::format(
        "{} is there already. Replace it? The old one is kept beside it. [y/N] ", file));
    const auto line = context.console().read_line();
    if (line && (iequals(trim(*line), "y") || iequals(trim(*line), "yes"))) return {};
    return give_up(Exit::no, "Nothing was written.");
}

// Who may read it: as the file before it; of a new one root and the daemon, which runs as
// "sealgate".
void settle_owner(const std::string& file, const struct stat* before) {
    if (before != nullptr) {
        if (chown(file.c_str(), before->st_uid, before->st_gid) == 0)
            (void)chmod(file.c_str(), before->st_mode & 07777U);
        return;
    }
    const group* entry = getgrnam("sealgate");  // NOLINT(concurrency-mt-unsafe): one thread
    if (entry == nullptr || chown(file.c_str(), 0, entry->gr_gid) != 0) return;
    (void)chmod(file.c_str(), S_IRUSR | S_IWUSR | S_IRGRP);
}

Outcome<void> write(const std::string& file, const std::string& text) {
    const auto files = os::posix_file_system();
    struct stat facts{};
    const bool there = stat(file.c_str(), &facts) == 0;
    const auto failed = [&](const Error& error) {
        return give_up(error.kind() == ErrorKind::refused ? Exit::not_permitted : Exit::later,
                       fmt::format("{} cannot be written: {}", file, error.detail()));
    };
    if (auto made = files->make_directories(os::parent_directory(file)); !made)
        return failed(made.error());
    if (auto written = os::write_file_durably(*files, file, text); !written)
        return failed(written.error());
    settle_owner(file, there ? &facts : nullptr);
    return {};
}

std::string beside(const std::string& file) {
    std::string time = to_rfc3339(SystemClock().now()).substr(0, 19);
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    return file + "." + time;
}

// What lives in the daemon's store, where it runs already; else the commands that do it later.
std::string hand_over(Context& context, const SetupPlan& plan, const std::string& domains_file) {
    const auto imported = context.call({.method = "POST",
                                        .target = "/api/v1/domains/import",
                                        .body = plan.domains,
                                        .content_type = "text/plain"});
    if (imported) {
        const auto mode =
            context.send("PUT", "/api/v1/unmanaged-senders/setting", {{"action", plan.unmanaged}});
        if (mode)
            return "The domains are managed now. Restart the daemon: systemctl restart sealgate\n";
    }
    return fmt::format(
        "Then, once:\n  systemctl restart sealgate\n  sealgate domain import {}\n"
        "  sealgate unmanaged mode {}\n  sealgate doctor\n",
        domains_file,
        plan.unmanaged);
}

Outcome<Exit> set_up(Context& context, const Given& given) {
    const std::string file = context.config_file();
    SG_TRY(const auto before, existing(file));
    SG_TRY(const auto answers, collect(context, given));
    const std::string data_dir =
        given.has("--data-dir") ? given.get("--data-dir") : config::Settings().data_dir;
    const SetupPlan plan = plan_setup(answers, data_dir);
    if (!plan.problem.empty())
        return give_up(Exit::invalid, plan.problem + ". Nothing was written.");
    const std::string domains_file = os::parent_directory(file) + "/domains.txt";
    const Json document{{"file", file},
                        {"configuration", plan.configuration},
                        {"domains", plan.domains},
                        {"unmanaged", plan.unmanaged}};
    if (given.has("--dry-run")) {
        if (context.json()) {
            context.print_document(document);
        } else {
            context.console().out(fmt::format(
                "# {}\n{}\n# {}\n{}", file, plan.configuration, domains_file, plan.domains));
        }
        return Exit::done;
    }
    if (!before.empty() && before != plan.configuration) {
        SG_TRYV(allow_replacing(context, given, file));
        SG_TRYV(write(beside(file), before));
    }
    SG_TRYV(write(file, plan.configuration));
    SG_TRYV(write(domains_file, plan.domains));
    context.report(document, fmt::format("{} and {} are written.", file, domains_file));
    context.console().talk(hand_over(context, plan, domains_file));
    return Exit::done;
}

std::vector<Option> options() {
    std::vector<Option> out;
    for (const SetupQuestion& question : setup_questions())
        out.push_back({question.flag, question.value, question.help});
    out.push_back({"--data-dir", "DIRECTORY", "Where the gateway keeps everything"});
    out.push_back({"--dry-run", "", "Only print what would be written"});
    out.push_back({"--yes", "", "Ask nothing; replace a configuration that is there"});
    return out;
}

}  // namespace

Noun setup() {
    return {
        .name = "setup",
        .summary = "Ask what a first installation needs, and write its configuration",
        .verbs = {{.name = "",
                   .summary = "Ask what a first installation needs, and write its configuration",
                   .example = "sealgate setup --dry-run",
                   .options = options(),
                   .run = set_up}}};
}

}  // namespace sealgate::cli::commands
