// SPDX-License-Identifier: Apache-2.0
// The queue: messages that are accepted and not finished.
#include "admin/queue_audit.h"
#include "base/text.h"
#include "web/problem.h"
#include "web/resources.h"
#include "web/resources/shared.h"

namespace sealgate::web::resources {

namespace {

using admin::QueueState;

const Schema& recipient_schema() {
    static const Schema kSchema{
        "QueuedRecipient",
        "",
        {{"address", Type::text},
         {"state",
          Type::text,
          Presence::required,
          "",
          {"pending", "held", "delivered", "bounced", "discarded", "failed"}},
         {"attempts", Type::integer},
         {"next_attempt", Type::time, Presence::optional},
         {"note", Type::text, Presence::required, "The last reply, or the reason"}}};
    return kSchema;
}

const Schema& item_schema() {
    static const Schema kSchema{
        "QueuedMessage",
        "",
        {{"id", Type::text, Presence::required, "16 hex digits"},
         {"connection_id", Type::text},
         {"trace_id", Type::text, Presence::required, "As in our 250 and our Received field"},
         {"received", Type::time},
         {"sender", Type::text, Presence::required, "Empty: the null sender"},
         {"size", Type::integer, Presence::required, "Octets"},
         {"next_hop", Type::text},
         {"recipients", Type::list, Presence::required, "", {}, &recipient_schema()}}};
    return kSchema;
}

const Schema& list_schema() {
    static const Schema kSchema{"Queue",
                                "Oldest first",
                                {{"items", Type::list, Presence::required, "", {}, &item_schema()},
                                 {"next_cursor", Type::text, Presence::optional}}};
    return kSchema;
}

const Schema& destination_schema() {
    static const Schema kSchema{"QueueDestination",
                                "",
                                {{"next_hop", Type::text},
                                 {"messages", Type::integer},
                                 {"next_attempt", Type::time, Presence::optional},
                                 {"note", Type::text, Presence::required, "Why it waits"}}};
    return kSchema;
}

const Schema& stats_schema() {
    static const Schema kSchema{"QueueStats",
                                "",
                                {{"messages", Type::integer},
                                 {"octets", Type::integer},
                                 {"pending_recipients", Type::integer},
                                 {"held_recipients", Type::integer},
                                 {"oldest", Type::time, Presence::optional},
                                 {"destinations",
                                  Type::list,
                                  Presence::required,
                                  "Most messages first",
                                  {},
                                  &destination_schema()}}};
    return kSchema;
}

const Schema& action_schema() {
    static const Schema kSchema{
        "QueueAction",
        "Either ids or all",
        {{"action", Type::text, Presence::required, "", {"retry", "hold", "release", "delete"}},
         {"ids",
          Type::texts,
          Presence::optional,
          "Messages: 16 hex digits, SMTP-00042.1, or SMTP-00042 for all of a connection"},
         {"all", Type::boolean, Presence::optional, "Every message of the queue"},
         {"dry_run", Type::boolean, Presence::optional, "Only say what would change"},
         {"reason", Type::text, Presence::optional, "For the mail log and the audit log"}}};
    return kSchema;
}

const Schema& change_schema() {
    static const Schema kSchema{
        "QueueChange",
        "",
        {{"changed", Type::texts},
         {"unchanged", Type::texts, Presence::required, "There was nothing to do for them"},
         {"held", Type::texts, Presence::optional, "Not retried: they are held; release them"},
         {"not_found", Type::texts}}};
    return kSchema;
}

OrderedJson to_json(const admin::QueueItem& item) {
    OrderedJson out{{"id", to_string(item.id)},
                    {"connection_id", to_string(item.connection)},
                    {"trace_id", item.trace},
                    {"received", to_rfc3339(item.received)},
                    {"sender", item.sender},
                    {"size", item.size},
                    {"next_hop", item.next_hop},
                    {"recipients", OrderedJson::array()}};
    for (const auto& recipient : item.recipients) {
        OrderedJson entry{{"address", recipient.address},
                          {"state", admin::to_string(recipient.state)},
                          {"attempts", recipient.attempts}};
        put_time(entry, "next_attempt", recipient.next_attempt);
        entry["note"] = recipient.note;
        out["recipients"].push_back(std::move(entry));
    }
    return out;
}

OrderedJson to_json(const std::vector<MessageId>& ids) {
    OrderedJson out = OrderedJson::array();
    for (const auto id : ids)
        out.push_back(to_string(id));
    return out;
}

Result<Response> list(const Services& services, const Call& call) {
    admin::QueueFilter filter;
    if (const auto state = call.find("state")) {
        filter.state = *state == "held" ? QueueState::held : QueueState::pending;
    }
    filter.sender = call.find("sender").value_or("");
    filter.recipient = call.find("recipient").value_or("");
    filter.next_hop = call.find("next_hop").value_or("");
    SG_TRY(const auto page,
           services.gateway.list_queue(filter, call.find("cursor").value_or(""), page_size(call)));
    OrderedJson out{{"items", OrderedJson::array()}};
    for (const auto& item : page.items)
        out["items"].push_back(to_json(item));
    if (!page.next_cursor.empty()) out["next_cursor"] = page.next_cursor;
    return json_response(out);
}

std::unexpected<Error> bad_name() {
    return fail(
        ErrorKind::malformed,
        "web.queue",
        "A message of the queue is named by 16 hex digits, as 'queue list' shows them, or by "
        "its connection: SMTP-00042.1, or SMTP-00042 for all messages of it.");
}

// The messages that a name means; none: it is well-formed, and nothing in the queue has it.
Result<std::vector<MessageId>> find_named(admin::Gateway& gateway, std::string_view name) {
    if (const auto id = parse_message_id(name)) return std::vector{*id};
    const auto dot = name.find('.');
    const auto connection = parse_connection_id(name.substr(0, dot));
    if (!connection) return bad_name();
    std::optional<std::uint64_t> number;
    if (dot != std::string_view::npos) {
        number = parse_number(name.substr(dot + 1));
        if (!number) return bad_name();
    }
    return gateway.find_queued(*connection, number);
}

Result<Response> show(const Services& services, const Call& call) {
    const auto& name = call.at("id");
    SG_TRY(const auto found, find_named(services.gateway, name));
    if (found.empty()) {
        return problem(
            ErrorKind::not_found,
            "No message of this connection is in the queue; what became of it is in the mail log.");
    }
    if (found.size() > 1) {
        std::string names;
        for (const auto id : found)
            names += (names.empty() ? "" : ", ") + to_string(id);
        return problem(
            ErrorKind::malformed,
            "Several messages of this connection are in the queue, name one: " + names + ".");
    }
    SG_TRY(const auto item, services.gateway.show_queued(found.front()));
    return json_response(to_json(item));
}

Result<Response> stats(const Services& services, const Call& /*call*/) {
    const auto stats = services.gateway.queue_stats();
    OrderedJson out{{"messages", stats.messages},
                    {"octets", stats.octets},
                    {"pending_recipients", stats.pending_recipients},
                    {"held_recipients", stats.held_recipients}};
    put_time(out, "oldest", stats.oldest);
    out["destinations"] = OrderedJson::array();
    for (const auto& destination : stats.destinations) {
        OrderedJson entry{{"next_hop", destination.next_hop}, {"messages", destination.messages}};
        put_time(entry, "next_attempt", destination.next_attempt);
        entry["note"] = destination.note;
        out["destinations"].push_back(std::move(entry));
    }
    return json_response(out);
}

struct Wanted {
    admin::QueueSelection selection;
    std::vector<std::string> not_found;  // names of connections without a message in the queue
};

Result<Wanted> parse_selection(admin::Gateway& gateway, const Call& call) {
    const Json& body = call.body;
    Wanted wanted;
    admin::QueueSelection& selection = wanted.selection;
    selection.all = body.value("all", false);
    selection.dry_run = body.value("dry_run", false);
    selection.by = call.request.caller.name;
    selection.reason = body.value("reason", "");
    const bool named = body.contains("ids") && !body["ids"].empty();
    if (selection.all == named) {
        return fail(
            ErrorKind::malformed, "web.queue", "Name messages in ids, or set all, not both.");
    }
    if (!named) return wanted;
    for (const auto& text : body["ids"]) {
        const auto name = text.get<std::string>();
        SG_TRY(const auto found, find_named(gateway, name));
        if (found.empty()) wanted.not_found.push_back(name);
        for (const auto id : found) {
            if (std::ranges::find(selection.ids, id) == selection.ids.end())
                selection.ids.push_back(id);
        }
    }
    return wanted;
}

Result<admin::QueueChange> apply(admin::Gateway& gateway,
                                 const std::string& action,
                                 const admin::QueueSelection& selection) {
    if (action == "retry") return gateway.retry_queued(selection);
    if (action == "hold") return gateway.hold_queued(selection);
    if (action == "release") return gateway.release_queued(selection);
    return gateway.delete_queued(selection);
}

void append(std::vector<MessageId>& to, const std::vector<MessageId>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

// First what would change is looked up and written to the audit log, then exactly that is changed.
Result<admin::QueueChange> act_recorded(const Services& services,
                                        const Call& call,
                                        const std::string& action,
                                        admin::QueueSelection selection) {
    admin::QueueSelection look = selection;
    look.dry_run = true;
    SG_TRY(auto planned, apply(services.gateway, action, look));
    if (selection.dry_run || planned.changed.empty()) return planned;
    SG_TRYV(admin::record_queue_action(
        services.admin, actor(call), action, planned.subjects, selection.reason));
    selection.all = false;
    selection.ids = std::move(planned.changed);
    SG_TRY(auto change, apply(services.gateway, action, selection));
    append(change.unchanged, planned.unchanged);
    append(change.held, planned.held);
    append(change.not_found, planned.not_found);
    return change;
}

Result<Response> act(const Services& services, const Call& call) {
    SG_TRY(auto wanted, parse_selection(services.gateway, call));
    admin::QueueChange change;
    if (wanted.selection.all || !wanted.selection.ids.empty()) {
        SG_TRY(change,
               act_recorded(services,
                            call,
                            call.body["action"].get<std::string>(),
                            std::move(wanted.selection)));
    }
    OrderedJson missing = to_json(change.not_found);
    for (auto& name : wanted.not_found)
        missing.push_back(std::move(name));
    if (!missing.empty() && change.changed.empty() && change.unchanged.empty()) {
        return problem(ErrorKind::not_found,
                       "None of these messages is in the queue; they may be finished already.");
    }
    const unsigned status = missing.empty() ? 200 : 207;
    OrderedJson out{{"changed", to_json(change.changed)}, {"unchanged", to_json(change.unchanged)}};
    if (!change.held.empty()) out["held"] = to_json(change.held);
    out["not_found"] = std::move(missing);
    return json_response(out, status);
}

}  // namespace

void queue(Router& router, Services& services) {
    const auto bind = [&services](auto function) {
        return [&services, function](const Call& call) { return function(services, call); };
    };
    router.add({.method = Method::get,
                .path = "/api/v1/queue",
                .id = "listQueue",
                .summary = "Messages that are accepted and not finished, oldest first",
                .query = {{"state", Type::text, "", {"pending", "held"}},
                          {"sender", Type::text, "Part of the address"},
                          {"recipient", Type::text, "Part of the address"},
                          {"next_hop", Type::text, "Part of it"},
                          limit_parameter(),
                          cursor_parameter()},
                .answers = {{200, "One page", &list_schema()}},
                .handler = bind(list)});
    router.add({.method = Method::get,
                .path = "/api/v1/queue/stats",
                .id = "queueStats",
                .summary = "The queue in numbers",
                .answers = {{200, "The numbers", &stats_schema()}},
                .handler = bind(stats)});
    router.add({.method = Method::get,
                .path = "/api/v1/queue/{id}",
                .id = "showQueued",
                .summary = "One message of the queue",
                .answers = {{200, "The message", &item_schema()}},
                .handler = bind(show)});
    router.add({.method = Method::post,
                .path = "/api/v1/queue/actions",
                .id = "actOnQueue",
                .summary = "Retries, holds, releases or deletes messages of the queue",
                .access = Access::change,
                .request = &action_schema(),
                .answers = {{200, "Done", &change_schema()},
                            {207, "Some of the messages are not in the queue", &change_schema()}},
                .handler = bind(act)});
}

}  // namespace sealgate::web::resources
