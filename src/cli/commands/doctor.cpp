// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.h"

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "os/file_system.h"

#include <fmt/format.h>

namespace sealgate::cli::commands {

namespace {

using doctor::Finding;
using doctor::Findings;
using doctor::Level;

std::vector<policy::Route> routes_of(const Json& answer) {
    std::vector<policy::Route> routes;
    for (const Json& item : answer.value("items", Json::array())) {
        auto domain = policy::DomainPattern::parse(text_of(item, "domain"));
        auto hop = policy::NextHop::parse(text_of(item, "next_hop"));
        if (!domain || !hop) continue;  // of a newer daemon
        policy::Route route;
        route.domain = *std::move(domain);
        route.next_hop = *std::move(hop);
        using policy::RouteTls;
        for (const RouteTls tls : {RouteTls::none, RouteTls::required, RouteTls::verify}) {
            if (policy::to_string(tls) == text_of(item, "tls")) route.tls = tls;
        }
        route.tls_name = text_of(item, "tls_name");
        route.tls_ca_file = text_of(item, "tls_ca_file");
        route.tls_pins = item.value("tls_pins", std::vector<std::string>());
        routes.push_back(std::move(route));
    }
    return routes;
}

std::optional<int> pid_of(const config::Settings& settings) {
    constexpr std::size_t kLimit = 32;
    const auto files = os::posix_file_system();
    const auto text = os::read_file(*files, settings.path("run/sealgated.lock"), kLimit);
    if (!text) return std::nullopt;
    const auto pid = parse_number(trim(*text));
    return pid ? std::optional(static_cast<int>(*pid)) : std::nullopt;
}

// What the daemon says of itself; the rest is looked at from outside.
void ask_daemon(Context& context, doctor::Subject& subject, Findings& out) {
    const auto status = context.get("/api/v1/status");
    if (!status) {
        const bool denied = status.error().code == Exit::not_permitted;
        out.push_back({"daemon",
                       denied ? Level::warn : Level::fail,
                       denied ? "this user may not ask it" : "it does not answer",
                       denied ? "run this as root, or as the user of the daemon"
                              : "systemctl start sealgate; what follows was looked at without it"});
        return;
    }
    subject.running = true;
    subject.pid = pid_of(subject.settings);
    out.push_back({"daemon", Level::ok, "version " + text_of(*status, "version") + " answers", ""});
    const auto part = [&](const char* name, const char* area, const char* advice) {
        const bool healthy = status->at(name).value("healthy", false);
        out.push_back({area,
                       healthy ? Level::ok : Level::fail,
                       healthy ? "can be written" : "cannot be written",
                       healthy ? "" : advice});
    };
    part("spool", "spool", "clients get 451: make room or mend the disk below data_dir");
    part("mail_log", "mail log", "mail follows mail_log.on_failure: make room or mend the disk");
    for (const Json& warning : status->value("warnings", Json::array())) {
        out.push_back({"configuration",
                       Level::warn,
                       escape_for_log(warning.get<std::string>()),
                       "see sealgate.toml(5)"});
    }
    if (const auto routes = context.get("/api/v1/routes")) {
        subject.routes = routes_of(*routes);
        out.push_back({"database", Level::ok, "answers", ""});
    } else {
        out.push_back({"database",
                       Level::fail,
                       routes.error().sentence,
                       "read what the daemon says on stderr (journalctl -u sealgate)"});
    }
}

Findings look(Context& context) {
    Findings out;
    const std::string file = context.config_file();
    auto loaded = config::load(file);
    for (const auto& problem : loaded.problems) {
        out.push_back({"configuration",
                       Level::fail,
                       config::to_string(problem),
                       "the daemon does not start, or reload, with it"});
    }
    if (loaded.problems.empty())
        out.push_back({"configuration", Level::ok, file + " is valid", ""});
    doctor::Subject subject;
    subject.settings = std::move(loaded.settings);
    for (const auto& declared : subject.settings.routes)
        subject.routes.push_back(declared.route);
    ask_daemon(context, subject, out);
    // What has a problem in the file keeps its default, and that says nothing of this machine.
    if (loaded.problems.empty()) {
        auto found = doctor::examine(subject);
        out.insert(out.end(),
                   std::make_move_iterator(found.begin()),
                   std::make_move_iterator(found.end()));
    }
    return out;
}

Json to_json(const Findings& findings) {
    Json checks = Json::array();
    for (const Finding& finding : findings) {
        checks.push_back({{"area", finding.area},
                          {"level", doctor::to_string(finding.level)},
                          {"text", escape_for_log(finding.text)},
                          {"advice", finding.advice}});
    }
    return {{"result", doctor::to_string(doctor::worst(findings))}, {"checks", std::move(checks)}};
}

Outcome<Exit> examine(Context& context, const Given& /*given*/) {
    const Findings findings = look(context);
    const Exit code = doctor::worst(findings) == Level::fail ? Exit::no : Exit::done;
    if (context.json()) {
        context.print_document(to_json(findings));
        return code;
    }
    for (const Finding& finding : findings) {
        context.console().out(fmt::format("{:<5} {}: {}\n",
                                          doctor::to_string(finding.level),
                                          finding.area,
                                          escape_for_log(finding.text)));
        if (!finding.advice.empty())
            context.console().out(fmt::format("      -> {}\n", finding.advice));
    }
    return code;
}

}  // namespace

Noun doctor() {
    return {.name = "doctor",
            .summary = "Look for what is wrong around the gateway; exit status 1: something is",
            .verbs = {{.name = "",
                       .summary =
                           "Look for what is wrong around the gateway; exit status 1: something is",
                       .example = "sealgate doctor",
                       .run = examine}}};
}

}  // namespace sealgate::cli::commands
