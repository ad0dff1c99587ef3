// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "config/objects.h"
#include "config/problems.h"
#include "config/schema.h"
#include "os/file_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace sealgate::config {

namespace {

std::string shown(std::string_view name) {
    return "'" + escape_for_log(name, 80) + "'";
}

std::string or_nearest(std::string_view name, const std::vector<std::string_view>& candidates) {
    // A long name is no typing error, and comparing it would cost its length times ours.
    const std::string_view best = name.size() <= 64 ? nearest(name, candidates) : "";
    return best.empty() ? "" : fmt::format("; did you mean '{}'?", best);
}

// The section that has a key of this name, for a key that stands in the wrong one.
std::string or_elsewhere(std::string_view name) {
    for (const auto& key : settings_keys()) {
        if (key.name != name) continue;
        if (key.section.empty()) return "; it belongs at the top of the file, before any [section]";
        return fmt::format("; it belongs in [{}]", key.section);
    }
    return "";
}

class Reader {
public:
    Reader(Settings& settings, Problems& problems) : settings_(settings), problems_(problems) {}

    void read(const Node& document) {
        for (const Member& member : document.members)
            read_top(member);
        finish();
    }

    // A file of the store's objects alone.
    void read_objects(const Node& document, Objects& objects) {
        for (const Member& member : document.members) {
            if (read_stored(member)) continue;
            if (member.name != "template") {
                not_in_the_store(member);
                continue;
            }
            each(member, [&](const Node& node, std::size_t i) { read_template(node, i, objects); });
        }
        check_objects(settings_, problems_);
        objects.domains = std::move(settings_.domains);
        objects.routes = std::move(settings_.routes);
        objects.unmanaged_senders = std::move(settings_.unmanaged_senders);
        if (!objects.unmanaged_senders) return;
        for (std::size_t i = 0; i < objects.unmanaged_senders->senders.overrides.size(); ++i)
            objects.overrides.push_back(problems_.origin_of(object_key("override", i)));
    }

private:
    void read_top(const Member& member) {
        const std::vector<std::string_view> names = sections();
        if (member.name == "listener") {
            settings_.listeners.clear();
            each(member, [this](const Node& node, std::size_t i) { read_listener(node, i); });
        } else if (read_stored(member)) {
            return;
        } else if (std::ranges::count(names, std::string_view(member.name)) > 0 &&
                   !member.name.empty()) {
            if (is_section(member)) read_section(member.name, member.value);
        } else if (!read_setting("", member)) {
            unknown_at_top(member, names);
        }
    }

    // What can also lie in the store; false: the member is no such object.
    bool read_stored(const Member& member) {
        if (member.name == "domain") {
            each(member, [this](const Node& node, std::size_t i) { read_domain(node, i); });
        } else if (member.name == "route") {
            each(member, [this](const Node& node, std::size_t i) { read_route(node, i); });
        } else if (member.name == "unmanaged_senders") {
            if (is_section(member)) read_unmanaged(member);
        } else {
            return false;
        }
        return true;
    }

    void read_template(const Node& table, std::size_t index, Objects& objects) {
        DeclaredTemplate declared;
        const std::string place = object_key("template", index);
        if (!read_object("template", template_keys(), table, place, declared.message)) return;
        declared.origin = problems_.origin_of(place);
        const std::string& language = declared.message.language;
        const auto [same, added] =
            template_lines_.emplace(declared.message.name + '\0' + language, declared.origin.line);
        if (!added) {
            problems_.add(table.at,
                          fmt::format("there are two templates {}{}; the other is in line {}",
                                      shown(declared.message.name),
                                      language.empty() ? "" : " in " + shown(language),
                                      same->second));
            return;
        }
        objects.templates.push_back(std::move(declared));
    }

    void not_in_the_store(const Member& member) {
        const std::vector<std::string_view> names = sections();
        const bool section = member.name == "listener" ||
                             std::ranges::count(names, std::string_view(member.name)) > 0;
        const bool key = std::ranges::any_of(settings_keys(), [&](const Key<Settings>& known) {
            return known.section.empty() && known.name == member.name;
        });
        if (section || key) {
            problems_.add(member.at,
                          fmt::format("{} is not kept in the store; it belongs in the "
                                      "configuration file of the daemon",
                                      shown(member.name)));
            return;
        }
        const std::string hint =
            or_nearest(member.name, {"domain", "route", "template", "unmanaged_senders"});
        problems_.add(
            member.at,
            fmt::format("unknown {} {}{}",
                        member.value.kind == NodeKind::table || member.value.kind == NodeKind::list
                            ? "section"
                            : "key",
                        shown(member.name),
                        hint));
    }

    bool is_section(const Member& member) {
        if (member.value.kind == NodeKind::table) return true;
        problems_.add(
            member.at,
            fmt::format("{0} is a section; write [{0}] once and its keys below it", member.name));
        return false;
    }

    template <class Each>
    void each(const Member& member, Each read_one) {
        const Node& list = member.value;
        const bool tables =
            list.kind == NodeKind::list && std::ranges::all_of(list.items, [](const Node& item) {
                return item.kind == NodeKind::table;
            });
        if (!tables) {
            problems_.add(member.at,
                          fmt::format("there can be several of {0}; write [[{0}]] with double "
                                      "brackets and its keys below it",
                                      member.name));
            return;
        }
        if (list.items.size() > kMaxObjects) {
            problems_.add(member.at, fmt::format("more than {} [[{}]]", kMaxObjects, member.name));
            return;
        }
        for (std::size_t i = 0; i < list.items.size(); ++i)
            read_one(list.items[i], i);
    }

    bool read_setting(std::string_view section, const Member& member) {
        for (const auto& key : settings_keys()) {
            if (key.section != section || key.name != member.name) continue;
            set(key, settings_, member, full_name(key));
            return true;
        }
        return false;
    }

    void read_section(std::string_view section, const Node& table) {
        for (const Member& member : table.members) {
            if (read_setting(section, member)) continue;
            const std::string inner = fmt::format("{}.{}", section, member.name);
            const std::vector<std::string_view> names = sections();
            if (std::ranges::count(names, std::string_view(inner)) > 0) {
                if (is_section({inner, member.at, member.value})) read_section(inner, member.value);
                continue;
            }
            std::vector<std::string_view> candidates;
            for (const auto& key : settings_keys()) {
                if (key.section == section) candidates.push_back(key.name);
                const std::string above = fmt::format("{}.", section);
                if (key.section.starts_with(above))
                    candidates.push_back(key.section.substr(above.size()));
            }
            const std::string hint = or_nearest(member.name, candidates);
            problems_.add(member.at,
                          fmt::format("unknown key {} in [{}]{}",
                                      shown(member.name),
                                      section,
                                      hint.empty() ? or_elsewhere(member.name) : hint));
        }
    }

    void unknown_at_top(const Member& member, std::vector<std::string_view> names) {
        const bool table = member.value.kind == NodeKind::table;
        if (table) {
            names.insert(names.end(), {"listener", "domain", "route", "unmanaged_senders"});
            const std::string_view best =
                member.name.size() <= 64 ? nearest(member.name, names) : "";
            problems_.add(
                member.at,
                fmt::format("unknown section [{}]{}",
                            escape_for_log(member.name, 80),
                            best.empty() ? "" : fmt::format("; did you mean [{}]?", best)));
            return;
        }
        std::vector<std::string_view> candidates{"listener", "domain", "route"};
        for (const auto& key : settings_keys()) {
            if (key.section.empty()) candidates.push_back(key.name);
        }
        const std::string elsewhere = or_elsewhere(member.name);
        problems_.add(
            member.at,
            fmt::format("unknown key {}{}",
                        shown(member.name),
                        elsewhere.empty() ? or_nearest(member.name, candidates) : elsewhere));
    }

    template <class Object>
    void set(const Key<Object>& key, Object& object, const Member& member, std::string place) {
        if (auto wrong = key.set(object, member.value)) {
            problems_.add(member.value.at, fmt::format("{} {}", shown(member.name), *wrong));
        }
        problems_.remember(std::move(place), member.value.at);
    }

    // Reads a table that is one object. False when the object cannot be used.
    template <class Object>
    bool read_object(std::string_view kind,
                     const std::vector<Key<Object>>& keys,
                     const Node& table,
                     const std::string& place,
                     Object& object) {
        problems_.remember(place, table.at);
        std::vector<bool> seen(keys.size());
        bool good = true;
        for (const Member& member : table.members) {
            const auto key = std::ranges::find(keys, member.name, &Key<Object>::name);
            if (key == keys.end()) {
                std::vector<std::string_view> candidates;
                for (const auto& candidate : keys)
                    candidates.push_back(candidate.name);
                problems_.add(member.at,
                              fmt::format("unknown key {} in [[{}]]{}",
                                          shown(member.name),
                                          kind,
                                          or_nearest(member.name, candidates)));
                continue;
            }
            seen[static_cast<std::size_t>(key - keys.begin())] = true;
            set(*key, object, member, place + "." + member.name);
        }
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (!keys[i].required || seen[i]) continue;
            good = false;
            problems_.add(table.at, fmt::format("[[{}]] needs '{}'", kind, keys[i].name));
        }
        return good;
    }

    void read_listener(const Node& table, std::size_t index) {
        Listener listener;
        const std::string place = object_key("listener", index);
        read_object("listener", listener_keys(), table, place, listener);
        // What comes from outside is answered by the next hop unless the file says otherwise: so a
        // stranger's bad recipient is refused in the session, and nobody gets a report of it.
        const bool written = problems_.is_written(place + ".mode");
        const bool synchronous =
            listener.direction == Direction::inbound || listener.protocol == Protocol::lmtp;
        if (synchronous && !written) listener.mode = Mode::through;
        listener.inbound_mode = written ? listener.mode : Mode::through;
        settings_.listeners.push_back(std::move(listener));
    }

    void read_domain(const Node& table, std::size_t index) {
        DeclaredDomain declared;
        const std::string place = object_key("domain", index);
        if (!read_object("domain", domain_keys(), table, place, declared.domain)) return;
        declared.origin = problems_.origin_of(place);
        settings_.domains.push_back(std::move(declared));
    }

    void read_route(const Node& table, std::size_t index) {
        DeclaredRoute declared;
        const std::string place = object_key("route", index);
        if (!read_object("route", route_keys(), table, place, declared.route)) return;
        declared.origin = problems_.origin_of(place);
        settings_.routes.push_back(std::move(declared));
    }

    void read_unmanaged(const Member& section) {
        DeclaredUnmanaged declared;
        problems_.remember("unmanaged_senders", section.value.at);
        declared.origin = problems_.origin_of("unmanaged_senders");
        for (const Member& member : section.value.members) {
            if (member.name == "override") {
                each({"unmanaged_senders.override", member.at, member.value},
                     [&](const Node& node, std::size_t i) {
                         policy::UnmanagedOverride one;
                         read_object("unmanaged_senders.override",
                                     override_keys(),
                                     node,
                                     object_key("override", i),
                                     one);
                         declared.senders.overrides.push_back(std::move(one));
                     });
                continue;
            }
            const auto& keys = unmanaged_keys();
            const auto key =
                std::ranges::find(keys, member.name, &Key<policy::UnmanagedSenders>::name);
            if (key != keys.end()) {
                set(*key, declared.senders, member, "unmanaged_senders." + member.name);
                continue;
            }
            problems_.add(member.at,
                          fmt::format("unknown key {} in [unmanaged_senders]{}",
                                      shown(member.name),
                                      or_nearest(member.name, {"action", "override"})));
        }
        settings_.unmanaged_senders = std::move(declared);
    }

    // Puts the places of what was written under the names that people use.
    void finish() {
        for (const auto& [name, place] : problems_.places()) {
            if (name.find('#') == std::string::npos)
                settings_.written[name] = problems_.origin_of(name);
        }
        for (std::size_t i = 0; i < settings_.listeners.size(); ++i) {
            const std::string place = object_key("listener", i);
            if (!problems_.is_written(place)) continue;
            settings_.written["listener." + settings_.listeners[i].name] =
                problems_.origin_of(place);
        }
        for (const DeclaredDomain& declared : settings_.domains) {
            settings_.written["domain." + declared.domain.name.ascii()] = declared.origin;
        }
        for (const DeclaredRoute& declared : settings_.routes) {
            settings_.written["route." + declared.route.domain.text()] = declared.origin;
        }
    }

    Settings& settings_;
    Problems& problems_;
    std::unordered_map<std::string, std::uint32_t> template_lines_;
};

}  // namespace

std::string object_key(std::string_view kind, std::size_t index) {
    return fmt::format("{}.#{}", kind, index);
}

std::vector<Problem> Problems::take() && {
    std::ranges::sort(list_, [](const Problem& a, const Problem& b) {
        return std::tie(a.line, a.column, a.message) < std::tie(b.line, b.column, b.message);
    });
    if (count_ > list_.size()) {
        list_.push_back({file_, 0, 0, fmt::format("{} more problems", count_ - list_.size())});
    }
    return std::move(list_);
}

Loaded parse(std::string_view text, std::string file_name) {
    Loaded loaded;
    loaded.settings = default_settings();
    loaded.settings.file = file_name;
    Problems problems(std::move(file_name));
    if (auto document = read_document(text)) {
        Reader(loaded.settings, problems).read(*document);
        check_settings(loaded.settings, problems);
    } else {
        problems.add(document.error().at, document.error().message);
    }
    loaded.problems = std::move(problems).take();
    return loaded;
}

LoadedObjects parse_objects(std::string_view text, std::string file_name) {
    LoadedObjects loaded;
    Settings holder;
    Problems problems(std::move(file_name));
    if (auto document = read_document(text, kMaxObjectsFile)) {
        Reader(holder, problems).read_objects(*document, loaded.objects);
    } else {
        problems.add(document.error().at, document.error().message);
    }
    loaded.problems = std::move(problems).take();
    return loaded;
}

Loaded load(const std::string& file) {
    const auto files = os::posix_file_system();
    auto text = os::read_file(*files, file, kMaxFileSize);
    if (text) return parse(*text, file);
    Loaded loaded;
    loaded.settings = default_settings();
    loaded.settings.file = file;
    loaded.problems.push_back({file, 0, 0, "the file cannot be read: " + text.error().detail()});
    return loaded;
}

}  // namespace sealgate::config
