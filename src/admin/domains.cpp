// SPDX-License-Identifier: Apache-2.0
#include "admin/domains.h"

#include "admin/change.h"
#include "admin/domain_change.h"
#include "admin/sentence.h"
#include "admin/store_writes.h"
#include "admin/stored.h"
#include "admin/values.h"
#include "store/database.h"

#include <algorithm>
#include <unordered_map>

namespace sealgate::admin {

namespace {

DomainEntry entry_of(const config::DeclaredDomain& declared) {
    DomainEntry entry;
    entry.domain = declared.domain;
    entry.unicode = unicode_form(declared.domain.name);
    entry.origin = declared.origin;
    return entry;
}

DomainEntry entry_of(StoredDomain stored) {
    DomainEntry entry;
    entry.unicode = unicode_form(stored.domain.name);
    entry.domain = std::move(stored.domain);
    entry.added = stored.added;
    entry.added_by = std::move(stored.added_by);
    return entry;
}

std::string named(const mime::Domain& domain) {
    return "domain " + quoted(domain.ascii());
}

}  // namespace

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::added:
            return "added";
        case Outcome::changed:
            return "changed";
        case Outcome::unchanged:
            return "unchanged";
    }
    return "unchanged";
}

Result<Outcome> put_domain(store::Session& session, Journal& journal, const DomainChange& change) {
    const std::string& name = change.domain.name.ascii();
    SG_TRY(const auto before, load_domain(session, name));
    if (before && before->subdomains == change.domain.subdomains) return Outcome::unchanged;
    SG_TRYV(session.execute(
        "INSERT INTO domain (name, subdomains, added, added_by) VALUES (:p1, :p2, :p3, :p4) "
        "ON CONFLICT (name) DO UPDATE SET subdomains = excluded.subdomains",
        {name,
         std::int64_t{change.domain.subdomains ? 1 : 0},
         to_column(change.time),
         change.actor.name}));
    SG_TRYV(journal.add(change.action,
                        name,
                        before ? to_json(*before) : std::string(kNothing),
                        to_json(change.domain)));
    return before ? Outcome::changed : Outcome::added;
}

Status erase_domain(store::Session& session,
                    Journal& journal,
                    const policy::ManagedDomain& before) {
    const std::string& name = before.name.ascii();
    SG_TRYV(session.execute("DELETE FROM domain WHERE name = :p1", {name}));
    return journal.add("domain.remove", name, to_json(before), kNothing);
}

Result<std::vector<DomainEntry>> list_domains(const Context& context) {
    const auto settings = context.settings();
    std::vector<StoredDomain> stored;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(stored, load_domains(session));
        return {};
    }));
    std::unordered_map<std::string, bool> declared;
    std::vector<DomainEntry> entries;
    for (const config::DeclaredDomain& one : settings->domains) {
        declared.emplace(one.domain.name.ascii(), true);
        entries.push_back(entry_of(one));
    }
    for (StoredDomain& one : stored) {
        if (!declared.contains(one.domain.name.ascii()))
            entries.push_back(entry_of(std::move(one)));
    }
    std::ranges::sort(entries, {}, [](const DomainEntry& entry) -> const std::string& {
        return entry.domain.name.ascii();
    });
    return entries;
}

Result<Outcome> add_domain(Context& context,
                           const Actor& actor,
                           std::string_view name,
                           std::optional<bool> subdomains) {
    SG_TRY(mime::Domain domain, ownable_domain(name));
    if (const auto* declared = declared_domain(*context.settings(), domain)) {
        return managed_by_file(named(domain), declared->origin);
    }
    auto outcome = Outcome::unchanged;
    SG_TRYV(Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        SG_TRY(const auto before, load_domain(session, domain.ascii()));
        const bool covers = subdomains.value_or(before && before->subdomains);
        SG_TRY(
            outcome,
            put_domain(
                session, journal, {{domain, covers}, "domain.add", actor, context.clock().now()}));
        return {};
    }));
    return outcome;
}

Result<std::optional<bool>> covers_subdomains(const Context& context, std::string_view name) {
    SG_TRY(const mime::Domain domain, domain_name(name));
    std::optional<bool> covers;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(const auto found, load_domain(session, domain.ascii()));
        if (found) covers = found->subdomains;
        return {};
    }));
    return covers;
}

Status remove_domain(Context& context, const Actor& actor, std::string_view name) {
    SG_TRY(const mime::Domain domain, domain_name(name));
    if (const auto* declared = declared_domain(*context.settings(), domain)) {
        return managed_by_file(named(domain), declared->origin);
    }
    return Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        SG_TRY(const auto before, load_domain(session, domain.ascii()));
        if (!before) {
            return no_such(named(domain) +
                           " is not in the list of managed domains; see 'domain list' for those "
                           "that are");
        }
        return erase_domain(session, journal, *before);
    });
}

Result<DomainTest> test_domain(const Context& context, std::string_view address) {
    DomainTest test;
    if (address.find('@') == std::string_view::npos) {
        auto domain = mime::Domain::parse(address);
        if (!domain) {
            return bad_input(quoted(address) + " is neither a mail address nor a domain name");
        }
        test.domain = *std::move(domain);
    } else {
        // The dot that ends a full name is no part of an address, but people copy it.
        std::string_view text = address;
        if (text.ends_with('.')) text.remove_suffix(1);
        auto parsed = mime::Address::parse(text);
        if (!parsed) return bad_input(quoted(address) + " is not a mail address");
        test.domain = parsed->domain();
    }
    SG_TRY(std::vector<DomainEntry> entries, list_domains(context));
    std::vector<policy::ManagedDomain> domains;
    domains.reserve(entries.size());
    for (const DomainEntry& entry : entries)
        domains.push_back(entry.domain);
    const auto found = policy::ManagedDomains(std::move(domains)).find(test.domain);
    if (!found) return test;
    const auto entry = std::ranges::find_if(entries, [&](const DomainEntry& candidate) {
        return candidate.domain.name == found->name;
    });
    if (entry != entries.end()) test.entry = std::move(*entry);
    return test;
}

}  // namespace sealgate::admin
