// SPDX-License-Identifier: Apache-2.0
#include "admin/store_plan.h"

#include "admin/domain_change.h"
#include "admin/sentence.h"
#include "admin/store_writes.h"
#include "admin/stored.h"
#include "admin/values.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

namespace sealgate::admin {

namespace {

config::Problem problem_at(const config::Origin& origin, std::string message) {
    return {origin.file, origin.line, 1, std::move(message)};
}

class Planner {
public:
    Planner(const Context& context,
            const config::Settings& settings,
            const Holding& holding,
            const Actor& actor)
        : context_(context),
          settings_(settings),
          holding_(holding),
          actor_(actor),
          now_(context.clock().now()) {}

    Plan make(const config::Objects& wanted) && {
        plan_domains(wanted);
        plan_routes(wanted);
        plan_unmanaged(wanted);
        plan_templates(wanted);
        if (!plan_.problems.empty() || !plan_.owned.empty()) {
            plan_.changes.clear();
            plan_.steps.clear();
        }
        return std::move(plan_);
    }

private:
    void add(StoreChange change, Plan::Step step) {
        plan_.changes.push_back(std::move(change));
        plan_.steps.push_back(std::move(step));
    }
    // True: there is nothing wrong.
    bool good(const config::Origin& origin, const Status& status) {
        if (!status) plan_.problems.push_back(problem_at(origin, status.error().detail()));
        return status.has_value();
    }
    void owned(const config::Origin& origin, std::string_view object, const config::Origin& owner) {
        plan_.owned.push_back(problem_at(origin, managed_by_file(object, owner).error().detail()));
    }
    static StoreChangeKind kind_of(bool before, bool after) {
        return !before  ? StoreChangeKind::add
               : !after ? StoreChangeKind::remove
                        : StoreChangeKind::change;
    }

    // --- domains

    void plan_domains(const config::Objects& wanted) {
        std::unordered_map<std::string, const config::DeclaredDomain*> declared;
        for (const config::DeclaredDomain& one : settings_.domains)
            declared.emplace(one.domain.name.ascii(), &one);
        std::map<std::string, const policy::ManagedDomain*> after;
        for (const config::DeclaredDomain& one : wanted.domains) {
            const std::string& name = one.domain.name.ascii();
            const auto owner = declared.find(name);
            if (owner == declared.end()) {
                after.emplace(name, &one.domain);
            } else if (owner->second->domain.subdomains != one.domain.subdomains) {
                owned(one.origin, "domain " + quoted(name), owner->second->origin);
            }
        }
        for (const std::string& name : names_of(holding_.domains, after)) {
            const auto* before = find(holding_.domains, name);
            const auto found = after.find(name);
            change_domain(before, found == after.end() ? nullptr : found->second);
        }
    }

    void change_domain(const policy::ManagedDomain* before, const policy::ManagedDomain* after) {
        if (before != nullptr && after != nullptr && before->subdomains == after->subdomains) {
            return;
        }
        StoreChange change{kind_of(before != nullptr, after != nullptr),
                           "domain",
                           (after != nullptr ? after : before)->name.ascii(),
                           before != nullptr ? config::fields_of(*before) : "",
                           after != nullptr ? config::fields_of(*after) : ""};
        if (after == nullptr) {
            add(std::move(change), [gone = *before](store::Session& session, Journal& journal) {
                return erase_domain(session, journal, gone);
            });
            return;
        }
        add(std::move(change),
            [this_actor = &actor_, now = now_, domain = *after](store::Session& session,
                                                                Journal& journal) -> Status {
                SG_TRYV(put_domain(session, journal, {domain, "domain.add", *this_actor, now}));
                return {};
            });
    }

    // --- routes

    void plan_routes(const config::Objects& wanted) {
        std::unordered_map<std::string, const config::DeclaredRoute*> declared;
        for (const config::DeclaredRoute& one : settings_.routes)
            declared.emplace(one.route.domain.text(), &one);
        std::map<std::string, std::pair<policy::Route, config::Origin>> after;
        for (const config::DeclaredRoute& one : wanted.routes) {
            policy::Route route = one.route;
            if (!good(one.origin, set_trust(settings_, trust_of(one.route), route))) continue;
            const std::string pattern = route.domain.text();  // `route` is moved from
            const auto owner = declared.find(pattern);
            if (owner == declared.end()) {
                after.emplace(pattern, std::pair(std::move(route), one.origin));
            } else if (to_json(owner->second->route) != to_json(route)) {
                owned(one.origin, "the route for " + quoted(pattern), owner->second->origin);
            }
        }
        for (const std::string& pattern : names_of(holding_.routes, after)) {
            const auto* before = find(holding_.routes, pattern);
            const auto found = after.find(pattern);
            if (found == after.end()) {
                remove_route(*before);
            } else {
                change_route(before, found->second.first, found->second.second);
            }
        }
    }

    static NewRoute trust_of(const policy::Route& route) {
        NewRoute trust;
        trust.tls_name = route.tls_name;
        trust.tls_ca_file = route.tls_ca_file;
        trust.tls_pins = route.tls_pins;
        return trust;
    }

    void remove_route(const policy::Route& before) {
        add({StoreChangeKind::remove, "route", before.domain.text(), config::fields_of(before), ""},
            [before](store::Session& session, Journal& journal) {
                return erase_route(session, journal, before);
            });
    }

    void change_route(const policy::Route* before,
                      const policy::Route& after,
                      const config::Origin& origin) {
        if (before != nullptr && to_json(*before) == to_json(after)) return;
        if (!good(origin, check_next_hop(settings_, after.next_hop))) return;
        add({kind_of(before != nullptr, true),
             "route",
             after.domain.text(),
             before != nullptr ? config::fields_of(*before) : "",
             config::fields_of(after)},
            [was = before != nullptr ? std::optional(*before) : std::nullopt, after](
                store::Session& session, Journal& journal) {
                return put_route(session, journal, was, after);
            });
    }

    // --- unmanaged senders

    void plan_unmanaged(const config::Objects& wanted) {
        const policy::UnmanagedSenders after = wanted.unmanaged_senders
                                                   ? wanted.unmanaged_senders->senders
                                                   : policy::UnmanagedSenders{};
        if (settings_.unmanaged_senders) {
            const config::DeclaredUnmanaged& declared = *settings_.unmanaged_senders;
            if (wanted.unmanaged_senders && to_json(declared.senders) != to_json(after)) {
                owned(wanted.unmanaged_senders->origin,
                      "the setting 'unmanaged_senders'",
                      declared.origin);
            }
            return;
        }
        const policy::UnmanagedSenders& before = holding_.unmanaged;
        if (before.action != after.action) {
            add({StoreChangeKind::change,
                 "unmanaged_senders",
                 "",
                 std::string(policy::to_string(before.action)),
                 std::string(policy::to_string(after.action))},
                [before, action = after.action](store::Session& session, Journal& journal) {
                    return put_unmanaged_action(session, journal, before, action);
                });
        }
        if (wanted.unmanaged_senders) check_overrides(wanted);
        plan_overrides(before, after);
    }

    void check_overrides(const config::Objects& wanted) {
        const auto& overrides = wanted.unmanaged_senders->senders.overrides;
        if (overrides.size() > kMaxOverrides) {
            plan_.problems.push_back(
                problem_at(wanted.overrides.at(kMaxOverrides),
                           "there can be at most 1000 overrides; put domains under one '.domain'"));
            return;
        }
        std::multiset<std::string> there;
        for (const policy::UnmanagedOverride& one : holding_.unmanaged.overrides)
            there.insert(config::fields_of(one));
        for (std::size_t i = 0; i < overrides.size(); ++i) {
            if (there.contains(config::fields_of(overrides[i]))) continue;
            good(wanted.overrides.at(i), check_listener(settings_, overrides[i]));
        }
    }

    // Overrides have no names: those of one side only are shown as gone and new. They are written
    // in one step, with one record.
    void plan_overrides(const policy::UnmanagedSenders& before,
                        const policy::UnmanagedSenders& after) {
        const auto fields_of_all = [](const policy::UnmanagedSenders& senders) {
            std::vector<std::string> all(senders.overrides.size());
            std::ranges::transform(
                senders.overrides, all.begin(), [](const policy::UnmanagedOverride& one) {
                    return config::fields_of(one);
                });
            return all;
        };
        const std::vector<std::string> old_ones = fields_of_all(before);
        const std::vector<std::string> new_ones = fields_of_all(after);
        if (old_ones == new_ones) return;
        const std::vector<std::string> gone = without(old_ones, new_ones);
        const std::vector<std::string> added = without(new_ones, old_ones);
        for (const std::string& one : gone) {
            plan_.changes.push_back(
                {StoreChangeKind::remove, "unmanaged_senders.override", "", one, ""});
        }
        for (const std::string& one : added) {
            plan_.changes.push_back(
                {StoreChangeKind::add, "unmanaged_senders.override", "", "", one});
        }
        if (without(old_ones, gone) != without(new_ones, added)) {
            plan_.changes.push_back({StoreChangeKind::change,
                                     "unmanaged_senders.override",
                                     "",
                                     "in one order",
                                     "in another"});
        }
        policy::UnmanagedSenders between = before;
        between.action = after.action;
        plan_.steps.emplace_back(
            [between, overrides = after.overrides](store::Session& session, Journal& journal) {
                return put_unmanaged_overrides(session, journal, between, overrides);
            });
    }

    // What of `list` is left when each of `others` has taken one equal to it away.
    static std::vector<std::string> without(const std::vector<std::string>& list,
                                            const std::vector<std::string>& others) {
        std::multiset<std::string> rest(others.begin(), others.end());
        std::vector<std::string> out;
        for (const std::string& one : list) {
            const auto found = rest.find(one);
            if (found == rest.end()) {
                out.push_back(one);
            } else {
                rest.erase(found);
            }
        }
        return out;
    }

    // --- templates

    void plan_templates(const config::Objects& wanted) {
        std::map<TemplateKey, const config::DeclaredTemplate*> after;
        for (const config::DeclaredTemplate& one : wanted.templates)
            after.emplace(TemplateKey{one.message.name, one.message.language}, &one);
        check_languages(wanted);
        for (const TemplateKey& key : names_of<TemplateKey>(holding_.templates, after)) {
            const auto* before = find(holding_.templates, key);
            const auto found = after.find(key);
            if (found == after.end()) {
                add({StoreChangeKind::remove,
                     "template",
                     object_name(key.name, key.language),
                     in_words(*before),
                     ""},
                    [key, was = *before](store::Session& session, Journal& journal) {
                        return erase_template(session, journal, key, was);
                    });
            } else {
                change_template(before, *found->second);
            }
        }
    }

    void check_languages(const config::Objects& wanted) {
        std::map<std::string_view, std::size_t> languages;
        for (const config::DeclaredTemplate& one : wanted.templates) {
            if (one.message.language.empty()) continue;
            if (++languages[one.message.name] != kMaxTemplateLanguages + 1) continue;
            plan_.problems.push_back(
                problem_at(one.origin,
                           "template " + quoted(one.message.name) +
                               ": a template can have texts in 100 languages at most; remove one"));
        }
    }

    // Text and HTML part, for people.
    static std::string in_words(const TemplateText& text) {
        return text.html.empty() ? text.text : text.text + "\nHTML part:\n" + text.html;
    }

    void change_template(const TemplateText* before, const config::DeclaredTemplate& after) {
        const config::MessageTemplate& message = after.message;
        const TemplateText text{message.text, message.html};
        if (before != nullptr && *before == text) return;
        const std::string shown = object_name(message.name, message.language);
        const Status checked = check_template(context_, message.name, text);
        if (!checked) {
            const std::string& why = checked.error().detail();
            const bool unknown = checked.error().kind() == ErrorKind::not_found;
            plan_.problems.push_back(
                problem_at(after.origin, unknown ? why : "template " + quoted(shown) + ": " + why));
            return;
        }
        add({kind_of(before != nullptr, true),
             "template",
             shown,
             before != nullptr ? in_words(*before) : "",
             in_words(text)},
            [actor = &actor_,
             now = now_,
             write = TemplateWrite{message.name,
                                   message.language,
                                   text,
                                   before != nullptr ? std::optional(*before) : std::nullopt}](
                store::Session& session, Journal& journal) {
                return put_template(session, journal, write, *actor, now);
            });
    }

    // --- both sides

    template <class Name = std::string, class Before, class After>
    static std::set<Name> names_of(const Before& before, const After& after) {
        std::set<Name> names;
        for (const auto& [name, value] : before)
            names.insert(name);
        for (const auto& [name, value] : after)
            names.insert(name);
        return names;
    }
    template <class Map>
    static const typename Map::mapped_type* find(const Map& map,
                                                 const typename Map::key_type& name) {
        const auto found = map.find(name);
        return found == map.end() ? nullptr : &found->second;
    }

    const Context& context_;
    const config::Settings& settings_;
    const Holding& holding_;
    const Actor& actor_;
    WallTime now_;
    Plan plan_;
};

}  // namespace

Result<Holding> load_holding(store::Session& session,
                             const config::Settings& settings,
                             const TemplateLibrary& library) {
    Holding holding;
    SG_TRY(auto domains, load_domains(session));
    for (StoredDomain& one : domains) {
        std::string name = one.domain.name.ascii();
        holding.domains.emplace(std::move(name), std::move(one.domain));
    }
    for (const config::DeclaredDomain& declared : settings.domains)
        holding.domains.erase(declared.domain.name.ascii());
    SG_TRY(auto routes, load_routes(session));
    for (policy::Route& route : routes) {
        std::string pattern = route.domain.text();
        holding.routes.emplace(std::move(pattern), std::move(route));
    }
    for (const config::DeclaredRoute& declared : settings.routes)
        holding.routes.erase(declared.route.domain.text());
    if (!settings.unmanaged_senders) {
        SG_TRY(holding.unmanaged, load_unmanaged(session));
    }
    SG_TRY(auto templates, load_templates(session));
    for (auto& [key, stored] : templates) {
        const bool known =
            std::ranges::find(library.built_in, key.name, &TemplateLibrary::BuiltIn::name) !=
            library.built_in.end();
        if (known) holding.templates.emplace(key, std::move(stored.text));
    }
    return holding;
}

Plan make_plan(const Context& context,
               const config::Settings& settings,
               const Holding& holding,
               const config::Objects& wanted,
               const Actor& actor) {
    return Planner(context, settings, holding, actor).make(wanted);
}

}  // namespace sealgate::admin
