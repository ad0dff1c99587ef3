// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/context.h"
#include "cli/table.h"

#include <fmt/format.h>

namespace sealgate::cli::commands {

namespace {

Outcome<Exit> list(Context& context, const Given& /*given*/) {
    SG_TRY(const auto answer, context.get("/api/v1/routes"));
    const auto& items = answer.at("items");
    if (context.json()) {
        context.print_document(items);
        return Exit::done;
    }
    Table table({{"DOMAIN"}, {"NEXT HOP"}, {"TLS"}, {"MANAGED BY"}});
    for (const auto& item : items) {
        const auto name = text_of(item, "tls_name");
        table.add({text_of(item, "domain"),
                   text_of(item, "next_hop"),
                   text_of(item, "tls") + (name.empty() ? "" : " as " + name) +
                       (text_of(item, "tls_ca_file").empty() ? "" : ", own CA file") +
                       (item.contains("tls_pins") ? ", pinned key" : ""),
                   owner_of(item)});
    }
    if (table.empty()) {
        context.console().talk(
            "There is no route, so no mail can leave. Add one with 'sealgate route add '*' "
            "HOST:PORT'.\n");
    } else {
        context.console().out(table.render());
    }
    return Exit::done;
}

Outcome<Exit> add(Context& context, const Given& given) {
    Json body{{"domain", given.get("DOMAIN")}, {"next_hop", given.get("NEXT_HOP")}};
    if (given.has("--tls")) body["tls"] = given.get("--tls");
    if (given.has("--tls-name")) body["tls_name"] = given.get("--tls-name");
    if (given.has("--tls-ca-file")) body["tls_ca_file"] = given.get("--tls-ca-file");
    if (given.has("--tls-pins")) {
        for (const std::string_view pin : split(given.get("--tls-pins"), ','))
            body["tls_pins"].push_back(std::string(pin));
    }
    SG_TRY(const auto answer, context.send("POST", "/api/v1/routes", body));
    context.report(
        answer,
        fmt::format("Mail for {} goes to {} now.", given.get("DOMAIN"), given.get("NEXT_HOP")));
    return Exit::done;
}

Outcome<Exit> remove(Context& context, const Given& given) {
    const auto domain = given.get("DOMAIN");
    SG_TRYV(context.send("DELETE", "/api/v1/routes/" + segment(domain), nullptr));
    context.report({{"outcome", "removed"}}, fmt::format("The route {} is gone.", domain));
    return Exit::done;
}

}  // namespace

Noun route() {
    return {.name = "route",
            .summary = "Where mail for a domain goes next",
            .verbs = {
                {.name = "list",
                 .summary = "List the routes",
                 .example = "sealgate route list",
                 .run = list},
                {.name = "add",
                 .summary = "Add a route, or replace the one with the same pattern",
                 .example = "sealgate route add '*' 192.0.2.25:25 --tls required",
                 .arguments =
                     {{"DOMAIN", "A domain, .suffix or *"},
                      {"NEXT_HOP",
                       "HOST:PORT, mx, mx:DOMAIN, lmtp:HOST:PORT, lmtp:unix:PATH or mailbox:DIR"}},
                 .options = {{"--tls",
                              "MODE",
                              "Default opportunistic",
                              {"none", "opportunistic", "required", "verify"}},
                             {"--tls-name", "NAME", "The name in the certificate, for verify"},
                             {"--tls-ca-file", "FILE", "Its authorities (PEM), for verify"},
                             {"--tls-pins",
                              "HEX,...",
                              "SHA-256 of its public key, one or several, for verify"}},
                 .run = add},
                {.name = "remove",
                 .summary = "Remove a route",
                 .example = "sealgate route remove '*'",
                 .arguments = {{"DOMAIN", "The pattern as 'route list' shows it"}},
                 .run = remove}}};
}

}  // namespace sealgate::cli::commands
