// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/table.h"
#include "cli/times.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace sealgate::cli::commands {

namespace {

constexpr std::size_t kTextLimit = 256UL * 1024;

std::string path_of(const std::string& name) {
    return "/api/v1/templates/" + segment(name);
}

Outcome<Exit> list(Context& context, const Given& /*given*/) {
    SG_TRY(const auto answer, context.get("/api/v1/templates"));
    if (context.json()) {
        Json all = Json::array();
        for (auto item : answer.at("items")) {
            item.erase("text");
            all.push_back(std::move(item));
        }
        context.print_document(all);
        return Exit::done;
    }
    Table table({{"TEMPLATE"}, {"TEXT"}, {"USED FOR"}});
    for (const auto& item : answer.at("items")) {
        const auto changed = text_of(item, "changed");
        table.add({text_of(item, "name"),
                   item.value("replaced", false) ? "replaced " + show_time(changed) : "built in",
                   text_of(item, "description")});
    }
    context.console().out(table.render());
    return Exit::done;
}

Outcome<Exit> show(Context& context, const Given& given) {
    SG_TRY(const auto item, context.get(path_of(given.get("NAME"))));
    if (context.json()) {
        context.print_document(item);
    } else {
        context.console().out(text_of(item, "text"));
    }
    return Exit::done;
}

Outcome<Exit> set(Context& context, const Given& given) {
    const auto file = given.get("--file");
    if (file.empty()) return give_up(Exit::usage, "name the new text with --file FILE.");
    SG_TRY(const auto text, context.read_text(file, kTextLimit));
    const auto name = given.get("NAME");
    SG_TRY(const auto answer, context.send("PUT", path_of(name), {{"text", text}}));
    context.report(answer, fmt::format("The template '{}' is replaced.", name));
    return Exit::done;
}

Outcome<Exit> reset(Context& context, const Given& given) {
    const auto name = given.get("NAME");
    SG_TRYV(context.send("DELETE", path_of(name), nullptr));
    context.report({{"outcome", "reset"}},
                   fmt::format("The template '{}' has its built-in text again.", name));
    return Exit::done;
}

Outcome<Exit> preview(Context& context, const Given& given) {
    Json body = Json::object();
    if (given.has("--file")) {
        SG_TRY(auto text, context.read_text(given.get("--file"), kTextLimit));
        body["text"] = std::move(text);
    }
    SG_TRY(const auto answer, context.send("POST", path_of(given.get("NAME")) + "/preview", body));
    if (context.json()) {
        context.print_document(answer);
    } else {
        context.console().out(text_of(answer, "message"));
    }
    return Exit::done;
}

// A file for the editor, of mode 0600, that goes away unless it is kept.
class Draft {
public:
    Draft() = default;
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    Draft(Draft&&) = delete;
    Draft& operator=(Draft&&) = delete;
    ~Draft() {
        if (!path_.empty() && !kept_) unlink(path_.c_str());
    }
    Outcome<void> create(std::string_view text) {
        std::error_code error;
        std::string pattern = std::filesystem::temp_directory_path(error) / "sealgate-XXXXXX.txt";
        const int file = mkstemps(pattern.data(), 4);
        if (file < 0) return give_up(Exit::fault, fmt::format("cannot create {}.", pattern));
        path_ = pattern;
        const auto written = write(file, text.data(), text.size());
        close(file);
        if (written == static_cast<ssize_t>(text.size())) return {};
        return give_up(Exit::later, fmt::format("cannot write {}.", path_));
    }
    [[nodiscard]] const std::string& path() const { return path_; }
    void keep() { kept_ = true; }

private:
    std::string path_;
    bool kept_ = false;
};

Outcome<Exit> edit(Context& context, const Given& given) {
    const auto name = given.get("NAME");
    SG_TRY(const auto before, context.call({.target = path_of(name)}));
    const auto old_text = text_of(Json::parse(before.body, nullptr, false), "text");
    Draft draft;
    SG_TRYV(draft.create(old_text));
    if (!context.console().edit(draft.path())) {
        return give_up(Exit::no, "the editor failed; nothing was changed. Set EDITOR to yours.");
    }
    auto new_text = context.read_text(draft.path(), kTextLimit);
    const auto kept = [&draft](Failure failure) {
        draft.keep();
        failure.sentence += fmt::format("\nYour text is in {}.", draft.path());
        return std::unexpected(std::move(failure));
    };
    if (!new_text) return kept(std::move(new_text).error());
    if (*new_text == old_text) {
        context.console().talk("The text is as it was; nothing was changed.\n");
        return Exit::done;
    }
    auto answer = context.call({.method = "PUT",
                                .target = path_of(name),
                                .body = Json{{"text", *new_text}}.dump(),
                                .if_match = before.etag});
    if (!answer) return kept(std::move(answer).error());
    context.console().talk(fmt::format("The template '{}' is replaced.\n", name));
    return Exit::done;
}

}  // namespace

Noun template_() {
    const Argument name{"NAME", "A template, as 'template list' shows it"};
    return {
        .name = "template",
        .summary = "Message templates: the texts of the messages that the gateway writes",
        .verbs = {{.name = "list",
                   .summary = "List the templates",
                   .example = "sealgate template list",
                   .run = list},
                  {.name = "show",
                   .summary = "Print the text in use",
                   .example = "sealgate template show 'Message Bounced -- Unmanaged Domain'",
                   .arguments = {name},
                   .run = show},
                  {.name = "edit",
                   .summary = "Change the text in your editor ($VISUAL, $EDITOR)",
                   .example = "sealgate template edit 'Message Bounced -- Unmanaged Domain'",
                   .arguments = {name},
                   .run = edit},
                  {.name = "set",
                   .summary = "Replace the text",
                   .example =
                       "sealgate template set 'Message Bounced -- Unmanaged Domain' --file new.txt",
                   .arguments = {name},
                   .options = {{"--file", "FILE", "The new text; - is the standard input"}},
                   .run = set},
                  {.name = "reset",
                   .summary = "Go back to the built-in text",
                   .example = "sealgate template reset 'Message Bounced -- Unmanaged Domain'",
                   .arguments = {name},
                   .run = reset},
                  {.name = "preview",
                   .summary = "Print the message that a text gives with sample values",
                   .example = "sealgate template preview 'Message Bounced -- Unmanaged Domain'",
                   .arguments = {name},
                   .options = {{"--file", "FILE", "Instead of the text in use"}},
                   .run = preview}}};
}

}  // namespace sealgate::cli::commands
