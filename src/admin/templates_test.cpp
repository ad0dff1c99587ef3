// SPDX-License-Identifier: Apache-2.0
#include "admin/templates.h"

#include "admin/admin_fixture.h"
#include "admin/audit.h"

#include <gmock/gmock.h>

namespace sealgate::admin {
namespace {

using testing::HasSubstr;

class TemplatesTest : public AdminTest {};
INSTANTIATE_TEST_SUITE_P(Engines,
                         TemplatesTest,
                         testing::Values("sqlite", "postgresql"),
                         engine_name);

TEST_P(TemplatesTest, ReplacedTextIsInUseUntilItIsReset) {
    ASSERT_TRUE(set_template(*context_, alice_, "Notice", "new text"));
    start("");
    EXPECT_EQ(now().templates.at("Notice"), "new text");
    const auto entry = show_template(*context_, "Notice").value();
    EXPECT_TRUE(entry.replaced);
    EXPECT_EQ(entry.text, "new text");
    EXPECT_EQ(entry.changed_by, "alice");
    EXPECT_EQ(entry.changed, clock_.now());
    const auto list = list_templates(*context_).value();
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].text, "built-in one");
    EXPECT_FALSE(list[0].replaced);
    ASSERT_TRUE(reset_template(*context_, alice_, "Notice"));
    ASSERT_TRUE(reset_template(*context_, alice_, "Notice"));
    EXPECT_TRUE(now().templates.empty());
    EXPECT_EQ(show_template(*context_, "Notice")->text, "two");
    const auto audit = search_audit(*context_, {}).value();
    ASSERT_EQ(audit.size(), 2U);
    EXPECT_EQ(audit[0].action, "template.reset");
    EXPECT_EQ(audit[0].before, "\"new text\"");
}

TEST_P(TemplatesTest, BadTextIsRefused) {
    const auto variable = set_template(*context_, alice_, "Notice", "{{x}}");
    ASSERT_FALSE(variable);
    EXPECT_EQ(variable.error().kind(), ErrorKind::malformed);
    EXPECT_THAT(variable.error().detail(), HasSubstr("line 1: there is no variable 'x'"));
    EXPECT_EQ(set_template(*context_, alice_, "Notice", "\xFF").error().kind(),
              ErrorKind::malformed);
    EXPECT_EQ(set_template(*context_, alice_, "Notice", std::string_view("a\0b", 3)).error().kind(),
              ErrorKind::malformed);
    EXPECT_EQ(
        set_template(*context_, alice_, "Notice", std::string(256 * 1024 + 1, 'x')).error().kind(),
        ErrorKind::exhausted);
    ASSERT_TRUE(set_template(*context_, alice_, "Notice", std::string(256 * 1024, 'x')));
}

TEST_P(TemplatesTest, UnknownNameGetsTheNearest) {
    const auto shown = show_template(*context_, "Notise");
    ASSERT_FALSE(shown);
    EXPECT_EQ(shown.error().kind(), ErrorKind::not_found);
    EXPECT_THAT(shown.error().detail(), HasSubstr("did you mean 'Notice'?"));
    EXPECT_EQ(set_template(*context_, alice_, "zzz", "x").error().kind(), ErrorKind::not_found);
}

TEST_P(TemplatesTest, EditOfAnOldTextIsAConflict) {
    ASSERT_TRUE(set_template(*context_, alice_, "Notice", "second", "two"));
    const auto late = set_template(*context_, alice_, "Notice", "third", "two");
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind(), ErrorKind::conflict);
    EXPECT_THAT(late.error().detail(), HasSubstr("was changed meanwhile"));
    ASSERT_TRUE(set_template(*context_, alice_, "Notice", "third", "second"));
}

TEST_P(TemplatesTest, PreviewChangesNothing) {
    EXPECT_EQ(preview_template(*context_, "Notice").value(), "Notice: two");
    EXPECT_EQ(preview_template(*context_, "Notice", "draft").value(), "Notice: draft");
    EXPECT_EQ(preview_template(*context_, "Notice", "{{x}}").error().kind(), ErrorKind::malformed);
    EXPECT_FALSE(show_template(*context_, "Notice")->replaced);
}

}  // namespace
}  // namespace sealgate::admin
