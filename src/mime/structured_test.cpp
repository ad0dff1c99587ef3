// SPDX-License-Identifier: Apache-2.0
#include "mime/structured.h"

#include <gtest/gtest.h>

namespace sealgate::mime {
namespace {

TEST(StructuredReader, ReadsFromLeftToRight) {
    StructuredReader reader(" (c) tok;\"a\\\"b\" (x;) ; end");
    reader.skip_blanks();
    EXPECT_EQ(reader.token(), "tok");
    EXPECT_FALSE(reader.take(','));
    EXPECT_TRUE(reader.take(';'));
    std::string text;
    EXPECT_TRUE(reader.quoted_string(text));
    EXPECT_EQ(text, "a\"b");
    EXPECT_FALSE(reader.quoted_string(text));
    reader.skip_behind(';');
    reader.skip_blanks();
    EXPECT_EQ(reader.token(), "end");
    EXPECT_TRUE(reader.at_end());
    reader.skip_behind(';');
    EXPECT_EQ(reader.token(), "");
}

TEST(StructuredReader, UnclosedThingsTakeTheRest) {
    for (const std::string_view text : {"(", "(\\", "((x)", "(\\)"}) {
        StructuredReader reader(text);
        reader.skip_blanks();
        EXPECT_TRUE(reader.at_end()) << text;
    }
    StructuredReader reader("\"abc\\");
    std::string text;
    EXPECT_TRUE(reader.quoted_string(text));
    EXPECT_EQ(text, "abc\\");
}

}  // namespace
}  // namespace sealgate::mime
