// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/verifications.h"

#include "base/text.h"
#include "cli/sop/dates.h"
#include "openpgp/date_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <limits>

namespace sealgate::cli::sop {

namespace {

Outcome<std::optional<openpgp::Timestamp>> bound_of(const Given& given,
                                                    std::string_view option,
                                                    std::string_view otherwise,
                                                    openpgp::Timestamp now) {
    const std::string text = given.has(option) ? given.get(option) : std::string(otherwise);
    if (text == "-") return std::nullopt;
    const auto date = parse_date(text, now);
    if (date) return date;
    return give_up(Exit::unsupported_option,
                   fmt::format("{}: '{}' is not a date; write for example 2026-11-25T07:14:36Z.",
                               option,
                               escape_for_log(text, 64)));
}

}  // namespace

openpgp::Timestamp now_of(const Surroundings& surroundings) {
    const auto now = std::chrono::floor<std::chrono::seconds>(surroundings.clock.now());
    return static_cast<openpgp::Timestamp>(std::clamp<std::int64_t>(
        now.time_since_epoch().count(), 0, std::numeric_limits<openpgp::Timestamp>::max()));
}

Outcome<Wanted> wanted_of(const Surroundings& surroundings,
                          const Given& given,
                          std::string_view not_before,
                          std::string_view not_after) {
    Wanted out;
    out.now = now_of(surroundings);
    out.policy.legacy_algorithms = given.has(kLegacy);
    SG_TRY(out.not_before, bound_of(given, not_before, "-", out.now));
    SG_TRY(out.not_after, bound_of(given, not_after, "now", out.now));
    // Whoever sets another end than now means it, also one in the future.
    if (!out.not_after || *out.not_after > out.now) {
        out.policy.skew = std::numeric_limits<openpgp::Timestamp>::max();
    }
    return out;
}

std::string verifications(std::span<const openpgp::SignatureVerdict> verdicts,
                          const Certificates& certificates) {
    std::string out;
    for (const openpgp::SignatureVerdict& verdict : verdicts) {
        if (!verdict.good()) continue;
        auto signers = nlohmann::json::array();
        for (std::size_t i = 0; i < certificates.all.size(); ++i) {
            if (certificates.all[i]->fingerprint() == verdict.certificate) {
                signers.push_back(certificates.names[i]);
            }
        }
        const nlohmann::json details{{"signers", std::move(signers)}};
        out += fmt::format("{} {} {} mode:{} {}\n",
                           openpgp::date_text(verdict.created.value_or(0)),
                           openpgp::to_hex_upper(verdict.signing_key),
                           openpgp::to_hex_upper(verdict.certificate),
                           verdict.type == openpgp::SignatureType::text ? "text" : "binary",
                           // Everything but ASCII is escaped.
                           details.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
    }
    return out;
}

void tell_the_bad(Surroundings& surroundings, std::span<const openpgp::SignatureVerdict> verdicts) {
    for (const openpgp::SignatureVerdict& verdict : verdicts) {
        if (verdict.good()) continue;
        surroundings.console.talk(fmt::format("sealgate sop: the signature{} does not count: {}\n",
                                              verdict.issuer.empty()
                                                  ? fmt::format(" at octet {}", verdict.offset)
                                                  : " of " + verdict.issuer,
                                              escape_for_log(to_string(verdict.findings))));
    }
}

std::unexpected<Failure> no_signature() {
    return give_up(Exit::no_signature, "no signature counts.");
}

}  // namespace sealgate::cli::sop
