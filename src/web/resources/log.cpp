// SPDX-License-Identifier: Apache-2.0
// The mail log: search, and what was written after a given record.
#include "web/problem.h"
#include "web/resources.h"
#include "web/resources/log_query.h"
#include "web/resources/shared.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sealgate::web::resources {

namespace {

// Pages that one request may look through for records newer than `after`.
constexpr std::size_t kFollowPages = 20;

const Schema& page_schema() {
    static const Schema kSchema{
        "LogPage",
        "Newest first; oldest first with `after`. A page may be short, even empty, and have a next "
        "one",
        {{"items", Type::list, Presence::required, "", {}, &record_schema()},
         {"next_cursor", Type::text, Presence::optional},
         {"last_sequence", Type::integer, Presence::required, "Of the newest record looked at"},
         {"not_indexed", Type::integer, Presence::optional, "Records that were scanned"}}};
    return kSchema;
}

bool has_filter(const maillog::Query& query) {
    return !query.text.empty() || query.connection || query.since || query.until || query.least ||
           !query.sender.empty() || !query.recipient.empty();
}

// So long is a page looked for; then it is sent as it is.
constexpr std::chrono::milliseconds kPatience{150};

Result<Response> search(const Services& services, maillog::Query query) {
    query.patience = kPatience;
    // Taken before the search: what is written meanwhile must be found by the next look.
    const auto last = services.log.last_sequence();
    SG_TRY(const auto page, services.log.search(query));
    const auto tag = services.admin.settings()->mail_log.tag;
    OrderedJson out{{"items", OrderedJson::array()}};
    for (const auto& record : page.records)
        out["items"].push_back(record_json(record, tag));
    if (!page.next_cursor.empty()) out["next_cursor"] = page.next_cursor;
    out["last_sequence"] = last;
    if (page.not_indexed > 0) out["not_indexed"] = page.not_indexed;
    return json_response(out);
}

// Records after `sequence` that fit the query, oldest first. The search goes backwards from the
// newest, so that it understands words exactly as a plain search does.
Result<std::vector<maillog::Record>> newer(maillog::MailLog& log,
                                           maillog::Query query,
                                           std::uint64_t sequence) {
    query.after = sequence;
    std::vector<maillog::Record> found;
    for (std::size_t pages = 0; pages < kFollowPages; ++pages) {
        SG_TRY(auto page, log.search(query));
        std::ranges::move(page.records, std::back_inserter(found));
        if (page.next_cursor.empty()) break;
        query.cursor = page.next_cursor;
    }
    std::reverse(found.begin(), found.end());
    return found;
}

Result<Response> follow(const Services& services,
                        const maillog::Query& query,
                        std::uint64_t sequence) {
    auto last = services.log.last_sequence();
    Result<std::vector<maillog::Record>> records;
    if (last <= sequence) {
        records->clear();
    } else if (has_filter(query)) {
        records = newer(services.log, query, sequence);
    } else {
        records = services.log.after(sequence, query.limit);
    }
    if (!records) return fail(std::move(records).error());
    const auto tag = services.admin.settings()->mail_log.tag;
    OrderedJson out{{"items", OrderedJson::array()}};
    for (const auto& record : *records)
        out["items"].push_back(record_json(record, tag));
    // Without a filter a full page may end before `last`; found records may also lie behind it.
    if (!records->empty() && (!has_filter(query) || records->back().sequence > last)) {
        last = records->back().sequence;
    }
    out["last_sequence"] = std::max(last, sequence);
    return json_response(out);
}

Result<Response> look(const Services& services, const Call& call) {
    if (auto wrong = query_problem(call)) return *std::move(wrong);
    SG_TRY(const auto query, query_of(call));
    if (!call.find("after")) return search(services, query);
    if (!query.cursor.empty()) {
        return problem(ErrorKind::malformed, "Give either 'after' or 'cursor'.");
    }
    return follow(services, query, call.number("after", 0));
}

const Schema& counts_schema() {
    static const Schema kSchema{
        "LogCounts",
        "Events of the mail log; one of the three groups, as asked for",
        {{"total", Type::integer},
         {"verdicts", Type::numbers, Presence::optional},
         {"levels", Type::numbers, Presence::optional},
         {"domains",
          Type::numbers,
          Presence::optional,
          "By domain of the recipient; \"\" for events without one. At most 1000, the largest"},
         {"other", Type::integer, Presence::optional, "Events of further domains"},
         {"not_indexed", Type::integer, Presence::optional, "Records that were scanned"}}};
    return kSchema;
}

constexpr std::size_t kMostGroups = 1000;

// The largest groups in `object`, the number of all others returned.
std::uint64_t put_groups(OrderedJson& object, const maillog::Counts& counts) {
    std::vector<std::pair<std::string, std::uint64_t>> groups(counts.groups.begin(),
                                                              counts.groups.end());
    std::ranges::sort(groups, [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    object = OrderedJson::object();
    std::uint64_t other = counts.other;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (i < kMostGroups) {
            object[groups[i].first] = groups[i].second;
        } else {
            other += groups[i].second;
        }
    }
    return other;
}

Result<Response> count(const Services& services, const Call& call) {
    if (auto wrong = query_problem(call)) return *std::move(wrong);
    SG_TRY(const auto query, query_of(call));
    const auto by = call.find("by").value_or("verdict");
    const bool domains = by == "domain";
    const bool levels = by == "level";
    SG_TRY(const auto counts,
           services.log.count(query,
                              domains  ? maillog::CountBy::domain
                              : levels ? maillog::CountBy::level
                                       : maillog::CountBy::verdict));
    OrderedJson out{{"total", counts.total}};
    const auto other =
        put_groups(out[domains ? "domains" : (levels ? "levels" : "verdicts")], counts);
    if (other > 0) out["other"] = other;
    if (counts.not_indexed > 0) out["not_indexed"] = counts.not_indexed;
    return json_response(out);
}

}  // namespace

void log(Router& router, Services& services) {
    auto parameters = query_parameters();
    parameters.insert(parameters.end(),
                      {{"after", Type::integer, "Only records after this sequence, oldest first"},
                       limit_parameter(),
                       cursor_parameter()});
    router.add(
        {.method = Method::get,
         .path = "/api/v1/log",
         .id = "searchLog",
         .summary = "Searches the mail log, newest first; with `after`, what came since then",
         .query = std::move(parameters),
         .answers = {{200, "One page", &page_schema()}},
         .handler = [&services](const Call& call) { return look(services, call); }});
    parameters = query_parameters();
    parameters.push_back(
        {"by", Type::text, "What the groups are; default verdict", {"verdict", "domain", "level"}});
    router.add({.method = Method::get,
                .path = "/api/v1/log/counts",
                .id = "countLog",
                .summary = "Counts what a search would find",
                .query = std::move(parameters),
                .answers = {{200, "The counts", &counts_schema()}},
                .handler = [&services](const Call& call) { return count(services, call); }});
}

}  // namespace sealgate::web::resources
