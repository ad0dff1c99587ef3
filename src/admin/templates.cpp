// SPDX-License-Identifier: Apache-2.0
#include "admin/templates.h"

#include "admin/change.h"
#include "admin/sentence.h"
#include "admin/store_writes.h"
#include "admin/stored.h"
#include "admin/values.h"
#include "base/text.h"
#include "store/database.h"

#include <algorithm>

namespace sealgate::admin {

namespace {

constexpr std::size_t kMaxText = 256UL * 1024;

Result<const TemplateLibrary::BuiltIn*> find_built_in(const Context& context,
                                                      std::string_view name) {
    const auto& library = context.templates().built_in;
    const auto found = std::ranges::find(library, name, &TemplateLibrary::BuiltIn::name);
    if (found != library.end()) return &*found;
    std::vector<std::string_view> names;
    names.reserve(library.size());
    for (const auto& one : library)
        names.push_back(one.name);
    const std::string_view best = name.size() <= 200 ? nearest(name, names) : "";
    return no_such("there is no template named " + quoted(name) +
                   (best.empty() ? "; see 'template list' for their names"
                                 : "; did you mean '" + std::string(best) + "'?"));
}

TemplateEntry entry_of(const TemplateLibrary::BuiltIn& built_in, const StoredTemplates& stored) {
    TemplateEntry entry;
    entry.name = built_in.name;
    entry.description = built_in.description;
    const auto found = stored.find(built_in.name);
    entry.replaced = found != stored.end();
    entry.text = entry.replaced ? found->second.text : built_in.text;
    if (entry.replaced) {
        entry.changed = found->second.changed;
        entry.changed_by = found->second.changed_by;
    }
    return entry;
}

Result<StoredTemplates> read_stored(const Context& context) {
    StoredTemplates stored;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(stored, load_templates(session));
        return {};
    }));
    return stored;
}

Status check_text(const Context& context, std::string_view name, std::string_view text) {
    if (text.size() > kMaxText) {
        return fail(ErrorKind::exhausted,
                    "admin.template",
                    "the template is larger than 256 KiB; make it shorter");
    }
    if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos) {
        return bad_input("the template is not UTF-8 text; save it in that encoding");
    }
    return context.templates().check ? context.templates().check(name, text) : Status{};
}

}  // namespace

Status check_template(const Context& context, std::string_view name, std::string_view text) {
    SG_TRYV(find_built_in(context, name));
    return check_text(context, name, text);
}

Status put_template(store::Session& session,
                    Journal& journal,
                    const TemplateText& change,
                    const Actor& actor,
                    WallTime time) {
    SG_TRYV(session.execute(
        "INSERT INTO template_override (name, content, changed, changed_by) VALUES "
        "(:p1, :p2, :p3, :p4) ON CONFLICT (name) DO UPDATE SET content = excluded.content, "
        "changed = excluded.changed, changed_by = excluded.changed_by",
        {std::string(change.name), std::string(change.text), to_column(time), actor.name}));
    return journal.add("template.set",
                       change.name,
                       change.before ? to_json(*change.before) : std::string(kNothing),
                       to_json(change.text));
}

Status erase_template(store::Session& session,
                      Journal& journal,
                      std::string_view name,
                      std::string_view before) {
    SG_TRYV(session.execute("DELETE FROM template_override WHERE name = :p1", {std::string(name)}));
    return journal.add("template.reset", name, to_json(before), kNothing);
}

Result<std::vector<TemplateEntry>> list_templates(const Context& context) {
    SG_TRY(const StoredTemplates stored, read_stored(context));
    std::vector<TemplateEntry> entries;
    for (const auto& built_in : context.templates().built_in) {
        entries.push_back(entry_of(built_in, stored));
    }
    return entries;
}

Result<TemplateEntry> show_template(const Context& context, std::string_view name) {
    SG_TRY(const auto* built_in, find_built_in(context, name));
    SG_TRY(const StoredTemplates stored, read_stored(context));
    return entry_of(*built_in, stored);
}

Status set_template(Context& context,
                    const Actor& actor,
                    std::string_view name,
                    std::string_view text,
                    std::optional<std::string_view> edited_from) {
    SG_TRY(const auto* built_in, find_built_in(context, name));
    SG_TRYV(check_text(context, name, text));
    return Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        SG_TRY(const StoredTemplates stored, load_templates(session));
        const TemplateEntry before = entry_of(*built_in, stored);
        if (edited_from && *edited_from != before.text) {
            return fail(ErrorKind::conflict,
                        "admin.template",
                        "the template " + quoted(name) +
                            " was changed meanwhile; look at it again and redo your change");
        }
        if (before.replaced && before.text == text) return {};
        return put_template(
            session,
            journal,
            {built_in->name, text, before.replaced ? std::optional(before.text) : std::nullopt},
            actor,
            context.clock().now());
    });
}

Status reset_template(Context& context, const Actor& actor, std::string_view name) {
    SG_TRY(const auto* built_in, find_built_in(context, name));
    return Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        SG_TRY(const StoredTemplates stored, load_templates(session));
        const auto before = stored.find(built_in->name);
        if (before == stored.end()) return {};
        return erase_template(session, journal, built_in->name, before->second.text);
    });
}

Result<std::string> preview_template(const Context& context,
                                     std::string_view name,
                                     std::optional<std::string_view> text) {
    SG_TRY(const TemplateEntry entry, show_template(context, name));
    const std::string_view shown = text ? *text : std::string_view(entry.text);
    SG_TRYV(check_text(context, name, shown));
    if (!context.templates().preview) {
        return fail(ErrorKind::internal, "admin.template", "there is nothing to preview with");
    }
    return context.templates().preview(name, shown);
}

}  // namespace sealgate::admin
