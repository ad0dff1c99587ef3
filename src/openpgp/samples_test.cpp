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

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

namespace sealgate::openpgp {
namespace {

using Json = nlohmann::json;

const std::filesystem::path kData =
    std::filesystem::path(SEALGATE_SOURCE_DIR) / "tests/data/openpgp";
constexpr Timestamp kNow = 1796000000;  // 2026-11-30, when all of them had been made

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    EXPECT_TRUE(in) << file;
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string octets_of(const std::string& file) {
    std::string text = read_text(kData / file);
    if (!is_armored(text)) return text;
    auto armored = dearmor(text);
    return armored ? std::move(armored->octets) : std::string();
}

std::string hex(std::string_view octets) {
    std::string out = to_hex_upper(octets);
    std::ranges::transform(
        out, out.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}
std::string unhex(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
    return out;
}

// Old mail is to be read here: the strict policy is for what is called weak.
Policy policy_for(const Json& entry) {
    Policy policy;
    policy.legacy_algorithms = entry["verdict"] != "weak";
    if (entry["verdict"] != "weak") policy.rsa_bits_least = 1024;
    return policy;
}

bool is_one_of(const Json& entry, std::initializer_list<std::string_view> verdicts) {
    const std::string verdict = entry["verdict"];
    return std::ranges::find(verdicts, verdict) != verdicts.end();
}

// The first of the file: some are keyrings.
Result<Certificate> certificate_of(const std::string& file) {
    SG_TRY(Keyring ring, read_certificates(octets_of(file)));
    if (!ring.certificates.empty()) return std::move(ring.certificates.front());
    std::string why = file + " has no certificate";
    for (const std::string& note : ring.notes)
        why += "; " + note;
    return fail(ErrorKind::not_found, "test", why);
}

// All of the file.
void add_certificates(std::vector<CertificatePtr>& out, const std::string& file) {
    auto ring = read_certificates(octets_of(file));
    ASSERT_TRUE(ring) << file << ": " << ring.error().detail();
    for (Certificate& one : ring->certificates)
        out.push_back(std::make_shared<CheckedCertificate>(std::move(one)));
}

void expect_fields(const Json& entry, const Certificate& certificate) {
    if (!entry.contains("fingerprint")) return;
    const Key& primary = *certificate.primary;
    EXPECT_EQ(primary.version(), entry["version"].get<int>());
    EXPECT_EQ(hex(primary.fingerprint()), entry["fingerprint"].get<std::string>());
    EXPECT_EQ(static_cast<int>(primary.algorithm()), entry["algorithm"].get<int>());
    EXPECT_EQ(primary.created(), entry["created"].get<Timestamp>());
    std::vector<std::string> user_ids;
    for (const UserId& one : certificate.user_ids) {
        if (!one.attribute) user_ids.push_back(one.value);
    }
    auto wanted_user_ids = entry["user_ids"].get<std::vector<std::string>>();
    for (auto one = wanted_user_ids.begin(); one != wanted_user_ids.end();) {  // each once
        one = std::find(wanted_user_ids.begin(), one, *one) == one ? one + 1
                                                                   : wanted_user_ids.erase(one);
    }
    EXPECT_EQ(user_ids, wanted_user_ids);
    for (const Json& wanted : entry["subkeys"]) {
        const auto found = std::ranges::find_if(certificate.subkeys, [&](const Subkey& one) {
            return hex(one.key->fingerprint()) == wanted["fingerprint"].get<std::string>();
        });
        if (found != certificate.subkeys.end()) {
            EXPECT_EQ(static_cast<int>(found->key->algorithm()), wanted["algorithm"].get<int>());
        } else {  // passed over because its octets cannot be read, and that is said
            EXPECT_FALSE(certificate.notes.empty()) << wanted;
        }
    }
}

void expect_written_as_read(const Certificate& certificate) {
    const std::string written = write_certificate(certificate, SecretParts::keep);
    const auto again = read_certificate(written);
    ASSERT_TRUE(again) << again.error().detail();
    EXPECT_EQ(write_certificate(*again, SecretParts::keep), written);
    const auto merged = merge(certificate, *again);
    ASSERT_TRUE(merged) << merged.error().detail();
    EXPECT_EQ(write_certificate(*merged, SecretParts::keep), written);
}

void expect_validity(const Json& entry, const Certificate& certificate) {
    const CheckedCertificate made(certificate);
    const Policy policy = policy_for(entry);
    std::vector<CertificatePtr> revokers;
    if (entry["name"] == "rnp_ecc_p256_desigrevoked_25519_pub") {
        add_certificates(revokers, "rnp/ecc-25519-pub.asc");
    }
    const Question question{policy, kNow, revokers};
    const KeyState state = judge_primary(made, question);
    const auto unusable = entry.value("unusable", std::vector<std::string>());
    if (is_one_of(entry, {"good", "partly"})) {
        EXPECT_TRUE(state.valid()) << to_string(state.findings);
        const bool listed = entry["verdict"] == "good" || !unusable.empty();
        for (std::size_t i = 0; listed && i < made.subkeys().size(); ++i) {
            const KeyState subkey = judge_subkey(made, i, question);
            const std::string print = hex(subkey.key->fingerprint());
            if (std::ranges::find(unusable, print) != unusable.end()) {
                EXPECT_FALSE(subkey.valid()) << print;
            } else {
                EXPECT_TRUE(subkey.valid()) << print << ": " << to_string(subkey.findings);
            }
        }
        return;
    }
    if (entry["verdict"] == "either") return;
    if (entry["verdict"] == "weak" && state.valid()) {  // then it is a subkey that is weak
        bool all = true;
        for (std::size_t i = 0; i < made.subkeys().size(); ++i)
            all = all && judge_subkey(made, i, question).valid();
        EXPECT_FALSE(all);
        return;
    }
    EXPECT_FALSE(state.valid());
    const auto expect = [&](std::string_view verdict, std::initializer_list<Reason> reasons) {
        if (entry["verdict"] != verdict) return;
        EXPECT_TRUE(std::ranges::any_of(reasons, [&](Reason one) {
            return has(state.findings, one);
        })) << to_string(state.findings);
    };
    expect("revoked", {Reason::revoked_hard, Reason::revoked_soft});
    expect("expired", {Reason::key_expired, Reason::expired});
    expect("unbound", {Reason::not_bound});
    expect("invalid", {Reason::not_bound, Reason::from_the_future});
    expect("weak", {Reason::weak_hash, Reason::weak_key, Reason::not_bound});
}

// Secret parts open, and belong to their public halves.
void expect_secrets(const Json& entry, const Certificate& certificate) {
    std::vector<KeyPtr> keys{certificate.primary};
    for (const Subkey& subkey : certificate.subkeys)
        keys.push_back(subkey.key);
    const auto unusable = entry.value("unusable", std::vector<std::string>());
    for (const KeyPtr& key : keys) {
        const std::string print = hex(key->fingerprint());
        if (!key->is_secret() || protection_of(*key) == Protection::elsewhere) continue;
        const auto unlocked = unlock(key, entry.value("password", ""));
        if (entry["name"] == "rfc9580_a5") {  // Argon2 with 2 GiB
            ASSERT_FALSE(unlocked);
            EXPECT_EQ(unlocked.error().kind(), ErrorKind::exhausted) << unlocked.error().detail();
        } else if (key->algorithm() == PublicKeyAlgorithm::dsa ||
                   key->algorithm() == PublicKeyAlgorithm::elgamal ||
                   std::ranges::find(unusable, print) != unusable.end()) {
            continue;  // verified only, or not at all
        } else if (!unlocked && entry["verdict"] != "good") {
            continue;
        } else {
            EXPECT_TRUE(unlocked) << print << ": " << unlocked.error().detail();
        }
    }
}

void expect_key(const Json& entry) {
    const auto certificate = certificate_of(entry["file"]);
    if (!certificate && is_one_of(entry, {"unsupported", "malformed", "either", "invalid"})) return;
    ASSERT_TRUE(certificate) << certificate.error().detail();
    ASSERT_FALSE(is_one_of(entry, {"unsupported", "malformed"}));
    expect_fields(entry, *certificate);
    EXPECT_EQ(certificate->is_secret(), entry["kind"] == "secret_key");
    expect_written_as_read(*certificate);
    expect_validity(entry, *certificate);
    if (entry["kind"] == "secret_key") expect_secrets(entry, *certificate);
}

std::string without_cr(std::string_view text) {
    std::string out(text);
    std::erase(out, '\r');
    return out;
}

std::string document_of(const Json& entry) {
    if (entry.contains("plaintext_file")) return read_text(kData / entry["plaintext_file"]);
    return entry.value("plaintext", "");
}

bool is_text(const Json& entry) {
    if (entry.value("literal_format", "b") != "b") return true;
    if (entry.value("plaintext_file", "").ends_with(".txt")) return true;
    for (const Json& one : entry.value("signatures", Json::array())) {
        if (one.value("type", 0) == 1) return true;
    }
    return false;
}

void expect_text(const Json& entry, std::string_view text) {
    if (entry.contains("plaintext") || entry.contains("plaintext_file")) {
        const std::string wanted = document_of(entry);
        if (is_text(entry)) {
            EXPECT_EQ(without_cr(text), without_cr(wanted));
        } else {
            EXPECT_EQ(text, wanted);
        }
    } else if (entry.contains("plaintext_sha256")) {
        EXPECT_EQ(text.size(), entry["plaintext_length"].get<std::size_t>());
        EXPECT_EQ(hex(crypto::digest(crypto::HashAlgorithm::sha256, text)),
                  entry["plaintext_sha256"].get<std::string>());
    }
}

using Judge = std::function<std::vector<SignatureVerdict>(std::span<const CertificatePtr>,
                                                          const VerifyOptions&)>;

// Each certificate on its own, as the entry lists them.
void expect_signatures(const Json& entry, const Judge& judge) {
    const Policy policy = policy_for(entry);
    for (const Json& wanted : entry.value("signatures", Json::array())) {
        std::vector<CertificatePtr> certificates;
        add_certificates(certificates, wanted["certificate"]);
        const auto verdicts = judge(certificates, {.policy = policy, .now = kNow});
        const bool good = std::ranges::any_of(verdicts, [&](const SignatureVerdict& one) {
            Findings findings = one.findings;
            // A certificate without any self-signature (the first sample of the RFC) has no state.
            if (entry["name"] == "rfc9580_a2") {
                std::erase_if(findings, [](const Finding& finding) {
                    return finding.reason == Reason::not_bound;
                });
            }
            if (!findings.empty()) return false;
            if (hex(one.signing_key) != wanted.value("fingerprint", hex(one.signing_key))) {
                return false;
            }
            EXPECT_EQ(static_cast<int>(one.type), wanted.value("type", static_cast<int>(one.type)));
            EXPECT_EQ(*one.created, wanted.value("created", *one.created));
            return true;
        });
        std::string found;
        for (const SignatureVerdict& one : verdicts)
            found += "[" + to_string(one.findings) + "]";
        if (wanted["verdict"] == "good" && !is_one_of(entry, {"either", "weak"})) {
            EXPECT_TRUE(good) << wanted << found;
        } else if (wanted["verdict"] != "good" || entry["verdict"] == "weak") {
            EXPECT_FALSE(good) << wanted << found;
        }
    }
}

void expect_detached(const Json& entry) {
    const std::string signature = octets_of(entry["file"]);
    const std::string document = document_of(entry);
    const auto readable = read_signatures(signature);
    if (!readable && is_one_of(entry, {"malformed", "unsupported", "either"})) return;
    ASSERT_TRUE(readable) << readable.error().detail();
    expect_signatures(entry, [&](auto certificates, const VerifyOptions& options) {
        return *verify_detached(signature, document, certificates, options);
    });
}

bool must_fail(const Json& entry) {
    return is_one_of(entry,
                     {"malformed",
                      "too_deep",
                      "bomb",
                      "undecryptable",
                      "integrity_failure",
                      "no_integrity",
                      "unsupported"});
}

void expect_inline(const Json& entry) {
    const Policy policy = policy_for(entry);
    MemoryHoldings holdings(1U << 26U);
    const auto opened = open_signed_message(
        octets_of(entry["file"]),
        {.policy = policy, .holdings = holdings, .limits = {.text_octets = 1U << 26U}});
    if (!opened && entry["verdict"] == "either") return;
    if (must_fail(entry)) {
        EXPECT_FALSE(opened);
        return;
    }
    ASSERT_TRUE(opened) << opened.error().detail();
    expect_text(entry, *opened->text->view());
    expect_signatures(entry, [&](auto certificates, const VerifyOptions& options) {
        return judge_signatures(*opened, certificates, options);
    });
}

// A message without signature and encryption, or a few packets.
void expect_packets(const Json& entry) {
    if (must_fail(entry) || entry.contains("plaintext") || entry.contains("plaintext_file") ||
        entry.contains("plaintext_sha256")) {
        return expect_inline(entry);
    }
    const std::string octets = octets_of(entry["file"]);
    PacketWalker walker(octets);
    std::size_t packets = 0;
    for (;; ++packets) {
        const auto packet = walker.next();
        ASSERT_TRUE(packet) << packet.error().detail();
        if (!*packet) break;
        if ((*packet)->tag == Tag::signature) {
            const auto parsed = Signature::parse(**packet);
            if (entry["verdict"] != "either") EXPECT_TRUE(parsed) << parsed.error().detail();
        }
    }
    EXPECT_GT(packets, 0U);
}

void expect_opened(const Json& entry, LocalSecrets& secrets, std::string_view how) {
    const Policy policy = policy_for(entry);
    MemoryHoldings holdings(1U << 26U);
    const auto opened = open_message(octets_of(entry["file"]),
                                     secrets,
                                     {.policy = policy, .holdings = holdings, .ocb_packets = true});
    if (!opened && entry["verdict"] == "either") return;
    if (must_fail(entry)) {
        EXPECT_FALSE(opened) << how;
        return;
    }
    ASSERT_TRUE(opened) << how << ": " << opened.error().detail();
    expect_text(entry, *opened->text->view());
    if (entry.contains("session_key")) {
        EXPECT_EQ(hex(opened->session_key.key.view()), entry["session_key"].get<std::string>());
    }
    expect_signatures(entry, [&](auto certificates, const VerifyOptions& options) {
        return judge_signatures(*opened, certificates, options);
    });
}

// The password of a secret key is in its own entry.
std::string password_of(const std::string& file);

void expect_encrypted(const Json& entry) {
    bool tried = false;
    for (const std::string& file : entry.value("secret_keys", std::vector<std::string>())) {
        const auto certificate = certificate_of(file);
        if (!certificate && must_fail(entry)) continue;
        ASSERT_TRUE(certificate) << certificate.error().detail();
        // Elgamal: no library here decrypts with it.
        const bool elgamal = std::ranges::any_of(certificate->subkeys, [](const Subkey& one) {
            return one.key->algorithm() == PublicKeyAlgorithm::elgamal;
        });
        if (elgamal) continue;
        LocalSecrets secrets;
        std::vector<KeyPtr> keys{certificate->primary};
        for (const Subkey& subkey : certificate->subkeys)
            keys.push_back(subkey.key);
        for (const KeyPtr& key : keys) {
            if (auto unlocked = unlock(key, password_of(file))) {
                secrets.add_key(*std::move(unlocked));
            }
        }
        expect_opened(entry, secrets, file);
        tried = true;
    }
    const bool too_dear = entry.value("note", "").find("2 GiB") != std::string::npos;
    for (const std::string& password : entry.value("passwords", std::vector<std::string>())) {
        if (too_dear) continue;
        LocalSecrets secrets;
        secrets.add_passphrase(SecretBytes(password));
        expect_opened(entry, secrets, "password");
        tried = true;
    }
    if (entry.contains("session_key")) {
        LocalSecrets secrets;
        secrets.add_session_key({entry["cipher"].get<std::uint8_t>(),
                                 SecretBytes(unhex(entry["session_key"].get<std::string>()))});
        expect_opened(entry, secrets, "session key");
        tried = true;
    }
    EXPECT_TRUE(tried || must_fail(entry));
}

// As section 7.2 hashes it: blanks at the ends of lines are no part of a cleartext.
std::string trimmed_lines(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') out.erase(out.find_last_not_of(" \t\r") + 1);
        out += c;
    }
    out.erase(out.find_last_not_of(" \t\r\n") + 1);
    return out;
}

void expect_cleartext(const Json& entry) {
    const auto parsed = read_cleartext(read_text(kData / entry["file"]));
    auto list = parsed ? read_signatures(parsed->signatures)
                       : Result<SignatureList>(std::unexpected(parsed.error()));
    if (!list && is_one_of(entry, {"either", "malformed", "unsupported"})) return;
    ASSERT_TRUE(list) << list.error().detail();
    SignedOctets octets;
    for (const SignaturePtr& one : list->signatures)
        octets.expect(*one);
    octets.update(parsed->text);
    expect_signatures(entry, [&](auto certificates, const VerifyOptions& options) {
        std::vector<SignatureVerdict> verdicts;
        for (const SignaturePtr& one : list->signatures)
            verdicts.push_back(judge_signature(*one, octets, certificates, options));
        return verdicts;
    });
    EXPECT_EQ(trimmed_lines(parsed->text), trimmed_lines(document_of(entry)));
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
    const Policy policy;
    for (const Timestamp at : {merged->primary->created() + 10, kNow}) {
        const KeyState state = judge_primary(CheckedCertificate(*merged), {policy, at, {}});
        EXPECT_TRUE(has(state.findings, Reason::revoked_hard)) << to_string(state.findings);
    }
}

void expect_armor(const Json& entry) {
    const auto armored = dearmor(read_text(kData / entry["file"]));
    if (entry["verdict"] == "malformed") {
        EXPECT_FALSE(armored);
        return;
    }
    if (!armored && entry["verdict"] == "either") return;
    ASSERT_TRUE(armored) << armored.error().detail();
    if (!entry.contains("octets_sha256")) return;
    EXPECT_EQ(hex(crypto::digest(crypto::HashAlgorithm::sha256, armored->octets)),
              entry["octets_sha256"].get<std::string>());
}

void expect_read(const Json& entry) {
    const std::string kind = entry["kind"];
    if (kind == "certificate" || kind == "secret_key") return expect_key(entry);
    if (kind == "detached_signature") return expect_detached(entry);
    if (kind == "inline_signed") return expect_inline(entry);
    if (kind == "packets") return expect_packets(entry);
    if (kind == "cleartext_signed") return expect_cleartext(entry);
    if (kind == "encrypted") return expect_encrypted(entry);
    if (kind == "revocation") return expect_revocation(entry);
    if (kind == "armor") return expect_armor(entry);
    FAIL() << "a kind that this test does not know: " << kind;
}

// Of an index below the data folder; the paths in it are relative to itself.
void add_entries(std::vector<Json>& out, const std::filesystem::path& folder) {
    const Json index = Json::parse(read_text(kData / folder / "index.json"));
    const auto relative = [&folder](Json& path) {
        path = (folder / path.get<std::string>()).string();
    };
    for (Json entry : index["entries"]) {
        if (!entry.contains("verdict")) entry["verdict"] = "good";
        if (!folder.empty())
            entry["name"] = folder.string() + "_" + entry["name"].get<std::string>();
        relative(entry["file"]);
        if (entry.contains("plaintext_file")) relative(entry["plaintext_file"]);
        if (entry.contains("secret_keys")) {
            for (Json& file : entry["secret_keys"])
                relative(file);
        }
        if (entry.contains("signatures")) {
            for (Json& one : entry["signatures"])
                relative(one["certificate"]);
        }
        if (entry["kind"] == "revocation") relative(entry["certificate"]);
        out.push_back(std::move(entry));
    }
}

std::vector<Json> entries_of(const std::filesystem::path& folder) {
    std::vector<Json> out;
    add_entries(out, folder);
    return out;
}

std::string password_of(const std::string& file) {
    static const std::vector<Json> kEntries = [] {
        std::vector<Json> all = entries_of("");
        add_entries(all, "made");
        return all;
    }();
    for (const Json& one : kEntries) {
        if (one["file"] == file) return one.value("password", "");
    }
    return {};
}

// One test for each index: a process for each of 650 entries would cost more than they do.
TEST(Sample, OfOtherProjectsIsReadAsItMustBe) {
    for (const Json& entry : entries_of("")) {
        SCOPED_TRACE(entry["name"].get<std::string>());
        expect_read(entry);
    }
}

TEST(Sample, MadeByOtherProgramsIsReadAsItMustBe) {
    for (const Json& entry : entries_of("made")) {
        SCOPED_TRACE(entry["name"].get<std::string>());
        expect_read(entry);
    }
}

}  // namespace
}  // namespace sealgate::openpgp
