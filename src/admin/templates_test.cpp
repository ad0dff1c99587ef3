// SPDX-License-Identifier: Apache-2.0
#include "admin/templates.h"

#include "admin/admin_fixture.h"
#include "admin/audit.h"

#include <gmock/gmock.h>

namespace sealgate::admin {
namespace {

using testing::HasSubstr;

TemplateChange text(std::string text) {
    return {std::move(text), std::nullopt};
}

class TemplatesTest : public AdminTest {};
INSTANTIATE_TEST_SUITE_P(Engines,
                         TemplatesTest,
                         testing::Values("sqlite", "postgresql"),
                         engine_name);

TEST_P(TemplatesTest, ReplacedTextIsInUseUntilItIsReset) {
    ASSERT_TRUE(set_template(*context_, alice_, {"Notice"}, text("new text")));
    start("");
    EXPECT_EQ(now().templates.at("Notice").at("").text, "new text");
    const auto entry = show_template(*context_, {"Notice"}).value();
    EXPECT_TRUE(entry.replaced);
    EXPECT_EQ(entry.text.text, "new text");
    EXPECT_EQ(entry.built_in, "two");
    EXPECT_EQ(entry.changed_by, "alice");
    EXPECT_EQ(entry.changed, clock_.now());
    const auto list = list_templates(*context_).value();
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].text.text, "built-in one");
    EXPECT_FALSE(list[0].replaced);
    ASSERT_TRUE(reset_template(*context_, alice_, {"Notice"}));
    ASSERT_TRUE(reset_template(*context_, alice_, {"Notice"}));
    EXPECT_TRUE(now().templates.empty());
    EXPECT_EQ(show_template(*context_, {"Notice"})->text.text, "two");
    const auto audit = search_audit(*context_, {}).value();
    ASSERT_EQ(audit.size(), 2U);
    EXPECT_EQ(audit[0].action, "template.reset");
    EXPECT_EQ(audit[0].before, "\"new text\"");
}

TEST_P(TemplatesTest, BadTextIsRefused) {
    const auto variable = set_template(*context_, alice_, {"Notice"}, text("{{x}}"));
    ASSERT_FALSE(variable);
    EXPECT_EQ(variable.error().kind(), ErrorKind::malformed);
    EXPECT_THAT(variable.error().detail(), HasSubstr("line 1: there is no variable 'x'"));
    EXPECT_EQ(set_template(*context_, alice_, {"Notice"}, text("\xFF")).error().kind(),
              ErrorKind::malformed);
    EXPECT_EQ(
        set_template(*context_, alice_, {"Notice"}, text(std::string("a\0b", 3))).error().kind(),
        ErrorKind::malformed);
    EXPECT_EQ(
        set_template(
            *context_, alice_, {"Notice"}, text(std::string(std::size_t{256} * 1024 + 1, 'x')))
            .error()
            .kind(),
        ErrorKind::exhausted);
    ASSERT_TRUE(set_template(
        *context_, alice_, {"Notice"}, text(std::string(std::size_t{256} * 1024, 'x'))));
}

TEST_P(TemplatesTest, UnknownNameGetsTheNearest) {
    const auto shown = show_template(*context_, {"Notise"});
    ASSERT_FALSE(shown);
    EXPECT_EQ(shown.error().kind(), ErrorKind::not_found);
    EXPECT_THAT(shown.error().detail(), HasSubstr("did you mean 'Notice'?"));
    EXPECT_EQ(set_template(*context_, alice_, {"zzz"}, text("x")).error().kind(),
              ErrorKind::not_found);
}

TEST_P(TemplatesTest, EditOfAnOldTextIsAConflict) {
    ASSERT_TRUE(
        set_template(*context_, alice_, {"Notice"}, text("second"), TemplateText{"two", ""}));
    const auto late =
        set_template(*context_, alice_, {"Notice"}, text("third"), TemplateText{"two", ""});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind(), ErrorKind::conflict);
    EXPECT_THAT(late.error().detail(), HasSubstr("was changed meanwhile"));
    ASSERT_TRUE(
        set_template(*context_, alice_, {"Notice"}, text("third"), TemplateText{"second", ""}));
}

TEST_P(TemplatesTest, LanguagesStandBesideTheDefaultText) {
    const auto no_text = set_template(*context_, alice_, {"Notice", "de"}, {std::nullopt, "<p>"});
    ASSERT_FALSE(no_text);
    EXPECT_EQ(no_text.error().kind(), ErrorKind::malformed);
    ASSERT_TRUE(set_template(*context_, alice_, {"Notice", "DE"}, {"zwei", "<p>zwei"}));
    ASSERT_TRUE(set_template(*context_, alice_, {"Notice", "pt-br"}, text("dois")));
    EXPECT_EQ(now().templates.at("Notice").at("de").html, "<p>zwei");
    EXPECT_FALSE(now().templates.at("Notice").contains(""));
    const auto german = show_template(*context_, {"Notice", "de"}).value();
    EXPECT_EQ(german.language, "de");
    EXPECT_EQ(german.text, (TemplateText{"zwei", "<p>zwei"}));
    EXPECT_EQ(german.languages, (std::vector<std::string>{"de", "pt-BR"}));
    EXPECT_EQ(show_template(*context_, {"Notice"})->text.text, "two");
    EXPECT_EQ(show_template(*context_, {"Notice", "en"})->language, "") << "the default text's";
    const auto missing = show_template(*context_, {"Notice", "fr"});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind(), ErrorKind::not_found);
    EXPECT_THAT(missing.error().detail(), HasSubstr("only in de, pt-BR"));
    EXPECT_EQ(show_template(*context_, {"Notice", "g"}).error().kind(), ErrorKind::malformed);

    // What is not given stays; what is empty goes.
    ASSERT_TRUE(set_template(*context_, alice_, {"Notice", "de"}, text("drei")));
    EXPECT_EQ(show_template(*context_, {"Notice", "de"})->text, (TemplateText{"drei", "<p>zwei"}));
    ASSERT_TRUE(set_template(*context_, alice_, {"Notice", "de"}, {std::nullopt, ""}));
    EXPECT_EQ(show_template(*context_, {"Notice", "de"})->text, (TemplateText{"drei", ""}));
    ASSERT_TRUE(set_template(*context_, alice_, {"Notice"}, {std::nullopt, "<p>two"}));
    EXPECT_EQ(now().templates.at("Notice").at(""), (TemplateText{"two", "<p>two"}));
    EXPECT_EQ(set_template(*context_, alice_, {"Notice"}, {std::nullopt, "{{x}}"}).error().kind(),
              ErrorKind::malformed);
    EXPECT_EQ(preview_template(*context_, {"Notice", "fr"}, {"trois", "<p>"}).value(),
              (TemplateText{"Notice: trois", "<p>"}));
    EXPECT_EQ(preview_template(*context_, {"Notice", "fr"}).error().kind(), ErrorKind::not_found);

    ASSERT_TRUE(reset_template(*context_, alice_, {"Notice", "de"}));
    EXPECT_EQ(reset_template(*context_, alice_, {"Notice", "de"}).error().kind(),
              ErrorKind::not_found);
    const auto audit = search_audit(*context_, {}).value();
    EXPECT_EQ(audit[0].object, "Notice [de]");
    EXPECT_EQ(audit[0].before, "\"drei\"");
    EXPECT_EQ(audit[1].after, R"({"html":"<p>two","text":"two"})");
}

TEST_P(TemplatesTest, PreviewChangesNothing) {
    EXPECT_EQ(preview_template(*context_, {"Notice"}).value().text, "Notice: two");
    EXPECT_EQ(preview_template(*context_, {"Notice"}, text("draft")).value().text, "Notice: draft");
    EXPECT_EQ(preview_template(*context_, {"Notice"}, text("{{x}}")).error().kind(),
              ErrorKind::malformed);
    EXPECT_FALSE(show_template(*context_, {"Notice"})->replaced);
}

}  // namespace
}  // namespace sealgate::admin
