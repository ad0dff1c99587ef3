// SPDX-License-Identifier: Apache-2.0
// What became of messages, made of the records of the mail log: one row for each recipient.
#include "maillog/query_terms.h"
#include "web/problem.h"
#include "web/resources.h"
#include "web/resources/log_query.h"
#include "web/resources/shared.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sealgate::web::resources {

namespace {

constexpr std::size_t kMostRecords = 10'000;  // of a message that is shown
constexpr std::size_t kMostConnections = 20;  // that brought messages of one Message-ID

const Schema& row_schema() {
    static const Schema kSchema{
        "MessageRow",
        "A recipient of a message and what became of it; foreign text in it is escaped",
        {{"id", Type::text, Presence::required, "Trace ID of the message, or connection ID"},
         {"connection_id", Type::text},
         {"message", Type::text, Presence::optional, "Message of the queue, 16 hex digits"},
         {"message_id", Type::text},
         {"sender", Type::text},
         {"recipient", Type::text},
         {"status", Type::text, Presence::required, "The verdict that was said last"},
         {"text", Type::text, Presence::required, "The words that say so"},
         {"first", Type::time, Presence::required, "Of its first event"},
         {"last", Type::time, Presence::required, "Of its last event"},
         {"direction", Type::text},
         {"source", Type::text, Presence::required, "Address of the client"},
         {"listener", Type::text},
         {"tls", Type::text, Presence::required, "Version and cipher; empty: in clear"},
         {"size", Type::integer, Presence::optional, "Octets"},
         {"trail", Type::list, Presence::optional, "Oldest first", {}, &record_schema()}}};
    return kSchema;
}

const Schema& page_schema() {
    static const Schema kSchema{
        "MessagePage",
        "Newest first. A page may be short, even empty, and have a next one",
        {{"items", Type::list, Presence::required, "", {}, &row_schema()},
         {"next_cursor", Type::text, Presence::optional},
         {"not_indexed", Type::integer, Presence::optional, "Records that were scanned"}}};
    return kSchema;
}

const Schema& shown_schema() {
    static const Schema kSchema{
        "ShownMessage",
        "All recipients that an ID stands for, and all events of their connections",
        {{"items", Type::list, Presence::required, "", {}, &row_schema()},
         {"trail", Type::list, Presence::required, "Oldest first", {}, &record_schema()},
         {"cut", Type::boolean, Presence::required, "There is more than is shown"}}};
    return kSchema;
}

OrderedJson to_json(const maillog::MessageRow& row) {
    OrderedJson out{
        {"id", row.message ? trace_id(row.connection, *row.message) : to_string(row.connection)},
        {"connection_id", to_string(row.connection)}};
    if (row.message) out["message"] = to_string(*row.message);
    out["message_id"] = row.message_id;
    out["sender"] = row.sender;
    out["recipient"] = row.recipient;
    out["status"] = maillog::to_string(row.status);
    out["text"] = row.text;
    out["first"] = to_rfc3339(row.first);
    out["last"] = to_rfc3339(row.last);
    out["direction"] = maillog::to_string(row.direction);
    out["source"] = row.source;
    out["listener"] = row.listener;
    out["tls"] = row.tls;
    if (row.size != 0) out["size"] = row.size;
    return out;
}

OrderedJson trail_json(const std::vector<maillog::Record>& records, const std::string& tag) {
    auto out = OrderedJson::array();
    for (const auto& record : records)
        out.push_back(record_json(record, tag));
    return out;
}

Result<Response> list(const Services& services, const Call& call) {
    if (auto wrong = query_problem(call)) return *std::move(wrong);
    SG_TRY(const auto query, query_of(call));
    SG_TRY(const auto page, services.log.messages(query));
    const auto tag = services.admin.settings()->mail_log.tag;
    OrderedJson out{{"items", OrderedJson::array()}};
    for (const auto& row : page.rows) {
        auto& item = out["items"].emplace_back(to_json(row));
        if (call.flag("trail")) item["trail"] = trail_json(row.trail, tag);
    }
    if (!page.next_cursor.empty()) out["next_cursor"] = page.next_cursor;
    if (page.not_indexed > 0) out["not_indexed"] = page.not_indexed;
    return json_response(out);
}

// Records of one connection, oldest first; of the connection as a whole and of `wanted` only, where
// that is said.
Result<bool> add_connection(maillog::MailLog& log,
                            const ConnectionId& connection,
                            const std::optional<std::set<MessageId>>& wanted,
                            std::vector<maillog::Record>& out) {
    maillog::Query query;
    query.connection = connection;
    query.limit = kMostRecords;
    SG_TRY(auto page, log.search(query));
    std::reverse(page.records.begin(), page.records.end());
    for (auto& record : page.records) {
        const auto& message = record.event.message;
        if (!wanted || !message || wanted->contains(*message)) out.push_back(std::move(record));
    }
    return !page.next_cursor.empty();
}

struct Found {
    std::vector<maillog::Record> records;
    bool cut = false;
};

Result<Found> find_by_message_id(maillog::MailLog& log, const std::string& id) {
    Found found;
    if (id.find('"') != std::string::npos) return found;  // no Message-ID that could be asked for
    maillog::Query query;
    query.text = "msgid:\"" + id + "\"";
    query.limit = kMostRecords;
    SG_TRY(const auto page, log.search(query));
    std::map<ConnectionId, std::set<MessageId>> connections;
    for (const auto& record : page.records) {
        if (!record.event.connection || !record.event.message) continue;
        if (!connections.contains(*record.event.connection) &&
            connections.size() == kMostConnections) {
            found.cut = true;
            break;
        }
        connections[*record.event.connection].insert(*record.event.message);
    }
    for (const auto& [connection, messages] : connections) {
        SG_TRY(const bool cut, add_connection(log, connection, messages, found.records));
        found.cut = found.cut || cut;
    }
    return found;
}

Result<Found> find(maillog::MailLog& log, const std::string& id) {
    const auto term = maillog::parse_id_term(id);
    if (!term) return find_by_message_id(log, id);
    Found found;
    std::optional<std::set<MessageId>> wanted;
    if (term->message) wanted = std::set{*term->message};
    SG_TRY(found.cut, add_connection(log, term->connection, wanted, found.records));
    return found;
}

Result<Response> show(const Services& services, const Call& call) {
    const auto& id = call.at("id");
    SG_TRY(const auto found, find(services.log, id));
    const auto rows = maillog::rows_of(found.records);
    if (rows.empty()) {
        return problem(ErrorKind::not_found,
                       "No recipient of a message stands in the mail log under this ID; 'log "
                       "search --id' shows all lines of a connection.");
    }
    const auto tag = services.admin.settings()->mail_log.tag;
    OrderedJson out{{"items", OrderedJson::array()}};
    for (const auto& row : rows)
        out["items"].push_back(to_json(row));
    out["trail"] = trail_json(found.records, tag);
    out["cut"] = found.cut;
    return json_response(out);
}

}  // namespace

void messages(Router& router, Services& services) {
    auto parameters = query_parameters();
    parameters.insert(parameters.end(),
                      {{"trail", Type::boolean, "With the events of each recipient"},
                       limit_parameter(),
                       cursor_parameter()});
    router.add({.method = Method::get,
                .path = "/api/v1/messages",
                .id = "listMessages",
                .summary = "What became of messages: a row for each recipient, newest first",
                .query = std::move(parameters),
                .answers = {{200, "One page", &page_schema()}},
                .handler = [&services](const Call& call) { return list(services, call); }});
    router.add({.method = Method::get,
                .path = "/api/v1/messages/{id}",
                .id = "showMessage",
                .summary = "The trail of a message: by trace ID, connection ID, message of the "
                           "queue, or Message-ID",
                .answers = {{200, "The message", &shown_schema()}},
                .handler = [&services](const Call& call) { return show(services, call); }});
}

}  // namespace sealgate::web::resources
