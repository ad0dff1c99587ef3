// SPDX-License-Identifier: Apache-2.0
#include "admin/warnings.h"

#include <gmock/gmock.h>

namespace sealgate::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> of(const std::string& toml) {
    const auto loaded = config::parse(toml, "x");
    EXPECT_THAT(loaded.problems, IsEmpty());
    return warnings(loaded.settings);
}

TEST(Warnings, PostmasterMustBeReachable) {
    const std::string host = "hostname = \"gw.example.com\"\n";
    EXPECT_THAT(of(host), ElementsAre(HasSubstr("'postmaster@gw.example.com'")));
    EXPECT_THAT(of(host + "[[domain]]\nname = \"example.com\"\nsubdomains = true\n"), IsEmpty());
    EXPECT_THAT(of(host + "[[route]]\ndomain = \"*\"\nnext_hop = \"h.example:25\"\n"), IsEmpty());
    EXPECT_THAT(of(host + "postmaster = \"it@example.com\"\n[[domain]]\nname = \"example.com\"\n"),
                IsEmpty());
    EXPECT_THAT(of(host + "postmaster = \"it@example.org\"\n[[domain]]\nname = \"example.com\"\n"),
                ElementsAre(HasSubstr("'it@example.org'")));
}

TEST(Warnings, TheHostnameMustBeOneThatOthersKnow) {
    const std::string rest = "\n[[route]]\ndomain = \"*\"\nnext_hop = \"h.example:25\"\n";
    for (const char* bad : {"vm", "localhost", "localhost.localdomain", "LOCALHOST.example"}) {
        EXPECT_THAT(of("hostname = \"" + std::string(bad) + "\"" + rest),
                    ElementsAre(HasSubstr("hostname")))
            << bad;
    }
    EXPECT_THAT(of("hostname = \"gw.example.com\"" + rest), IsEmpty());
}

}  // namespace
}  // namespace sealgate::admin
