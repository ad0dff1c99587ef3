// SPDX-License-Identifier: Apache-2.0
#include "maillog/index_names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::maillog {
namespace {

std::vector<std::uint64_t> find(std::string_view part,
                                std::uint64_t first = 1,
                                std::size_t most = 100) {
    std::string names;
    for (const char* const name : {"ann@a.example", "", "bob@b.example", "a@a@a.example", "z"})
        append_name(names, name);
    std::vector<std::uint64_t> found;
    find_names(names, part, first, most, found);
    return found;
}

using Numbers = std::vector<std::uint64_t>;

TEST(IndexNames, AreFoundByAnyPart) {
    EXPECT_EQ(find("ann"), (Numbers{1}));
    EXPECT_EQ(find(".example"), (Numbers{1, 3, 4}));
    EXPECT_EQ(find("@"), (Numbers{1, 3, 4}));
    EXPECT_EQ(find("z"), (Numbers{5}));
    EXPECT_EQ(find("ann@a.example"), (Numbers{1}));
    EXPECT_EQ(find("ann@b.example"), (Numbers{}));
    EXPECT_EQ(find(""), (Numbers{1, 2, 3, 4, 5}));
}

TEST(IndexNames, AreFoundWhereverTheyBegin) {
    for (std::size_t before = 0; before < 70; ++before) {
        for (const std::string_view part :
             {"x", "xy", "xyz@d.example", "a sequence of more than sixteen"}) {
            std::string names;
            append_name(names, std::string(before, 'x'));
            append_name(names, std::string(before, 'e') + std::string(part) + "-");
            append_name(names, "x.e");
            std::vector<std::uint64_t> found;
            find_names(names, part, 1, 100, found);
            EXPECT_NE(std::ranges::find(found, 2U), found.end()) << before << ' ' << part;
            EXPECT_EQ(std::ranges::find(found, 1U) != found.end(),
                      std::string(before, 'x').contains(part));
        }
    }
}

TEST(IndexNames, AreNumberedFromTheFirst) {
    EXPECT_EQ(find("a.example", 41), (Numbers{41, 44}));
}

TEST(IndexNames, StopAtTheMost) {
    EXPECT_EQ(find("example", 1, 2), (Numbers{1, 3}));
    EXPECT_EQ(find("example", 1, 0), (Numbers{}));
}

TEST(IndexNames, APartNeverLiesAcrossTwoOfThem) {
    EXPECT_EQ(find("example\n"), (Numbers{}));
    EXPECT_EQ(find("e\n\nb"), (Numbers{}));
}

TEST(IndexNames, OfNoneNothingIsFound) {
    std::vector<std::uint64_t> found;
    find_names("", "a", 1, 10, found);
    EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace sealgate::maillog
