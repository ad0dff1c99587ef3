// SPDX-License-Identifier: Apache-2.0
#include "admin/configuration.h"

#include "admin/domains.h"
#include "admin/routes.h"
#include "admin/sentence.h"
#include "admin/templates.h"
#include "admin/unmanaged.h"
#include "base/text.h"

#include <algorithm>

namespace sealgate::admin {

namespace {

std::string in_file(const config::Origin& origin, std::string_view then) {
    return "change it in " + origin.file + ", line " + std::to_string(origin.line) + ", and " +
           std::string(then);
}

Where owned_by_file(std::string_view key, const config::Origin& origin, std::string value) {
    Where where;
    where.key = key;
    where.owner = Owner::file;
    where.origin = origin;
    where.value = std::move(value);
    where.advice = in_file(origin, "reload");
    return where;
}

Where in_store(std::string_view key, std::string value, std::string_view how) {
    Where where;
    where.key = key;
    where.owner = Owner::store;
    where.value = std::move(value);
    where.advice = "change it with '" + std::string(how) + "' or through the API";
    return where;
}

// A key of a section, or a listener: the file's, or built in.
std::optional<Where> find_setting(const config::Settings& settings, std::string_view key) {
    const bool listener = key.starts_with("listener.");
    const auto keys = config::known_keys();
    if (!listener && std::ranges::find(keys, key) == keys.end()) return std::nullopt;
    auto value = config::value_of(settings, key);
    // A key of a listener stands with its listener.
    std::string_view object = key;
    if (listener) object = key.substr(0, key.find('.', std::string_view("listener.").size()));
    const auto waiting = settings.waiting.find(object);
    if (!value && waiting == settings.waiting.end()) return std::nullopt;
    Where where;
    where.key = key;
    where.value = std::move(value).value_or("");
    where.restart = config::needs_restart(key);
    if (waiting != settings.waiting.end()) where.at_next_start = waiting->second;
    const std::string_view then = listener && object == key
                                      ? "restart (trusted_networks alone: reload)"
                                  : where.restart ? "restart"
                                                  : "reload";
    if (const auto found = settings.written.find(object); found != settings.written.end()) {
        where.owner = Owner::file;
        where.origin = found->second;
        where.advice = in_file(found->second, then);
    } else if (settings.file.empty()) {
        where.advice = "this is the default; start with a configuration file to change it";
    } else {
        where.advice = "this is the default; write the key into " + settings.file +
                       " to change it, and " + std::string(then);
    }
    if (where.at_next_start) where.advice = "the file was changed; restart to put that in force";
    return where;
}

// What the file says and only a restart puts in force, as comments.
std::string waiting_comments(const config::Settings& settings) {
    if (settings.waiting.empty()) return "";
    std::string out = "# In force until the next start; from then on the file has:\n";
    for (const auto& [key, value] : settings.waiting) {
        out += "#   " + key + (value.empty() ? " removed" : " = " + value) + "\n";
    }
    return out + "\n";
}

Result<Where> find_domain(const Context& context, std::string_view key, std::string_view name) {
    SG_TRY(const mime::Domain domain, domain_name(name));
    SG_TRY(const auto entries, list_domains(context));
    const auto found = std::ranges::find_if(
        entries, [&](const DomainEntry& entry) { return entry.domain.name == domain; });
    if (found == entries.end()) {
        return no_such("domain " + quoted(domain.ascii()) + " is not in the list");
    }
    config::Settings holder;
    holder.domains.push_back({found->domain, {}});
    std::string value = config::value_of(holder, "domain." + domain.ascii()).value_or("");
    return found->origin ? owned_by_file(key, *found->origin, std::move(value))
                         : in_store(key, std::move(value), "domain add");
}

Result<Where> find_route(const Context& context, std::string_view key, std::string_view name) {
    const auto pattern = policy::DomainPattern::parse(name);
    if (!pattern) return bad_input(pattern.error().detail());
    SG_TRY(const auto entries, list_routes(context));
    const auto found = std::ranges::find_if(
        entries, [&](const RouteEntry& entry) { return entry.route.domain == *pattern; });
    if (found == entries.end()) return no_such("there is no route for " + quoted(pattern->text()));
    config::Settings holder;
    holder.routes.push_back({found->route, {}});
    std::string value = config::value_of(holder, "route." + pattern->text()).value_or("");
    return found->origin ? owned_by_file(key, *found->origin, std::move(value))
                         : in_store(key, std::move(value), "route add");
}

Result<Where> find_unmanaged(const Context& context, std::string_view key) {
    SG_TRY(const UnmanagedSetting setting, unmanaged_setting(context));
    config::Settings holder;
    holder.unmanaged_senders = config::DeclaredUnmanaged{setting.senders, {}};
    std::string value = config::value_of(holder, "unmanaged_senders").value_or("");
    return setting.origin ? owned_by_file(key, *setting.origin, std::move(value))
                          : in_store(key, std::move(value), "unmanaged mode");
}

Result<Where> find_template(const Context& context, std::string_view key, std::string_view name) {
    SG_TRY(const TemplateEntry entry, show_template(context, {name}));
    return in_store(key, entry.replaced ? "replaced" : "as built in", "template set");
}

}  // namespace

std::string_view to_string(Owner owner) {
    switch (owner) {
        case Owner::file:
            return "file";
        case Owner::store:
            return "store";
        case Owner::built_in:
            return "built in";
    }
    return "built in";
}

Result<Where> where(const Context& context, std::string_view key) {
    const auto settings = context.settings();
    if (auto found = find_setting(*settings, key)) return *std::move(found);
    const auto after = [&](std::string_view prefix) { return key.substr(prefix.size()); };
    if (key.starts_with("domain.")) return find_domain(context, key, after("domain."));
    if (key.starts_with("route.")) return find_route(context, key, after("route."));
    if (key.starts_with("template.")) return find_template(context, key, after("template."));
    if (key == "unmanaged_senders" || key.starts_with("unmanaged_senders.")) {
        return find_unmanaged(context, key);
    }
    std::vector<std::string> names = config::known_keys();
    names.emplace_back("unmanaged_senders");
    for (const auto& listener : settings->listeners)
        names.push_back("listener." + listener.name);
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::string_view best = key.size() <= 100 ? nearest(key, views) : "";
    return no_such("there is no key " + quoted(key) +
                   (best.empty() ? "; 'config show' has them all"
                                 : "; did you mean '" + std::string(best) + "'?"));
}

Result<std::string> show_configuration(const Context& context) {
    const auto settings = context.settings();
    config::Settings stored;
    SG_TRY(const auto domains, list_domains(context));
    for (const DomainEntry& entry : domains) {
        if (!entry.origin) stored.domains.push_back({entry.domain, {}});
    }
    SG_TRY(const auto routes, list_routes(context));
    for (const RouteEntry& entry : routes) {
        if (!entry.origin) stored.routes.push_back({entry.route, {}});
    }
    SG_TRY(const UnmanagedSetting unmanaged, unmanaged_setting(context));
    if (!unmanaged.origin) {
        stored.unmanaged_senders = config::DeclaredUnmanaged{unmanaged.senders, {}};
    }
    return waiting_comments(*settings) + config::print(*settings) +
           "\n# From here on: in the store, not in the file.\n" + config::print_declared(stored);
}

ConfigurationCheck check_configuration(const Context& context,
                                       std::string_view text,
                                       std::string file_name) {
    ConfigurationCheck check;
    config::Loaded loaded = config::parse(text, std::move(file_name));
    check.problems = std::move(loaded.problems);
    if (!check.problems.empty()) return check;
    const auto settings = context.settings();
    auto before = config::written_values(*settings);
    auto after = config::written_values(loaded.settings);
    for (const auto& [key, value] : before) {
        const auto found = after.find(key);
        if (found == after.end() || found->second != value) check.changes.push_back(key);
    }
    for (const auto& [key, value] : after) {
        if (!before.contains(key)) check.changes.push_back(key);
    }
    std::ranges::sort(check.changes);
    check.restart_needed = config::restart_needed(*settings, loaded.settings);
    return check;
}

}  // namespace sealgate::admin
