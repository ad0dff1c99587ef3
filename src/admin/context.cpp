// SPDX-License-Identifier: Apache-2.0
#include "admin/context.h"

#include "admin/alerts.h"
#include "admin/change.h"
#include "admin/stored.h"
#include "admin/values.h"
#include "store/database.h"

#include <algorithm>
#include <unordered_set>

namespace sealgate::admin {

namespace {

using Declared = std::map<std::string, std::string>;

Result<Declared> load_declared(store::Session& session) {
    SG_TRY(const auto rows,
           (session.select<std::string, std::string>("SELECT object, content FROM file_declared")));
    Declared declared;
    for (const auto& [object, content] : rows)
        declared.emplace(object, content);
    return declared;
}

// Writes to the audit log how the file differs from the last time, and remembers it.
Status reconcile(store::Session& session, Journal& journal, const Declared& now) {
    SG_TRY(const Declared before, load_declared(session));
    for (const auto& [object, content] : before) {
        if (now.contains(object)) continue;
        SG_TRYV(session.execute("DELETE FROM file_declared WHERE object = :p1", {object}));
        SG_TRYV(journal.add("file.withdraw", object, to_json(content), kNothing));
    }
    for (const auto& [object, content] : now) {
        const auto known = before.find(object);
        if (known != before.end() && known->second == content) continue;
        SG_TRYV(
            session.execute("INSERT INTO file_declared (object, content) VALUES (:p1, :p2) "
                            "ON CONFLICT (object) DO UPDATE SET content = excluded.content",
                            {object, content}));
        SG_TRYV(journal.add(known == before.end() ? "file.declare" : "file.change",
                            object,
                            known == before.end() ? std::string(kNothing) : to_json(known->second),
                            to_json(content)));
    }
    return {};
}

policy::ManagedDomains join_domains(const config::Settings& settings,
                                    std::vector<StoredDomain> stored) {
    std::vector<policy::ManagedDomain> domains;
    std::unordered_set<std::string> declared;
    for (const config::DeclaredDomain& one : settings.domains) {
        declared.insert(one.domain.name.ascii());
        domains.push_back(one.domain);
    }
    for (StoredDomain& one : stored) {
        if (!declared.contains(one.domain.name.ascii())) domains.push_back(std::move(one.domain));
    }
    return policy::ManagedDomains(std::move(domains));
}

policy::Routes join_routes(const config::Settings& settings, std::vector<policy::Route> stored) {
    std::vector<policy::Route> routes;
    routes.reserve(settings.routes.size() + stored.size());
    for (const config::DeclaredRoute& one : settings.routes)
        routes.push_back(one.route);
    // Of two routes with one pattern the first is found: the file's.
    std::ranges::move(stored, std::back_inserter(routes));
    return policy::Routes(std::move(routes));
}

}  // namespace

Context::Context(store::Database& database,
                 const Clock& clock,
                 std::shared_ptr<const config::Settings> settings,
                 TemplateLibrary templates,
                 Publish publish)
    : database_(database),
      clock_(clock),
      templates_(std::move(templates)),
      publish_(std::move(publish)),
      settings_(std::move(settings)) {}

Context::~Context() = default;

Result<std::vector<SinkAnswer>> Context::try_alert(std::string_view name) const {
    if (!try_alert_) return std::vector<SinkAnswer>();
    return try_alert_(name);
}

std::shared_ptr<const config::Settings> Context::settings() const {
    const std::lock_guard lock(settings_mutex_);
    return settings_;
}

std::shared_ptr<const Effective> Context::published() const {
    const std::lock_guard lock(settings_mutex_);
    return published_;
}

Status Context::adopt_settings(std::shared_ptr<const config::Settings> settings,
                               const Actor& actor) {
    const Declared now = config::written_values(*settings);
    return Changer::run(
        *this, actor, std::move(settings), [&](store::Session& session, Journal& journal) {
            return reconcile(session, journal, now);
        });
}

Result<std::shared_ptr<const Effective>> effective(const Context& context) {
    const auto settings = context.settings();
    auto made = std::make_shared<Effective>();
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(auto domains, load_domains(session));
        SG_TRY(auto routes, load_routes(session));
        SG_TRY(auto unmanaged, load_unmanaged(session));
        SG_TRY(auto templates, load_templates(session));
        made->domains = join_domains(*settings, std::move(domains));
        made->routes = join_routes(*settings, std::move(routes));
        made->unmanaged = std::move(unmanaged);
        if (settings->unmanaged_senders) made->unmanaged = settings->unmanaged_senders->senders;
        for (auto& [key, stored] : templates) {
            made->templates[key.name].emplace(key.language, std::move(stored.text));
        }
        return {};
    }));
    return made;
}

}  // namespace sealgate::admin
