// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/context.h"
#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::cli::commands {

namespace {

std::string sender_of(const Json& item) {
    const auto sender = text_of(item, "sender");
    return sender.empty() ? "<>" : sender;
}

// What a list tells of the recipients that are not finished.
struct Unfinished {
    std::string recipients;  // "bob@example.com", "bob@example.com and 3 more"
    std::string state;       // "pending", "held", or both
    std::uint64_t attempts = 0;
    std::string reason;  // of the first that has one
};

Unfinished unfinished_of(const Json& item) {
    Unfinished out;
    std::size_t count = 0;
    bool pending = false;
    bool held = false;
    for (const auto& recipient : item.at("recipients")) {
        const auto state = text_of(recipient, "state");
        if (state != "pending" && state != "held") continue;
        (state == "held" ? held : pending) = true;
        if (count++ == 0) out.recipients = text_of(recipient, "address");
        out.attempts = std::max(out.attempts, recipient.value("attempts", std::uint64_t{0}));
        if (out.reason.empty()) out.reason = text_of(recipient, "note");
    }
    // A line is a line; 'queue show' has all of it.
    constexpr std::size_t kShown = 100;
    if (out.reason.size() > kShown) {
        out.reason.resize(valid_utf8_prefix(std::string_view(out.reason).substr(0, kShown)));
        out.reason += "...";
    }
    if (count > 1) out.recipients += fmt::format(" and {} more", count - 1);
    out.state = held && pending ? "pending, held" : held ? "held" : "pending";
    return out;
}

// The next attempt; held messages have none.
std::string next_of(const Json& item) {
    std::string next;
    for (const auto& recipient : item.at("recipients")) {
        const auto time = text_of(recipient, "next_attempt");
        if (!time.empty() && (next.empty() || time < next)) next = time;
    }
    return next.empty() ? "-" : show_time(next);
}

Outcome<Exit> list(Context& context, const Given& given) {
    SG_TRY(const auto limit, number_option(given, "--limit", 0));
    Json all = Json::array();
    Table table({{"ID"},
                 {"CONNECTION"},
                 {"RECEIVED"},
                 {"SIZE", Align::right},
                 {"SENDER"},
                 {"RECIPIENT"},
                 {"STATE"},
                 {"ATTEMPTS", Align::right},
                 {"NEXT ATTEMPT"},
                 {"NEXT HOP"},
                 {"REASON"}});
    SG_TRYV(context.each_item("/api/v1/queue",
                              {{"state", given.get("--state")},
                               {"sender", given.get("--sender")},
                               {"recipient", given.get("--recipient")},
                               {"next_hop", given.get("--next-hop")}},
                              limit,
                              [&](const Json& item) {
                                  if (context.json()) {
                                      all.push_back(item);
                                      return;
                                  }
                                  const auto trace = text_of(item, "trace_id");
                                  const auto next_hop = text_of(item, "next_hop");
                                  const auto rest = unfinished_of(item);
                                  table.add({text_of(item, "id"),
                                             trace.empty() ? text_of(item, "connection_id") : trace,
                                             show_time(text_of(item, "received")),
                                             show_size(item.value("size", std::uint64_t{0})),
                                             sender_of(item),
                                             rest.recipients,
                                             rest.state,
                                             std::to_string(rest.attempts),
                                             next_of(item),
                                             next_hop.empty() ? "(no route)" : next_hop,
                                             rest.reason});
                              }));
    if (context.json()) {
        context.print_document(all);
    } else if (table.empty()) {
        context.console().talk("No message of the queue fits.\n");
    } else {
        context.console().out(table.render());
    }
    return Exit::done;
}

Outcome<Exit> show(Context& context, const Given& given) {
    SG_TRY(const auto item, context.get("/api/v1/queue/" + segment(given.get("ID"))));
    if (context.json()) {
        context.print_document(item);
        return Exit::done;
    }
    context.console().out(
        fmt::format("message {}\nconnection {}\nreceived {}\nsender {}\n"
                    "size {}\nnext hop {}\n\n",
                    text_of(item, "id"),
                    text_of(item, "connection_id"),
                    show_time(text_of(item, "received")),
                    escape_for_log(sender_of(item)),
                    show_size(item.value("size", std::uint64_t{0})),
                    escape_for_log(text_of(item, "next_hop"))));
    Table table(
        {{"RECIPIENT"}, {"STATE"}, {"ATTEMPTS", Align::right}, {"NEXT ATTEMPT"}, {"LAST REPLY"}});
    for (const auto& recipient : item.at("recipients")) {
        table.add({text_of(recipient, "address"),
                   text_of(recipient, "state"),
                   std::to_string(recipient.value("attempts", 0U)),
                   show_time(text_of(recipient, "next_attempt")),
                   text_of(recipient, "note")});
    }
    context.console().out(table.render());
    return Exit::done;
}

Outcome<Exit> stats(Context& context, const Given& /*given*/) {
    SG_TRY(const auto stats, context.get("/api/v1/queue/stats"));
    if (context.json()) {
        context.print_document(stats);
        return Exit::done;
    }
    const auto oldest = text_of(stats, "oldest");
    context.console().out(
        fmt::format("messages           {}\nsize               {}\n"
                    "recipients pending {}\nrecipients held    {}\n"
                    "oldest             {}\n",
                    stats.value("messages", std::uint64_t{0}),
                    show_size(stats.value("octets", std::uint64_t{0})),
                    stats.value("pending_recipients", std::uint64_t{0}),
                    stats.value("held_recipients", std::uint64_t{0}),
                    oldest.empty() ? "-" : show_time(oldest)));
    Table table({{"NEXT HOP"}, {"MESSAGES", Align::right}, {"NEXT ATTEMPT"}, {"LAST FAILURE"}});
    for (const auto& destination : stats.at("destinations")) {
        table.add({text_of(destination, "next_hop"),
                   std::to_string(destination.value("messages", std::uint64_t{0})),
                   show_time(text_of(destination, "next_attempt")),
                   text_of(destination, "note")});
    }
    if (!table.empty()) context.console().out("\n" + table.render());
    return Exit::done;
}

struct Change {
    Json document;
    unsigned status = 0;

    [[nodiscard]] std::size_t count(const char* name) const {
        const auto found = document.find(name);
        return found == document.end() ? 0 : found->size();
    }
};

Outcome<Change> act(Context& context, const Given& given, std::string_view action, bool dry_run) {
    const auto ids = given.all("ID");
    if (ids.empty() != given.has("--all")) {
        return give_up(
            Exit::usage,
            fmt::format("name messages, or give --all: sealgate queue {} ID...", action));
    }
    Json body{{"action", action}};
    if (ids.empty()) {
        body["all"] = true;
    } else {
        body["ids"] = ids;
    }
    if (dry_run) body["dry_run"] = true;
    if (given.has("--reason")) body["reason"] = given.get("--reason");
    SG_TRY(
        const auto reply,
        context.call({.method = "POST", .target = "/api/v1/queue/actions", .body = body.dump()}));
    Change change{Json::parse(reply.body, nullptr, false), reply.status};
    if (!change.document.is_object()) {
        return give_up(Exit::fault, "the daemon's answer is not JSON.");
    }
    return change;
}

// What was done, or would be.
Exit tell(Context& context, const Change& change, std::string_view done, bool dry_run) {
    std::string sentence =
        dry_run ? fmt::format("Nothing was changed. {} would be {}.",
                              counted(change.count("changed"), "message"),
                              done)
                : fmt::format("{} {}.", counted(change.count("changed"), "message"), done);
    const auto idle =
        change.count("unchanged") - std::min(change.count("held"), change.count("unchanged"));
    if (idle > 0) sentence += fmt::format(" Nothing to do for {}.", idle);
    constexpr std::size_t kNamed = 10;
    if (change.count("held") > kNamed) {
        sentence += fmt::format(
            "\n{} held; 'sealgate queue list --state held' shows them, use 'sealgate queue "
            "release'.",
            change.count("held"));
    } else {
        for (const auto& id : change.document.value("held", Json::array())) {
            sentence += fmt::format("\n{0} is held; use 'sealgate queue release {0}'.",
                                    id.get<std::string>());
        }
    }
    for (const auto& id : change.document.value("not_found", Json::array())) {
        sentence += fmt::format("\n{} is not in the queue.", id.get<std::string>());
    }
    context.report(change.document, sentence);
    const Exit code = exit_for(change.status, "");
    // Asked for by name, and not one of them could be: that is a no.
    const bool refused = change.count("held") > 0 && change.count("changed") == 0;
    return code == Exit::done && refused && !dry_run ? Exit::no : code;
}

Run simple(std::string_view action, std::string_view done) {
    return [action, done](Context& context, const Given& given) -> Outcome<Exit> {
        const bool dry_run = given.has("--dry-run");
        SG_TRY(const auto change, act(context, given, action, dry_run));
        return tell(context, change, done, dry_run);
    };
}

// The answer must be the count: a hand that types "y" out of habit deletes nothing.
Outcome<Exit> remove(Context& context, const Given& given) {
    SG_TRY(const auto preview, act(context, given, "delete", true));
    if (given.has("--dry-run")) return tell(context, preview, "deleted", true);
    if (!given.has("--yes")) {
        if (!context.console().interactive()) {
            return give_up(Exit::usage,
                           "deleting cannot be undone: add --yes, or run it at a terminal.");
        }
        const auto count = preview.count("changed");
        context.console().talk(
            fmt::format("Delete {}? They are gone for good, and no report is sent.\n"
                        "Type the number of messages to go on: ",
                        counted(count, "message")));
        if (context.console().read_line() != std::to_string(count)) {
            return give_up(Exit::no, "nothing was deleted.");
        }
    }
    SG_TRY(const auto change, act(context, given, "delete", false));
    return tell(context, change, "deleted", false);
}

std::vector<Argument> messages() {
    return {{"ID",
             "Messages, as 'queue list' shows them: 16 hex digits, SMTP-00042.1, or SMTP-00042 for "
             "all of a connection",
             Count::any}};
}

Verb queue_list() {
    return {.name = "list",
            .summary = "List the messages that are accepted and not finished, oldest first",
            .example = "sealgate queue list --state held",
            .options = {{"--state", "STATE", "Only those with a recipient so", {"pending", "held"}},
                        {"--sender", "TEXT", "Part of the sender's address"},
                        {"--recipient", "TEXT", "Part of a recipient's address"},
                        {"--next-hop", "TEXT", "Part of the next hop"},
                        {"--limit", "N", "At most so many; default all"}},
            .run = list};
}

}  // namespace

Noun queue() {
    const Option all{"--all", "", "Every message of the queue"};
    const Option dry_run{"--dry-run", "", "Only say what would change"};
    const Option reason{"--reason", "TEXT", "For the mail log and the audit log"};
    return {
        .name = "queue",
        .summary = "Messages that are accepted and not finished",
        .verbs = {queue_list(),
                  {.name = "show",
                   .summary = "Show one message and its recipients",
                   .example = "sealgate queue show 00000000000004d2",
                   .arguments = {{"ID", "A message: 16 hex digits, SMTP-00042.1 or SMTP-00042"}},
                   .run = show},
                  {.name = "retry",
                   .summary = "Attempt delivery now, past the back-off",
                   .example = "sealgate queue retry --all",
                   .arguments = messages(),
                   .options = {all, dry_run},
                   .run = simple("retry", "to be attempted now")},
                  {.name = "hold",
                   .summary = "Hold messages until they are released",
                   .example = "sealgate queue hold 00000000000004d2",
                   .arguments = messages(),
                   .options = {all, dry_run, reason},
                   .run = simple("hold", "held")},
                  {.name = "release",
                   .summary = "Release held messages and attempt delivery now",
                   .example = "sealgate queue release 00000000000004d2",
                   .arguments = messages(),
                   .options = {all, dry_run, reason},
                   .run = simple("release", "released")},
                  {.name = "delete",
                   .summary = "Delete messages for good; no report is sent",
                   .example = "sealgate queue delete 00000000000004d2",
                   .arguments = messages(),
                   .options = {all, dry_run, {"--yes", "", "Do not ask"}, reason},
                   .run = remove},
                  {.name = "stats",
                   .summary = "Show the queue in numbers, by next hop",
                   .example = "sealgate queue stats",
                   .run = stats}}};
}

}  // namespace sealgate::cli::commands
