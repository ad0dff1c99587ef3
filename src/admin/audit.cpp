// SPDX-License-Identifier: Apache-2.0
#include "admin/audit.h"

#include "admin/audit_chain.h"
#include "admin/change.h"
#include "admin/sentence.h"
#include "admin/stored.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "store/database.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace sealgate::admin {

namespace {

constexpr std::size_t kMaxFound = 10'000;
constexpr std::int64_t kPage = 1000;  // records read in one transaction by verify

using Columns = std::tuple<std::int64_t,
                           std::int64_t,
                           std::string,
                           std::string,
                           std::string,
                           std::string,
                           std::string,
                           std::string,
                           std::string,
                           std::string>;

AuditRecord record_from(const Columns& row) {
    AuditRecord record;
    record.number = static_cast<std::uint64_t>(std::get<0>(row));
    record.time = from_column(std::get<1>(row));
    std::tie(std::ignore,
             std::ignore,
             record.actor,
             record.via,
             record.action,
             record.object,
             record.before,
             record.after,
             record.previous,
             record.hash) = row;
    return record;
}

Result<std::vector<AuditRecord>> select(store::Session& session,
                                        std::string_view sql,
                                        const std::vector<store::Value>& parameters) {
    SG_TRY(const auto rows,
           (session.select<std::int64_t,
                           std::int64_t,
                           std::string,
                           std::string,
                           std::string,
                           std::string,
                           std::string,
                           std::string,
                           std::string,
                           std::string>(sql, parameters)));
    std::vector<AuditRecord> records;
    records.reserve(rows.size());
    for (const Columns& row : rows)
        records.push_back(record_from(row));
    return records;
}

// A LIKE pattern for a text anywhere (or at the start), with '!' as its escape.
std::string pattern_of(std::string_view text, bool anywhere) {
    std::string pattern = anywhere ? "%" : "";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '!') pattern += '!';
        pattern += anywhere ? ascii_lower(c) : c;
    }
    return pattern + "%";
}

std::int64_t column_or(const std::optional<WallTime>& time, std::int64_t otherwise) {
    return time ? to_column(*time) : otherwise;
}

// What is wrong with a record, given the one before it; "" = nothing.
std::string fault_of(const AuditRecord& record, std::uint64_t number, const std::string& previous) {
    if (record.number != number) {
        return fmt::format("record {} is missing: the next one is {}", number, record.number);
    }
    if (record.previous != previous) {
        return fmt::format(
            "record {} does not continue the one before it: one of the two was "
            "replaced, or others between them were removed",
            number);
    }
    if (record.hash != hash_of(record)) {
        return fmt::format("record {} was altered: its hash does not fit its content", number);
    }
    return "";
}

}  // namespace

std::string chain_start() {
    return std::string(2 * crypto::kSha256Size, '0');
}

std::string hash_of(const AuditRecord& record) {
    crypto::Sha256 digest;
    digest.update("sealgate audit 1\n");
    // Each field with its length in front, so that no two records give the same text.
    for (const std::string& field : {std::to_string(record.number),
                                     to_rfc3339(record.time),
                                     record.actor,
                                     record.via,
                                     record.action,
                                     record.object,
                                     record.before,
                                     record.after,
                                     record.previous}) {
        digest.update(fmt::format("{}:", field.size()));
        digest.update(field);
        digest.update("\n");
    }
    return to_hex(digest.finish());
}

Status Journal::find_end() {
    SG_TRY(const auto rows,
           (session_.select<std::int64_t, std::string>(
               "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")));
    last_number_ = rows.empty() ? 0 : static_cast<std::uint64_t>(std::get<0>(rows[0]));
    last_hash_ = rows.empty() ? chain_start() : std::get<1>(rows[0]);
    return {};
}

Status Journal::add(std::string_view action,
                    std::string_view object,
                    std::string_view before,
                    std::string_view after) {
    if (added_ == 0) SG_TRYV(find_end());
    AuditRecord record;
    record.number = last_number_ + 1;
    record.time = time_;
    record.actor = escape_for_log(actor_.name);
    record.via = escape_for_log(actor_.via);
    record.action = action;
    record.object = escape_for_log(object);
    record.before = before;
    record.after = after;
    record.previous = last_hash_;
    record.hash = hash_of(record);
    SG_TRYV(session_.execute(
        "INSERT INTO audit (number, happened, actor, via, what, object, old_value, new_value, "
        "previous, hash) VALUES (:p1, :p2, :p3, :p4, :p5, :p6, :p7, :p8, :p9, :p10)",
        {static_cast<std::int64_t>(record.number),
         to_column(record.time),
         record.actor,
         record.via,
         record.action,
         record.object,
         record.before,
         record.after,
         record.previous,
         record.hash}));
    ++added_;
    last_number_ = record.number;
    last_hash_ = record.hash;
    return {};
}

Result<std::vector<AuditRecord>> search_audit(const Context& context, const AuditQuery& query) {
    constexpr auto kEnd = std::numeric_limits<std::int64_t>::max();
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxFound);
    const std::string action = query.action.value_or("");
    const bool prefix = action.empty() || action.ends_with('.');
    const std::string text = pattern_of(query.text.value_or(""), true);
    const std::int64_t below =
        query.below ? static_cast<std::int64_t>(std::min(*query.below, std::uint64_t{kEnd})) : kEnd;
    std::vector<AuditRecord> found;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(found,
               select(session,
                      "SELECT number, happened, actor, via, what, object, old_value, new_value, "
                      "previous, hash FROM audit WHERE number < :p1 AND happened >= :p2 AND "
                      "happened < :p3 AND (:p4 = 1 OR actor = :p5) AND "
                      "((:p6 = 1 AND what LIKE :p7 ESCAPE '!') OR what = :p8) AND "
                      "(LOWER(object) LIKE :p9 ESCAPE '!' OR LOWER(old_value) LIKE :p10 ESCAPE '!' "
                      "OR LOWER(new_value) LIKE :p11 ESCAPE '!' OR what LIKE :p12 ESCAPE '!') "
                      "ORDER BY number DESC LIMIT :p13",
                      {below,
                       column_or(query.since, std::numeric_limits<std::int64_t>::min()),
                       column_or(query.until, kEnd),
                       std::int64_t{query.actor ? 0 : 1},
                       query.actor.value_or(""),
                       std::int64_t{prefix ? 1 : 0},
                       pattern_of(action, false),
                       action,
                       text,
                       text,
                       text,
                       text,
                       static_cast<std::int64_t>(limit)}));
        return {};
    }));
    return found;
}

Result<AuditVerdict> verify_audit(const Context& context) {
    AuditVerdict verdict;
    verdict.head = chain_start();
    // In pages, so that changes need not wait for the end. Records are only ever appended: each
    // page makes progress, and the loop ends when one is not full.
    for (;;) {
        std::vector<AuditRecord> page;
        SG_TRYV(context.database().read([&](store::Session& session) -> Status {
            SG_TRY(page,
                   select(session,
                          "SELECT number, happened, actor, via, what, object, old_value, "
                          "new_value, previous, hash FROM audit WHERE number > :p1 "
                          "ORDER BY number LIMIT :p2",
                          {static_cast<std::int64_t>(verdict.records), kPage}));
            return {};
        }));
        for (const AuditRecord& record : page) {
            const std::uint64_t number = verdict.records + 1;
            verdict.problem = fault_of(record, number, verdict.head);
            if (!verdict.problem.empty()) {
                verdict.first_bad = number;
                return verdict;
            }
            verdict.records = number;
            verdict.head = record.hash;
        }
        if (page.size() < static_cast<std::size_t>(kPage)) return verdict;
    }
}

}  // namespace sealgate::admin
