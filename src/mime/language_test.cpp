// SPDX-License-Identifier: Apache-2.0
#include "mime/language.h"

#include <gtest/gtest.h>

namespace sealgate::mime {
namespace {

using Tags = std::vector<std::string>;

TEST(Language, TagsGetTheirUsualCase) {
    EXPECT_EQ(language_tag("DE"), "de");
    EXPECT_EQ(language_tag("pt-br"), "pt-BR");
    EXPECT_EQ(language_tag("ZH-hant-tw"), "zh-Hant-TW");
    EXPECT_EQ(language_tag("de-CH-1901"), "de-CH-1901");
    EXPECT_EQ(language_tag("en-a-bb-x-CC"), "en-a-bb-x-cc");
}

TEST(Language, WhatIsNoTagIsRefused) {
    for (const std::string_view text : {"",
                                        "d",
                                        "1de",
                                        "de-",
                                        "-de",
                                        "de--AT",
                                        "de_AT",
                                        "de AT",
                                        "abcdefghi",
                                        "de-x",
                                        "*",
                                        "d\xC3\xA9",
                                        "aa-bbbbbbbb-cccccccc-dddddddd-eeeeeeee"}) {
        EXPECT_FALSE(language_tag(text)) << text;
    }
}

TEST(Language, GetsShorterByWholeSubtags) {
    EXPECT_EQ(shorter_language("zh-Hant-TW"), "zh-Hant");
    EXPECT_EQ(shorter_language("en-a-bb"), "en");
    EXPECT_EQ(shorter_language("en-a-x-bb"), "en");
    EXPECT_EQ(shorter_language("de"), "");
    EXPECT_EQ(shorter_language(""), "");
}

TEST(Language, AcceptedOnesAreSortedByQuality) {
    EXPECT_EQ(accepted_languages("de-AT, de;q=0.8, en;q=0.9, fr;q=0"), (Tags{"de-AT", "en", "de"}));
    EXPECT_EQ(accepted_languages(" en ; Q=0.5 ,\r\n de"), (Tags{"de", "en"}));
    EXPECT_EQ(accepted_languages("*, de;q=0.001"), (Tags{"de"}));
    EXPECT_EQ(accepted_languages("de;q=2, en;q=0.1234, fr;q=, es;level=1, it;q=1.000"),
              (Tags{"it"}));
    EXPECT_EQ(accepted_languages("de, DE, de"), (Tags{"de"}));
    EXPECT_EQ(accepted_languages(""), Tags{});
}

TEST(Language, ContentOnesKeepTheirOrder) {
    EXPECT_EQ(content_languages("en, de-de"), (Tags{"en", "de-DE"}));
    EXPECT_EQ(content_languages("(English) en, ??, fr"), (Tags{"fr"}));
}

TEST(Language, AFieldHasAnEnd) {
    std::string many;
    for (char a = 'a'; a <= 'z'; ++a)
        many += std::string("a") + a + ",";
    EXPECT_EQ(content_languages(many).size(), kMaxLanguages);
    EXPECT_EQ(accepted_languages(many).size(), kMaxLanguages);
    EXPECT_EQ(content_languages(std::string(kMaxLanguageField, ',') + "de"), Tags{});
}

}  // namespace
}  // namespace sealgate::mime
