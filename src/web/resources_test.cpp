// SPDX-License-Identifier: Apache-2.0
// Every resource over the real store and mail log. Each answer is checked against the OpenAPI
// document that the server itself gives out.
#include "web/resources.h"

#include "admin/alerts.h"
#include "admin/unmanaged.h"
#include "base/text.h"
#include "web/json.h"
#include "web/server.h"
#include "web/target.h"
#include "web/test_services.h"

#include <gtest/gtest.h>

#include <set>

namespace sealgate::web {
namespace {

// As much of JSON Schema as the document uses.
class Validator {
public:
    explicit Validator(const Json& document) : document_(document) {}
    std::string error;

    bool valid(const Json& value, const Json& schema, const std::string& at = "") {
        if (schema.contains("$ref")) {
            const auto reference = schema["$ref"].get<std::string>();
            return valid(value, document_.at(Json::json_pointer(reference.substr(1))), at);
        }
        if (schema.contains("enum") &&
            std::find(schema["enum"].begin(), schema["enum"].end(), value) ==
                schema["enum"].end()) {
            return wrong(at, "is not one of the values: " + value.dump());
        }
        const auto type = schema.at("type").get<std::string>();
        if (type == "object") return object(value, schema, at);
        if (type == "array") {
            if (!value.is_array()) return wrong(at, "is not an array");
            for (const auto& item : value) {
                if (!valid(item, schema["items"], at + "[]")) return false;
            }
            return true;
        }
        if (type == "string") return value.is_string() || wrong(at, "is not a string");
        if (type == "boolean") return value.is_boolean() || wrong(at, "is not a boolean");
        return value.is_number_integer() || wrong(at, "is not an integer");
    }

private:
    bool object(const Json& value, const Json& schema, const std::string& at) {
        if (!value.is_object()) return wrong(at, "is not an object");
        for (const auto& name : schema.value("required", Json::array())) {
            if (!value.contains(name.get<std::string>())) return wrong(at, "lacks " + name.dump());
        }
        for (const auto& entry : value.items()) {
            const auto properties = schema.value("properties", Json::object());
            const auto found = properties.find(entry.key());
            const auto others = schema.value("additionalProperties", Json(true));
            if (found != properties.end()) {
                if (!valid(entry.value(), *found, at + "/" + entry.key())) return false;
            } else if (others == Json(false)) {
                return wrong(at, "has the undescribed field " + entry.key());
            } else if (others.is_object() &&
                       !valid(entry.value(), others, at + "/" + entry.key())) {
                return false;
            }
        }
        return true;
    }
    bool wrong(const std::string& at, const std::string& what) {
        error = at + " " + what;
        return false;
    }
    const Json& document_;
};

class ResourcesTest : public ::testing::Test {
protected:
    explicit ResourcesTest(const std::string& toml = "")
        : services_(toml),
          bound_{services_.context(), services_.gateway, services_.log(), "1.2.3"} {
        add_resources(router_, bound_);
        const auto response = router_.dispatch(request(Method::get, "/api/v1/openapi.json"));
        document_ = Json::parse(response.body);
    }

    static Request request(Method method, std::string target, std::string body = {}) {
        return {.method = method,
                .target = std::move(target),
                .content_type = body.empty() ? "" : "application/json",
                .if_match = {},
                .user_agent = "sealgate/1.2.3",
                .body = std::move(body),
                .caller = {.trust = Trust::administrator, .name = "root", .source = "unix:1"}};
    }
    Json ask(Method method, std::string target, const Json& body = nullptr) {
        return ask(request(method, std::move(target), body.is_null() ? "" : body.dump()));
    }
    Json ask(const Request& request) {
        last_ = router_.dispatch(request);
        const auto answer = last_.body.empty() ? Json() : Json::parse(last_.body, nullptr, false);
        check(request, answer);
        return answer;
    }

    // The answer's status and shape are among those that the document promises.
    void check(const Request& request, const Json& answer) {
        const auto described = find_operation(request);
        ASSERT_FALSE(described.is_null()) << request.target;
        const auto& responses = described["responses"];
        const auto status = std::to_string(last_.status);
        if (last_.status < 400 || responses.contains(status)) {
            ASSERT_TRUE(responses.contains(status)) << request.target << " answered " << status;
        }
        const auto& response = responses[responses.contains(status) ? status : "default"];
        if (!response.contains("content")) return;
        const auto type = response["content"].begin().key();
        EXPECT_EQ(last_.content_type, type) << request.target;
        Validator validator(document_);
        EXPECT_TRUE(validator.valid(answer, response["content"][type]["schema"]))
            << request.target << validator.error << "\n"
            << last_.body;
    }
    Json find_operation(const Request& request) {
        const auto target = parse_target(request.target);
        Json best;
        for (const auto& entry : document_["paths"].items()) {
            const auto parts = split(std::string_view(entry.key()).substr(1), '/');
            bool same = parts.size() == target->segments.size();
            for (std::size_t i = 0; same && i < parts.size(); ++i) {
                same = parts[i].starts_with('{') || parts[i] == target->segments[i];
            }
            const auto method = to_lower(to_string(request.method));
            if (!same || !entry.value().contains(method)) continue;
            if (best.is_null() || entry.key().find('{') == std::string::npos) {
                best = entry.value()[method];
            }
        }
        return best;
    }
    std::string field(std::string_view name) const {
        for (const auto& [key, value] : last_.fields) {
            if (key == name) return value;
        }
        return {};
    }

    TestServices services_;
    Services bound_;
    Router router_;
    Json document_;
    Response last_;
};

TEST_F(ResourcesTest, TheDocumentIsWellFormed) {
    std::set<std::string> ids;
    for (const auto& path : document_["paths"].items()) {
        EXPECT_TRUE(path.key().starts_with('/'));
        for (const auto& operation : path.value().items()) {
            const auto& described = operation.value();
            EXPECT_TRUE(ids.insert(described["operationId"]).second) << path.key();
            EXPECT_FALSE(described["summary"].get<std::string>().empty()) << path.key();
            EXPECT_GE(described["responses"].size(), 2U) << path.key();
            // Each parameter of the path is declared, and only those.
            std::set<std::string> declared;
            for (const auto& parameter : described.value("parameters", Json::array())) {
                if (parameter["in"] == "path") declared.insert(parameter["name"]);
            }
            EXPECT_EQ(std::count(path.key().begin(), path.key().end(), '{'),
                      static_cast<std::ptrdiff_t>(declared.size()));
        }
    }
    // Every reference leads somewhere.
    const auto text = document_.dump();
    constexpr std::string_view kMark = "\"$ref\":\"#";
    for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + 1)) {
        const auto start = at + kMark.size();
        const auto pointer = text.substr(start, text.find('"', start) - start);
        EXPECT_TRUE(document_.contains(Json::json_pointer(pointer))) << pointer;
    }
    EXPECT_GE(ids.size(), 28U);
}

TEST_F(ResourcesTest, OnlyHealthMetricsAndTheDocumentAreForVisitors) {
    std::set<std::string> open;
    for (const auto& route : router_.routes()) {
        if (route.access == Access::visit) open.emplace(route.path);
        const bool asks = route.path.ends_with("/preview") || route.path.ends_with("/config/diff");
        if (route.method != Method::get && !asks) {
            EXPECT_EQ(route.access, Access::change) << route.path;
        }
    }
    EXPECT_EQ(open,
              (std::set<std::string>{"/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"}));
}

TEST_F(ResourcesTest, DomainsLiveAndDie) {
    EXPECT_EQ(ask(Method::get, "/api/v1/domains")["items"].size(), 0U);
    EXPECT_EQ(ask(Method::post, "/api/v1/domains", {{"name", "Example.COM."}})["outcome"], "added");
    EXPECT_EQ(last_.status, 201U);
    EXPECT_EQ(ask(Method::post,
                  "/api/v1/domains",
                  {{"name", "example.com"}, {"subdomains", true}})["outcome"],
              "changed");
    EXPECT_EQ(ask(Method::post, "/api/v1/domains", {{"name", "bücher.example"}})["outcome"],
              "added");
    const auto list = ask(Method::get, "/api/v1/domains");
    ASSERT_EQ(list["items"].size(), 2U);
    EXPECT_EQ(list["items"][0]["name"], "example.com");
    EXPECT_EQ(list["items"][0]["subdomains"], true);
    EXPECT_EQ(list["items"][0]["added_by"], "root");
    EXPECT_EQ(list["items"][1]["unicode"], "bücher.example");

    const auto tested = ask(Method::get, "/api/v1/domain-test?address=a%40mail.example.com");
    EXPECT_EQ(tested["managed"], true);
    EXPECT_EQ(tested["entry"]["name"], "example.com");
    EXPECT_EQ(ask(Method::get, "/api/v1/domain-test?address=a%40other.example")["managed"], false);
    ask(Method::get, "/api/v1/domain-test");
    EXPECT_EQ(last_.status, 422U);

    ask(Method::del, "/api/v1/domains/example.com");
    EXPECT_EQ(last_.status, 204U);
    ask(Method::del, "/api/v1/domains/example.com");
    EXPECT_EQ(last_.status, 404U);
    ask(Method::post, "/api/v1/domains", {{"name", "exa mple"}});
    EXPECT_EQ(last_.status, 422U);
}

TEST_F(ResourcesTest, ListsComeInPages) {
    for (const auto* name : {"a.example", "b.example", "c.example"}) {
        ask(Method::post, "/api/v1/domains", {{"name", name}});
    }
    const auto first = ask(Method::get, "/api/v1/domains?limit=2");
    EXPECT_EQ(first["items"].size(), 2U);
    const auto second = ask(Method::get, "/api/v1/domains?limit=2&cursor=b.example");
    EXPECT_EQ(first["next_cursor"], "b.example");
    ASSERT_EQ(second["items"].size(), 1U);
    EXPECT_EQ(second["items"][0]["name"], "c.example");
    EXPECT_FALSE(second.contains("next_cursor"));
}

TEST_F(ResourcesTest, ImportIsAllOrNothing) {
    auto import = request(Method::post, "/api/v1/domains/import", "a.example\n.b.example\n");
    import.content_type = "text/plain; charset=utf-8";
    EXPECT_EQ(ask(import)["added"], 2);
    import.body = "c.example\nnot a domain\n";
    const auto refused = ask(import);
    EXPECT_EQ(last_.status, 422U);
    EXPECT_EQ(refused["errors"][0]["pointer"], "/2");
    EXPECT_EQ(ask(Method::get, "/api/v1/domains")["items"].size(), 2U);
    import.target += "?dry_run=true";
    import.body = "d.example\n";
    EXPECT_EQ(ask(import)["added"], 1);
    EXPECT_EQ(ask(Method::get, "/api/v1/domains")["items"].size(), 2U);
}

TEST_F(ResourcesTest, UnmanagedSendersAreSeenAndAdopted) {
    std::vector<admin::Sighting> sightings;
    for (const auto* name : {"one.example", "two.example"}) {
        sightings.push_back({.domain = *mime::Domain::parse(name),
                             .source = *IpAddress::parse("192.0.2.1"),
                             .action = policy::UnmanagedAction::bounce,
                             .time = services_.clock.now(),
                             .count = 4});
        services_.clock.advance(std::chrono::hours(1));
    }
    ASSERT_TRUE(admin::record_unmanaged(services_.context(), sightings));
    const auto list = ask(Method::get, "/api/v1/unmanaged-senders");
    ASSERT_EQ(list["items"].size(), 2U);
    EXPECT_EQ(list["items"][0]["domain"], "two.example");
    EXPECT_EQ(list["items"][0]["count"], 4);
    EXPECT_EQ(list["items"][0]["action"], "bounce");
    EXPECT_EQ(
        ask(Method::get, "/api/v1/unmanaged-senders?since=2026-01-02T00:30:00Z")["items"].size(),
        1U);
    const auto page = ask(Method::get, "/api/v1/unmanaged-senders?limit=1");
    EXPECT_EQ(page["next_cursor"], "two.example");
    EXPECT_EQ(ask(Method::get,
                  "/api/v1/unmanaged-senders?limit=1&cursor=two.example")["items"][0]["domain"],
              "one.example");
    ask(Method::get, "/api/v1/unmanaged-senders?cursor=gone.example");
    EXPECT_EQ(last_.status, 422U);

    ask(Method::post, "/api/v1/unmanaged-senders/one.example/adopt", Json::object());
    EXPECT_EQ(last_.status, 200U);
    EXPECT_EQ(ask(Method::get, "/api/v1/unmanaged-senders")["items"].size(), 1U);
    ask(Method::post, "/api/v1/unmanaged-senders/never.example/adopt", Json::object());
    EXPECT_EQ(last_.status, 404U);
}

TEST_F(ResourcesTest, TheUnmanagedSettingIsChangedAgainstItsETag) {
    EXPECT_EQ(ask(Method::get, "/api/v1/unmanaged-senders/setting")["action"], "reject");
    const auto tag = field("ETag");
    ASSERT_FALSE(tag.empty());
    auto change = request(Method::put,
                          "/api/v1/unmanaged-senders/setting",
                          R"({"action": "bounce", "overrides":
                              [{"network": "10.1.0.0/16", "domain": ".p.example", "action": "pass"}]})");
    change.if_match = tag;
    const auto changed = ask(change);
    EXPECT_EQ(changed["action"], "bounce");
    EXPECT_EQ(changed["overrides"][0]["domain"], ".p.example");
    ask(change);
    EXPECT_EQ(last_.status, 409U) << "the tag is of the text before";
    ask(Method::put, "/api/v1/unmanaged-senders/setting", {{"action", "drop"}});
    EXPECT_EQ(last_.status, 422U);
    change.if_match.clear();
    change.body = R"({"overrides": [{"network": "10.1.0.1/16", "action": "pass"}]})";
    ask(change);
    EXPECT_EQ(last_.status, 422U) << "host bits are set";
}

TEST_F(ResourcesTest, TemplatesAreReplacedAndReset) {
    const std::string path = "/api/v1/templates/Message%20Bounced%20--%20Unmanaged%20Domain";
    EXPECT_EQ(ask(Method::get, "/api/v1/templates")["items"].size(), 1U);
    EXPECT_EQ(ask(Method::get, path)["text"], "Sorry");
    const auto tag = field("ETag");
    auto change = request(Method::put, path, R"({"text": "Oh"})");
    change.if_match = tag;
    EXPECT_EQ(ask(change)["replaced"], true);
    ask(change);
    EXPECT_EQ(last_.status, 409U);
    ask(Method::put, path, {{"text", "{{x}}"}});
    EXPECT_EQ(last_.status, 422U);
    EXPECT_EQ(ask(Method::post, path + "/preview", Json::object())["message"],
              "Subject: Message undeliverable\n\nOh");
    EXPECT_EQ(ask(Method::post, path + "/preview", {{"text", "Ah"}})["message"],
              "Subject: Message undeliverable\n\nAh");
    ask(Method::del, path);
    EXPECT_EQ(last_.status, 204U);
    EXPECT_EQ(ask(Method::get, path)["replaced"], false);
    EXPECT_EQ(
        ask(Method::put, path + "?language=de", {{"text", "Leider"}, {"html", "<p>"}})["html"],
        "<p>");
    EXPECT_EQ(ask(Method::get, path)["languages"], Json::array({"de"}));
    EXPECT_EQ(ask(Method::get, path + "?language=de")["built_in"], "Sorry");
    EXPECT_EQ(ask(Method::post, path + "/preview?language=de", Json::object())["html"], "<p>");
    ask(Method::del, path + "?language=de");
    EXPECT_EQ(last_.status, 204U);
    ask(Method::get, path + "?language=de");
    EXPECT_EQ(last_.status, 404U);
    ask(Method::get, "/api/v1/templates/None");
    EXPECT_EQ(last_.status, 404U);
}

TEST_F(ResourcesTest, AlertsAreListedSilencedAndTested) {
    auto& context = services_.context();
    ASSERT_TRUE(
        admin::record_alerts(context,
                             {{"disk", "", "little is free", "Look.", false},
                              {"unmanaged-domain", "new.example", "first mail", "From.", true}},
                             {},
                             {"mail"}));
    auto all = ask(Method::get, "/api/v1/alerts");
    ASSERT_EQ(all["active"].size(), 1U);
    EXPECT_EQ(all["active"][0]["title"], "little is free");
    EXPECT_FALSE(all["active"][0].contains("ended"));
    EXPECT_EQ(all["recent"][0]["subject"], "new.example");
    EXPECT_EQ(all["waiting_notices"], 2U);
    EXPECT_EQ(ask(Method::get, "/api/v1/alerts?recent=0")["recent"].size(), 0U);
    const std::string until =
        ask(Method::put, "/api/v1/alerts/disk/silence", {{"seconds", 7200}})["until"];
    EXPECT_TRUE(until.starts_with("2026-01-02T02:00:00")) << until;
    all = ask(Method::get, "/api/v1/alerts");
    const auto silenced = [](const Json& kinds) {
        return std::count_if(kinds.begin(), kinds.end(), [](const Json& kind) {
            return kind.contains("silenced_until");
        });
    };
    EXPECT_EQ(silenced(all["kinds"]), 1);
    ask(Method::del, "/api/v1/alerts/disk/silence");
    EXPECT_EQ(last_.status, 204U);
    EXPECT_EQ(silenced(ask(Method::get, "/api/v1/alerts")["kinds"]), 0);
    ask(Method::put, "/api/v1/alerts/disk/silence", {{"seconds", 0}});
    EXPECT_EQ(last_.status, 422U);
    ask(Method::put, "/api/v1/alerts/dsk/silence", {{"seconds", 60}});
    EXPECT_EQ(last_.status, 404U);
    ask(Method::post, "/api/v1/alerts/disk/test");
    EXPECT_EQ(last_.status, 409U) << "no sink";
    context.on_alert_test([](std::string_view name) -> Result<std::vector<admin::SinkAnswer>> {
        return std::vector<admin::SinkAnswer>{{"mail", ""}, {"webhook", "no " + std::string(name)}};
    });
    const auto answers = ask(Method::post, "/api/v1/alerts/disk/test")["sinks"];
    EXPECT_EQ(answers[0]["taken"], true);
    EXPECT_EQ(answers[1]["problem"], "no disk");
}

TEST_F(ResourcesTest, RoutesAreSetAndRemoved) {
    ask(Method::post, "/api/v1/routes", {{"domain", "*"}, {"next_hop", "127.0.0.1:25"}});
    EXPECT_EQ(last_.status, 201U);
    EXPECT_EQ(ask(Method::post,
                  "/api/v1/routes",
                  {{"domain", "*"},
                   {"next_hop", "127.0.0.1:2600"},
                   {"tls", "verify"},
                   {"tls_name", "mx.example"}})["outcome"],
              "changed");
    const auto list = ask(Method::get, "/api/v1/routes");
    ASSERT_EQ(list["items"].size(), 1U);
    EXPECT_EQ(list["items"][0]["next_hop"], "127.0.0.1:2600");
    EXPECT_EQ(list["items"][0]["tls_name"], "mx.example");
    ask(Method::post, "/api/v1/routes", {{"domain", "*"}, {"next_hop", "nonsense"}});
    EXPECT_EQ(last_.status, 422U);
    ask(Method::del, "/api/v1/routes/%2A");
    EXPECT_EQ(last_.status, 204U);
}

TEST_F(ResourcesTest, TheQueueIsSeenAndActedUpon) {
    const auto list = ask(Method::get, "/api/v1/queue?limit=2");
    ASSERT_EQ(list["items"].size(), 2U);
    EXPECT_EQ(list["items"][0]["connection_id"], "SMTP-00041");
    EXPECT_EQ(ask(Method::get,
                  "/api/v1/queue?limit=2&cursor=" + list["next_cursor"].get<std::string>())["items"]
                  .size(),
              1U);
    EXPECT_EQ(ask(Method::get, "/api/v1/queue?state=held")["items"].size(), 1U);
    ask(Method::get, "/api/v1/queue?state=gone");
    EXPECT_EQ(last_.status, 422U);
    EXPECT_EQ(ask(Method::get, "/api/v1/queue/0000000000000002")["sender"], "");
    ask(Method::get, "/api/v1/queue/0000000000000009");
    EXPECT_EQ(last_.status, 404U);
    ask(Method::get, "/api/v1/queue/nonsense");
    EXPECT_EQ(last_.status, 422U);
    EXPECT_EQ(ask(Method::get, "/api/v1/queue/stats")["messages"], 3);

    const std::string actions = "/api/v1/queue/actions";
    EXPECT_EQ(ask(Method::post, actions, {{"action", "retry"}, {"all", true}})["changed"].size(),
              3U);
    const auto partly =
        ask(Method::post,
            actions,
            {{"action", "hold"}, {"ids", {"0000000000000001", "0000000000000009"}}});
    EXPECT_EQ(last_.status, 207U);
    EXPECT_EQ(partly["not_found"], Json({"0000000000000009"}));
    ask(Method::post, actions, {{"action", "release"}, {"ids", {"0000000000000009"}}});
    EXPECT_EQ(last_.status, 404U);
    ask(Method::post, actions, {{"action", "delete"}, {"all", true}, {"dry_run", true}});
    ask(Method::post,
        actions,
        {{"action", "delete"}, {"ids", {"0000000000000003"}}, {"reason", "spam"}});
    EXPECT_EQ(
        services_.gateway.done,
        (std::vector<std::string>{"retry 3 by root", "hold 1 by root", "delete 1 by root: spam"}));
    for (const Json& body :
         {Json{{"action", "retry"}},
          Json{{"action", "retry"}, {"ids", Json::array()}},
          Json{{"action", "retry"}, {"all", true}, {"ids", {"0000000000000001"}}},
          Json{{"action", "retry"}, {"ids", {"x"}}},
          Json{{"action", "steal"}, {"all", true}}}) {
        ask(Method::post, actions, body);
        EXPECT_EQ(last_.status, 422U) << body;
    }
}

TEST_F(ResourcesTest, TheLogIsFoundByTraceId) {
    services_.write_log(42, "something");
    EXPECT_EQ(ask(Method::get, "/api/v1/log?id=SMTP-00042.1")["items"].size(), 1U);
    EXPECT_EQ(ask(Method::get, "/api/v1/log?id=SMTP-00042")["items"].size(), 1U);
    for (const char* bad : {"SMTP-00042.", "SMTP-00042.x", "42.1"}) {
        ask(Method::get, std::string("/api/v1/log?id=") + bad);
        EXPECT_EQ(last_.status, 422U) << bad;
    }
}

TEST_F(ResourcesTest, QueueMessagesAreNamedByTheirConnectionToo) {
    EXPECT_EQ(ask(Method::get, "/api/v1/queue/SMTP-00042")["id"], "0000000000000002");
    EXPECT_EQ(ask(Method::get, "/api/v1/queue/smtp-42.1")["id"], "0000000000000002");
    for (const char* gone : {"SMTP-00042.2", "SMTP-00099"}) {
        ask(Method::get, std::string("/api/v1/queue/") + gone);
        EXPECT_EQ(last_.status, 404U) << gone;
    }
    ask(Method::get, "/api/v1/queue/SMTP-00042.x");
    EXPECT_EQ(last_.status, 422U);
    services_.gateway.queue[1].connection = services_.gateway.queue[0].connection;
    const auto several = ask(Method::get, "/api/v1/queue/SMTP-00041");
    EXPECT_EQ(last_.status, 422U);
    EXPECT_NE(several["detail"].get<std::string>().find("0000000000000001, 0000000000000002"),
              std::string::npos);
    const auto change = ask(Method::post,
                            "/api/v1/queue/actions",
                            {{"action", "hold"}, {"ids", {"SMTP-00041", "SMTP-00099"}}});
    EXPECT_EQ(last_.status, 207U);
    EXPECT_EQ(change["changed"], Json({"0000000000000001", "0000000000000002"}));
    EXPECT_EQ(change["not_found"], Json({"SMTP-00099"}));
}

TEST_F(ResourcesTest, QueueActionsAreInTheAuditLog) {
    const std::string actions = "/api/v1/queue/actions";
    ask(Method::post, actions, {{"action", "delete"}, {"all", true}, {"dry_run", true}});
    EXPECT_EQ(ask(Method::get, "/api/v1/audit?action=queue.")["items"].size(), 0U);
    ask(Method::post,
        actions,
        {{"action", "delete"}, {"ids", {"0000000000000001"}}, {"reason", "spam"}});
    ask(Method::post, actions, {{"action", "hold"}, {"ids", {"SMTP-00042"}}});
    const auto records = ask(Method::get, "/api/v1/audit?action=queue.")["items"];
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0]["action"], "queue.hold");
    EXPECT_EQ(records[0]["object"], "0000000000000002");
    EXPECT_EQ(records[1]["action"], "queue.delete");
    EXPECT_EQ(records[1]["actor"], "root");
    const auto line = records[1].dump();
    for (const char* part : {"SMTP-00041", "a@example.com", "spam", "discarded", "recipients"})
        EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
}

TEST_F(ResourcesTest, TheLogIsSearchedAndFollowed) {
    services_.write_log(1, "recipient 1/1 (a@x): unmanaged domain blocked: rejecting message");
    services_.write_log(2, "something else");
    services_.write_log(3, "unmanaged domain blocked again");
    const auto found = ask(Method::get, "/api/v1/log?text=%22unmanaged+domain%22+blocked");
    ASSERT_EQ(found["items"].size(), 2U);
    EXPECT_EQ(found["items"][0]["id"], "SMTP-00003");
    EXPECT_EQ(found["items"][1]["verdict"], "rejected");
    EXPECT_NE(found["items"][1]["line"].get<std::string>().find("NOTICE sealgate/messaging["),
              std::string::npos);
    EXPECT_EQ(found["last_sequence"], 3);
    EXPECT_EQ(ask(Method::get, "/api/v1/log?id=SMTP-00002")["items"].size(), 1U);
    ask(Method::get, "/api/v1/log?id=2");
    EXPECT_EQ(last_.status, 422U);

    const auto newer = ask(Method::get, "/api/v1/log?after=1");
    ASSERT_EQ(newer["items"].size(), 2U);
    EXPECT_EQ(newer["items"][0]["sequence"], 2);
    const auto matching = ask(Method::get, "/api/v1/log?after=1&text=blocked");
    ASSERT_EQ(matching["items"].size(), 1U);
    EXPECT_EQ(matching["items"][0]["sequence"], 3);
    EXPECT_EQ(matching["last_sequence"], 3);
    EXPECT_EQ(ask(Method::get, "/api/v1/log?after=3")["items"].size(), 0U);
    EXPECT_EQ(ask(Method::get, "/api/v1/log?after=2&limit=1")["last_sequence"], 3);
    EXPECT_EQ(ask(Method::get, "/api/v1/log?after=0&limit=1")["last_sequence"], 1)
        << "a full page ends before the newest record";
}

TEST_F(ResourcesTest, AWrongQueryIsPointedAt) {
    for (const char* path : {"/api/v1/log", "/api/v1/log/counts", "/api/v1/messages"}) {
        const auto answer =
            ask(Method::get, std::string(path) + "?text=gr%C3%BC%C3%9Fe%20form:b%20c");
        EXPECT_EQ(last_.status, 422U);
        EXPECT_EQ(answer["text"], "gr\u00fc\u00dfe form:b c");
        EXPECT_EQ(answer["position"], 6);
        EXPECT_EQ(answer["length"], 5);
        EXPECT_NE(answer["detail"].get<std::string>().find("did you mean 'from:'"),
                  std::string::npos);
    }
}

TEST_F(ResourcesTest, TheLogIsCounted) {
    services_.write_log(1, "unmanaged domain blocked");
    services_.write_log(2, "something else");
    const auto all = ask(Method::get, "/api/v1/log/counts");
    EXPECT_EQ(all["total"], 2);
    EXPECT_EQ(all["verdicts"], Json({{"rejected", 2}}));
    const auto some = ask(Method::get, "/api/v1/log/counts?text=blocked&by=level");
    EXPECT_EQ(some["levels"], Json({{"notice", 1}}));
    EXPECT_EQ(ask(Method::get, "/api/v1/log/counts?by=domain")["domains"], Json({{"", 2}}));
}

TEST_F(ResourcesTest, MessagesAreListedAndShown) {
    const auto say = [&](std::string recipient, maillog::Verdict verdict, std::string text) {
        maillog::Event event;
        event.connection = ConnectionId{0, 7};
        event.message = make_message_id({0, 7}, 1);
        event.message_id = "<m/1@x>";
        event.sender = "a@x";
        event.recipient = std::move(recipient);
        event.verdict = verdict;
        event.text = std::move(text);
        event.source = "192.0.2.7";
        event.size = 100;
        ASSERT_TRUE(services_.log().append({&event, 1}));
    };
    say("", maillog::Verdict::received, "message");
    for (const char* to : {"b@y", "c@y"})
        say(to, maillog::Verdict::accepted, "accepted");
    say("b@y", maillog::Verdict::delivered, "delivered");
    const auto page = ask(Method::get, "/api/v1/messages?limit=1");
    ASSERT_EQ(page["items"].size(), 1U);
    EXPECT_EQ(page["items"][0]["recipient"], "b@y");
    EXPECT_EQ(page["items"][0]["id"], "SMTP-00007.1");
    EXPECT_EQ(page["items"][0]["size"], 100);
    const auto next =
        ask(Method::get,
            "/api/v1/messages?trail=true&limit=1&cursor=" + page["next_cursor"].get<std::string>());
    ASSERT_EQ(next["items"].size(), 1U);
    EXPECT_EQ(next["items"][0]["recipient"], "c@y");
    EXPECT_EQ(next["items"][0]["status"], "accepted");
    EXPECT_EQ(next["items"][0]["trail"].size(), 2U);
    const auto hex = page["items"][0]["message"].get<std::string>();
    for (const std::string& id :
         {std::string("SMTP-00007"), std::string("smtp-7.1"), hex, std::string("%3Cm%2F1@x%3E")}) {
        const auto shown = ask(Method::get, "/api/v1/messages/" + id);
        EXPECT_EQ(last_.status, 200U) << id;
        EXPECT_EQ(shown["items"].size(), 2U) << id;
        EXPECT_EQ(shown["trail"].size(), 4U) << id;
    }
    for (const char* id : {"SMTP-00008", "SMTP-00007.2", "m%222@x", "nothing"}) {
        ask(Method::get, std::string("/api/v1/messages/") + id);
        EXPECT_EQ(last_.status, 404U) << id;
    }
}

TEST_F(ResourcesTest, FollowingWithAFilterGoesThroughManyPages) {
    for (std::uint64_t i = 1; i <= 25; ++i)
        services_.write_log(i, i % 2 == 0 ? "even" : "odd");
    const auto found = ask(Method::get, "/api/v1/log?after=5&text=even&limit=3");
    ASSERT_EQ(found["items"].size(), 10U);
    EXPECT_EQ(found["items"][0]["sequence"], 6);
    EXPECT_EQ(found["items"][9]["sequence"], 24);
    EXPECT_EQ(found["last_sequence"], 25);
}

TEST_F(ResourcesTest, StatusHealthAndMetrics) {
    EXPECT_EQ(ask(Method::get, "/api/v1/status")["state"], "ok");
    EXPECT_EQ(ask(Method::get, "/healthz")["status"], "ok");
    ask(Method::get, "/readyz");
    EXPECT_EQ(last_.status, 200U);
    services_.gateway.state.delivery_time = {
        .bounds_ms = {10, 1000}, .within = {2, 3}, .all = 6, .sum_ms = 12'500};
    const auto metrics = router_.dispatch(request(Method::get, "/metrics"));
    for (const std::string_view line : {
             "# HELP sealgate_messages_total Messages accepted.\n",
             "# TYPE sealgate_messages_total counter\n",
             "sealgate_build_info{version=\"1.2.3\"} 1\n",
             "sealgate_messages_total 0\n",
             "sealgate_smtp_sessions{listener=\"out\\\"bound\"} 2\n",
             "# TYPE sealgate_delivery_seconds histogram\n",
             "sealgate_delivery_seconds_bucket{le=\"0.01\"} 2\n",
             "sealgate_delivery_seconds_bucket{le=\"1\"} 5\n",
             "sealgate_delivery_seconds_bucket{le=\"+Inf\"} 6\n",
             "sealgate_delivery_seconds_count 6\n",
             "sealgate_delivery_seconds_sum 12.5\n",
             "# TYPE sealgate_alert_active gauge\n",
             "sealgate_alert_active{condition=\"next-hop\"} 0\n",
             "sealgate_alert_active{condition=\"disk\"} 0\n",
         }) {
        EXPECT_NE(metrics.body.find(line), std::string::npos) << line << metrics.body;
    }
    EXPECT_EQ(metrics.body.find("unmanaged-domain"), std::string::npos) << "that is an event";
    ASSERT_TRUE(admin::record_alerts(services_.context(),
                                     {{"next-hop", "a:25", "title", "detail"},
                                      {"next-hop", "b:25", "title", "detail"},
                                      {"unmanaged-domain", "x.example", "title", "detail", true}},
                                     {},
                                     {}));
    const auto alerted = router_.dispatch(request(Method::get, "/metrics"));
    EXPECT_NE(alerted.body.find("sealgate_alert_active{condition=\"next-hop\"} 1\n"),
              std::string::npos);
    EXPECT_NE(alerted.body.find("sealgate_alert_active{condition=\"disk\"} 0\n"),
              std::string::npos);

    services_.gateway.state.spool_healthy = false;
    EXPECT_EQ(ask(Method::get, "/api/v1/status")["state"], "degraded");
    ask(Method::get, "/readyz");
    EXPECT_EQ(last_.status, 503U);
    EXPECT_EQ(ask(Method::get, "/healthz")["status"], "ok") << "a restart would not help";
}

TEST_F(ResourcesTest, ConfigurationTellsItsOwners) {
    EXPECT_EQ(ask(Method::get, "/api/v1/config")["file"], "/etc/gw.toml");
    const auto where = ask(Method::get, "/api/v1/config/where?key=data_dir");
    EXPECT_EQ(where["owner"], "file");
    EXPECT_EQ(where["origin"]["line"], 1);
    ask(Method::get, "/api/v1/config/where?key=data_dri");
    EXPECT_EQ(last_.status, 404U);
}

TEST_F(ResourcesTest, TheStoreIsExportedComparedAndApplied) {
    const auto text = [](std::string target, std::string body) {
        auto made = request(Method::post, std::move(target), std::move(body));
        made.content_type = "text/plain";
        return made;
    };
    ask(Method::post, "/api/v1/domains", {{"name", "old.example"}});
    const auto exported = ask(Method::get, "/api/v1/config/export");
    EXPECT_EQ(field("ETag"), "\"" + exported["state"].get<std::string>() + "\"");
    const auto toml = exported["toml"].get<std::string>();
    EXPECT_NE(toml.find("name = \"old.example\""), std::string::npos) << toml;
    EXPECT_EQ(ask(text("/api/v1/config/diff", toml))["changes"], Json::array());

    const std::string wanted = "[[domain]]\nname = \"new.example\"\n";
    const auto planned = ask(text("/api/v1/config/diff?file=n.toml", wanted));
    EXPECT_EQ(planned["changes"],
              Json::parse(R"([{"change": "add", "object": "domain", "name": "new.example",
                               "after": "subdomains = false"},
                              {"change": "remove", "object": "domain", "name": "old.example",
                               "before": "subdomains = false"}])"));
    EXPECT_EQ(planned["removals"], 1U);
    EXPECT_EQ(planned["state"], exported["state"]);
    const auto tag = field("ETag");

    ask(text("/api/v1/config/apply", wanted));
    EXPECT_EQ(last_.status, 422U);
    auto change = text("/api/v1/config/apply?removals=true", wanted);
    change.if_match = "\"0\"";
    EXPECT_EQ(ask(change)["type"], "urn:sealgate:problem:conflict");
    EXPECT_EQ(ask(Method::get, "/api/v1/domains")["items"][0]["name"], "old.example");
    change.if_match = tag;
    EXPECT_EQ(ask(change)["changes"].size(), 2U);
    EXPECT_EQ(ask(Method::get, "/api/v1/domains")["items"][0]["name"], "new.example");
    ask(change);
    EXPECT_EQ(last_.status, 409U) << "the state is another by now";

    const auto bad = ask(text("/api/v1/config/apply?file=n.toml", "[[domain]]\nnam = \"x\"\n"));
    EXPECT_EQ(last_.status, 422U);
    EXPECT_EQ(bad["errors"][0]["pointer"], "/1");
    EXPECT_NE(bad["detail"].get<std::string>().find("n.toml:1:1: "), std::string::npos);
}

TEST_F(ResourcesTest, EveryChangeIsInTheAuditLogWithItsActor) {
    ask(Method::post, "/api/v1/domains", {{"name", "a.example"}});
    ask(Method::del, "/api/v1/domains/a.example");
    const auto found = ask(Method::get, "/api/v1/audit?action=domain.");
    ASSERT_EQ(found["items"].size(), 2U);
    EXPECT_EQ(found["items"][0]["action"], "domain.remove");
    EXPECT_EQ(found["items"][0]["actor"], "root");
    EXPECT_EQ(found["items"][0]["via"], "cli");
    const auto page = ask(Method::get, "/api/v1/audit?action=domain.&limit=1");
    EXPECT_EQ(ask(Method::get,
                  "/api/v1/audit?action=domain.&limit=1&cursor=" +
                      page["next_cursor"].get<std::string>())["items"][0]["action"],
              "domain.add");
    EXPECT_EQ(ask(Method::get, "/api/v1/audit/verification")["good"], true);
    ask(Method::get, "/api/v1/audit?cursor=x");
    EXPECT_EQ(last_.status, 422U);
}

class ManagedByFileTest : public ResourcesTest {
protected:
    ManagedByFileTest()
        : ResourcesTest(
              "[[domain]]\nname = \"fixed.example\"\n[unmanaged_senders]\n"
              "action = \"pass\"\n") {}
};

TEST_F(ManagedByFileTest, RefusesToChangeWhatTheFileOwns) {
    EXPECT_EQ(ask(Method::get, "/api/v1/domains")["items"][0]["origin"]["file"], "/etc/gw.toml");
    const auto refused = ask(Method::del, "/api/v1/domains/fixed.example");
    EXPECT_EQ(last_.status, 409U);
    EXPECT_NE(refused["detail"].get<std::string>().find("/etc/gw.toml"), std::string::npos);
    EXPECT_TRUE(ask(Method::get, "/api/v1/unmanaged-senders/setting").contains("origin"));
    ask(Method::put, "/api/v1/unmanaged-senders/setting", {{"action", "reject"}});
    EXPECT_EQ(last_.status, 409U);
}

TEST(Server, ServesWhatTheSettingsSay) {
    TestServices services("[api]\naddress = \"127.0.0.1:0\"\n");
    std::filesystem::create_directory(services.directory() + "/run");
    auto options = server_options(*services.context().settings());
    EXPECT_EQ(options.http.socket, services.directory() + "/run/sealgate.sock");
    ASSERT_TRUE(options.http.address);
    EXPECT_FALSE(options.http.public_networks.empty());
    const auto server =
        Server::start(std::move(options), services.context(), services.gateway, services.log());
    ASSERT_TRUE(server) << server.error().detail();
    EXPECT_NE((*server)->port(), 0);
    EXPECT_TRUE(std::filesystem::is_socket(services.directory() + "/run/sealgate.sock"));
    (*server)->stop();
}

}  // namespace
}  // namespace sealgate::web
