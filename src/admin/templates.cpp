// SPDX-License-Identifier: Apache-2.0
#include "admin/templates.h"

#include "admin/change.h"
#include "admin/sentence.h"
#include "admin/store_writes.h"
#include "admin/stored.h"
#include "admin/values.h"
#include "base/text.h"
#include "mime/language.h"
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

// The language as it is kept. A default language that has a text of its own is that text: it was
// written before the setting changed.
Result<std::string> kept_language(const Context& context,
                                  const StoredTemplates& stored,
                                  TemplateName name) {
    if (name.language.empty()) return std::string();
    auto tag = mime::language_tag(name.language);
    if (!tag) {
        return bad_input(quoted(name.language) +
                         " is not a language tag; write it like 'de' or 'pt-BR'");
    }
    const bool is_default = *tag == context.settings()->reports.default_language;
    if (is_default && !stored.contains({std::string(name.name), *tag})) return std::string();
    return *std::move(tag);
}

std::vector<std::string> languages_of(const StoredTemplates& stored, const std::string& name) {
    std::vector<std::string> out;
    for (auto at = stored.upper_bound({name, ""}); at != stored.end() && at->first.name == name;
         ++at) {
        out.push_back(at->first.language);
    }
    return out;
}

// Nothing for a language that has no text.
std::optional<TemplateEntry> entry_of(const TemplateLibrary::BuiltIn& built_in,
                                      const std::string& language,
                                      const StoredTemplates& stored) {
    const auto found = stored.find({built_in.name, language});
    if (found == stored.end() && !language.empty()) return std::nullopt;
    TemplateEntry entry;
    entry.name = built_in.name;
    entry.description = built_in.description;
    entry.language = language;
    entry.built_in = built_in.text;
    entry.languages = languages_of(stored, built_in.name);
    entry.replaced = found != stored.end();
    entry.text = entry.replaced ? found->second.text : TemplateText{built_in.text, ""};
    if (entry.replaced) {
        entry.changed = found->second.changed;
        entry.changed_by = found->second.changed_by;
    }
    return entry;
}

std::unexpected<Error> no_such_language(const std::string& name,
                                        const std::string& language,
                                        const StoredTemplates& stored) {
    std::string others;
    for (const std::string& one : languages_of(stored, name))
        others += (others.empty() ? "" : ", ") + one;
    return no_such("the template " + quoted(name) + " has no text in the language " +
                   quoted(language) + (others.empty() ? "" : ", only in " + others) +
                   "; 'template set' with --lang makes one");
}

Result<StoredTemplates> read_stored(const Context& context) {
    StoredTemplates stored;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(stored, load_templates(session));
        return {};
    }));
    return stored;
}

Status check_part(std::string_view part) {
    if (part.size() > kMaxText) {
        return fail(ErrorKind::exhausted,
                    "admin.template",
                    "the template is larger than 256 KiB; make it shorter");
    }
    if (!is_valid_utf8(part) || part.find('\0') != std::string_view::npos) {
        return bad_input("the template is not UTF-8 text; save it in that encoding");
    }
    return {};
}

Status check_text(const Context& context, std::string_view name, const TemplateText& text) {
    SG_TRYV(check_part(text.text));
    SG_TRYV(check_part(text.html));
    return context.templates().check ? context.templates().check(name, text) : Status{};
}

// The text in use with what is to change.
Result<TemplateText> changed_text(const std::optional<TemplateEntry>& before,
                                  const std::string& language,
                                  const TemplateChange& change) {
    if (!before && !change.text) {
        return bad_input("there is no text in the language " + quoted(language) +
                         " yet; give its text as well, not the HTML part alone");
    }
    TemplateText after = before ? before->text : TemplateText{};
    if (change.text) after.text = *change.text;
    if (change.html) after.html = *change.html;
    return after;
}

}  // namespace

std::string object_name(std::string_view name, std::string_view language) {
    return language.empty() ? std::string(name)
                            : std::string(name) + " [" + std::string(language) + "]";
}

Status check_template(const Context& context, std::string_view name, const TemplateText& text) {
    SG_TRYV(find_built_in(context, name));
    return check_text(context, name, text);
}

Status put_template(store::Session& session,
                    Journal& journal,
                    const TemplateWrite& change,
                    const Actor& actor,
                    WallTime time) {
    SG_TRYV(session.execute(
        "INSERT INTO template_text (name, language, content, html, changed, changed_by) VALUES "
        "(:p1, :p2, :p3, :p4, :p5, :p6) ON CONFLICT (name, language) DO UPDATE SET "
        "content = excluded.content, html = excluded.html, changed = excluded.changed, "
        "changed_by = excluded.changed_by",
        {change.name,
         change.language,
         change.text.text,
         change.text.html,
         to_column(time),
         actor.name}));
    return journal.add("template.set",
                       object_name(change.name, change.language),
                       change.before ? to_json(*change.before) : std::string(kNothing),
                       to_json(change.text));
}

Status erase_template(store::Session& session,
                      Journal& journal,
                      const TemplateKey& key,
                      const TemplateText& before) {
    SG_TRYV(session.execute("DELETE FROM template_text WHERE name = :p1 AND language = :p2",
                            {key.name, key.language}));
    return journal.add(
        "template.reset", object_name(key.name, key.language), to_json(before), kNothing);
}

Result<std::vector<TemplateEntry>> list_templates(const Context& context) {
    SG_TRY(const StoredTemplates stored, read_stored(context));
    std::vector<TemplateEntry> entries;
    for (const auto& built_in : context.templates().built_in) {
        entries.push_back(*entry_of(built_in, "", stored));
    }
    return entries;
}

Result<TemplateEntry> show_template(const Context& context, TemplateName name) {
    SG_TRY(const auto* built_in, find_built_in(context, name.name));
    SG_TRY(const StoredTemplates stored, read_stored(context));
    SG_TRY(const std::string language, kept_language(context, stored, name));
    auto entry = entry_of(*built_in, language, stored);
    if (!entry) return no_such_language(built_in->name, language, stored);
    return *std::move(entry);
}

Status set_template(Context& context,
                    const Actor& actor,
                    TemplateName name,
                    const TemplateChange& change,
                    const std::optional<TemplateText>& edited_from) {
    SG_TRY(const auto* built_in, find_built_in(context, name.name));
    return Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        SG_TRY(const StoredTemplates stored, load_templates(session));
        SG_TRY(const std::string language, kept_language(context, stored, name));
        const auto before = entry_of(*built_in, language, stored);
        if (edited_from && (!before || *edited_from != before->text)) {
            return fail(ErrorKind::conflict,
                        "admin.template",
                        "the template " + quoted(built_in->name) +
                            " was changed meanwhile; look at it again and redo your change");
        }
        SG_TRY(const TemplateText after, changed_text(before, language, change));
        SG_TRYV(check_text(context, built_in->name, after));
        if (before && before->replaced && before->text == after) return {};
        if (!before && languages_of(stored, built_in->name).size() >= kMaxTemplateLanguages) {
            return fail(ErrorKind::exhausted,
                        "admin.template",
                        "a template can have texts in 100 languages at most; remove one first");
        }
        return put_template(
            session,
            journal,
            {built_in->name,
             language,
             after,
             before && before->replaced ? std::optional(before->text) : std::nullopt},
            actor,
            context.clock().now());
    });
}

Status reset_template(Context& context, const Actor& actor, TemplateName name) {
    SG_TRY(const auto* built_in, find_built_in(context, name.name));
    return Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        SG_TRY(const StoredTemplates stored, load_templates(session));
        SG_TRY(const std::string language, kept_language(context, stored, name));
        const auto before = stored.find({built_in->name, language});
        if (before == stored.end()) {
            return language.empty() ? Status{} : no_such_language(built_in->name, language, stored);
        }
        return erase_template(session, journal, before->first, before->second.text);
    });
}

Result<TemplateText> preview_template(const Context& context,
                                      TemplateName name,
                                      const TemplateChange& change) {
    SG_TRY(const auto* built_in, find_built_in(context, name.name));
    SG_TRY(const StoredTemplates stored, read_stored(context));
    SG_TRY(const std::string language, kept_language(context, stored, name));
    const auto entry = entry_of(*built_in, language, stored);
    if (!entry && !change.text) return no_such_language(built_in->name, language, stored);
    SG_TRY(const TemplateText shown, changed_text(entry, language, change));
    SG_TRYV(check_text(context, built_in->name, shown));
    if (!context.templates().preview) {
        return fail(ErrorKind::internal, "admin.template", "there is nothing to preview with");
    }
    return context.templates().preview(built_in->name, shown);
}

}  // namespace sealgate::admin
