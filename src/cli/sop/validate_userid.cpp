// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "cli/sop/dates.h"
#include "cli/sop/indirect.h"
#include "cli/sop/material.h"
#include "cli/sop/verifications.h"
#include "mime/address.h"
#include "openpgp/certification.h"

#include <fmt/format.h>

#include <optional>

namespace sealgate::cli::sop {

namespace {

// What is asked of each certificate.
class Validation {
public:
    Validation(const Given& given, const Certificates& authorities, openpgp::Timestamp at)
        : wanted_(given.get("USERID")),
          authorities_(authorities),
          question_{.policy = policy_, .at = at, .revokers = authorities.all} {
        if (!given.has("--addr-spec-only")) return;
        only_address_ = true;
        if (auto parsed = mime::Address::parse(wanted_)) address_ = *std::move(parsed);
    }
    Validation(const Validation&) = delete;
    Validation& operator=(const Validation&) = delete;
    Validation(Validation&&) = delete;
    Validation& operator=(Validation&&) = delete;
    ~Validation() = default;

    // Empty: one of the authorities vouches for it; else the sentence why not.
    [[nodiscard]] std::string why_not(const openpgp::CheckedCertificate& certificate) const {
        const auto& user_ids = certificate.certificate().user_ids;
        openpgp::Findings last;
        bool named = false;
        for (std::size_t i = 0; i < user_ids.size(); ++i) {
            if (!matches(user_ids[i])) continue;
            named = true;
            for (const auto& authority : authorities_.all) {
                last = openpgp::judge_certification(certificate, i, *authority, question_);
                if (last.empty()) return {};
            }
        }
        return fmt::format("{}: {}",
                           openpgp::to_hex_upper(certificate.fingerprint()),
                           named ? escape_for_log(to_string(last)) : "no such user ID");
    }

private:
    [[nodiscard]] bool matches(const openpgp::UserId& user_id) const {
        if (user_id.attribute) return false;
        if (!only_address_) return user_id.value == wanted_;
        const auto named = openpgp::mailbox_of(user_id.value);
        return address_ && named && *named == *address_;
    }

    std::string wanted_;
    bool only_address_ = false;
    std::optional<mime::Address> address_;
    const Certificates& authorities_;
    openpgp::Policy policy_;
    openpgp::Question question_;
};

Outcome<void> run_validate_userid(Surroundings& surroundings, const Given& given) {
    if (!is_valid_utf8(given.get("USERID"))) {
        return give_up(Exit::expected_text, "USERID is not UTF-8.");
    }
    const openpgp::Timestamp now = now_of(surroundings);
    const auto at = given.has("--validate-at") ? parse_date(given.get("--validate-at"), now) : now;
    if (!at) {
        return give_up(Exit::unsupported_option,
                       fmt::format("--validate-at: '{}' is not a date.",
                                   escape_for_log(given.get("--validate-at"), 64)));
    }
    SG_TRY(const Certificates authorities, read_certificates(given.all("CERTS")));
    SG_TRY(std::string input, read_stdin(surroundings));
    SG_TRY(auto subjects, certificates_of(std::move(input), kStdin, ThirdParty::keep));
    const Validation validation(given, authorities, *at);
    for (openpgp::Certificate& subject : subjects) {
        const std::string reason =
            validation.why_not(openpgp::CheckedCertificate(std::move(subject)));
        if (!reason.empty()) return give_up(Exit::cert_userid_no_match, reason + ".");
    }
    return {};
}

}  // namespace

Subcommand validate_userid() {
    return {.name = "validate-userid",
            .summary =
                "Ask whether all certificates on stdin have this user ID and one of CERTS "
                "vouches for it",
            .example =
                "sealgate sop validate-userid --addr-spec-only bob@partner.example ca.cert "
                "< bob.cert",
            .arguments = {{"USERID", "The whole user ID"},
                          {"CERTS", "Certificates of those who may vouch", Count::some}},
            .options = {{"--addr-spec-only", "", "USERID is a mail address"},
                        {"--validate-at", "DATE", "Ask for that time; default now"}},
            .run = run_validate_userid};
}

}  // namespace sealgate::cli::sop
