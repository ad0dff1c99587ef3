// SPDX-License-Identifier: Apache-2.0
// What other implementations and the RFC have made (tests/data/openpgp, index.json): all of it must
// be read, and what must be found is found.
#include "openpgp/armor.h"
#include "openpgp/cleartext.h"
#include "openpgp/message.h"
#include "openpgp/validity.h"
#include "openpgp/verify.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace sealgate::openpgp {
namespace {

using Json = nlohmann::json;

const std::filesystem::path kData =
    std::filesystem::path(SEALGATE_SOURCE_DIR) / "tests/data/openpgp";
constexpr Timestamp kNow = 1795000000;  // 2026-11-18

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    EXPECT_TRUE(in) << file;
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string octets_of(const std::string& file) {
    std::string text = read_text(kData / file);
    if (!is_armored(text)) return text;
    auto armored = dearmor(text);
    EXPECT_TRUE(armored) << file << ": " << armored.error().detail();
    return armored ? std::move(armored->octets) : std::string();
}

std::string hex(std::string_view octets) {
    std::string out = to_hex_upper(octets);
    std::ranges::transform(out, out.begin(), [](char c) { return std::tolower(c); });
    return out;
}
std::string unhex(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
    return out;
}

Policy policy_for(const Json& entry) {
    Policy policy;
    policy.legacy_algorithms = entry.value("legacy", true);
    policy.rsa_bits_least = 1024;
    return policy;
}

class Sample : public testing::TestWithParam<Json> {};

Result<Certificate> certificate_of(const std::string& file) {
    return read_certificate(octets_of(file));
}

CertificatePtr checked(const std::string& file) {
    auto certificate = certificate_of(file);
    EXPECT_TRUE(certificate) << file << ": " << certificate.error().detail();
    if (!certificate) return nullptr;
    return std::make_shared<CheckedCertificate>(*std::move(certificate));
}

void expect_key(const Json& entry) {
    const auto certificate = certificate_of(entry["file"]);
    ASSERT_TRUE(certificate) << certificate.error().detail();
    const Key& primary = *certificate->primary;
    EXPECT_EQ(primary.version(), entry["version"].get<int>());
    EXPECT_EQ(hex(primary.fingerprint()), entry["fingerprint"].get<std::string>());
    EXPECT_EQ(static_cast<int>(primary.algorithm()), entry["algorithm"].get<int>());
    EXPECT_EQ(primary.created(), entry["created"].get<Timestamp>());
    EXPECT_EQ(primary.is_secret(), entry["kind"] == "secret_key");
    std::vector<std::string> user_ids;
    for (const UserId& one : certificate->user_ids) {
        if (!one.attribute) user_ids.push_back(one.value);
    }
    EXPECT_EQ(user_ids, entry["user_ids"].get<std::vector<std::string>>());
    ASSERT_EQ(certificate->subkeys.size(), entry["subkeys"].size());
    for (std::size_t i = 0; i < entry["subkeys"].size(); ++i) {
        const Json& wanted = entry["subkeys"][i];
        const Key& key = *certificate->subkeys[i].key;
        EXPECT_EQ(hex(key.fingerprint()), wanted["fingerprint"].get<std::string>());
        EXPECT_EQ(static_cast<int>(key.algorithm()), wanted["algorithm"].get<int>());
    }
    // What was read is what is written.
    const std::string written = write_certificate(*certificate, SecretParts::keep);
    const auto again = read_certificate(written);
    ASSERT_TRUE(again) << again.error().detail();
    EXPECT_EQ(write_certificate(*again, SecretParts::keep), written);

    const CheckedCertificate made(*certificate);
    const Policy policy = policy_for(entry);
    const Question question{policy, entry.value("at", kNow), {}};
    const KeyState state = judge_primary(made, question);
    const std::string verdict = entry.value("verdict", "good");
    if (verdict == "good") {
        EXPECT_TRUE(state.valid()) << to_string(state.findings);
        for (std::size_t i = 0; i < made.subkeys().size(); ++i) {
            const KeyState subkey = judge_subkey(made, i, question);
            EXPECT_TRUE(subkey.valid()) << i << ": " << to_string(subkey.findings);
        }
    } else if (verdict == "unbound") {
        EXPECT_TRUE(has(state.findings, Reason::not_bound)) << to_string(state.findings);
    } else {
        EXPECT_FALSE(state.valid()) << verdict;
    }
    // Secret parts open, and belong to their public halves.
    if (entry["kind"] != "secret_key") return;
    const std::string password = entry.value("password", "");
    const auto expect_unlocked = [&](const KeyPtr& key) {
        if (key->algorithm() == PublicKeyAlgorithm::dsa ||
            key->algorithm() == PublicKeyAlgorithm::elgamal) {
            return;  // only verified, or not at all
        }
        const auto unlocked = unlock(key, password);
        if (entry.value("over_limit", entry["name"] == "rfc9580_a5")) {
            ASSERT_FALSE(unlocked);
            EXPECT_EQ(unlocked.error().kind(), ErrorKind::exhausted) << unlocked.error().detail();
            return;
        }
        EXPECT_TRUE(unlocked) << unlocked.error().detail();
    };
    expect_unlocked(certificate->primary);
    for (const Subkey& subkey : certificate->subkeys)
        expect_unlocked(subkey.key);
}

void expect_verdicts(const Json& entry,
                     const std::vector<SignatureVerdict>& verdicts,
                     bool trusted_binding) {
    const Json& wanted = entry["signatures"];
    ASSERT_EQ(verdicts.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const SignatureVerdict* found = nullptr;
        for (const SignatureVerdict& one : verdicts) {
            if (hex(one.signing_key) == wanted[i]["fingerprint"].get<std::string>()) found = &one;
        }
        if (wanted[i]["verdict"] != "good") {
            EXPECT_TRUE(found == nullptr || !found->good());
            continue;
        }
        ASSERT_NE(found, nullptr) << to_string(verdicts[i].findings);
        Findings findings = found->findings;
        if (!trusted_binding) {
            std::erase_if(findings,
                          [](const Finding& one) { return one.reason == Reason::not_bound; });
        }
        EXPECT_TRUE(findings.empty()) << to_string(findings);
        EXPECT_EQ(static_cast<int>(found->type), wanted[i]["type"].get<int>());
        EXPECT_EQ(*found->created, wanted[i]["created"].get<Timestamp>());
    }
}

std::vector<CertificatePtr> signers_of(const Json& entry) {
    std::vector<CertificatePtr> out;
    if (!entry.contains("signatures")) return out;
    for (const Json& one : entry["signatures"])
        out.push_back(checked(one["certificate"]));
    return out;
}

// A sample whose certificate has no self-signature at all verifies all the same.
bool bound(const std::vector<CertificatePtr>& certificates) {
    return std::ranges::none_of(certificates, [](const CertificatePtr& one) {
        return one->certificate().user_ids.empty() && one->certificate().signatures.empty();
    });
}

void expect_text(const Json& entry, std::string_view text) {
    if (entry.contains("plaintext")) {
        EXPECT_EQ(text, entry["plaintext"].get<std::string>());
    } else {
        EXPECT_EQ(text.size(), entry["plaintext_length"].get<std::size_t>());
        EXPECT_EQ(hex(crypto::digest(crypto::HashAlgorithm::sha256, text)),
                  entry["plaintext_sha256"].get<std::string>());
    }
}

void expect_detached(const Json& entry) {
    const Policy policy = policy_for(entry);
    const auto certificates = signers_of(entry);
    const auto verdicts = verify_detached(octets_of(entry["file"]),
                                          entry["plaintext"].get<std::string>(),
                                          certificates,
                                          {.policy = policy, .now = kNow});
    ASSERT_TRUE(verdicts) << verdicts.error().detail();
    expect_verdicts(entry, *verdicts, bound(certificates));
}

void expect_inline(const Json& entry) {
    const Policy policy = policy_for(entry);
    MemoryHoldings holdings(1U << 24U);
    const auto opened =
        open_signed_message(octets_of(entry["file"]), {.policy = policy, .holdings = holdings});
    ASSERT_TRUE(opened) << opened.error().detail();
    expect_text(entry, *opened->text->view());
    const auto certificates = signers_of(entry);
    expect_verdicts(entry,
                    judge_signatures(*opened, certificates, {.policy = policy, .now = kNow}),
                    bound(certificates));
}

void expect_encrypted(const Json& entry) {
    const Policy policy = policy_for(entry);
    MemoryHoldings holdings(1U << 26U);
    const std::string message = octets_of(entry["file"]);
    const bool refused = entry["container"] == "sed";
    const auto expect_opened = [&](LocalSecrets& secrets, std::string_view how) {
        const auto opened = open_message(
            message, secrets, {.policy = policy, .holdings = holdings, .ocb_packets = true});
        if (refused) {
            ASSERT_FALSE(opened) << how;
            EXPECT_EQ(opened.error().kind(), ErrorKind::refused) << opened.error().detail();
            return;
        }
        ASSERT_TRUE(opened) << how << ": " << opened.error().detail();
        expect_text(entry, *opened->text->view());
        if (entry.contains("session_key")) {
            EXPECT_EQ(hex(opened->session_key.key.view()), entry["session_key"].get<std::string>());
        }
        if (entry.contains("signatures")) {
            const auto certificates = signers_of(entry);
            expect_verdicts(
                entry,
                judge_signatures(*opened, certificates, {.policy = policy, .now = kNow}),
                bound(certificates));
        }
    };
    bool tried = false;
    for (const std::string& file : entry.value("secret_keys", std::vector<std::string>())) {
        const auto certificate = certificate_of(file);
        ASSERT_TRUE(certificate) << certificate.error().detail();
        LocalSecrets secrets;
        std::vector<KeyPtr> keys{certificate->primary};
        for (const Subkey& subkey : certificate->subkeys)
            keys.push_back(subkey.key);
        for (const KeyPtr& key : keys) {
            if (auto unlocked = unlock(key, entry.value("key_password", ""))) {
                secrets.add_key(*std::move(unlocked));
            }
        }
        expect_opened(secrets, file);
        tried = true;
    }
    const bool too_dear = entry.value("note", "").find("2 GiB") != std::string::npos;
    for (const std::string& password : entry.value("passwords", std::vector<std::string>())) {
        if (too_dear) continue;
        LocalSecrets secrets;
        secrets.add_passphrase(SecretBytes(password));
        expect_opened(secrets, "password");
        tried = true;
    }
    if (entry.contains("session_key")) {
        LocalSecrets secrets;
        secrets.add_session_key({entry["cipher"].get<std::uint8_t>(),
                                 SecretBytes(unhex(entry["session_key"].get<std::string>()))});
        expect_opened(secrets, "session key");
        tried = true;
    }
    EXPECT_TRUE(tried);
}

void expect_cleartext(const Json& entry) {
    const Policy policy = policy_for(entry);
    const auto parsed = read_cleartext(read_text(kData / entry["file"]));
    ASSERT_TRUE(parsed) << parsed.error().detail();
    auto list = read_signatures(parsed->signatures);
    ASSERT_TRUE(list) << list.error().detail();
    SignedOctets octets;
    for (const SignaturePtr& one : list->signatures)
        octets.expect(*one);
    octets.update(parsed->text);
    const auto certificates = signers_of(entry);
    std::vector<SignatureVerdict> verdicts;
    for (const SignaturePtr& one : list->signatures)
        verdicts.push_back(
            judge_signature(*one, octets, certificates, {.policy = policy, .now = kNow}));
    expect_verdicts(entry, verdicts, bound(certificates));
    std::string text = entry["plaintext"];
    std::string shown = parsed->text;
    std::erase(shown, '\r');
    if (text.ends_with('\n') && !shown.ends_with('\n')) shown += '\n';
    EXPECT_EQ(shown, text);
}

void expect_revocation(const Json& entry) {
    auto certificate = certificate_of(entry["certificate"]);
    ASSERT_TRUE(certificate);
    auto list = read_signatures(octets_of(entry["file"]));
    ASSERT_TRUE(list) << list.error().detail();
    ASSERT_EQ(list->signatures.size(), 1U);
    Certificate revoked = *certificate;
    revoked.signatures.push_back(list->signatures.front());
    const auto merged = merge(*certificate, revoked);
    ASSERT_TRUE(merged);
    const Policy policy = policy_for(entry);
    for (const Timestamp at : {merged->primary->created() + 10, kNow}) {
        const KeyState state = judge_primary(CheckedCertificate(*merged), {policy, at, {}});
        EXPECT_TRUE(has(state.findings, Reason::revoked_hard)) << to_string(state.findings);
    }
}

TEST_P(Sample, IsReadAsItMustBe) {
    const Json& entry = GetParam();
    const std::string kind = entry["kind"];
    if (kind == "certificate" || kind == "secret_key") return expect_key(entry);
    if (kind == "detached_signature") return expect_detached(entry);
    if (kind == "inline_signed") return expect_inline(entry);
    if (kind == "cleartext_signed") return expect_cleartext(entry);
    if (kind == "encrypted") return expect_encrypted(entry);
    if (kind == "revocation") return expect_revocation(entry);
    FAIL() << "a kind that this test does not know: " << kind;
}

std::vector<Json> entries() {
    const Json index = Json::parse(read_text(kData / "index.json"));
    return index["entries"].get<std::vector<Json>>();
}

INSTANTIATE_TEST_SUITE_P(All,
                         Sample,
                         testing::ValuesIn(entries()),
                         [](const testing::TestParamInfo<Json>& info) {
                             return info.param["name"].get<std::string>();
                         });

}  // namespace
}  // namespace sealgate::openpgp
