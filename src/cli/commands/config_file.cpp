// SPDX-License-Identifier: Apache-2.0
// The store as a file: `config export`, `config diff`, `config apply`.
#include "cli/commands/config_file.h"

#include "base/text.h"
#include "cli/commands/shared.h"
#include "cli/context.h"
#include "config/objects.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::cli::commands {

namespace {

Outcome<Exit> write(Context& context, const Given& /*given*/) {
    SG_TRY(const auto answer, context.get("/api/v1/config/export"));
    if (context.json()) {
        context.print_document(answer);
    } else {
        context.console().out(text_of(answer, "toml"));
    }
    return Exit::done;
}

struct File {
    std::string name;
    std::string text;
};

// The file, and nothing that its text alone shows to be wrong: every problem is told with its
// place.
Outcome<File> read_file(Context& context, const Given& given) {
    File file{.name = given.get("FILE"), .text = {}};
    SG_TRY(file.text, context.read_text(file.name, config::kMaxObjectsFile));
    if (file.name == "-") file.name = "standard input";
    const auto loaded = config::parse_objects(file.text, file.name);
    if (!loaded.problems.empty()) {
        for (const auto& problem : loaded.problems)
            context.console().talk(config::to_string(problem) + "\n");
        return give_up(Exit::invalid,
                       fmt::format("{} has {}; nothing was changed.",
                                   escape_for_log(file.name),
                                   counted(loaded.problems.size(), "problem")));
    }
    // An empty file is a file, but an empty body would have no media type.
    if (file.text.empty()) file.text = "\n";
    return file;
}

Outcome<Json> ask(Context& context,
                  const File& file,
                  std::string_view path,
                  const Parameters& more = {},
                  std::string if_match = {}) {
    Parameters parameters{{"file", file.name}};
    parameters.insert(parameters.end(), more.begin(), more.end());
    SG_TRY(const auto reply,
           context.call({.method = "POST",
                         .target = with_query(path, parameters),
                         .body = file.text,
                         .content_type = "text/plain",
                         .if_match = std::move(if_match)}));
    auto answer = Json::parse(reply.body, nullptr, false);
    if (!answer.is_object() || !answer.contains("changes")) {
        return give_up(Exit::fault, "the daemon's answer is not a comparison; see its log.");
    }
    return answer;
}

std::string lines_of(const std::string& text) {
    const auto ends = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    return counted(ends + (text.empty() || text.ends_with('\n') ? 0 : 1), "line");
}

// "~ route *: next_hop = ... -> next_hop = ..."
std::string line_of(const Json& change) {
    const auto kind = text_of(change, "change");
    const auto object = text_of(change, "object");
    const auto name = text_of(change, "name");
    auto before = text_of(change, "before");
    auto after = text_of(change, "after");
    if (object == "template") {
        before = change.contains("before") ? lines_of(before) : "";
        after = change.contains("after") ? lines_of(after) : "";
    }
    const char sign = kind == "add" ? '+' : kind == "remove" ? '-' : '~';
    return fmt::format("{} {}{}{}: {}\n",
                       sign,
                       object,
                       name.empty() ? "" : " ",
                       escape_for_log(name),
                       escape_for_log(kind == "add"      ? after
                                      : kind == "remove" ? before
                                                         : before + " -> " + after));
}

std::string list_of(const Json& answer) {
    std::string out;
    for (const auto& change : answer.at("changes"))
        out += line_of(change);
    return out;
}

std::string changes_of(const Json& answer) {
    return counted(answer.at("changes").size(), "change");
}

Outcome<Exit> compare(Context& context, const Given& given) {
    SG_TRY(const auto file, read_file(context, given));
    SG_TRY(const auto answer, ask(context, file, "/api/v1/config/diff"));
    const bool pending = !answer.at("changes").empty();
    if (context.json()) {
        context.print_document(answer);
    } else if (pending) {
        context.console().out(list_of(answer));
        context.console().talk(
            fmt::format("{}. 'sealgate config apply FILE --state {}' makes just these.\n",
                        changes_of(answer),
                        text_of(answer, "state")));
    } else {
        context.console().talk("No changes.\n");
    }
    return pending ? Exit::changes_pending : Exit::done;
}

// The answer must be the count: a hand that types "y" out of habit removes nothing.
Outcome<void> confirm(Context& context, const Given& given, std::size_t removals) {
    if (removals == 0 || given.has("--yes")) return {};
    if (!context.console().interactive()) {
        return give_up(Exit::usage,
                       fmt::format("the file leaves out {} of the store, which would be removed: "
                                   "add --yes, or run it at a terminal.",
                                   counted(removals, "object")));
    }
    context.console().talk(
        fmt::format("Of the store, {} would be removed (-).\nType this number to go on: ",
                    counted(removals, "object")));
    if (context.console().read_line() != std::to_string(removals)) {
        return give_up(Exit::no, "nothing was changed.");
    }
    return {};
}

Outcome<Exit> apply(Context& context, const Given& given) {
    SG_TRY(const auto file, read_file(context, given));
    SG_TRY(const auto planned, ask(context, file, "/api/v1/config/diff"));
    const auto reviewed = given.has("--state") ? given.get("--state") : text_of(planned, "state");
    if (reviewed != text_of(planned, "state")) {
        return give_up(Exit::conflict,
                       "the store was changed since that state; nothing was changed. Look at "
                       "'sealgate config diff' again.");
    }
    if (given.has("--dry-run") || planned.at("changes").empty()) {
        const bool none = planned.at("changes").empty();
        if (!context.json()) context.console().out(list_of(planned));
        context.report(
            planned,
            none ? "No changes."
                 : fmt::format("Nothing was changed. It would be: {}.", changes_of(planned)));
        return Exit::done;
    }
    if (!context.json()) context.console().out(list_of(planned));
    const auto removals = planned.value("removals", std::size_t{0});
    SG_TRYV(confirm(context, given, removals));
    SG_TRY(const auto done,
           ask(context,
               file,
               "/api/v1/config/apply",
               {{"removals", removals > 0 ? "true" : ""}},
               fmt::format("\"{}\"", reviewed)));
    context.report(done, fmt::format("{} made.", changes_of(done)));
    return Exit::done;
}

}  // namespace

std::vector<Verb> config_file_verbs() {
    const Argument file{"FILE", "As 'config export' writes it; - is the standard input"};
    return {
        {.name = "export",
         .summary = "Print what lies in the store as a file that 'config apply' takes back",
         .example = "sealgate config export > store.toml",
         .run = write},
        {.name = "diff",
         .summary = "Say what 'config apply' would change; exit status 10: something",
         .example = "sealgate config diff store.toml",
         .arguments = {file},
         .run = compare},
        {.name = "apply",
         .summary = "Make the store equal to a file, all or nothing; what the file leaves out is "
                    "removed",
         .example = "sealgate config apply store.toml --dry-run",
         .arguments = {file},
         .options = {{"--dry-run", "", "Only say what would change"},
                     {"--yes", "", "Do not ask before something is removed"},
                     {"--state",
                      "STATE",
                      "Only if the store is as it was when 'config diff' told this state"}},
         .run = apply}};
}

}  // namespace sealgate::cli::commands
