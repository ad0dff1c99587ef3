// SPDX-License-Identifier: Apache-2.0
#include "cli/setup_plan.h"

#include "base/network.h"
#include "base/text.h"
#include "config/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sealgate::cli {

namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::vector<std::string> items(const std::string& list) {
    std::vector<std::string> out;
    for (const std::string_view item : split(list, ',')) {
        const std::string_view word = trim(item);
        if (!word.empty()) out.emplace_back(word);
    }
    return out;
}

// What the configuration's own check says of a piece of it: the same words as at every start. A
// control character would end the text.
std::string said_of(const std::string& answer, const std::string& piece) {
    if (std::ranges::any_of(answer, [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }))
        return "it has a control character";
    const auto loaded = config::parse(piece, "");
    return loaded.problems.empty() ? "" : loaded.problems.front().message;
}

std::string hostname_problem(const std::string& answer) {
    auto said = said_of(answer, "hostname = " + quoted(answer));
    if (!said.empty()) return said;
    return answer.find('.') == std::string::npos
               ? "it must be a full name, such as gw.example.com; other servers look it up"
               : "";
}

std::string domains_problem(const std::string& answer) {
    const auto names = items(answer);
    if (names.empty()) return "there must be one at least";
    std::string piece;
    for (const std::string& name : names) {
        const std::string_view bare =
            name.starts_with('.') ? std::string_view(name).substr(1) : name;
        piece += fmt::format("[[domain]]\nname = {}\n", quoted(bare));
    }
    return said_of(answer, piece);
}

std::string networks_of(const std::string& answer) {
    std::vector<std::string> list{quoted("127.0.0.0/8"), quoted("::1")};
    for (const std::string& network : items(answer)) {
        if (std::ranges::find(list, quoted(network)) == list.end()) list.push_back(quoted(network));
    }
    return fmt::format("[{}]", fmt::join(list, ", "));
}

// Whether all of them are this machine itself.
bool only_loopback(const std::string& answer) {
    const auto loopback = config::loopback_networks();
    return std::ranges::all_of(items(answer), [&](const std::string& text) {
        const auto address = IpAddress::parse(text.substr(0, text.find('/')));
        return address && std::ranges::any_of(loopback, [&](const Network& network) {
                   return network.contains(*address);
               });
    });
}

std::string outbound_listener(const std::string& networks) {
    return fmt::format(
        "[[listener]]\nname = \"outbound\"\naddress = \"{}:2525\"\ndirection = \"outbound\"\n"
        "trusted_networks = {}\n",
        only_loopback(networks) ? "127.0.0.1" : "0.0.0.0",
        networks_of(networks));
}

std::string internal_problem(const std::string& answer) {
    return said_of(answer, outbound_listener(answer));
}

std::string route(std::string_view domain, std::string_view next_hop) {
    return fmt::format("[[route]]\ndomain = {}\nnext_hop = {}\n", quoted(domain), quoted(next_hop));
}

std::string hop_problem(const std::string& answer) {
    if (answer.starts_with("mailbox:"))
        return "it must be HOST:PORT, lmtp:HOST:PORT, lmtp:unix:PATH or mx";
    return said_of(answer, route("*", answer));
}

std::string inward_problem(const std::string& answer) {
    return answer == "none" ? "" : hop_problem(answer);
}

std::string unmanaged_problem(const std::string& answer) {
    return answer == "reject" || answer == "bounce" || answer == "pass"
               ? ""
               : "it must be reject, bounce or pass";
}

}  // namespace

const std::vector<SetupQuestion>& setup_questions() {
    using A = SetupAnswers;
    static const std::vector<SetupQuestion> kAll{
        {"--hostname",
         "NAME",
         "The full name of this gateway, as other servers look it up",
         "The full name of this gateway",
         "",
         &A::hostname,
         hostname_problem},
        {"--domains",
         "LIST",
         "Your mail domains, with commas; a leading dot covers subdomains",
         "Your mail domains, with commas; a leading dot covers subdomains",
         "",
         &A::domains,
         domains_problem},
        {"--internal",
         "LIST",
         "Addresses or networks of your own mail servers, which may send outward",
         "Addresses or networks of your own mail servers, with commas",
         "127.0.0.1",
         &A::internal,
         internal_problem},
        {"--outward",
         "NEXT_HOP",
         "What takes mail for the world: HOST:PORT of a mail server, or mx to deliver it ourselves",
         "What takes mail for the world: HOST:PORT of a mail server, or mx to deliver it ourselves",
         "",
         &A::outward,
         hop_problem},
        {"--inward",
         "HOST:PORT",
         "The mail server that takes what comes for your domains, or none where it comes another "
         "way",
         "The mail server that takes what comes for your domains, or none",
         "none",
         &A::inward,
         inward_problem},
        {"--unmanaged",
         "ACTION",
         "Mail from senders outside your domains: reject, bounce, or pass it unprotected",
         "What is done with mail from senders outside your domains: reject, bounce or pass",
         "reject",
         &A::unmanaged,
         unmanaged_problem},
    };
    return kAll;
}

SetupPlan plan_setup(const SetupAnswers& answers, const std::string& data_dir) {
    SetupPlan plan;
    plan.unmanaged = answers.unmanaged;
    std::string& out = plan.configuration;
    out = fmt::format(
        "# Written by 'sealgate setup'; sealgate.toml(5) describes every key.\n"
        "# Managed domains and unmanaged senders are not declared here, so that commands can "
        "change "
        "them.\nhostname = {}\ndata_dir = {}\n\n# What our own mail servers send.\n{}\n",
        quoted(answers.hostname),
        quoted(data_dir),
        outbound_listener(answers.internal));
    const bool inward = answers.inward != "none";
    if (inward) {
        out +=
            "# What the world sends for our domains.\n[[listener]]\nname = \"inbound\"\n"
            "address = \"0.0.0.0:25\"\ndirection = \"inbound\"\n\n";
    }
    for (const std::string& name : items(answers.domains)) {
        plan.domains += name + "\n";
        if (inward) out += route(name, answers.inward) + "\n";
        if (inward && name.starts_with('.')) out += route(name.substr(1), answers.inward) + "\n";
    }
    out += route("*", answers.outward);
    const auto loaded = config::parse(out, "the new file");
    if (!loaded.problems.empty()) plan.problem = config::to_string(loaded.problems.front());
    return plan;
}

}  // namespace sealgate::cli
