// SPDX-License-Identifier: Apache-2.0
#include "cli/setup_plan.h"

#include "config/settings.h"

#include <gtest/gtest.h>

namespace sealgate::cli {
namespace {

SetupAnswers usual() {
    return {.hostname = "gw.example.com",
            .domains = "example.com, .example.org",
            .internal = "10.1.2.3, 10.2.0.0/16",
            .outward = "relay.example.net:25",
            .inward = "10.1.2.3:25",
            .unmanaged = "reject"};
}

std::string problem(std::string_view flag, const std::string& answer) {
    for (const SetupQuestion& question : setup_questions()) {
        if (question.flag == flag) return question.problem(answer);
    }
    return "no such question";
}

TEST(SetupPlan, IsAConfigurationThatDeclaresNeitherDomainsNorUnmanagedSenders) {
    const auto plan = plan_setup(usual(), "/var/lib/sealgate");
    EXPECT_EQ(plan.problem, "");
    const auto loaded = config::parse(plan.configuration, "x");
    ASSERT_TRUE(loaded.problems.empty()) << plan.configuration;
    const auto& settings = loaded.settings;
    EXPECT_EQ(settings.hostname, "gw.example.com");
    EXPECT_TRUE(settings.domains.empty());
    EXPECT_FALSE(settings.unmanaged_senders.has_value());
    ASSERT_EQ(settings.listeners.size(), 2U);
    EXPECT_EQ(settings.listeners[0].address.to_string(), "0.0.0.0:2525");
    EXPECT_EQ(settings.listeners[0].trusted_networks.size(), 4U);
    EXPECT_EQ(settings.listeners[1].direction, config::Direction::inbound);
    EXPECT_EQ(settings.routes.size(), 4U);
    EXPECT_EQ(plan.domains, "example.com\n.example.org\n");
}

TEST(SetupPlan, OnThisMachineAloneItListensOnLoopback) {
    auto answers = usual();
    answers.internal = "127.0.0.1";
    answers.inward = "none";
    const auto loaded = config::parse(plan_setup(answers, "/d").configuration, "x");
    ASSERT_EQ(loaded.settings.listeners.size(), 1U);
    EXPECT_EQ(loaded.settings.listeners[0].address.host, "127.0.0.1");
    EXPECT_EQ(loaded.settings.routes.size(), 1U);
}

TEST(SetupQuestions, CheckStrictly) {
    EXPECT_EQ(problem("--hostname", "gw.example.com"), "");
    EXPECT_NE(problem("--hostname", "gw"), "");
    EXPECT_NE(problem("--hostname", "gw.example.com\"\n[x]"), "");
    EXPECT_NE(problem("--hostname", "gw\\.example.com"), "");
    EXPECT_EQ(problem("--domains",
                      "b\xC3\xBC"
                      "cher.example"),
              "");
    EXPECT_NE(problem("--domains", " , "), "");
    EXPECT_NE(problem("--domains", "exa mple.com"), "");
    EXPECT_NE(problem("--domains", "example.com, example.com"), "") << "twice";
    EXPECT_EQ(problem("--internal", "2001:db8::/32, 10.0.0.1"), "");
    EXPECT_NE(problem("--internal", "10.0.0.1/33"), "");
    EXPECT_NE(problem("--internal", "mail.example.com"), "");
    EXPECT_EQ(problem("--outward", "[2001:db8::1]:25"), "");
    EXPECT_NE(problem("--outward", "relay.example.net:70000"), "");
    EXPECT_NE(problem("--outward", "mailbox:/tmp/x"), "");
    EXPECT_NE(problem("--outward", "none"), "");
    EXPECT_EQ(problem("--inward", "none"), "");
    EXPECT_NE(problem("--unmanaged", "allow"), "");
}

}  // namespace
}  // namespace sealgate::cli
