// SPDX-License-Identifier: Apache-2.0
#include "cli/text_diff.h"

#include <gtest/gtest.h>

namespace sealgate::cli {
namespace {

TEST(UnifiedDiff, ShowsWhatChangedWithItsSurroundings) {
    EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n",
                           "1\n2\n3\n4\n5\n6\nseven\n8\n9\n10\n11\n",
                           "a",
                           "b"),
              "--- a\n+++ b\n@@ -4,7 +4,7 @@\n 4\n 5\n 6\n-7\n+seven\n 8\n 9\n 10\n");
}

TEST(UnifiedDiff, NearChangesAreOneHunkAndFarOnesAreTwo) {
    const std::string text = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
    EXPECT_EQ(unified_diff(text, "a\n2\n3\n4\n5\n6\n7\nb\n9\n10\n", "a", "b"),
              "--- a\n+++ b\n@@ -1,10 +1,10 @@\n-1\n+a\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+b\n 9\n 10\n");
    EXPECT_EQ(unified_diff(text, "2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n", "a", "b"),
              "--- a\n+++ b\n@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n@@ -8,3 +7,4 @@\n 8\n 9\n 10\n+11\n");
}

TEST(UnifiedDiff, LinesThatStayedAreFoundBetweenThoseThatCame) {
    EXPECT_EQ(unified_diff("x\nb\nc\n", "b\ny\nc\nz\n", "a", "b"),
              "--- a\n+++ b\n@@ -1,3 +1,4 @@\n-x\n b\n+y\n c\n+z\n");
}

TEST(UnifiedDiff, ComesAndGoes) {
    EXPECT_EQ(unified_diff("", "new\n", "a", "b"), "--- a\n+++ b\n@@ -0,0 +1 @@\n+new\n");
    EXPECT_EQ(unified_diff("old\n", "", "a", "b"), "--- a\n+++ b\n@@ -1 +0,0 @@\n-old\n");
}

TEST(UnifiedDiff, EqualTextsHaveNone) {
    EXPECT_EQ(unified_diff("", "", "a", "b"), "");
    EXPECT_EQ(unified_diff("a\nb\n", "a\nb", "a", "b"), "");
}

TEST(UnifiedDiff, WhatIsTooLargeToCompareIsReplaced) {
    std::string old_text = "same\n";
    std::string new_text = "same\n";
    for (std::size_t i = 0; i < 3000; ++i) {
        old_text += "old " + std::to_string(i) + "\n";
        new_text += "new " + std::to_string(i) + "\n";
    }
    const std::string diff = unified_diff(old_text, new_text, "a", "b");
    EXPECT_TRUE(diff.starts_with("--- a\n+++ b\n@@ -1,3001 +1,3001 @@\n same\n-old 0\n"));
    EXPECT_NE(diff.find("\n-old 2999\n+new 0\n"), std::string::npos);
    EXPECT_TRUE(diff.ends_with("\n+new 2999\n"));
}

}  // namespace
}  // namespace sealgate::cli
