// SPDX-License-Identifier: Apache-2.0
#include "store/migrations.h"

#include <fmt/format.h>

#include <string>

namespace sealgate::store {

namespace {

// Numbers are BIGINT for both engines; times are microseconds since 1970, UTC.
std::vector<Migration> make_migrations() {
    return {
        {"domains, routes, unmanaged senders, templates, audit",
         {
             R"(CREATE TABLE domain (
                    name TEXT NOT NULL PRIMARY KEY,
                    subdomains BIGINT NOT NULL,
                    added BIGINT NOT NULL,
                    added_by TEXT NOT NULL))",
             R"(CREATE TABLE route (
                    pattern TEXT NOT NULL PRIMARY KEY,
                    next_hop TEXT NOT NULL,
                    tls TEXT NOT NULL,
                    tls_name TEXT NOT NULL))",
             R"(CREATE TABLE unmanaged_setting (
                    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
                    action TEXT NOT NULL))",
             R"(CREATE TABLE unmanaged_override (
                    place BIGINT NOT NULL PRIMARY KEY,
                    listener TEXT NOT NULL,
                    network TEXT NOT NULL,
                    domain TEXT NOT NULL,
                    action TEXT NOT NULL))",
             R"(CREATE TABLE unmanaged_seen (
                    domain TEXT NOT NULL PRIMARY KEY,
                    messages BIGINT NOT NULL,
                    first_seen BIGINT NOT NULL,
                    last_seen BIGINT NOT NULL,
                    last_source TEXT NOT NULL,
                    last_action TEXT NOT NULL))",
             "CREATE INDEX unmanaged_seen_last ON unmanaged_seen (last_seen)",
             R"(CREATE TABLE template_override (
                    name TEXT NOT NULL PRIMARY KEY,
                    content TEXT NOT NULL,
                    changed BIGINT NOT NULL,
                    changed_by TEXT NOT NULL))",
             R"(CREATE TABLE file_declared (
                    object TEXT NOT NULL PRIMARY KEY,
                    content TEXT NOT NULL))",
             R"(CREATE TABLE audit (
                    number BIGINT NOT NULL PRIMARY KEY,
                    happened BIGINT NOT NULL,
                    actor TEXT NOT NULL,
                    via TEXT NOT NULL,
                    what TEXT NOT NULL,
                    object TEXT NOT NULL,
                    old_value TEXT NOT NULL,
                    new_value TEXT NOT NULL,
                    previous TEXT NOT NULL,
                    hash TEXT NOT NULL))",
             "CREATE INDEX audit_happened ON audit (happened)",
         }},
        {"routes: an authority of their own, pinned keys",
         {
             "ALTER TABLE route ADD COLUMN tls_ca_file TEXT NOT NULL DEFAULT ''",
             // 64 hex digits each, with blanks between them.
             "ALTER TABLE route ADD COLUMN tls_pins TEXT NOT NULL DEFAULT ''",
         }},
        {"templates in several languages, with HTML",
         {
             R"(CREATE TABLE template_text (
                    name TEXT NOT NULL,
                    language TEXT NOT NULL,
                    content TEXT NOT NULL,
                    html TEXT NOT NULL,
                    changed BIGINT NOT NULL,
                    changed_by TEXT NOT NULL,
                    PRIMARY KEY (name, language)))",
             "INSERT INTO template_text (name, language, content, html, changed, changed_by) "
             "SELECT name, '', content, '', changed, changed_by FROM template_override",
             "DROP TABLE template_override",
         }},
        {"alerts",
         {
             // `ended`: 0 while it lasts.
             R"(CREATE TABLE alert (
                    id BIGINT NOT NULL PRIMARY KEY,
                    name TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    title TEXT NOT NULL,
                    detail TEXT NOT NULL,
                    raised BIGINT NOT NULL,
                    ended BIGINT NOT NULL,
                    end_detail TEXT NOT NULL))",
             "CREATE INDEX alert_ended ON alert (ended, id)",
             // What has not reached its sink yet.
             R"(CREATE TABLE alert_notice (
                    alert BIGINT NOT NULL,
                    kind TEXT NOT NULL,
                    sink TEXT NOT NULL,
                    attempts BIGINT NOT NULL,
                    due BIGINT NOT NULL,
                    PRIMARY KEY (alert, kind, sink)))",
             R"(CREATE TABLE alert_silence (
                    name TEXT NOT NULL PRIMARY KEY,
                    until BIGINT NOT NULL,
                    set_by TEXT NOT NULL))",
         }},
    };
}

Result<std::int64_t> current_version(Connection& connection) {
    SG_TRY(const auto rows,
           connection.rows(
               "SELECT COALESCE(MAX(version), 0) FROM schema_version", {Column::number}, {}));
    return std::get<std::int64_t>(rows.at(0).at(0));
}

Status apply(Connection& connection, std::span<const Migration> steps) {
    SG_TRYV(
        connection.run("CREATE TABLE IF NOT EXISTS schema_version ("
                       "version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)"));
    SG_TRYV(connection.lock_out_writers());
    SG_TRY(const std::int64_t version, current_version(connection));
    const auto known = static_cast<std::int64_t>(steps.size());
    if (version > known) {
        return fail(ErrorKind::refused,
                    "store.migrations",
                    fmt::format("the database was written by a newer version of Sealgate (schema "
                                "{}, this version knows up to {}); start that version, or restore "
                                "a backup of before",
                                version,
                                known));
    }
    for (std::int64_t next = version + 1; next <= known; ++next) {
        const Migration& step = steps[static_cast<std::size_t>(next - 1)];
        for (const std::string_view statement : step.statements) {
            SG_TRYV(connection.run(std::string(statement)));
        }
        SG_TRYV(connection.execute("INSERT INTO schema_version (version, name) VALUES (:p1, :p2)",
                                   {next, std::string(step.name)}));
    }
    return {};
}

}  // namespace

const std::vector<Migration>& migrations() {
    static const std::vector<Migration> steps = make_migrations();
    return steps;
}

Status migrate(Connection& connection, std::span<const Migration> steps) {
    SG_TRYV(connection.begin_writing());
    auto done = apply(connection, steps);
    if (done) done = connection.run("COMMIT");
    // A failed roll-back means that the transaction is gone already.
    if (!done) std::ignore = connection.run("ROLLBACK");
    return done;
}

}  // namespace sealgate::store
