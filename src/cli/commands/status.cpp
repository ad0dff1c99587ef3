// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/table.h"
#include "cli/times.h"

#include <fmt/format.h>

namespace sealgate::cli::commands {

namespace {

std::uint64_t number(const Json& object, const char* group, const char* name) {
    return object.at(group).value(name, std::uint64_t{0});
}

std::string health(const Json& status, const char* part) {
    return status.at(part).value("healthy", false) ? "healthy" : "CANNOT BE WRITTEN";
}

std::string summary(const Json& status) {
    std::string out = fmt::format("sealgate {} on {}: {}, up {} since {}\n",
                                  text_of(status, "version"),
                                  text_of(status, "hostname"),
                                  text_of(status, "state"),
                                  show_duration(status.value("uptime", std::uint64_t{0})),
                                  show_time(text_of(status, "started")));
    out += fmt::format("queue     {}, {} pending, {} held\n",
                       counted(number(status, "queue", "messages"), "message"),
                       counted(number(status, "queue", "pending_recipients"), "recipient"),
                       number(status, "queue", "held_recipients"));
    out += fmt::format("spool     {}, room for {}\n",
                       health(status, "spool"),
                       show_size(number(status, "spool", "room")));
    out += fmt::format("mail log  {}, {}\n",
                       health(status, "mail_log"),
                       counted(number(status, "mail_log", "records"), "record"));
    out += fmt::format("memory    {}, {} of it message content\n",
                       show_size(number(status, "memory", "resident")),
                       show_size(number(status, "memory", "content")));
    out += "since the start:";
    for (const auto& [name, value] : status.at("counters").items()) {
        out += fmt::format(" {} {}", name, value.get<std::uint64_t>());
    }
    out += "\n";
    for (const auto& setting : status.value("waiting_for_restart", Json::array())) {
        const auto value = text_of(setting, "value");
        out += fmt::format("waits for a restart: {}\n",
                           value.empty() ? text_of(setting, "key") + " removed"
                                         : text_of(setting, "key") + " = " + value);
    }
    for (const auto& warning : status.value("warnings", Json::array())) {
        out += fmt::format("warning: {}\n", escape_for_log(warning.get<std::string>()));
    }
    return out;
}

Outcome<Exit> show(Context& context, const Given& /*given*/) {
    SG_TRY(const auto status, context.get("/api/v1/status"));
    const Exit code = text_of(status, "state") == "ok" ? Exit::done : Exit::no;
    if (context.json()) {
        context.print_document(status);
        return code;
    }
    context.console().out(summary(status));
    Table table({{"LISTENER"}, {"ADDRESS"}, {"DIRECTION"}, {"MODE"}, {"SESSIONS", Align::right}});
    for (const auto& listener : status.at("listeners")) {
        table.add({text_of(listener, "name"),
                   text_of(listener, "address"),
                   text_of(listener, "direction"),
                   text_of(listener, "mode"),
                   std::to_string(listener.value("sessions", 0U))});
    }
    if (!table.empty()) context.console().out("\n" + table.render());
    return code;
}

}  // namespace

Noun status() {
    return {.name = "status",
            .summary = "Show the state of the gateway; exit status 1: it is not well",
            .verbs = {{.name = "",
                       .summary = "Show the state of the gateway; exit status 1: it is not well",
                       .example = "sealgate status",
                       .run = show}}};
}

}  // namespace sealgate::cli::commands
