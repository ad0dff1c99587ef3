// SPDX-License-Identifier: Apache-2.0
#include "admin/alerts.h"

#include "admin/change.h"
#include "admin/sentence.h"
#include "admin/stored.h"
#include "admin/values.h"
#include "base/text.h"
#include "store/database.h"

#include <algorithm>
#include <array>

namespace sealgate::admin {

namespace {

constexpr std::int64_t kKeptEnded = 1000;
constexpr std::chrono::days kLongestSilence{366};

// The columns of an alert, in their order.
using AlertRow = std::tuple<std::int64_t,
                            std::string,
                            std::string,
                            std::string,
                            std::string,
                            std::int64_t,
                            std::int64_t,
                            std::string>;

Alert alert_from(const AlertRow& row) {
    Alert alert;
    std::int64_t id = 0;
    std::int64_t raised = 0;
    std::int64_t ended = 0;
    std::tie(
        id, alert.name, alert.subject, alert.title, alert.detail, raised, ended, alert.end_detail) =
        row;
    alert.id = static_cast<std::uint64_t>(id);
    alert.raised = from_column(raised);
    if (ended != 0) alert.ended = from_column(ended);
    return alert;
}

// `rest`: what stands behind the table's name.
Result<std::vector<Alert>> load_alerts(store::Session& session,
                                       const std::string& rest,
                                       const std::vector<store::Value>& values) {
    SG_TRY(
        const auto rows,
        (session.select<std::int64_t,
                        std::string,
                        std::string,
                        std::string,
                        std::string,
                        std::int64_t,
                        std::int64_t,
                        std::string>(
            "SELECT id, name, subject, title, detail, raised, ended, end_detail FROM alert " + rest,
            values)));
    std::vector<Alert> alerts;
    alerts.reserve(rows.size());
    for (const auto& row : rows)
        alerts.push_back(alert_from(row));
    return alerts;
}

Result<std::vector<Alert>> load_active(store::Session& session) {
    return load_alerts(session, "WHERE ended = 0 ORDER BY id", {});
}

Result<std::vector<Alert>> load_ended(store::Session& session, std::size_t limit) {
    return load_alerts(session,
                       "WHERE ended > 0 ORDER BY ended DESC, id DESC LIMIT :p1",
                       {static_cast<std::int64_t>(limit)});
}

Result<std::vector<AlertSilence>> load_silences(store::Session& session, WallTime now) {
    SG_TRY(const auto rows,
           (session.select<std::string, std::int64_t, std::string>(
               "SELECT name, until, set_by FROM alert_silence WHERE until > :p1 ORDER BY name",
               {to_column(now)})));
    std::vector<AlertSilence> silences;
    silences.reserve(rows.size());
    for (const auto& [name, until, by] : rows)
        silences.push_back({name, from_column(until), by});
    return silences;
}

// When a notice of this kind is due: now, or when the silence is over.
WallTime due_after_silence(const std::vector<AlertSilence>& silences,
                           std::string_view name,
                           WallTime now) {
    const auto silence = std::ranges::find(silences, name, &AlertSilence::name);
    return silence == silences.end() ? now : silence->until;
}

Status add_notices(store::Session& session,
                   std::int64_t id,
                   NoticeKind kind,
                   const std::vector<std::string>& sinks,
                   WallTime due) {
    for (const std::string& sink : sinks) {
        SG_TRYV(
            session.execute("INSERT INTO alert_notice (alert, kind, sink, attempts, due) VALUES "
                            "(:p1, :p2, :p3, 0, :p4) ON CONFLICT (alert, kind, sink) DO NOTHING",
                            {id, std::string(to_string(kind)), sink, to_column(due)}));
    }
    return {};
}

Result<std::int64_t> next_id(store::Session& session) {
    SG_TRY(const auto rows, session.select<std::int64_t>("SELECT MAX(id) FROM alert"));
    return rows.empty() ? 1 : std::get<0>(rows[0]) + 1;
}

Status begin(store::Session& session,
             const NewAlert& one,
             const std::vector<std::string>& sinks,
             const std::vector<AlertSilence>& silences,
             WallTime now) {
    SG_TRY(const auto known,
           session.select<std::int64_t>(
               "SELECT id FROM alert WHERE name = :p1 AND subject = :p2 AND ended = 0",
               {one.name, one.subject}));
    if (!known.empty() && !one.event) return {};
    SG_TRY(const std::int64_t id, next_id(session));
    SG_TRYV(session.execute(
        "INSERT INTO alert (id, name, subject, title, detail, raised, ended, end_detail) VALUES "
        "(:p1, :p2, :p3, :p4, :p5, :p6, :p7, '')",
        {id,
         one.name,
         one.subject,
         one.title,
         one.detail,
         to_column(now),
         one.event ? to_column(now) : std::int64_t{0}}));
    return add_notices(
        session, id, NoticeKind::raised, sinks, due_after_silence(silences, one.name, now));
}

Status end(store::Session& session,
           const AlertEnd& one,
           const std::vector<std::string>& sinks,
           const std::vector<AlertSilence>& silences,
           WallTime now) {
    const auto id = static_cast<std::int64_t>(one.id);
    SG_TRY(
        const auto rows,
        session.select<std::string>("SELECT name FROM alert WHERE id = :p1 AND ended = 0", {id}));
    if (rows.empty()) return {};
    const std::string& name = std::get<0>(rows[0]);
    SG_TRYV(session.execute("UPDATE alert SET ended = :p2, end_detail = :p3 WHERE id = :p1",
                            {id, to_column(now), one.detail}));
    const WallTime due = due_after_silence(silences, name, now);
    std::vector<std::string> told = sinks;
    if (due > now) {
        // Nobody was told that it began, so nobody has to be told that it is over.
        SG_TRY(const auto untold,
               session.select<std::string>(
                   "SELECT sink FROM alert_notice WHERE alert = :p1 AND kind = 'raised' AND "
                   "attempts = 0",
                   {id}));
        for (const auto& [sink] : untold)
            std::erase(told, sink);
        SG_TRYV(session.execute(
            "DELETE FROM alert_notice WHERE alert = :p1 AND kind = 'raised' AND attempts = 0",
            {id}));
    }
    return add_notices(session, id, NoticeKind::ended, told, due);
}

Status forget_old(store::Session& session) {
    SG_TRYV(session.execute(
        "DELETE FROM alert WHERE ended > 0 AND id NOT IN (SELECT id FROM alert WHERE ended > 0 "
        "ORDER BY id DESC LIMIT :p1) AND id NOT IN (SELECT alert FROM alert_notice)",
        {kKeptEnded}));
    return {};
}

Status check_name(std::string_view name) {
    std::vector<std::string_view> names;
    for (const AlertKind& kind : alert_kinds())
        names.push_back(kind.name);
    if (std::ranges::find(names, name) != names.end()) return {};
    const std::string_view best = name.size() <= 64 ? nearest(name, names) : "";
    std::string all;
    for (const std::string_view one : names)
        all.append(all.empty() ? "" : ", ").append(one);
    return no_such(
        "there is no alert named " + quoted(name) +
        (best.empty() ? "; there are " + all : "; did you mean '" + std::string(best) + "'?"));
}

std::string silence_json(std::optional<WallTime> until) {
    return until ? to_json(to_rfc3339(*until)) : std::string(kNothing);
}

}  // namespace

const std::vector<AlertKind>& alert_kinds() {
    static const std::vector<AlertKind> kinds{
        {kAlertUnmanagedDomain, "The first mail of a domain that is not managed", true},
        {kAlertMailLog, "The mail log cannot be written"},
        {kAlertSpool, "The spool cannot be written, so mail is not taken"},
        {kAlertDisk, "Little disk space is left"},
        {kAlertNextHop, "A next hop has not been reachable for some time"},
        {kAlertQueueAge, "A message has been waiting for long"},
        {kAlertCertificate, "The certificate of the listeners ends soon"},
    };
    return kinds;
}

std::string_view to_string(NoticeKind kind) {
    switch (kind) {
        case NoticeKind::raised:
            return "raised";
        case NoticeKind::ended:
            return "ended";
        case NoticeKind::test:
            return "test";
    }
    return "raised";
}

Result<AlertList> list_alerts(const Context& context, std::size_t recent) {
    AlertList list;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(list.active, load_active(session));
        SG_TRY(list.recent, load_ended(session, recent));
        SG_TRY(list.silences, load_silences(session, context.clock().now()));
        SG_TRY(const auto rows, session.select<std::int64_t>("SELECT COUNT(*) FROM alert_notice"));
        if (!rows.empty()) list.waiting_notices = static_cast<std::uint64_t>(std::get<0>(rows[0]));
        return {};
    }));
    return list;
}

Result<std::vector<Alert>> active_alerts(const Context& context) {
    std::vector<Alert> alerts;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(alerts, load_active(session));
        return {};
    }));
    return alerts;
}

Status record_alerts(Context& context,
                     const std::vector<NewAlert>& begun,
                     const std::vector<AlertEnd>& ended,
                     const std::vector<std::string>& sinks) {
    if (begun.empty() && ended.empty()) return {};
    const WallTime now = context.clock().now();
    return context.database().write([&](store::Session& session) -> Status {
        SG_TRY(const auto silences, load_silences(session, now));
        for (const AlertEnd& one : ended)
            SG_TRYV(end(session, one, sinks, silences, now));
        for (const NewAlert& one : begun)
            SG_TRYV(begin(session, one, sinks, silences, now));
        return forget_old(session);
    });
}

Result<std::vector<AlertNotice>> due_notices(const Context& context,
                                             std::string_view sink,
                                             std::size_t limit) {
    std::vector<AlertNotice> notices;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(const auto rows,
               (session.select<std::int64_t,
                               std::string,
                               std::string,
                               std::string,
                               std::string,
                               std::int64_t,
                               std::int64_t,
                               std::string,
                               std::string,
                               std::int64_t>(
                   "SELECT a.id, a.name, a.subject, a.title, a.detail, a.raised, a.ended, "
                   "a.end_detail, n.kind, n.attempts FROM alert_notice n JOIN alert a "
                   "ON a.id = n.alert WHERE n.sink = :p1 AND n.due <= :p2 AND (n.kind = 'raised' "
                   "OR NOT EXISTS (SELECT 1 FROM alert_notice b WHERE b.alert = n.alert AND "
                   "b.sink = n.sink AND b.kind = 'raised')) ORDER BY n.due, n.alert LIMIT :p3",
                   {std::string(sink),
                    to_column(context.clock().now()),
                    static_cast<std::int64_t>(limit)})));
        for (const auto& [id,
                          name,
                          subject,
                          title,
                          detail,
                          raised,
                          ended,
                          end_detail,
                          kind,
                          tried] : rows) {
            AlertNotice notice;
            notice.alert =
                alert_from({id, name, subject, title, detail, raised, ended, end_detail});
            notice.kind = kind == "ended" ? NoticeKind::ended : NoticeKind::raised;
            notice.sink = sink;
            notice.attempts = static_cast<std::uint64_t>(tried);
            notices.push_back(std::move(notice));
        }
        return {};
    }));
    return notices;
}

Status drop_notice(Context& context, const AlertNotice& notice) {
    return context.database().write([&](store::Session& session) -> Status {
        SG_TRYV(session.execute(
            "DELETE FROM alert_notice WHERE alert = :p1 AND kind = :p2 AND sink = :p3",
            {static_cast<std::int64_t>(notice.alert.id),
             std::string(to_string(notice.kind)),
             notice.sink}));
        return {};
    });
}

Status postpone_notice(Context& context, const AlertNotice& notice, WallTime due) {
    return context.database().write([&](store::Session& session) -> Status {
        SG_TRYV(
            session.execute("UPDATE alert_notice SET attempts = attempts + 1, due = :p4 WHERE "
                            "alert = :p1 AND kind = :p2 AND sink = :p3",
                            {static_cast<std::int64_t>(notice.alert.id),
                             std::string(to_string(notice.kind)),
                             notice.sink,
                             to_column(due)}));
        return {};
    });
}

Status drop_notices_except(Context& context, const std::vector<std::string>& sinks) {
    return context.database().write([&](store::Session& session) -> Status {
        SG_TRY(const auto rows,
               session.select<std::string>("SELECT DISTINCT sink FROM alert_notice"));
        for (const auto& [sink] : rows) {
            if (std::ranges::find(sinks, sink) != sinks.end()) continue;
            SG_TRYV(session.execute("DELETE FROM alert_notice WHERE sink = :p1", {sink}));
        }
        return {};
    });
}

Status silence_alert(Context& context,
                     const Actor& actor,
                     std::string_view name,
                     std::optional<WallTime> until) {
    SG_TRYV(check_name(name));
    const WallTime now = context.clock().now();
    if (until && (*until <= now || *until > now + kLongestSilence)) {
        return bad_input("a silence lasts from now on, and at most a year");
    }
    return Changer::record(
        context, actor, [&](store::Session& session, Journal& journal) -> Status {
            SG_TRY(const auto silences, load_silences(session, now));
            const auto before = std::ranges::find(silences, name, &AlertSilence::name);
            const auto was = before == silences.end() ? std::nullopt : std::optional(before->until);
            if (!until && !was) return {};
            SG_TRYV(session.execute("DELETE FROM alert_silence WHERE name = :p1 OR until <= :p2",
                                    {std::string(name), to_column(now)}));
            if (until) {
                SG_TRYV(session.execute(
                    "INSERT INTO alert_silence (name, until, set_by) VALUES (:p1, :p2, :p3)",
                    {std::string(name), to_column(*until), actor.name}));
            }
            // What waits already waits until then as well.
            SG_TRYV(
                session.execute("UPDATE alert_notice SET due = :p2 WHERE attempts = 0 AND alert IN "
                                "(SELECT id FROM alert WHERE name = :p1)",
                                {std::string(name), to_column(until.value_or(now))}));
            return journal.add("alert.silence", name, silence_json(was), silence_json(until));
        });
}

Result<std::vector<SinkAnswer>> test_alert(Context& context,
                                           const Actor& actor,
                                           std::string_view name) {
    SG_TRYV(check_name(name));
    SG_TRY(auto answers, context.try_alert(name));
    if (answers.empty()) {
        return fail(ErrorKind::conflict,
                    "admin.alert",
                    "no sink is configured; set alerts.mail_to, alerts.syslog or "
                    "alerts.webhook_url in the configuration file, and reload");
    }
    std::string after = "{";
    for (const SinkAnswer& answer : answers) {
        after += (after.size() > 1 ? "," : "") + to_json(answer.sink) + ":" +
                 to_json(answer.problem.empty() ? "taken" : answer.problem);
    }
    SG_TRYV(Changer::record(context, actor, [&](store::Session&, Journal& journal) {
        return journal.add("alert.test", name, kNothing, after + "}");
    }));
    return answers;
}

}  // namespace sealgate::admin
