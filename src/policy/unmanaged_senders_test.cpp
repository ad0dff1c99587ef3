// SPDX-License-Identifier: Apache-2.0
#include "policy/unmanaged_senders.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sealgate::policy {
namespace {

mime::Domain domain(std::string_view text) {
    return mime::Domain::parse(text).value();
}
IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}

TEST(DomainPattern, MatchesAsItIsWritten) {
    struct Case {
        std::string pattern;
        std::string name;
        bool expected;
    };
    const std::vector<Case> cases = {
        {"partner.example", "partner.example", true},
        {"partner.example", "PARTNER.EXAMPLE.", true},
        {"partner.example", "a.partner.example", false},
        {".partner.example", "partner.example", true},
        {".partner.example", "a.b.partner.example", true},
        {".partner.example", "xpartner.example", false},
        {".partner.example", "example", false},
        {"*", "partner.example", true},
        {"*", "[192.0.2.1]", true},
        {"[192.0.2.1]", "[192.0.2.1]", true},
        {".example", "[192.0.2.1]", false},
    };
    for (const auto& [pattern, name, expected] : cases) {
        EXPECT_EQ(DomainPattern::parse(pattern).value().matches(domain(name)), expected)
            << pattern << " on " << name;
    }
}

TEST(DomainPattern, TextIsOneFormForEqualPatterns) {
    EXPECT_EQ(DomainPattern::parse(".B\xC3\xBC"
                                   "cher.Example.")
                  ->text(),
              ".xn--bcher-kva.example");
    EXPECT_EQ(DomainPattern::parse("*")->text(), "*");
    EXPECT_EQ(*DomainPattern::parse("A.example"), *DomainPattern::parse("a.example."));
}

TEST(DomainPattern, RefusesWhatIsNearlyOne) {
    for (const std::string text : {"",
                                   ".",
                                   "..example",
                                   "*.example",
                                   "a*.example",
                                   ".[192.0.2.1]",
                                   "a b.example",
                                   "@a.example"}) {
        const auto pattern = DomainPattern::parse(text);
        ASSERT_FALSE(pattern) << text;
        EXPECT_EQ(pattern.error().kind(), ErrorKind::malformed);
    }
}

UnmanagedOverride override_of(std::string listener,
                              std::string_view network,
                              std::string_view pattern,
                              UnmanagedAction action) {
    UnmanagedOverride made;
    made.listener = std::move(listener);
    if (!network.empty()) made.network = Network::parse(network).value();
    if (!pattern.empty()) made.domain = DomainPattern::parse(pattern).value();
    made.action = action;
    return made;
}

TEST(UnmanagedSenders, RejectsByDefault) {
    EXPECT_EQ(UnmanagedSenders{}.decide("outbound", ip("10.0.0.1"), domain("a.example")),
              UnmanagedAction::reject);
}

TEST(UnmanagedSenders, TheFirstOverrideThatMatchesInAllFieldsDecides) {
    UnmanagedSenders senders;
    senders.action = UnmanagedAction::bounce;
    senders.overrides = {
        override_of("outbound", "10.1.0.0/16", ".partner.example", UnmanagedAction::pass),
        override_of("", "", "bad.partner.example", UnmanagedAction::reject),
        override_of("second", "", "", UnmanagedAction::pass),
    };
    struct Case {
        std::string listener;
        std::string source;
        std::string sender;
        UnmanagedAction expected;
    };
    const std::vector<Case> cases = {
        {"outbound", "10.1.2.3", "a.partner.example", UnmanagedAction::pass},
        {"outbound", "::ffff:10.1.2.3", "partner.example", UnmanagedAction::pass},
        {"outbound", "10.1.2.3", "bad.partner.example", UnmanagedAction::pass},
        {"outbound", "10.2.2.3", "bad.partner.example", UnmanagedAction::reject},
        {"outbound", "10.2.2.3", "a.partner.example", UnmanagedAction::bounce},
        {"outbound2", "10.1.2.3", "a.partner.example", UnmanagedAction::bounce},
        {"second", "10.1.2.3", "bad.partner.example", UnmanagedAction::reject},
        {"second", "2001:db8::1", "other.example", UnmanagedAction::pass},
        {"outbound", "10.1.2.3", "other.example", UnmanagedAction::bounce},
    };
    for (const auto& [listener, source, sender, expected] : cases) {
        EXPECT_EQ(senders.decide(listener, ip(source), domain(sender)), expected)
            << listener << ' ' << source << ' ' << sender;
    }
}

TEST(UnmanagedAction, NamesGoBothWays) {
    for (const auto action :
         {UnmanagedAction::reject, UnmanagedAction::bounce, UnmanagedAction::pass}) {
        EXPECT_EQ(parse_unmanaged_action(to_string(action)), action);
    }
    EXPECT_EQ(parse_unmanaged_action("Pass"), std::nullopt);
}

}  // namespace
}  // namespace sealgate::policy
