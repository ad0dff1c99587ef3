// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <gtest/gtest.h>

namespace sealgate::cli {
namespace {

TEST(Table, AlignsColumnsAndLeavesNoBlanksAtLineEnds) {
    Table table({{"NAME"}, {"COUNT", Align::right}, {"NOTE"}});
    table.add({"a", "5", "x"});
    table.add({"longer", "12345", ""});
    table.add({"ü", "1"});
    EXPECT_EQ(table.render(),
              "NAME    COUNT  NOTE\n"
              "a           5  x\n"
              "longer  12345\n"
              "ü           1\n");
}

TEST(Table, EscapesForeignText) {
    Table table({{"A"}});
    table.add({"x\x1b[31m\ny"});
    EXPECT_EQ(table.render(), "A\nx\\x1b[31m\\x0ay\n");
}

TEST(ShowSize, IsShort) {
    EXPECT_EQ(show_size(0), "0 B");
    EXPECT_EQ(show_size(1023), "1023 B");
    EXPECT_EQ(show_size(1024), "1.0 KiB");
    EXPECT_EQ(show_size(1536), "1.5 KiB");
    EXPECT_EQ(show_size(1024 * 1024 - 1), "1.0 MiB");
    EXPECT_EQ(show_size(5ULL << 30U), "5.0 GiB");
    EXPECT_EQ(show_size(UINT64_MAX), "16384.0 PiB");
}

TEST(ShowDuration, HasTheTwoLargestUnits) {
    EXPECT_EQ(show_duration(0), "0 s");
    EXPECT_EQ(show_duration(61), "1 min 1 s");
    EXPECT_EQ(show_duration(3600), "1 h");
    EXPECT_EQ(show_duration(3601), "1 h");
    EXPECT_EQ(show_duration(90061), "1 d 1 h");
}

}  // namespace
}  // namespace sealgate::cli
