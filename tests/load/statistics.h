#pragma once
// SPDX-License-Identifier: Apache-2.0
// What a run of the load generator found, and its JSON and text forms.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sealgate::load {

struct Statistics {
    std::int64_t begin_ns = 0;          // CLOCK_MONOTONIC, first connect
    std::int64_t last_accepted_ns = 0;  // the last 250
    std::int64_t end_ns = 0;
    std::uint64_t attempted = 0;
    std::uint64_t accepted = 0;
    std::uint64_t unanswered = 0;  // content sent in full, connection lost before the reply
    std::uint64_t connections = 0;
    std::uint64_t connect_failures = 0;
    std::uint64_t dropped = 0;                // connections the peer ended in mid-session
    std::array<std::uint64_t, 6> replies{};   // by first digit, 0 = not a reply
    std::string first_refusal;                // the first 4xx/5xx line, for people
    std::vector<std::uint32_t> latencies_us;  // MAIL to 250, accepted messages

    // Octets per second and the like are left to the reader: rate is accepted messages per second
    // from the first connect to the last 250.
    [[nodiscard]] double rate() const;
    [[nodiscard]] std::string json();
    [[nodiscard]] std::string text();

private:
    // Milliseconds; sorts the latencies.
    [[nodiscard]] double percentile(double fraction);
};

}  // namespace sealgate::load
