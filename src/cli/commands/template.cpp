// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/table.h"
#include "cli/text_diff.h"
#include "cli/times.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace sealgate::cli::commands {

namespace {

constexpr std::size_t kTextLimit = 256UL * 1024;

// The resource of a template, or what lies below it, in the language that was asked for.
std::string path_of(const Given& given, std::string_view below = "") {
    return with_query(fmt::format("/api/v1/templates/{}{}", segment(given.get("NAME")), below),
                      {{"language", given.get("--lang")}});
}

// "'NAME'", or "'NAME' in de".
std::string title_of(const Given& given) {
    const auto language = given.get("--lang");
    return fmt::format(
        "'{}'{}", given.get("NAME"), language.empty() ? "" : fmt::format(" in {}", language));
}

std::string joined(const Json& texts) {
    std::string out;
    for (const auto& text : texts)
        out += (out.empty() ? "" : ", ") + text.get<std::string>();
    return out;
}

Outcome<Exit> list(Context& context, const Given& /*given*/) {
    SG_TRY(const auto answer, context.get("/api/v1/templates"));
    if (context.json()) {
        Json all = Json::array();
        for (auto item : answer.at("items")) {
            for (const char* long_text : {"text", "html", "built_in"})
                item.erase(long_text);
            all.push_back(std::move(item));
        }
        context.print_document(all);
        return Exit::done;
    }
    Table table({{"TEMPLATE"}, {"TEXT"}, {"LANGUAGES"}, {"USED FOR"}});
    for (const auto& item : answer.at("items")) {
        const auto changed = text_of(item, "changed");
        table.add({text_of(item, "name"),
                   item.value("replaced", false) ? "replaced " + show_time(changed) : "built in",
                   joined(item.value("languages", Json::array())),
                   text_of(item, "description")});
    }
    context.console().out(table.render());
    return Exit::done;
}

Outcome<Exit> show(Context& context, const Given& given) {
    SG_TRY(const auto item, context.get(path_of(given)));
    if (context.json()) {
        context.print_document(item);
        return Exit::done;
    }
    if (given.has("--html") && !item.contains("html")) {
        return give_up(Exit::no, fmt::format("the template {} has no HTML part.", title_of(given)));
    }
    context.console().out(text_of(item, given.has("--html") ? "html" : "text"));
    return Exit::done;
}

// What --file, --html-file and --no-html give.
Outcome<Json> change_of(Context& context, const Given& given) {
    Json body = Json::object();
    if (given.has("--html-file") && given.has("--no-html")) {
        return give_up(Exit::usage, "--html-file and --no-html cannot both be given.");
    }
    if (given.has("--file")) {
        SG_TRY(auto text, context.read_text(given.get("--file"), kTextLimit));
        body["text"] = std::move(text);
    }
    if (given.has("--html-file")) {
        SG_TRY(auto html, context.read_text(given.get("--html-file"), kTextLimit));
        body["html"] = std::move(html);
    }
    if (given.has("--no-html")) body["html"] = "";
    return body;
}

Outcome<Exit> set(Context& context, const Given& given) {
    SG_TRY(const auto body, change_of(context, given));
    if (body.empty()) {
        return give_up(Exit::usage,
                       "name the new text with --file FILE, or the HTML part with --html-file.");
    }
    SG_TRY(const auto answer, context.send("PUT", path_of(given), body));
    context.report(answer, fmt::format("The template {} is replaced.", title_of(given)));
    return Exit::done;
}

Outcome<Exit> reset(Context& context, const Given& given) {
    SG_TRYV(context.send("DELETE", path_of(given), nullptr));
    const bool language = given.has("--lang");
    context.report({{"outcome", "reset"}},
                   fmt::format("The template {} {}.",
                               title_of(given),
                               language ? "is removed" : "has its built-in text again"));
    return Exit::done;
}

Outcome<Exit> preview(Context& context, const Given& given) {
    SG_TRY(const auto body, change_of(context, given));
    SG_TRY(const auto answer, context.send("POST", path_of(given, "/preview"), body));
    if (context.json()) {
        context.print_document(answer);
        return Exit::done;
    }
    if (given.has("--html") && !answer.contains("html")) {
        return give_up(Exit::no, fmt::format("the template {} has no HTML part.", title_of(given)));
    }
    context.console().out(text_of(answer, given.has("--html") ? "html" : "message"));
    return Exit::done;
}

Outcome<Exit> diff(Context& context, const Given& given) {
    SG_TRY(const auto item, context.get(path_of(given)));
    const std::string name = text_of(item, "name");
    const std::string language = text_of(item, "language");
    const std::string in_use = language.empty() ? name : fmt::format("{} [{}]", name, language);
    std::string out = unified_diff(text_of(item, "built_in"),
                                   text_of(item, "text"),
                                   name + " (built in)",
                                   in_use + " (in use)");
    out += unified_diff(
        "", text_of(item, "html"), name + " (built in: no HTML part)", in_use + " (HTML part)");
    if (context.json()) {
        context.print_document({{"changed", !out.empty()}, {"diff", out}});
    } else {
        context.console().out(out);
    }
    return out.empty() ? Exit::done : Exit::changes_pending;
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
    const char* part = given.has("--html") ? "html" : "text";
    const auto before = context.call({.target = path_of(given)});
    if (!before) return std::unexpected(before.error());
    const auto old_text = text_of(Json::parse(before->body, nullptr, false), part);
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
                                .target = path_of(given),
                                .body = Json{{part, *new_text}}.dump(),
                                .if_match = before->etag});
    if (!answer) return kept(std::move(answer).error());
    context.console().talk(fmt::format("The template {} is replaced.\n", title_of(given)));
    return Exit::done;
}

}  // namespace

Noun message_template() {
    const Argument name{"NAME", "A template, as 'template list' shows it"};
    const Option lang{
        "--lang", "TAG", "The text in this language (de, pt-BR), not the default one"};
    const Option html{"--html", "", "The HTML part, not the text"};
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
                   .options = {lang, html},
                   .run = show},
                  {.name = "edit",
                   .summary = "Change the text in your editor ($VISUAL, $EDITOR)",
                   .example = "sealgate template edit 'Message Bounced -- Unmanaged Domain'",
                   .arguments = {name},
                   .options = {lang, html},
                   .run = edit},
                  {.name = "set",
                   .summary = "Replace the text or the HTML part, or add a language",
                   .example =
                       "sealgate template set 'Message Bounced -- Unmanaged Domain' --file new.txt",
                   .arguments = {name},
                   .options = {{"--file", "FILE", "The new text; - is the standard input"},
                               {"--html-file", "FILE", "The new HTML part"},
                               {"--no-html", "", "Take the HTML part away"},
                               lang},
                   .run = set},
                  {.name = "reset",
                   .summary = "Go back to the built-in text; with --lang, remove that text",
                   .example = "sealgate template reset 'Message Bounced -- Unmanaged Domain'",
                   .arguments = {name},
                   .options = {lang},
                   .run = reset},
                  {.name = "preview",
                   .summary = "Print the message that a text gives with sample values",
                   .example = "sealgate template preview 'Message Bounced -- Unmanaged Domain'",
                   .arguments = {name},
                   .options = {{"--file", "FILE", "Instead of the text in use"},
                               {"--html-file", "FILE", "Instead of the HTML part in use"},
                               lang,
                               html},
                   .run = preview},
                  {.name = "diff",
                   .summary = "Show how a text differs from the built-in one",
                   .example = "sealgate template diff 'Message Bounced -- Unmanaged Domain'",
                   .arguments = {name},
                   .options = {lang},
                   .run = diff}}};
}

}  // namespace sealgate::cli::commands
