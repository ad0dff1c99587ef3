// SPDX-License-Identifier: Apache-2.0
#include "openpgp/finding.h"

#include <algorithm>
#include <array>

namespace sealgate::openpgp {
namespace {

struct Row {
    Reason reason;
    std::string_view words;
    std::string_view section;
};

constexpr std::array kRows = {
    Row{Reason::malformed, "malformed", "4"},
    Row{Reason::limit, "over a limit", ""},
    Row{Reason::unsupported, "not supported", "9"},
    Row{Reason::wrong_type, "wrong signature type", "5.2.1"},
    Row{Reason::version_mismatch, "versions do not fit", "5.2.3"},
    Row{Reason::unknown_key, "unknown key", "5.2.3.12"},
    Row{Reason::bad_signature, "bad signature", "5.2.4"},
    Row{Reason::no_creation_time, "no creation time", "5.2.3.11"},
    Row{Reason::weak_hash, "weak hash", "9.5"},
    Row{Reason::weak_key, "weak key", "9.1"},
    Row{Reason::unknown_critical, "unknown critical statement", "5.2.3.7"},
    Row{Reason::before_key, "older than its key", "5.2.3.11"},
    Row{Reason::from_the_future, "from the future", "5.2.3.11"},
    Row{Reason::expired, "signature expired", "5.2.3.18"},
    Row{Reason::outside_wanted_time, "outside the wanted time", ""},
    Row{Reason::key_expired, "key expired", "5.2.3.13"},
    Row{Reason::revoked_hard, "revoked", "5.2.3.31"},
    Row{Reason::revoked_soft, "revoked before that time", "5.2.3.31"},
    Row{Reason::revocation_unclear, "revocation cannot be checked", "5.2.3.23"},
    Row{Reason::not_bound, "no valid self-signature", "10.1"},
    Row{Reason::no_back_signature, "no valid back-signature", "5.2.1.9"},
    Row{Reason::not_for_this_use, "not for this use", "5.2.3.29"},
    Row{Reason::not_an_address, "names no single mailbox", "5.11"},
};

const Row& row(Reason reason) {
    const auto* const found = std::ranges::find(kRows, reason, &Row::reason);
    return found == kRows.end() ? kRows.front() : *found;
}

}  // namespace

std::string_view to_string(Reason reason) {
    return row(reason).words;
}

std::string_view rfc_section(Reason reason) {
    return row(reason).section;
}

bool has(const Findings& findings, Reason reason) {
    return std::ranges::find(findings, reason, &Finding::reason) != findings.end();
}

std::string to_string(const Findings& findings) {
    std::string out;
    for (const Finding& finding : findings) {
        if (!out.empty()) out += "; ";
        out += to_string(finding.reason);
        if (!finding.detail.empty()) out.append(" (").append(finding.detail).append(")");
    }
    return out;
}

}  // namespace sealgate::openpgp
