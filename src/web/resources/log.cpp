// SPDX-License-Identifier: Apache-2.0
// The mail log: search, and what was written after a given record.
#include "base/text.h"
#include "web/problem.h"
#include "web/resources.h"
#include "web/resources/shared.h"

namespace sealgate::web::resources {

namespace {

const std::vector<std::string_view> kLevels{"debug", "info", "notice", "warning", "error", "fatal"};

// Pages that one request may look through for records newer than `after`.
constexpr std::size_t kFollowPages = 20;

const Schema& record_schema() {
    static const Schema kSchema{
        "LogRecord",
        "An event of the mail log; foreign text in it is escaped",
        {{"sequence", Type::integer, Presence::required, "Counts from 1, never reused"},
         {"time", Type::time},
         {"level", Type::text},
         {"id", Type::text, Presence::required, "Connection ID, or empty"},
         {"message", Type::text, Presence::optional, "Message of the queue, 16 hex digits"},
         {"message_id", Type::text},
         {"sender", Type::text},
         {"recipient", Type::text},
         {"verdict", Type::text},
         {"text", Type::text, Presence::required, "Without the connection ID"},
         {"line", Type::text, Presence::required, "As in the log file"}}};
    return kSchema;
}

const Schema& page_schema() {
    static const Schema kSchema{
        "LogPage",
        "Newest first; oldest first with `after`",
        {{"items", Type::list, Presence::required, "", {}, &record_schema()},
         {"next_cursor", Type::text, Presence::optional},
         {"last_sequence", Type::integer, Presence::required, "Of the newest record looked at"},
         {"not_indexed", Type::integer, Presence::optional, "Records that were scanned"}}};
    return kSchema;
}

OrderedJson to_json(const maillog::Record& record, const std::string& tag) {
    const auto& event = record.event;
    OrderedJson out{{"sequence", record.sequence},
                    {"time", to_rfc3339(event.time)},
                    {"level", maillog::to_string(event.level)},
                    {"id", event.connection ? to_string(*event.connection) : std::string()}};
    if (event.message) out["message"] = to_string(*event.message);
    out["message_id"] = event.message_id;
    out["sender"] = event.sender;
    out["recipient"] = event.recipient;
    out["verdict"] = maillog::to_string(event.verdict);
    out["text"] = event.text;
    out["line"] = maillog::render_line(event, tag, record.pid);
    return out;
}

Result<maillog::Query> parse_query(const Call& call) {
    maillog::Query query;
    query.text = call.find("text").value_or("");
    if (const auto id = call.find("id")) {
        // A trace ID has the number of the message behind it; the lines are those of its
        // connection.
        const auto dot = std::min(id->find('.'), id->size());
        query.connection = parse_connection_id(std::string_view(*id).substr(0, dot));
        if (!query.connection || (dot < id->size() && !parse_number(id->substr(dot + 1)))) {
            return fail(ErrorKind::malformed,
                        "web.log",
                        "A connection ID looks like SMTP-00042, a trace ID like SMTP-00042.1.");
        }
    }
    query.since = time_parameter(call, "since");
    query.until = time_parameter(call, "until");
    if (const auto level = call.find("level")) query.least = maillog::parse_level(*level);
    query.sender = call.find("sender").value_or("");
    query.recipient = call.find("recipient").value_or("");
    query.limit = page_size(call);
    query.cursor = call.find("cursor").value_or("");
    return query;
}

bool has_filter(const maillog::Query& query) {
    return !query.text.empty() || query.connection || query.since || query.until || query.least ||
           !query.sender.empty() || !query.recipient.empty();
}

Result<Response> search(const Services& services, const maillog::Query& query) {
    // Taken before the search: what is written meanwhile must be found by the next look.
    const auto last = services.log.last_sequence();
    SG_TRY(const auto page, services.log.search(query));
    const auto tag = services.admin.settings()->mail_log.tag;
    OrderedJson out{{"items", OrderedJson::array()}};
    for (const auto& record : page.records)
        out["items"].push_back(to_json(record, tag));
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
    std::vector<maillog::Record> found;
    for (std::size_t pages = 0; pages < kFollowPages; ++pages) {
        SG_TRY(auto page, log.search(query));
        bool reached = page.next_cursor.empty();
        for (auto& record : page.records) {
            reached = reached || record.sequence <= sequence;
            if (record.sequence > sequence) found.push_back(std::move(record));
        }
        if (reached) break;
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
        out["items"].push_back(to_json(record, tag));
    // Without a filter a full page may end before `last`; found records may also lie behind it.
    if (!records->empty() && (!has_filter(query) || records->back().sequence > last)) {
        last = records->back().sequence;
    }
    out["last_sequence"] = std::max(last, sequence);
    return json_response(out);
}

Result<Response> look(const Services& services, const Call& call) {
    SG_TRY(const auto query, parse_query(call));
    if (!call.find("after")) return search(services, query);
    if (!query.cursor.empty()) {
        return problem(ErrorKind::malformed, "Give either 'after' or 'cursor'.");
    }
    return follow(services, query, call.number("after", 0));
}

}  // namespace

void log(Router& router, Services& services) {
    router.add(
        {.method = Method::get,
         .path = "/api/v1/log",
         .id = "searchLog",
         .summary = "Searches the mail log, newest first; with `after`, what came since then",
         .query = {{"text", Type::text, "Words, all of which must occur; quotes make a phrase"},
                   {"id", Type::text, "Connection ID"},
                   {"since", Type::time, "At or after it"},
                   {"until", Type::time, "Before it"},
                   {"level", Type::text, "This level or graver", kLevels},
                   {"sender", Type::text, "Part of the address"},
                   {"recipient", Type::text, "Part of the address"},
                   {"after", Type::integer, "Only records after this sequence, oldest first"},
                   limit_parameter(),
                   cursor_parameter()},
         .answers = {{200, "One page", &page_schema()}},
         .handler = [&services](const Call& call) { return look(services, call); }});
}

}  // namespace sealgate::web::resources
