// SPDX-License-Identifier: Apache-2.0
#include "admin/template_library.h"

#include "delivery/message_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealgate::admin {
namespace {

TEST(DeliveryTemplates, EveryBuiltInTextPassesItsCheckAndHasAPreview) {
    const TemplateLibrary library = delivery_templates();
    ASSERT_FALSE(library.built_in.empty());
    bool unmanaged = false;
    for (const auto& one : library.built_in) {
        EXPECT_TRUE(library.check(one.name, {one.text, ""})) << one.name;
        EXPECT_TRUE(library.preview(one.name, {one.text, ""})) << one.name;
        unmanaged = unmanaged || one.name == delivery::kBouncedUnmanagedDomain;
    }
    EXPECT_TRUE(unmanaged);
}

TEST(DeliveryTemplates, WrongVariableIsRefusedWithItsPlace) {
    const TemplateLibrary library = delivery_templates();
    const auto checked =
        library.check(delivery::kBouncedUnmanagedDomain, {"Subject: x\n\n{{recipeint}}\n", ""});
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind(), ErrorKind::malformed);
    EXPECT_THAT(checked.error().detail(), testing::HasSubstr("3:"));
}

}  // namespace
}  // namespace sealgate::admin
