// SPDX-License-Identifier: Apache-2.0
// The senders of unmanaged domains that were seen.
#include "admin/sentence.h"
#include "admin/stored.h"
#include "admin/unmanaged.h"
#include "store/database.h"

#include <map>

namespace sealgate::admin {

namespace {

// Strangers choose the names, so there must be an end to them.
constexpr std::int64_t kMaxSeen = 100'000;

// One row for each domain of a batch.
std::map<std::string, Sighting> sum(std::span<const Sighting> sightings) {
    std::map<std::string, Sighting> sums;
    for (const Sighting& one : sightings) {
        const auto [found, added] = sums.emplace(one.domain.ascii(), one);
        if (added) continue;
        const std::uint64_t count = found->second.count + one.count;
        if (one.time >= found->second.time) found->second = one;
        found->second.count = count;
    }
    return sums;
}

Status make_room(store::Session& session) {
    SG_TRY(const auto rows, session.select<std::int64_t>("SELECT COUNT(*) FROM unmanaged_seen"));
    const std::int64_t excess = rows.empty() ? 0 : std::get<0>(rows[0]) - kMaxSeen;
    if (excess <= 0) return {};
    SG_TRYV(
        session.execute("DELETE FROM unmanaged_seen WHERE domain IN (SELECT domain FROM "
                        "unmanaged_seen ORDER BY last_seen, domain LIMIT :p1)",
                        {excess}));
    return {};
}

Status write_sighting(store::Session& session, const std::string& domain, const Sighting& one) {
    SG_TRYV(session.execute(
        "INSERT INTO unmanaged_seen (domain, messages, first_seen, last_seen, last_source, "
        "last_action) VALUES (:p1, :p2, :p3, :p4, :p5, :p6) "
        "ON CONFLICT (domain) DO UPDATE SET "
        "messages = unmanaged_seen.messages + excluded.messages, "
        "last_seen = CASE WHEN excluded.last_seen > unmanaged_seen.last_seen "
        "THEN excluded.last_seen ELSE unmanaged_seen.last_seen END, "
        "last_source = excluded.last_source, last_action = excluded.last_action",
        {domain,
         static_cast<std::int64_t>(one.count),
         to_column(one.time),
         to_column(one.time),
         one.source.to_string(),
         std::string(policy::to_string(one.action))}));
    return {};
}

}  // namespace

Result<std::vector<std::string>> record_unmanaged(Context& context,
                                                  std::span<const Sighting> sightings) {
    std::vector<std::string> fresh;
    if (sightings.empty()) return fresh;
    const std::map<std::string, Sighting> sums = sum(sightings);
    SG_TRYV(context.database().write([&](store::Session& session) -> Status {
        for (const auto& [domain, one] : sums) {
            SG_TRY(const auto known,
                   session.select<std::string>(
                       "SELECT domain FROM unmanaged_seen WHERE domain = :p1", {domain}));
            if (known.empty()) fresh.push_back(domain);
            SG_TRYV(write_sighting(session, domain, one));
        }
        return fresh.empty() ? Status{} : make_room(session);
    }));
    return fresh;
}

Result<std::vector<SeenSender>> list_unmanaged(const Context& context,
                                               std::optional<WallTime> since) {
    context.flush_unmanaged();
    SG_TRY(const auto now, effective(context));
    std::vector<SeenSender> seen;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(const auto rows,
               (session.select<std::string,
                               std::int64_t,
                               std::int64_t,
                               std::int64_t,
                               std::string,
                               std::string>(
                   "SELECT domain, messages, first_seen, last_seen, last_source, last_action FROM "
                   "unmanaged_seen WHERE last_seen >= :p1 ORDER BY last_seen DESC, domain",
                   {since ? to_column(*since) : std::int64_t{0}})));
        for (const auto& [domain, count, first_seen, last_seen, source, action] : rows) {
            const auto name = mime::Domain::parse(domain);
            if (name && now->domains.contains(*name)) continue;
            SeenSender one;
            one.domain = domain;
            one.unicode = name ? unicode_form(*name) : domain;
            one.count = static_cast<std::uint64_t>(count);
            one.first_seen = from_column(first_seen);
            one.last_seen = from_column(last_seen);
            one.last_source = source;
            one.last_action =
                policy::parse_unmanaged_action(action).value_or(policy::UnmanagedAction::reject);
            seen.push_back(std::move(one));
        }
        return {};
    }));
    return seen;
}

}  // namespace sealgate::admin
