// SPDX-License-Identifier: Apache-2.0
#include "admin/unmanaged.h"

#include "admin/change.h"
#include "admin/domain_change.h"
#include "admin/sentence.h"
#include "admin/store_writes.h"
#include "admin/stored.h"
#include "admin/values.h"
#include "store/database.h"

#include <algorithm>

namespace sealgate::admin {

namespace {

constexpr std::string_view kSetting = "unmanaged_senders";

Status refuse_if_in_file(const Context& context) {
    const auto settings = context.settings();
    if (!settings->unmanaged_senders) return {};
    return managed_by_file("the setting 'unmanaged_senders'", settings->unmanaged_senders->origin);
}

Status write_action(store::Session& session, policy::UnmanagedAction action) {
    SG_TRYV(
        session.execute("INSERT INTO unmanaged_setting (id, action) VALUES (1, :p1) "
                        "ON CONFLICT (id) DO UPDATE SET action = excluded.action",
                        {std::string(policy::to_string(action))}));
    return {};
}

Status write_overrides(store::Session& session,
                       const std::vector<policy::UnmanagedOverride>& overrides) {
    SG_TRYV(session.execute("DELETE FROM unmanaged_override"));
    std::int64_t place = 0;
    for (const policy::UnmanagedOverride& one : overrides) {
        SG_TRYV(session.execute(
            "INSERT INTO unmanaged_override (place, listener, network, domain, action) VALUES "
            "(:p1, :p2, :p3, :p4, :p5)",
            {++place,
             one.listener,
             one.network ? one.network->to_string() : std::string{},
             one.domain ? one.domain->text() : std::string{},
             std::string(policy::to_string(one.action))}));
    }
    return {};
}

}  // namespace

Status check_listener(const config::Settings& settings, const policy::UnmanagedOverride& one) {
    if (one.listener.empty()) return {};
    if (std::ranges::count(settings.listeners, one.listener, &config::Listener::name) > 0) {
        return {};
    }
    return bad_input("there is no listener named " + quoted(one.listener) +
                     "; see [[listener]] in the configuration file");
}

Status put_unmanaged_action(store::Session& session,
                            Journal& journal,
                            const policy::UnmanagedSenders& before,
                            policy::UnmanagedAction action) {
    policy::UnmanagedSenders after = before;
    after.action = action;
    SG_TRYV(write_action(session, action));
    return journal.add("unmanaged.mode", kSetting, to_json(before), to_json(after));
}

Status put_unmanaged_overrides(store::Session& session,
                               Journal& journal,
                               const policy::UnmanagedSenders& before,
                               const std::vector<policy::UnmanagedOverride>& overrides) {
    SG_TRYV(write_overrides(session, overrides));
    return journal.add("unmanaged.overrides",
                       kSetting,
                       to_json(before),
                       to_json(policy::UnmanagedSenders{before.action, overrides}));
}

Result<UnmanagedSetting> unmanaged_setting(const Context& context) {
    const auto settings = context.settings();
    if (settings->unmanaged_senders) {
        return UnmanagedSetting{settings->unmanaged_senders->senders,
                                settings->unmanaged_senders->origin};
    }
    UnmanagedSetting setting;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(setting.senders, load_unmanaged(session));
        return {};
    }));
    return setting;
}

Status set_unmanaged_action(Context& context, const Actor& actor, policy::UnmanagedAction action) {
    SG_TRYV(refuse_if_in_file(context));
    return Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        SG_TRY(const policy::UnmanagedSenders before, load_unmanaged(session));
        if (before.action == action) return {};
        return put_unmanaged_action(session, journal, before, action);
    });
}

Status set_unmanaged_overrides(Context& context,
                               const Actor& actor,
                               std::vector<policy::UnmanagedOverride> overrides) {
    SG_TRYV(refuse_if_in_file(context));
    if (overrides.size() > kMaxOverrides) {
        return bad_input("there can be at most 1000 overrides; put domains under one '.domain'");
    }
    const auto settings = context.settings();
    for (const policy::UnmanagedOverride& one : overrides)
        SG_TRYV(check_listener(*settings, one));
    return Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        SG_TRY(const policy::UnmanagedSenders before, load_unmanaged(session));
        if (to_json(before) == to_json(policy::UnmanagedSenders{before.action, overrides})) {
            return {};
        }
        return put_unmanaged_overrides(session, journal, before, overrides);
    });
}

Result<Outcome> adopt_unmanaged(Context& context,
                                const Actor& actor,
                                std::string_view domain,
                                std::optional<bool> subdomains) {
    SG_TRY(const mime::Domain name, ownable_domain(domain));
    if (const auto* declared = declared_domain(*context.settings(), name)) {
        return managed_by_file("domain " + quoted(name.ascii()), declared->origin);
    }
    context.flush_unmanaged();
    auto outcome = Outcome::unchanged;
    SG_TRYV(Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        SG_TRY(const auto seen,
               session.select<std::string>("SELECT domain FROM unmanaged_seen WHERE domain = :p1",
                                           {name.ascii()}));
        if (seen.empty()) {
            return no_such("domain " + quoted(name.ascii()) +
                           " was never seen as an unmanaged sender; check the spelling with "
                           "'unmanaged list', or use 'domain add'");
        }
        SG_TRY(const auto before, load_domain(session, name.ascii()));
        const bool covers = subdomains.value_or(before && before->subdomains);
        SG_TRY(outcome,
               put_domain(session,
                          journal,
                          {{name, covers}, "unmanaged.adopt", actor, context.clock().now()}));
        return {};
    }));
    return outcome;
}

}  // namespace sealgate::admin
