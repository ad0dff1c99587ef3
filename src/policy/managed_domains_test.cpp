// SPDX-License-Identifier: Apache-2.0
#include "policy/managed_domains.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sealgate::policy {
namespace {

mime::Domain domain(std::string_view text) {
    const auto parsed = mime::Domain::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(mime::Domain{});
}

ManagedDomains sample() {
    return ManagedDomains({{domain("example.com"), false},
                           {domain("corp.example"), true},
                           {domain("lab.corp.example"), false},
                           {domain("b\xC3\xBC"
                                   "cher.example"),
                            true}});
}

struct FindCase {
    std::string name;
    std::string entry;  // "" = not managed
};

TEST(ManagedDomains, FindsTheEntryThatManagesADomain) {
    const ManagedDomains managed = sample();
    const std::vector<FindCase> cases = {
        {"example.com", "example.com"},
        {"EXAMPLE.com", "example.com"},
        {"example.com.", "example.com"},
        {"www.example.com", ""},
        {"notexample.com", ""},
        {"com", ""},
        {"example.com.evil.example", ""},
        {"corp.example", "corp.example"},
        {"a.corp.example", "corp.example"},
        {"a.b.c.corp.example", "corp.example"},
        {"xcorp.example", ""},
        {"lab.corp.example", "lab.corp.example"},
        // The nearest entry has no subdomains flag: a parent further up that has it covers.
        {"x.lab.corp.example", "corp.example"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example"},
        {"B\xC3\x9C"
         "CHER.example",
         "xn--bcher-kva.example"},
        {"mail.b\xC3\xBC"
         "cher.example",
         "xn--bcher-kva.example"},
        {"bucher.example", ""},
        {"[192.0.2.1]", ""},
    };
    for (const auto& [name, entry] : cases) {
        const auto found = managed.find(domain(name));
        EXPECT_EQ(found ? found->name.ascii() : "", entry) << name;
        EXPECT_EQ(managed.contains(domain(name)), !entry.empty()) << name;
    }
}

TEST(ManagedDomains, ExactEntryComesBeforeItsParent) {
    const auto found = sample().find(domain("lab.corp.example"));
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->subdomains);
}

TEST(ManagedDomains, EmptyListAndEmptyNameManageNothing) {
    EXPECT_FALSE(ManagedDomains().contains(domain("example.com")));
    EXPECT_FALSE(sample().contains(mime::Domain{}));
}

TEST(ManagedDomains, LiteralIsNeverManagedEvenWhenListed) {
    const ManagedDomains managed({{domain("[192.0.2.1]"), true}});
    EXPECT_FALSE(managed.contains(domain("[192.0.2.1]")));
    EXPECT_TRUE(managed.entries().empty());
}

TEST(ManagedDomains, SameNameTwiceCoversWhatEitherCovers) {
    const ManagedDomains managed({{domain("a.example"), false}, {domain("A.example."), true}});
    EXPECT_EQ(managed.entries().size(), 1U);
    EXPECT_TRUE(managed.contains(domain("x.a.example")));
}

TEST(ManagedDomains, AnyTextMayBeTheName) {
    // 127 labels is the most that 253 octets hold.
    std::string deep;
    for (int i = 0; i < 120; ++i)
        deep += "a.";
    const ManagedDomains managed({{domain("example"), true}});
    EXPECT_TRUE(managed.contains(domain(deep + "example")));
    EXPECT_FALSE(managed.contains(domain(deep + "exampl")));
}

}  // namespace
}  // namespace sealgate::policy
