// SPDX-License-Identifier: Apache-2.0
// Who is next for a next hop, and how many at a time.
#include "flow/fair_line.h"
#include "flow/window.h"

#include <gtest/gtest.h>

#include <string>

namespace sealgate::flow {
namespace {

TEST(FairLine, SendersTakeTurns) {
    FairLine<int> line;
    for (int i = 0; i < 4; ++i)
        line.push("much", i);
    line.push("little", 100);
    line.push("other", 200);
    line.push("little", 101);
    std::string order;
    while (!line.empty())
        order += std::to_string(line.pop()) + " ";
    EXPECT_EQ(order, "0 100 200 1 101 2 3 ");
}

TEST(FairLine, WhatIsPutBackIsNext) {
    FairLine<int> line;
    line.push("a", 1);
    line.push("b", 2);
    const int first = line.pop();
    line.put_back("a", first);
    EXPECT_EQ(line.size(), 2U);
    EXPECT_EQ(line.pop(), 1);
    EXPECT_EQ(line.pop(), 2);
    EXPECT_TRUE(line.empty());
}

TEST(Window, GrowsFastShrinksAndGrowsSlowly) {
    Window window(2);
    EXPECT_EQ(window.size(20), 2U);
    for (int i = 0; i < 6; ++i)
        window.succeeded(20);
    EXPECT_EQ(window.size(20), 8U);
    EXPECT_EQ(window.size(5), 5U);
    window.failed(8);
    EXPECT_EQ(window.size(20), 4U);
    for (int i = 0; i < 3; ++i)
        window.succeeded(20);
    EXPECT_EQ(window.size(20), 4U);
    for (int i = 0; i < 3; ++i)
        window.succeeded(20);
    EXPECT_EQ(window.size(20), 5U);
}

TEST(Window, StaysWithinItsLimits) {
    Window window(0);
    EXPECT_EQ(window.size(20), 1U);
    for (int i = 0; i < 5; ++i)
        window.failed(1);
    EXPECT_EQ(window.size(20), 1U);
    for (int i = 0; i < 1000; ++i)
        window.succeeded(20);
    EXPECT_EQ(window.size(100), 20U);
    EXPECT_EQ(window.size(0), 1U);
}

}  // namespace
}  // namespace sealgate::flow
