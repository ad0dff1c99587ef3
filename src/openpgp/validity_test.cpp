// SPDX-License-Identifier: Apache-2.0
// What certificates are worth over time: a table, which is also a page of the manual.
#include "openpgp/validity.h"

#include "openpgp/validity_case.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>

namespace sealgate::openpgp::test {
namespace {

std::vector<Group> groups() {
    return {expiry_cases(),
            self_signature_cases(),
            use_cases(),
            back_signature_cases(),
            revocation_cases(),
            appointed_cases(),
            key_cases()};
}

std::vector<Case> all_cases() {
    std::vector<Case> out;
    for (Group& group : groups())
        std::ranges::move(group.cases, std::back_inserter(out));
    return out;
}

// "good", or the reasons.
std::string words(const std::vector<Reason>& reasons) {
    std::string out;
    for (const Reason reason : reasons)
        out.append(out.empty() ? "" : ", ").append(to_string(reason));
    return out.empty() ? "good" : out;
}
std::vector<Reason> reasons(const Findings& findings) {
    std::vector<Reason> out;
    for (const Finding& finding : findings)
        out.push_back(finding.reason);
    return out;
}

std::string uses_of(const CheckedCertificate& certificate,
                    const KeyPtr& key,
                    const Question& question) {
    std::string out;
    const auto ask = [&](KeyUse use, std::string_view name) {
        const auto state = judge_key(certificate, key->fingerprint(), use, question);
        ASSERT_TRUE(state);
        if (state->valid()) out.append(out.empty() ? "" : " ").append(name);
    };
    ask(KeyUse::sign, "sign");
    ask(KeyUse::certify, "certify");
    ask(KeyUse::encrypt, "encrypt");
    return out.empty() ? "nothing" : out;
}

class Validity : public testing::TestWithParam<Case> {};

TEST_P(Validity, IsAsTheTableSays) {
    const Case& row = GetParam();
    const CertificatePtr certificate = row.make().checked();
    const std::vector<CertificatePtr> revokers =
        row.revokers ? row.revokers() : std::vector<CertificatePtr>();
    ASSERT_FALSE(row.asked.empty());
    for (const Asked& asked : row.asked) {
        SCOPED_TRACE(fmt::format("day {:.5f}", (double(asked.time) - double(kT0)) / kDay));
        const Question question{row.policy, asked.time, revokers};
        const KeyState primary = judge_primary(*certificate, question);
        EXPECT_EQ(words(reasons(primary.findings)), words(asked.on_primary))
            << "primary key: " << to_string(primary.findings);
        const auto expected_uses = [&](std::size_t key, bool good, std::string_view ordinary) {
            const auto said = asked.allowed.find(key);
            if (said != asked.allowed.end()) return said->second;
            return std::string(good ? ordinary : "nothing");
        };
        EXPECT_EQ(uses_of(*certificate, primary.key, question),
                  expected_uses(0, asked.on_primary.empty(), "sign certify"))
            << "primary key";

        const auto told = [](const auto& map, std::size_t index) {
            const auto found = map.find(index);
            return found == map.end() ? std::vector<Reason>() : found->second;
        };
        for (std::size_t i = 0; i < certificate->user_ids().size(); ++i) {
            const UserIdState state = judge_user_id(*certificate, i, question);
            EXPECT_EQ(words(reasons(state.findings)), words(told(asked.on_user_ids, i)))
                << "user ID " << i << ": " << to_string(state.findings);
        }
        for (std::size_t i = 0; i < certificate->subkeys().size(); ++i) {
            const KeyState state = judge_subkey(*certificate, i, question);
            std::vector<Reason> expected = asked.on_primary;
            std::ranges::copy(told(asked.on_subkeys, i), std::back_inserter(expected));
            EXPECT_EQ(words(reasons(state.findings)), words(expected))
                << "subkey " << i << ": " << to_string(state.findings);
            EXPECT_EQ(uses_of(*certificate, state.key, question),
                      expected_uses(i + 1, expected.empty(), "encrypt"))
                << "subkey " << i;
        }
        // A row that speaks of a component that is not there would pass for ever.
        for (const auto& [index, unused] : asked.on_user_ids)
            EXPECT_LT(index, certificate->user_ids().size());
        for (const auto& [index, unused] : asked.on_subkeys)
            EXPECT_LT(index, certificate->subkeys().size());
    }
}

INSTANTIATE_TEST_SUITE_P(Table,
                         Validity,
                         testing::ValuesIn(all_cases()),
                         [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

// ---- the page ----

std::string when(Timestamp time) {
    const std::int64_t seconds = std::int64_t{time} - std::int64_t{kT0};
    if (time == UINT32_MAX) return "the last second";
    if (seconds % kDay == 0) return fmt::format("day {}", seconds / kDay);
    return fmt::format("a second before day {}", (seconds + 1) / kDay);
}

std::string answers(const Case& row, const Asked& asked) {
    std::string out = when(asked.time) + " –";
    std::string all;
    const auto say = [&all](const std::string& who, const std::string& what) {
        all.append(all.empty() ? " " : "; ").append(who).append(what);
    };
    if (!asked.on_primary.empty()) say("primary key: ", words(asked.on_primary));
    const auto name = [](std::string_view kind, std::size_t index, std::size_t most) {
        return most == 0 ? std::string(kind) : fmt::format("{} {}", kind, index + 1);
    };
    const auto last = [](const auto& map) { return map.empty() ? 0 : map.rbegin()->first; };
    std::size_t user_ids = 0;
    std::size_t subkeys = 0;
    for (const Asked& one : row.asked) {
        user_ids = std::max(user_ids, last(one.on_user_ids));
        subkeys = std::max(subkeys, last(one.on_subkeys));
    }
    for (const auto& [index, reasons] : asked.on_user_ids)
        say(name("user ID", index, user_ids) + ": ", words(reasons));
    for (const auto& [index, reasons] : asked.on_subkeys)
        say(name("subkey", index, subkeys) + ": ", words(reasons));
    for (const auto& [key, uses] : asked.allowed)
        say(key == 0 ? "primary key" : name("subkey", key - 1, subkeys), " may " + uses);
    return out + (all.empty() ? " good" : all);
}

std::string page() {
    std::string out =
        R"(# OpenPGP: what a certificate is worth

What the gateway holds of keys, subkeys and user IDs at a given time. Each row is a test
(`validity_test.cpp`, of which this page is made by `scripts/validity_page.py`): the certificate is
made with these signatures, asked about at these times, and the answers must be these, no more and
no fewer.

Times are days; unless a row says otherwise all keys and signatures are of day 0 (2020-01-01). A
primary key certifies and signs, its subkey is for encryption, and "good" means that of all three.
What is said of the primary key holds for its subkeys too. A question about day 100 is what mail
signed on day 100 is judged by, and what mail sent on day 100 is encrypted by.

Sections are those of RFC 9580; a row without one is our own policy. A number like A26 is the attack
that the row is about.
)";
    std::size_t rows = 0;
    for (const Group& group : groups()) {
        out +=
            fmt::format("\n## {}\n\n| the certificate has | answers | RFC 9580 |\n|---|---|---|\n",
                        group.title);
        for (const Case& row : group.cases) {
            std::string said;
            for (const Asked& asked : row.asked)
                said.append(said.empty() ? "" : "<br>").append(answers(row, asked));
            out += fmt::format("| {} | {} | {} |\n", row.holds, said, row.section);
            ++rows;
        }
    }
    return out + fmt::format("\n{} rows.\n", rows);
}

TEST(ValidityPage, IsTheTable) {
    const std::string made = page();
    if (std::getenv("SEALGATE_PRINT_PAGE") != nullptr) std::fputs(made.c_str(), stdout);
    std::ifstream in(std::string(SEALGATE_SOURCE_DIR) + "/docs/openpgp-validity.md",
                     std::ios::binary);
    const std::string kept((std::istreambuf_iterator<char>(in)), {});
    EXPECT_TRUE(kept == made) << "docs/openpgp-validity.md is another table; make it anew with "
                                 "scripts/validity_page.py";
}

// ---- what is not a row ----

TEST(Validity, EachRowHasANameOfItsOwn) {
    std::set<std::string> names;
    for (const Case& row : all_cases())
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

}  // namespace
}  // namespace sealgate::openpgp::test
