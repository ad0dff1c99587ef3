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
    std::string language;   // "" = the default text
    TemplateText text;      // the one in use
    std::string built_in;   // the built-in text, which has no HTML part
    bool replaced = false;  // not the built-in one
    std::optional<WallTime> changed;
    std::string changed_by;
    std::vector<std::string> languages;  // in which it has texts beside the default one
};

// Which text of a template. A language is a tag of RFC 5646; "" and the setting
// reports.default_language mean the default text.
struct TemplateName {
    std::string_view name;
    std::string_view language = {};
};

// What is not given stays as it is; an empty `html` takes the part away.
struct TemplateChange {
    std::optional<std::string> text;
    std::optional<std::string> html;
};

// The default texts, in the library's order.
[[nodiscard]] Result<std::vector<TemplateEntry>> list_templates(const Context& context);
// not_found: no template has this name, or it has no text in this language; the sentence says which
// there are. malformed: no language tag.
[[nodiscard]] Result<TemplateEntry> show_template(const Context& context, TemplateName name);
// Replaces the text, or adds one in another language. malformed: the text does not do as this
// template (unknown variable, ...), or a new language comes without a text. `edited_from`: the text
// that the editor started with; conflict when it is no longer the one in use. exhausted: a part
// over 256 KiB, or over 100 languages.
Status set_template(Context& context,
                    const Actor& actor,
                    TemplateName name,
                    const TemplateChange& change,
                    const std::optional<TemplateText>& edited_from = std::nullopt);
// The default text: back to the built-in one; no change when it is in use already. Of another
// language: the text goes; not_found when there is none.
Status reset_template(Context& context, const Actor& actor, TemplateName name);
// The message that the text in use, with `change`, gives with sample values. Changes nothing. A
// language that has no text may be named where `change` has one.
[[nodiscard]] Result<TemplateText> preview_template(const Context& context,
                                                    TemplateName name,
                                                    const TemplateChange& change = {});

}  // namespace sealgate::admin
