#pragma once
// SPDX-License-Identifier: Apache-2.0
// Message templates: the built-in texts and those that replace them.

#include "admin/context.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::admin {

struct TemplateEntry {
    std::string name;
    std::string description;
    std::string text;       // the one in use
    bool replaced = false;  // not the built-in one
    std::optional<WallTime> changed;
    std::string changed_by;
};

// In the library's order.
[[nodiscard]] Result<std::vector<TemplateEntry>> list_templates(const Context& context);
// not_found: no template has this name; the sentence has the nearest one.
[[nodiscard]] Result<TemplateEntry> show_template(const Context& context, std::string_view name);
// Replaces the text. malformed: the text does not do as this template (unknown variable, ...).
// `edited_from`: the text that the editor started with; conflict when it is no longer the one in
// use. exhausted: over 256 KiB.
Status set_template(Context& context,
                    const Actor& actor,
                    std::string_view name,
                    std::string_view text,
                    std::optional<std::string_view> edited_from = std::nullopt);
// Back to the built-in text; no change when it is in use already.
Status reset_template(Context& context, const Actor& actor, std::string_view name);
// The message that `text` (default: the one in use) gives with sample values. Changes nothing.
[[nodiscard]] Result<std::string> preview_template(
    const Context& context,
    std::string_view name,
    std::optional<std::string_view> text = std::nullopt);

}  // namespace sealgate::admin
