// SPDX-License-Identifier: Apache-2.0
#include "config/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace sealgate::config {

namespace {

// An empty text or list means "not given", unless the default is another one.
template <class Object>
bool not_given(const Key<Object>& key, const std::string& value) {
    if (value.empty() || value == "\"\"") return true;
    static const Object kDefault;
    return value == "[]" && key.get(kDefault) == value;
}

template <class Object>
std::string print_object(std::string_view header,
                         const std::vector<Key<Object>>& keys,
                         const Object& object) {
    std::string out = fmt::format("\n[[{}]]\n", header);
    for (const auto& key : keys) {
        const std::string value = key.get(object);
        if (!not_given(key, value)) out += fmt::format("{} = {}\n", key.name, value);
    }
    return out;
}

// Keys and values on one line, from the key at `first` on.
template <class Object>
std::string fields(const std::vector<Key<Object>>& keys,
                   const Object& object,
                   std::size_t first = 0) {
    std::string out;
    for (std::size_t i = first; i < keys.size(); ++i) {
        const std::string value = keys[i].get(object);
        if (not_given(keys[i], value)) continue;
        out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", keys[i].name, value);
    }
    return out;
}

template <class Object>
std::string inline_table(const std::vector<Key<Object>>& keys, const Object& object) {
    return "{ " + fields(keys, object) + " }";
}

std::string inline_table(const policy::UnmanagedSenders& senders) {
    std::string out =
        fmt::format("{{ action = {}, override = [", unmanaged_keys().front().get(senders));
    bool first = true;
    for (const policy::UnmanagedOverride& one : senders.overrides) {
        out += (first ? "" : ", ") + inline_table(override_keys(), one);
        first = false;
    }
    return out + "] }";
}

template <class Object>
std::string describe(std::string_view title,
                     const std::vector<Key<Object>>& keys,
                     std::string_view section,
                     const Object& defaults) {
    std::string out = fmt::format(
        "\n### {}\n\n| key | value | default | change takes | |\n"
        "|---|---|---|---|---|\n",
        title);
    for (const auto& key : keys) {
        if (key.section != section) continue;
        const std::string value = key.get(defaults);
        std::string shown = value.empty() ? "" : "`" + value + "`";
        if (key.required) shown = "(required)";
        if (key.name == "hostname") shown = "";
        out += fmt::format("| `{}` | {} | {} | {} | {} |\n",
                           key.name,
                           key.type,
                           shown,
                           key.takes == Takes::restart ? "restart" : "reload",
                           key.description);
    }
    return out;
}

template <class Object>
std::map<std::string, const Object*> by_name(const std::vector<Object>& list) {
    std::map<std::string, const Object*> map;
    for (const Object& object : list)
        map.emplace(object.name, &object);
    return map;
}

bool needs_restart(const Listener& before, const Listener& after) {
    return std::ranges::any_of(listener_keys(), [&](const Key<Listener>& key) {
        return key.takes == Takes::restart && key.get(before) != key.get(after);
    });
}

}  // namespace

std::string print(const Settings& settings) {
    std::string out;
    std::string_view section;
    for (const auto& key : settings_keys()) {
        if (key.section != section) out += fmt::format("\n[{}]\n", section = key.section);
        const std::string value = key.get(settings);
        if (!value.empty()) out += fmt::format("{} = {}\n", key.name, value);
    }
    for (const Listener& listener : settings.listeners) {
        out += print_object("listener", listener_keys(), listener);
    }
    // Without any, the default one would come back.
    if (settings.listeners.empty()) out.insert(0, "listener = []\n");
    return out + print_declared(settings);
}

std::string print(const Objects& objects) {
    Settings holder;
    holder.domains = objects.domains;
    holder.routes = objects.routes;
    holder.unmanaged_senders = objects.unmanaged_senders;
    std::string out = print_declared(holder);
    for (const DeclaredTemplate& declared : objects.templates) {
        out += "\n[[template]]\n";
        for (const auto& key : template_keys()) {
            const std::string value = key.get(declared.message);
            if (!key.required && value == "\"\"") continue;
            out += fmt::format("{} = {}\n", key.name, value);
        }
    }
    return out;
}

std::string fields_of(const policy::ManagedDomain& domain) {
    return fields(domain_keys(), domain, 1);
}

std::string fields_of(const policy::Route& route) {
    return fields(route_keys(), route, 1);
}

std::string fields_of(const policy::UnmanagedOverride& one) {
    return fields(override_keys(), one);
}

std::string print_declared(const Settings& settings) {
    std::string out;
    for (const DeclaredDomain& declared : settings.domains) {
        out += print_object("domain", domain_keys(), declared.domain);
    }
    for (const DeclaredRoute& declared : settings.routes) {
        out += print_object("route", route_keys(), declared.route);
    }
    if (settings.unmanaged_senders) {
        const policy::UnmanagedSenders& senders = settings.unmanaged_senders->senders;
        out += "\n[unmanaged_senders]\n";
        for (const auto& key : unmanaged_keys()) {
            out += fmt::format("{} = {}\n", key.name, key.get(senders));
        }
        for (const policy::UnmanagedOverride& one : senders.overrides) {
            out += print_object("unmanaged_senders.override", override_keys(), one);
        }
    }
    return out;
}

std::vector<std::string> restart_needed(const Settings& before, const Settings& after) {
    std::vector<std::string> keys;
    for (const auto& key : settings_keys()) {
        if (key.takes != Takes::restart) continue;
        // The database's password is hidden by get(), but a new one needs a restart as well.
        const bool changed = key.name == "database" ? before.database != after.database
                                                    : key.get(before) != key.get(after);
        if (changed) keys.push_back(full_name(key));
    }
    const auto old_ones = by_name(before.listeners);
    const auto new_ones = by_name(after.listeners);
    for (const auto& [name, listener] : old_ones) {
        const auto found = new_ones.find(name);
        if (found == new_ones.end() || needs_restart(*listener, *found->second)) {
            keys.push_back("listener." + name);
        }
    }
    for (const auto& [name, listener] : new_ones) {
        if (!old_ones.contains(name)) keys.push_back("listener." + name);
    }
    return keys;
}

Settings after_reload(const Settings& running, Settings fresh) {
    fresh.waiting.clear();
    for (const std::string& key : restart_needed(running, fresh)) {
        fresh.waiting.emplace(key, value_of(fresh, key).value_or(""));
        // Who owns the value that holds: the file, when it stood there at the start.
        const auto was = running.written.find(key);
        if (was == running.written.end()) {
            fresh.written.erase(key);
        } else {
            fresh.written.try_emplace(key, was->second);
        }
    }
    for (const auto& key : settings_keys()) {
        if (key.takes == Takes::restart) key.copy(fresh, running);
    }
    const std::vector<Listener> wanted = std::exchange(fresh.listeners, running.listeners);
    const auto new_ones = by_name(wanted);
    for (Listener& listener : fresh.listeners) {
        const auto found = new_ones.find(listener.name);
        if (found == new_ones.end()) continue;
        for (const auto& key : listener_keys()) {
            if (key.takes == Takes::reload) key.copy(listener, *found->second);
        }
    }
    return fresh;
}

bool needs_restart(std::string_view name) {
    if (name.starts_with("listener.")) return !name.ends_with(".trusted_networks");
    return std::ranges::any_of(settings_keys(), [&](const Key<Settings>& key) {
        return key.takes == Takes::restart && full_name(key) == name;
    });
}

std::vector<std::string> known_keys() {
    std::vector<std::string> names;
    for (const auto& key : settings_keys())
        names.push_back(full_name(key));
    return names;
}

std::optional<std::string> value_of(const Settings& settings, std::string_view name) {
    for (const auto& key : settings_keys()) {
        if (full_name(key) == name) return key.get(settings);
    }
    for (const Listener& listener : settings.listeners) {
        const std::string prefix = "listener." + listener.name;
        if (prefix == name) return inline_table(listener_keys(), listener);
        for (const auto& key : listener_keys()) {
            if (fmt::format("{}.{}", prefix, key.name) == name) return key.get(listener);
        }
    }
    for (const DeclaredDomain& declared : settings.domains) {
        if ("domain." + declared.domain.name.ascii() == name) {
            return inline_table(domain_keys(), declared.domain);
        }
    }
    for (const DeclaredRoute& declared : settings.routes) {
        if ("route." + declared.route.domain.text() == name) {
            return inline_table(route_keys(), declared.route);
        }
    }
    if (name == "unmanaged_senders" && settings.unmanaged_senders) {
        return inline_table(settings.unmanaged_senders->senders);
    }
    return std::nullopt;
}

std::map<std::string, std::string> written_values(const Settings& settings) {
    std::map<std::string, std::string> values;
    const auto add = [&](const std::string& name, std::string value) {
        if (settings.written.contains(name)) values.emplace(name, std::move(value));
    };
    for (const auto& key : settings_keys())
        add(full_name(key), key.get(settings));
    for (const Listener& listener : settings.listeners) {
        add("listener." + listener.name, inline_table(listener_keys(), listener));
    }
    for (const DeclaredDomain& declared : settings.domains) {
        add("domain." + declared.domain.name.ascii(), inline_table(domain_keys(), declared.domain));
    }
    for (const DeclaredRoute& declared : settings.routes) {
        add("route." + declared.route.domain.text(), inline_table(route_keys(), declared.route));
    }
    if (settings.unmanaged_senders) {
        add("unmanaged_senders", inline_table(settings.unmanaged_senders->senders));
    }
    return values;
}

std::string describe_keys() {
    const Settings defaults = default_settings();
    std::string out;
    for (const std::string_view section : sections()) {
        const std::string title =
            section.empty() ? "At the top of the file" : fmt::format("`[{}]`", section);
        out += describe(title, settings_keys(), section, defaults);
    }
    out += describe("`[[listener]]`", listener_keys(), "", Listener{});
    out += describe("`[[domain]]`", domain_keys(), "", policy::ManagedDomain{});
    out += describe("`[[route]]`", route_keys(), "", policy::Route{});
    out += describe("`[unmanaged_senders]`", unmanaged_keys(), "", policy::UnmanagedSenders{});
    out += describe(
        "`[[unmanaged_senders.override]]`", override_keys(), "", policy::UnmanagedOverride{});
    return out;
}

}  // namespace sealgate::config
