// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/indirect.h"
#include "cli/sop/material.h"

#include <algorithm>

namespace sealgate::cli::sop {

namespace {

using openpgp::Certificate;

openpgp::CertificateLimits merge_limits() {
    openpgp::CertificateLimits limits;
    limits.third_party = true;
    return limits;
}

// Adds what `update` knows of a certificate that `base` has; another one is left out.
Outcome<bool> merge_into(std::vector<Certificate>& base,
                         const Certificate& update,
                         std::string_view name) {
    const auto found = std::ranges::find(base, update.fingerprint(), &Certificate::fingerprint);
    if (found == base.end()) return false;
    auto merged = openpgp::merge(*found, update, merge_limits());
    if (!merged) return failed(Exit::bad_data, name, merged.error());
    *found = *std::move(merged);
    return true;
}

Outcome<void> run_merge_certs(Surroundings& surroundings, const Given& given) {
    SG_TRY(std::string input, read_stdin(surroundings));
    SG_TRY(auto first, certificates_of(std::move(input), kStdin, ThirdParty::keep));
    std::vector<Certificate> base;
    for (Certificate& one : first) {
        SG_TRY(const bool known, merge_into(base, one, kStdin));
        if (!known) base.push_back(std::move(one));
    }
    for (const std::string& name : given.all("CERTS")) {
        SG_TRY(std::string more, read_input(name));
        SG_TRY(const auto updates, certificates_of(std::move(more), name, ThirdParty::keep));
        for (const Certificate& update : updates)
            SG_TRYV(merge_into(base, update, name));
    }
    std::string packets;
    for (const Certificate& one : base)
        packets += openpgp::write_certificate(one);
    return write_stdout(
        surroundings,
        given.has("--no-armor") ? packets : armored(openpgp::ArmorKind::public_key, packets));
}

}  // namespace

Subcommand merge_certs() {
    return {.name = "merge-certs",
            .summary = "Add to the certificates on stdin what others know of them",
            .example = "sealgate sop merge-certs newer.cert < alice.cert > merged.cert",
            .arguments = {{"CERTS", "Other copies of them; more is left out", Count::any}},
            .options = {{"--no-armor", "", "In binary"}},
            .run = run_merge_certs};
}

}  // namespace sealgate::cli::sop
