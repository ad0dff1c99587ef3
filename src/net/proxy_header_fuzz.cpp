// SPDX-License-Identifier: Apache-2.0
// The reader gets on with each call, keeps to its limit, and finds the same however its input is
// cut.
#include "net/proxy_header.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace sealgate::net {
namespace {

struct Outcome {
    bool failed = false;
    bool done = false;
    std::size_t octets = 0;
    ProxyHeader header;
};

Outcome read(std::string_view input, std::size_t piece) {
    ProxyHeaderReader reader;
    Outcome outcome;
    while (!reader.done() && outcome.octets < input.size()) {
        const std::string_view rest = input.substr(outcome.octets, piece);
        const auto taken = reader.take(rest);
        if (!taken) {
            outcome.failed = true;
            return outcome;
        }
        SG_CHECK(*taken > 0 && *taken <= rest.size());
        outcome.octets += *taken;
    }
    SG_CHECK(outcome.octets <= 16 + ProxyHeaderReader::kMaxBody);
    outcome.done = reader.done();
    if (outcome.done) outcome.header = reader.header();
    return outcome;
}

void check_input(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return;
    const std::size_t piece = 1 + data[0] % 32U;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Outcome whole = read(input, input.size());
    const Outcome pieces = read(input, piece);
    SG_CHECK(whole.failed == pieces.failed && whole.done == pieces.done);
    if (!whole.done) return;
    SG_CHECK(whole.octets == pieces.octets);
    SG_CHECK(whole.header.client == pieces.header.client);
    SG_CHECK(whole.header.address == pieces.header.address);
    SG_CHECK(whole.header.port == pieces.header.port);
}

}  // namespace
}  // namespace sealgate::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sealgate::net::check_input(data, size);
    return 0;
}
