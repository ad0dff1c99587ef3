// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "openpgp/inspect.h"

#include <chrono>

namespace sealgate::cli::commands {

namespace {

constexpr std::size_t kLimit = 256UL << 20U;

Json as_json(const openpgp::Description& description) {
    Json out{{"name", description.name}, {"value", description.value}};
    if (description.parts.empty()) return out;
    auto& parts = out["parts"] = Json::array();
    for (const auto& part : description.parts)
        parts.push_back(as_json(part));
    return out;
}

void print(Console& console, const openpgp::Description& description, std::size_t depth) {
    std::string line(2 * depth, ' ');
    line += description.name;
    if (!description.value.empty()) line += ": " + description.value;
    console.out(line + '\n');
    for (const auto& part : description.parts)
        print(console, part, depth + 1);
}

Outcome<Exit> inspect(Context& context, const Given& given) {
    SG_TRY(const std::string octets, context.read_input(given.get("FILE"), kLimit));
    const openpgp::Policy policy;
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(SystemClock().now().time_since_epoch());
    const auto description = openpgp::inspect(
        octets, {.policy = policy, .now = static_cast<openpgp::Timestamp>(now.count())});
    if (context.json()) {
        context.print_document(as_json(description));
    } else {
        print(context.console(), description, 0);
    }
    return openpgp::has_error(description) ? Exit::invalid : Exit::done;
}

}  // namespace

Noun openpgp() {
    return {
        .name = "openpgp",
        .summary = "Look into OpenPGP data",
        .verbs = {{.name = "inspect",
                   .summary = "Show the packets of a file, and what its certificates are worth now",
                   .example = "sealgate openpgp inspect alice.cert",
                   .arguments = {{"FILE",
                                  "Binary or armoured; - is the standard input; status 7: broken"}},
                   .run = inspect}}};
}

}  // namespace sealgate::cli::commands
