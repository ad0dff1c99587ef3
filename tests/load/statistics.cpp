// SPDX-License-Identifier: Apache-2.0
#include "statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sealgate::load {
namespace {

std::string escape(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else {
            out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    return out;
}

}  // namespace

double Statistics::rate() const {
    if (accepted == 0 || last_accepted_ns <= begin_ns) return 0;
    return static_cast<double>(accepted) * 1e9 / static_cast<double>(last_accepted_ns - begin_ns);
}

double Statistics::percentile(double fraction) {
    if (latencies_us.empty()) return 0;
    const auto last = latencies_us.size() - 1;
    const auto at = static_cast<std::size_t>(std::lround(fraction * static_cast<double>(last)));
    const auto place = latencies_us.begin() + static_cast<std::ptrdiff_t>(std::min(at, last));
    std::nth_element(latencies_us.begin(), place, latencies_us.end());
    return static_cast<double>(*place) / 1000.0;
}

std::string Statistics::json() {
    return fmt::format(R"({{"attempted":{},"accepted":{},"unanswered":{},"connections":{},)"
                       R"("connect_failures":{},"dropped":{},"rate":{:.1f},)"
                       R"("p50_ms":{:.3f},"p99_ms":{:.3f},"max_ms":{:.3f},)"
                       R"("replies":{{"2xx":{},"3xx":{},"4xx":{},"5xx":{},"other":{}}},)"
                       R"("first_refusal":"{}","begin_ns":{},"last_accepted_ns":{},"end_ns":{}}})",
                       attempted,
                       accepted,
                       unanswered,
                       connections,
                       connect_failures,
                       dropped,
                       rate(),
                       percentile(0.5),
                       percentile(0.99),
                       percentile(1),
                       replies[2],
                       replies[3],
                       replies[4],
                       replies[5],
                       replies[0] + replies[1],
                       escape(first_refusal),
                       begin_ns,
                       last_accepted_ns,
                       end_ns);
}

std::string Statistics::text() {
    return fmt::format(
        "{} of {} accepted, {:.1f}/s; MAIL to 250 p50 {:.3f} ms, p99 {:.3f} ms, max {:.3f} ms\n"
        "{} connections, {} failed to connect, {} dropped, {} messages unanswered\n"
        "replies 2xx {} 3xx {} 4xx {} 5xx {} other {}{}{}",
        accepted,
        attempted,
        rate(),
        percentile(0.5),
        percentile(0.99),
        percentile(1),
        connections,
        connect_failures,
        dropped,
        unanswered,
        replies[2],
        replies[3],
        replies[4],
        replies[5],
        replies[0] + replies[1],
        first_refusal.empty() ? "" : "\nfirst refusal: ",
        first_refusal);
}

}  // namespace sealgate::load
