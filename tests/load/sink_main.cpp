// SPDX-License-Identifier: Apache-2.0
// smtp_sink: takes all mail, counts it and remembers the ids.
#include "arguments.h"
#include "sink.h"

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>

namespace {

std::atomic<bool> stop_asked = false;
std::atomic<bool> print_asked = false;

constexpr const char* kUsage =
    "smtp_sink --listen HOST:PORT [--ledger FILE] [--control SOCKET] [--delay MS]\n"
    "          [--fail 4=RATE] [--fail 5=RATE] [--seed N] [--hostname NAME]\n"
    "Port 0 takes any; the first line printed is the port. The control socket takes the lines\n"
    "count, reset and quit. SIGUSR1 prints the counts as JSON, and so does the end.\n";

// "4=0.2": a fifth of the messages gets 451 after the dot.
bool read_failure(const std::string& text, sealgate::load::SinkOptions& options) {
    if (text.size() < 3 || text[1] != '=' || (text[0] != '4' && text[0] != '5')) return false;
    double rate = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + 2, last, rate);
    if (error != std::errc{} || end != last || rate < 0 || rate > 1) return false;
    (text[0] == '4' ? options.fail_transient : options.fail_permanent) = rate;
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace sealgate::load;  // NOLINT(google-build-using-namespace): a program's main
    Arguments arguments(argc, argv);
    SinkOptions options;
    sockaddr_in address{};
    bool usable = parse_endpoint(arguments.text("listen", "127.0.0.1:0"), address);
    const std::string ledger_file = arguments.text("ledger", "");
    const std::string control_path = arguments.text("control", "");
    options.delay_ms = arguments.number("delay", 0);
    options.seed = static_cast<std::uint64_t>(arguments.number("seed", 1));
    options.hostname = arguments.text("hostname", options.hostname);
    for (const auto& text : arguments.all("fail"))
        usable = read_failure(text, options) && usable;
    if (const std::string problem = arguments.problem(); !problem.empty() || !usable) {
        std::fprintf(stderr, "%s\n%s", problem.c_str(), kUsage);
        return 2;
    }
    Ledger ledger;
    Fd listener = listen_tcp(address);
    Fd control = control_path.empty() ? Fd{} : listen_unix(control_path);
    if (!ledger.open(ledger_file) || !listener.valid() ||
        (!control_path.empty() && !control.valid())) {
        std::fprintf(stderr, "cannot open the ledger, the port or the control socket: %m\n");
        return 2;
    }
    std::signal(SIGTERM, [](int) { stop_asked = true; });
    std::signal(SIGINT, [](int) { stop_asked = true; });
    std::signal(SIGUSR1, [](int) { print_asked = true; });
    std::printf("%u\n", local_port(listener.get()));
    std::fflush(stdout);
    Sink sink(options, ledger);
    sink.print_asked = &print_asked;
    if (!sink.run(std::move(listener), std::move(control), stop_asked)) {
        std::fprintf(stderr, "cannot make an epoll descriptor: %m\n");
        return 70;
    }
    std::puts(sink.json().c_str());
    return 0;
}
