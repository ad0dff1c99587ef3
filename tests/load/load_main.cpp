// SPDX-License-Identifier: Apache-2.0
// smtp_load: sends many messages to one SMTP server and says how fast it took them.
#include "arguments.h"
#include "generator.h"

#include <atomic>
#include <csignal>
#include <cstdio>

namespace {

std::atomic<bool> stop_asked = false;

constexpr const char* kUsage =
    "smtp_load --to HOST:PORT [--sessions N] [--messages M] [--per-connection K] [--size OCTETS]\n"
    "          [--from ADDR] [--rcpt ADDR] [--rcpts N] [--seconds LIMIT] [--rate PER_SECOND] "
    "[--pipeline]\n"
    "          [--json] [--ledger FILE] [--helo NAME] [--prefix WORD]\n"
    "Messages carry their id in X-Load-Id; the ledger gets one id a line for each 250 after the\n"
    "dot. Latency is from MAIL to that 250. --messages 0 sends until the time is over.\n";

bool read_plan(sealgate::load::Arguments& arguments, sealgate::load::Plan& plan) {
    const bool target = sealgate::load::parse_endpoint(arguments.text("to", ""), plan.to);
    plan.sessions = static_cast<std::size_t>(arguments.number("sessions", 10));
    plan.messages = static_cast<std::uint64_t>(arguments.number("messages", 1000));
    plan.per_connection = static_cast<std::uint64_t>(arguments.number("per-connection", 1));
    plan.size = static_cast<std::size_t>(arguments.number("size", 4096));
    plan.from = arguments.text("from", plan.from);
    plan.rcpt = arguments.text("rcpt", plan.rcpt);
    plan.rcpts = static_cast<std::size_t>(arguments.number("rcpts", 1));
    plan.seconds = arguments.number("seconds", plan.seconds);
    plan.rate = static_cast<std::uint64_t>(arguments.number("rate", 0));
    plan.pipeline = arguments.flag("pipeline");
    plan.helo = arguments.text("helo", plan.helo);
    // Different in every run unless asked otherwise, so that a sink can tell runs apart.
    plan.prefix = arguments.text("prefix", std::to_string(sealgate::load::now_ns() / 1000));
    return target && plan.sessions > 0 && plan.rcpts > 0 && plan.per_connection > 0;
}

}  // namespace

int main(int argc, char** argv) {
    sealgate::load::Arguments arguments(argc, argv);
    sealgate::load::Plan plan;
    const bool usable = read_plan(arguments, plan);
    const bool json = arguments.flag("json");
    const std::string ledger_file = arguments.text("ledger", "");
    if (const std::string problem = arguments.problem(); !problem.empty() || !usable) {
        std::fprintf(stderr, "%s\n%s", problem.c_str(), kUsage);
        return 2;
    }
    sealgate::load::Ledger ledger;
    if (!ledger.open(ledger_file)) {
        std::fprintf(stderr, "cannot write %s: %m\n", ledger_file.c_str());
        return 2;
    }
    std::signal(SIGTERM, [](int) { stop_asked = true; });
    std::signal(SIGINT, [](int) { stop_asked = true; });
    sealgate::load::Generator generator(std::move(plan), ledger);
    if (!generator.run(stop_asked)) {
        std::fprintf(stderr, "cannot make an epoll descriptor: %m\n");
        return 70;
    }
    auto& statistics = generator.statistics();
    std::puts(json ? statistics.json().c_str() : statistics.text().c_str());
    return statistics.accepted == statistics.attempted ? 0 : 1;
}
