// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/context.h"
#include "cli/table.h"

#include <fmt/format.h>

namespace sealgate::cli::commands {

namespace {

constexpr std::size_t kImportLimit = 64UL * 1024 * 1024;

Outcome<Exit> add(Context& context, const Given& given) {
    const auto name = given.get("DOMAIN");
    const bool wider = given.has("--subdomains");
    const bool narrower = given.has("--no-subdomains");
    if (wider && narrower) {
        return give_up(Exit::usage, "give --subdomains or --no-subdomains, not both.");
    }
    Json body{{"name", name}};
    if (wider || narrower) body["subdomains"] = wider;
    SG_TRY(const auto answer, context.send("POST", "/api/v1/domains", body));
    const bool covers = answer.value("subdomains", false);
    const auto outcome = text_of(answer, "outcome");
    const std::string_view reach = covers ? ", with its subdomains" : ", without its subdomains";
    context.report(answer,
                   outcome == "added" ? fmt::format("{} is managed now{}.", name, reach)
                   : outcome == "changed"
                       ? fmt::format("{} was managed; it {} covers its subdomains.",
                                     name,
                                     covers ? "now" : "no longer")
                       : fmt::format("{} was managed already{}.", name, reach));
    return Exit::done;
}

Outcome<Exit> remove(Context& context, const Given& given) {
    const auto name = given.get("DOMAIN");
    SG_TRYV(context.send("DELETE", "/api/v1/domains/" + segment(name), nullptr));
    context.report({{"outcome", "removed"}}, fmt::format("{} is not managed any more.", name));
    return Exit::done;
}

Outcome<Exit> list(Context& context, const Given& /*given*/) {
    Json all = Json::array();
    Table table({{"DOMAIN"}, {"SUBDOMAINS"}, {"MANAGED BY"}});
    SG_TRYV(context.each_item("/api/v1/domains", {}, 0, [&](const Json& item) {
        if (context.json()) {
            all.push_back(item);
            return;
        }
        const auto ascii = text_of(item, "name");
        const auto unicode = text_of(item, "unicode");
        table.add(
            {ascii == unicode || unicode.empty() ? ascii : fmt::format("{} ({})", ascii, unicode),
             item.value("subdomains", false) ? "yes" : "no",
             owner_of(item)});
    }));
    if (context.json()) {
        context.print_document(all);
    } else if (table.empty()) {
        context.console().talk(
            "No domain is managed yet. Add one with 'sealgate domain add DOMAIN'.\n");
    } else {
        context.console().out(table.render());
    }
    return Exit::done;
}

Outcome<Exit> import(Context& context, const Given& given) {
    SG_TRY(auto text, context.read_input(given.get("FILE"), kImportLimit));
    const bool dry_run = given.has("--dry-run");
    // An empty file is an empty import, but an empty body would have no media type.
    if (text.empty()) text = "\n";
    SG_TRY(const auto reply,
           context.call({.method = "POST",
                         .target = with_query("/api/v1/domains/import",
                                              {{"dry_run", dry_run ? "true" : ""}}),
                         .body = std::move(text),
                         .content_type = "text/plain"}));
    const auto report = Json::parse(reply.body, nullptr, false);
    if (!report.is_object()) return give_up(Exit::fault, "the daemon's answer is not JSON.");
    context.report(report,
                   fmt::format("{}{} added, {} changed, {} unchanged.",
                               dry_run ? "Nothing was changed. It would be: " : "",
                               report.value("added", 0U),
                               report.value("changed", 0U),
                               report.value("unchanged", 0U)));
    return Exit::done;
}

Outcome<Exit> test(Context& context, const Given& given) {
    const auto address = given.get("ADDRESS");
    SG_TRY(const auto answer,
           context.get(with_query("/api/v1/domain-test", {{"address", address}})));
    const bool managed = answer.value("managed", false);
    if (context.json()) {
        context.print_document(answer);
    } else if (managed) {
        const auto& entry = answer.at("entry");
        context.console().out(
            fmt::format("managed by the entry {}{}\n",
                        text_of(entry, "name"),
                        entry.value("subdomains", false) ? " (with subdomains)" : ""));
    } else {
        context.console().out("not managed\n");
    }
    return managed ? Exit::done : Exit::no;
}

}  // namespace

Noun domain() {
    return {.name = "domain",
            .summary = "Managed domains: those that the organisation owns",
            .verbs = {
                {.name = "add",
                 .summary = "Add a managed domain, or change whether it covers its subdomains",
                 .example = "sealgate domain add example.com --subdomains",
                 .arguments = {{"DOMAIN", "A domain name"}},
                 .options = {{"--subdomains", "", "Cover its subdomains as well"},
                             {"--no-subdomains",
                              "",
                              "Do not cover them any more; without either option an entry that is "
                              "there stays as it is"}},
                 .run = add},
                {.name = "remove",
                 .summary = "Remove a managed domain",
                 .example = "sealgate domain remove example.com",
                 .arguments = {{"DOMAIN", "A domain name"}},
                 .run = remove},
                {.name = "list",
                 .summary = "List the managed domains",
                 .example = "sealgate domain list",
                 .run = list},
                {.name = "import",
                 .summary = "Add many domains, one a line, all or nothing; a leading dot covers "
                            "subdomains",
                 .example = "sealgate domain import domains.txt --dry-run",
                 .arguments = {{"FILE", "A text file; - is the standard input"}},
                 .options = {{"--dry-run", "", "Only say what would change"}},
                 .run = import},
                {.name = "test",
                 .summary = "Say whether an address is managed, and by which entry; exit status 1: "
                            "it is not",
                 .example = "sealgate domain test alice@mail.example.com",
                 .arguments = {{"ADDRESS", "An address or a domain"}},
                 .run = test}}};
}

}  // namespace sealgate::cli::commands
