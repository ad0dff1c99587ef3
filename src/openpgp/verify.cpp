// SPDX-License-Identifier: Apache-2.0
#include "openpgp/verify.h"

#include "base/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.verify";
// Key IDs can be made to collide: so many candidates are tried for one signature.
constexpr std::size_t kMaxCandidates = 8;

struct Candidate {
    const CheckedCertificate* certificate;
    const Key* key;
};

std::vector<Candidate> candidates_for(const Signature& signature,
                                      std::span<const CertificatePtr> certificates) {
    std::vector<Candidate> out;
    std::vector<std::string_view> keys;
    const auto consider = [&](const CheckedCertificate& certificate, const Key& key) {
        if (!signature.may_be_from(key)) return;
        // However many certificates have adopted a key, it is one.
        if (std::ranges::find(keys, key.fingerprint()) == keys.end()) {
            if (keys.size() == kMaxCandidates) return;
            keys.emplace_back(key.fingerprint());
        }
        out.push_back({&certificate, &key});
    };
    for (const CertificatePtr& certificate : certificates) {
        consider(*certificate, *certificate->certificate().primary);
        for (const Subkey& subkey : certificate->certificate().subkeys)
            consider(*certificate, *subkey.key);
    }
    return out;
}

std::string issuer_of(const Signature& signature) {
    if (!signature.issuer_fingerprints().empty()) {
        return to_hex_upper(signature.issuer_fingerprints().front());
    }
    return signature.issuer_ids().empty() ? std::string()
                                          : to_string(signature.issuer_ids().front());
}

Reason reason_of(CheckResult result) {
    switch (result) {
        case CheckResult::not_this_key:
            return Reason::version_mismatch;
        case CheckResult::unsupported:
            return Reason::unsupported;
        case CheckResult::wrong_type:
            return Reason::wrong_type;
        case CheckResult::good:
        case CheckResult::bad:
        case CheckResult::bad_digest:
            break;
    }
    return Reason::bad_signature;
}

std::string date(Timestamp time) {
    return to_rfc3339(WallTime(std::chrono::seconds(time)));
}

// What the signature says of itself, whoever made it.
void judge_statement(SignatureVerdict& verdict,
                     const Signature& signature,
                     const VerifyOptions& options) {
    Findings& findings = verdict.findings;
    if (!signature.created()) {
        findings.push_back({Reason::no_creation_time, {}});
        return;
    }
    const Timestamp created = *signature.created();
    if (auto weak = options.policy.judge_hash(signature.hash_id(), HashUse::data, created)) {
        findings.push_back(*std::move(weak));
    }
    if (auto critical = options.policy.judge_critical(signature)) {
        findings.push_back(*std::move(critical));
    }
    if (created > std::uint64_t{options.now} + options.policy.skew) {
        findings.push_back({Reason::from_the_future, date(created)});
    }
    if (const auto after = signature.expires_after(); after && *after != 0) {
        const std::uint64_t end = std::uint64_t{created} + *after;
        if (end <= options.now) {
            findings.push_back({Reason::expired, date(static_cast<Timestamp>(end))});
        }
    }
    if ((options.not_before && created < *options.not_before) ||
        (options.not_after && created > *options.not_after)) {
        findings.push_back({Reason::outside_wanted_time, date(created)});
    }
    const auto& recipients = signature.intended_recipients();
    if (!recipients.empty() && !options.recipients.empty() &&
        std::ranges::none_of(recipients, [&](const Fingerprint& one) {
            return std::ranges::find(options.recipients, one) != options.recipients.end();
        })) {
        findings.push_back({Reason::not_for_this_use, "signed for somebody else"});
    }
}

void judge_signer(SignatureVerdict& verdict,
                  const Signature& signature,
                  const Candidate& signer,
                  std::span<const CertificatePtr> certificates,
                  const VerifyOptions& options) {
    const Timestamp created = signature.created().value_or(0);
    if (created < signer.key->created()) {
        verdict.findings.push_back({Reason::before_key, date(signer.key->created())});
    }
    const Question question{options.policy, created, certificates};
    auto state = judge_key(*signer.certificate, signer.key->fingerprint(), KeyUse::sign, question);
    if (!state) return;
    std::ranges::move(state->findings, std::back_inserter(verdict.findings));
}

}  // namespace

Result<SignatureList> read_signatures(std::string_view octets, std::size_t most) {
    SignatureList out;
    PacketWalker walker(octets);
    std::size_t count = 0;
    constexpr std::size_t kMaxPackets = 10'000;
    for (std::size_t packets = 0;; ++packets) {
        if (packets == kMaxPackets) {
            return fail(ErrorKind::exhausted, kWhere, "more than 10000 packets");
        }
        SG_TRY(const std::optional<Packet> packet, walker.next());
        if (!packet) break;
        if (packet->tag == Tag::marker || packet->tag == Tag::padding) continue;
        if (packet->tag != Tag::signature) {
            if (!is_known(packet->tag) && !is_critical(packet->tag)) continue;
            return bad_packet(
                ErrorKind::malformed, kWhere, *packet, "it has no place among detached signatures");
        }
        if (++count > most) {
            return bad_packet(ErrorKind::exhausted,
                              kWhere,
                              *packet,
                              fmt::format("more than {} signatures", most));
        }
        auto signature = Signature::parse(*packet);
        if (signature) {
            out.signatures.push_back(*std::move(signature));
            continue;
        }
        SignatureVerdict& verdict = out.unreadable.emplace_back();
        verdict.offset = packet->offset;
        const ErrorKind kind = signature.error().kind();
        verdict.findings.push_back({kind == ErrorKind::not_found   ? Reason::unsupported
                                    : kind == ErrorKind::exhausted ? Reason::limit
                                                                   : Reason::malformed,
                                    signature.error().detail()});
    }
    if (count == 0) return fail(ErrorKind::malformed, kWhere, "there is no signature packet");
    return out;
}

SignatureVerdict judge_signature(const Signature& signature,
                                 const SignedOctets& document,
                                 std::span<const CertificatePtr> certificates,
                                 const VerifyOptions& options) {
    SignatureVerdict verdict;
    verdict.type = signature.type();
    verdict.created = signature.created();
    verdict.offset = signature.offset();
    verdict.issuer = issuer_of(signature);
    if (signature.type() != SignatureType::binary && signature.type() != SignatureType::text) {
        verdict.findings.push_back({Reason::wrong_type, to_string(signature.type())});
        return verdict;
    }
    const auto hash = document.hash_for(signature);
    if (!hash) {
        verdict.findings.push_back({Reason::unsupported, hash_name(signature.hash_id())});
        return verdict;
    }
    if (!signature.has_issuer()) {
        verdict.findings.push_back({Reason::unknown_key, "it does not say who made it"});
        return verdict;
    }
    const std::vector<Candidate> candidates = candidates_for(signature, certificates);
    if (candidates.empty()) {
        verdict.findings.push_back({Reason::unknown_key, verdict.issuer});
        return verdict;
    }
    // The first of whom the signature is. When it is of none, the findings say what the last was.
    CheckResult result = CheckResult::bad;
    std::vector<SignatureVerdict> good;
    std::map<std::string_view, CheckResult> results;  // by key: each is asked once
    for (const Candidate& candidate : candidates) {
        const auto [at, fresh] =
            results.try_emplace(candidate.key->fingerprint(), CheckResult::bad);
        if (fresh) at->second = check_digest(signature, *candidate.key, hash->copy());
        const CheckResult checked = at->second;
        if (checked != CheckResult::good) {
            result = checked;
            continue;
        }
        SignatureVerdict& one = good.emplace_back(verdict);
        one.signing_key = candidate.key->fingerprint();
        one.certificate = candidate.certificate->fingerprint();
        judge_statement(one, signature, options);
        judge_signer(one, signature, candidate, certificates, options);
        // One key may stand in several certificates; somebody who adopted a foreign key must not
        // make its owner's signature bad.
        if (one.good()) return one;
    }
    if (!good.empty()) return good.front();
    verdict.findings.push_back({reason_of(result), {}});
    return verdict;
}

Result<std::vector<SignatureVerdict>> verify_detached(std::string_view signatures,
                                                      std::string_view document,
                                                      std::span<const CertificatePtr> certificates,
                                                      const VerifyOptions& options) {
    SG_TRY(SignatureList list, read_signatures(signatures));
    SignedOctets octets;
    for (const SignaturePtr& signature : list.signatures)
        octets.expect(*signature);
    octets.update(document);
    std::vector<SignatureVerdict> out;
    out.reserve(list.signatures.size() + list.unreadable.size());
    for (const SignaturePtr& signature : list.signatures)
        out.push_back(judge_signature(*signature, octets, certificates, options));
    std::ranges::move(list.unreadable, std::back_inserter(out));
    return out;
}

}  // namespace sealgate::openpgp
