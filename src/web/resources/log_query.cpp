// SPDX-License-Identifier: Apache-2.0
#include "web/resources/log_query.h"

#include "maillog/query_terms.h"
#include "web/problem.h"
#include "web/resources/shared.h"

#include <algorithm>

namespace sealgate::web::resources {

namespace {

const std::vector<std::string_view> kLevels{"debug", "info", "notice", "warning", "error", "fatal"};

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::vector<Parameter> query_parameters() {
    return {{"text",
             Type::text,
             "Words and terms, all of which must hold; quotes make a phrase, a minus negates: "
             "from: to: domain: id: msgid: dir: status: is: larger: since: until: level: source: "
             "listener:"},
            {"id", Type::text, "Connection ID, trace ID, or message of the queue"},
            {"since", Type::time, "At or after it"},
            {"until", Type::time, "Before it"},
            {"level", Type::text, "This level or graver", kLevels},
            {"sender", Type::text, "Part of the address"},
            {"recipient", Type::text, "Part of the address"}};
}

Result<maillog::Query> query_of(const Call& call) {
    maillog::Query query;
    query.text = call.find("text").value_or("");
    if (const auto id = call.find("id")) {
        const auto term = maillog::parse_id_term(*id);
        if (!term) {
            return fail(ErrorKind::malformed,
                        "web.log",
                        "A connection ID looks like SMTP-00042, a trace ID like SMTP-00042.1.");
        }
        query.connection = term->connection;
        query.message = term->message;
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

std::optional<Response> query_problem(const Call& call) {
    const std::string text = call.find("text").value_or("");
    const auto terms = maillog::parse_terms(text, SystemClock().now());
    if (terms) return std::nullopt;
    const maillog::BadTerm& bad = terms.error();
    const std::string_view all = text;
    return problem({.status = 422,
                    .type = "malformed",
                    .title = "The input is not valid",
                    .detail = "The query cannot be understood: " + bad.what + ".",
                    .place = Place{.text = text,
                                   .position = characters(all.substr(0, bad.position)),
                                   .length = characters(all.substr(bad.position, bad.length))}});
}

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
         {"line", Type::text, Presence::required, "As in the log file"},
         {"direction", Type::text, Presence::required, "outbound, inbound or empty"},
         {"source", Type::text, Presence::required, "Address of the client, or empty"},
         {"listener", Type::text},
         {"tls", Type::text, Presence::required, "Version and cipher; empty: in clear"},
         {"size", Type::integer, Presence::optional, "Octets of the message"}}};
    return kSchema;
}

OrderedJson record_json(const maillog::Record& record, const std::string& tag) {
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
    out["direction"] = maillog::to_string(event.direction);
    out["source"] = event.source;
    out["listener"] = event.listener;
    out["tls"] = event.tls;
    if (event.size != 0) out["size"] = event.size;
    return out;
}

}  // namespace sealgate::web::resources
