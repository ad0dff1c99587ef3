// SPDX-License-Identifier: Apache-2.0
#include "net/certificate.h"

#include "doctor/doctor.h"

#include <fmt/format.h>

namespace sealgate::doctor {

void check_certificate(const Subject& subject, Findings& out) {
    const config::Settings& settings = subject.settings;
    const bool own = settings.tls.certificate_file.empty();
    const std::string file =
        own ? settings.path("tls/selfsigned.crt") : settings.path(settings.tls.certificate_file);
    const auto facts = net::read_certificate(file, settings.hostname);
    if (!facts) {
        if (own && facts.error().kind() == ErrorKind::not_found) {
            out.push_back({"certificate", Level::ok, "none yet; the first start makes one", ""});
            return;
        }
        out.push_back({"certificate",
                       Level::fail,
                       facts.error().detail(),
                       "set tls.certificate_file and tls.key_file, or neither"});
        return;
    }
    const WallTime now = SystemClock().now();
    constexpr std::chrono::days kSoon{21};
    const auto days = std::chrono::floor<std::chrono::days>(facts->not_after - now).count();
    const std::string date = to_rfc3339(facts->not_after).substr(0, 10);
    const std::string renew =
        own ? "remove " + file + " and its .key, and restart" : "renew it, and reload";
    if (facts->not_after <= now || facts->not_before > now) {
        out.push_back({"certificate",
                       Level::fail,
                       fmt::format("{} is not valid now (until {})", file, date),
                       renew});
    } else if (facts->not_after - now < kSoon) {
        out.push_back({"certificate",
                       Level::warn,
                       fmt::format("{} ends in {} days, on {}", file, days, date),
                       renew});
    } else {
        out.push_back({"certificate", Level::ok, fmt::format("valid until {}", date), ""});
    }
    if (!facts->names_host) {
        out.push_back({"certificate",
                       Level::warn,
                       fmt::format("{} does not name {}", file, settings.hostname),
                       "servers that check names refuse TLS with us: get one for this name"});
    }
    if (facts->self_signed) {
        out.push_back({"certificate",
                       Level::warn,
                       "it is signed by itself",
                       "good for encryption between servers that do not check; for all others get "
                       "one of a public or company authority (tls.certificate_file)"});
    }
}

}  // namespace sealgate::doctor
