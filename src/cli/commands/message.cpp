// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/context.h"
#include "cli/table.h"

#include <fmt/format.h>

namespace sealgate::cli::commands {

namespace {

std::string sender_of(const Json& row) {
    const auto sender = text_of(row, "sender");
    return sender.empty() ? "<>" : sender;
}

Outcome<Exit> list(Context& context, const Given& given) {
    SG_TRY(auto parameters, query_of(given, "QUERY"));
    SG_TRY(const auto limit, number_option(given, "--limit", 100));
    if (context.json()) parameters.emplace_back("trail", "true");
    std::size_t found = 0;
    Table table({{"TIME"},
                 {"ID"},
                 {"SENDER"},
                 {"RECIPIENT"},
                 {"STATUS"},
                 {"SIZE", Align::right},
                 {"MESSAGE-ID"}});
    SG_TRYV(context.each_item("/api/v1/messages", parameters, limit, [&](const Json& row) {
        ++found;
        if (context.json()) return context.print_line(row);
        const auto size = row.value("size", std::uint64_t{0});
        table.add({show_time(text_of(row, "last")),
                   text_of(row, "id"),
                   sender_of(row),
                   text_of(row, "recipient"),
                   text_of(row, "status"),
                   size == 0 ? "-" : show_size(size),
                   text_of(row, "message_id")});
    }));
    if (found == 0) {
        context.console().talk("No message in the mail log fits.\n");
        return Exit::no;
    }
    if (!context.json()) context.console().out(table.render());
    if (limit != 0 && found == limit) {
        context.console().talk(
            fmt::format("These are the newest {}; --limit N shows more.\n", limit));
    }
    return Exit::done;
}

// What is the same for all recipients, and then their fates.
std::string render_fates(const Json& rows) {
    const auto& first = rows.front();
    const auto listener = text_of(first, "listener");
    const auto tls = text_of(first, "tls");
    const auto size = first.value("size", std::uint64_t{0});
    std::string out;
    const auto line = [&out](std::string_view name, const std::string& value) {
        if (!value.empty()) out += fmt::format("{:<11}{}\n", name, escape_for_log(value));
    };
    line("message-id", text_of(first, "message_id"));
    line("sender", sender_of(first));
    line("received", show_time(text_of(first, "first")));
    line("direction", text_of(first, "direction"));
    line("source", text_of(first, "source"));
    line("listener", listener);
    if (!listener.empty()) line("tls", tls.empty() ? "in clear" : tls);
    if (size != 0) line("size", show_size(size));
    Table table({{"ID"}, {"RECIPIENT"}, {"STATUS"}, {"SINCE"}});
    for (const auto& row : rows) {
        table.add({text_of(row, "id"),
                   text_of(row, "recipient"),
                   text_of(row, "status"),
                   show_time(text_of(row, "last"))});
    }
    return out + "\n" + table.render();
}

Outcome<Exit> show(Context& context, const Given& given) {
    SG_TRY(const auto message, context.get("/api/v1/messages/" + segment(given.get("ID"))));
    if (context.json()) {
        context.print_document(message);
        return Exit::done;
    }
    context.console().out(render_fates(message.at("items")) + "\n");
    for (const auto& record : message.at("trail"))
        context.console().out(text_of(record, "line") + "\n");
    if (message.value("cut", false)) {
        context.console().talk("There is more than is shown; 'sealgate log search' finds it.\n");
    }
    return Exit::done;
}

}  // namespace

Noun message() {
    auto options = query_options();
    options.push_back({"--limit", "N", "The newest N; default 100, 0 = all"});
    return {.name = "message",
            .summary = "What became of messages",
            .verbs = {{.name = "list",
                       .summary = "A row for each recipient, newest first. Exit status 1: nothing "
                                  "found",
                       .example = "sealgate message list to:bob@partner.example since:2d",
                       .arguments = {query_argument("QUERY")},
                       .options = std::move(options),
                       .run = list},
                      {.name = "show",
                       .summary = "The trail of a message. Exit status 1: nothing has this ID",
                       .example = "sealgate message show SMTP-00042.1",
                       .arguments = {{"ID",
                                      "Trace ID, connection ID, message of the queue, or "
                                      "Message-ID"}},
                       .run = show}}};
}

}  // namespace sealgate::cli::commands
