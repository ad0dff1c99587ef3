// SPDX-License-Identifier: Apache-2.0
// The command against an HTTP server in the same process, whose answers each test chooses.
#include "cli/exit_code.h"
#include "cli/main.h"
#include "cli/test_console.h"
#include "web/http_server.h"
#include "web/problem.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

namespace sealgate::cli {
namespace {

using Words = std::vector<std::string>;
using web::Access;
using web::Method;
using web::Response;

class CliTest : public ::testing::Test {
protected:
    CliTest() {
        std::string pattern = std::filesystem::temp_directory_path() / "sealgate-cli-XXXXXX";
        directory_ = mkdtemp(pattern.data());
        socket_ = directory_ + "/s.sock";
    }
    CliTest(const CliTest&) = delete;
    CliTest& operator=(const CliTest&) = delete;
    CliTest(CliTest&&) = delete;
    CliTest& operator=(CliTest&&) = delete;
    ~CliTest() override {
        server_.reset();
        std::filesystem::remove_all(directory_);
    }

    // Answers `method path` with what `answer` makes of the request.
    void on(Method method,
            std::string_view path,
            std::function<Response(const web::Call&)> answer,
            const web::Schema* body = nullptr) {
        router_.add(
            {.method = method,
             .path = path,
             .id = "x",
             .summary = "x",
             .query = {{"limit", web::Type::integer, ""},
                       {"cursor", web::Type::text, ""},
                       {"after", web::Type::integer, ""},
                       {"text", web::Type::text, ""},
                       {"by", web::Type::text, ""},
                       {"since", web::Type::time, ""},
                       {"state", web::Type::text, ""},
                       {"address", web::Type::text, ""},
                       {"dry_run", web::Type::boolean, ""}},
             .request = body,
             .text_limit = path.ends_with("/import") ? 1U << 20U : 0U,
             .answers = {},
             .handler = [answer = std::move(answer)](const web::Call& call) -> Result<Response> {
                 return answer(call);
             }});
    }
    int sealgate(Words words) {
        if (!server_) {
            auto server = web::HttpServer::start({.socket = socket_}, router_);
            EXPECT_TRUE(server);
            if (server) server_ = *std::move(server);
        }
        words.insert(words.begin(), {"--socket", socket_});
        console_.written.clear();
        console_.talked.clear();
        return run(words, console_);
    }
    static std::function<Response(const web::Call&)> always(const std::string& body,
                                                            unsigned status = 200) {
        return [=](const web::Call&) { return Response{.status = status, .body = body}; };
    }

    std::string directory_;
    std::string socket_;
    web::Router router_;
    std::unique_ptr<web::HttpServer> server_;
    TestConsole console_;
};

TEST_F(CliTest, EveryKindOfFailureHasItsExitStatus) {
    const std::vector<std::pair<ErrorKind, int>> table{{ErrorKind::malformed, 7},
                                                       {ErrorKind::refused, 4},
                                                       {ErrorKind::not_found, 1},
                                                       {ErrorKind::conflict, 5},
                                                       {ErrorKind::exhausted, 7},
                                                       {ErrorKind::transient, 75},
                                                       {ErrorKind::internal, 70}};
    ErrorKind kind = ErrorKind::internal;
    on(Method::get, "/api/v1/status", [&](const web::Call&) {
        return web::problem(kind, "Do this.");
    });
    for (const auto& [each, status] : table) {
        kind = each;
        EXPECT_EQ(sealgate({"status"}), status);
        EXPECT_NE(console_.talked.find("Do this."), std::string::npos) << console_.talked;
        EXPECT_EQ(console_.written, "");
    }
}

TEST_F(CliTest, ADaemonOfAnotherVersionIsAFaultNotANo) {
    EXPECT_EQ(sealgate({"status"}), 70);
    on(Method::get, "/x", always("{}"));
}

TEST_F(CliTest, AnAnswerOfAnotherShapeIsAFault) {
    on(Method::get, "/api/v1/status", always("[]"));
    on(Method::get, "/api/v1/routes", always("not json"));
    EXPECT_EQ(sealgate({"status"}), 70);
    EXPECT_EQ(sealgate({"route", "list"}), 70);
}

TEST_F(CliTest, SaysHowToReachADaemonThatIsNotThere) {
    TestConsole console;
    EXPECT_EQ(run({"--socket", directory_ + "/none.sock", "status"}, console), 6);
    EXPECT_NE(console.talked.find(directory_ + "/none.sock"), std::string::npos);
    EXPECT_NE(console.talked.find("--config FILE"), std::string::npos);
}

TEST_F(CliTest, FindsTheSocketThroughTheConfiguration) {
    const auto file = directory_ + "/sealgate.toml";
    std::ofstream(file) << "data_dir = \"" << directory_ << "\"\n";
    std::filesystem::create_directory(directory_ + "/run");
    socket_ = directory_ + "/run/sealgate.sock";
    on(Method::get, "/api/v1/routes", always(R"({"items": []})"));
    ASSERT_EQ(sealgate({"route", "list"}), 0);
    TestConsole console;
    EXPECT_EQ(run({"route", "list", "--config", file}, console), 0) << console.talked;
    EXPECT_EQ(run({"route", "list", "--config", directory_ + "/no.toml"}, console), 7);
}

TEST_F(CliTest, RefusesToBeUnderstoodByGuess) {
    EXPECT_EQ(sealgate({"domian", "list"}), 2);
    EXPECT_EQ(sealgate({"domain"}), 2);
    EXPECT_EQ(sealgate({}), 2);
    EXPECT_EQ(sealgate({"domain", "-h"}), 0);
    EXPECT_NE(console_.written.find("Usage: sealgate domain VERB"), std::string::npos);
    EXPECT_EQ(console_.talked, "");
}

TEST_F(CliTest, DomainListGoesThroughAllPages) {
    on(Method::get, "/api/v1/domains", [](const web::Call& call) {
        const auto cursor = call.find("cursor").value_or("");
        if (cursor.empty()) {
            return Response{.body = R"({"items": [{"name": "a.example", "unicode": "a.example",
                "subdomains": false}], "next_cursor": "a.example"})"};
        }
        EXPECT_EQ(cursor, "a.example");
        return Response{.body = R"({"items": [{"name": "xn--bcher-kva.example",
            "unicode": "bücher.example", "subdomains": true,
            "origin": {"file": "/s.toml", "line": 7}}]})"};
    });
    EXPECT_EQ(sealgate({"domain", "list"}), 0);
    EXPECT_EQ(console_.written,
              "DOMAIN                                  SUBDOMAINS  MANAGED BY\n"
              "a.example                               no          the store\n"
              "xn--bcher-kva.example (bücher.example)  yes         /s.toml:7\n");
    EXPECT_EQ(sealgate({"domain", "list", "--json"}), 0);
    EXPECT_EQ(nlohmann::json::parse(console_.written).size(), 2U);
}

TEST_F(CliTest, DomainTestAnswersByItsStatus) {
    on(Method::get, "/api/v1/domain-test", [](const web::Call& call) {
        const bool managed = call.find("address") == "a@x.example";
        return Response{.body = managed ? R"({"domain": "x.example", "managed": true, "entry":
            {"name": "example", "unicode": "example", "subdomains": true}})"
                                        : R"({"domain": "y.example", "managed": false})"};
    });
    EXPECT_EQ(sealgate({"domain", "test", "a@x.example"}), 0);
    EXPECT_EQ(console_.written, "managed by the entry example (with subdomains)\n");
    EXPECT_EQ(sealgate({"domain", "test", "a@y.example"}), 1);
    EXPECT_EQ(console_.written, "not managed\n");
}

TEST_F(CliTest, DomainImportSendsTheTextAndShowsTheLinesThatAreWrong) {
    std::string received;
    bool good = true;
    on(Method::post, "/api/v1/domains/import", [&](const web::Call& call) {
        received = call.request.body;
        if (good) return Response{.body = R"({"added": 2, "changed": 0, "unchanged": 1})"};
        return web::problem({.status = 422,
                             .type = "malformed",
                             .title = "t",
                             .detail = "Nothing was imported.",
                             .errors = {{"/3", "not a domain"}}});
    });
    console_.input = "a.example\nb.example\n";
    EXPECT_EQ(sealgate({"domain", "import", "-", "--dry-run"}), 0);
    EXPECT_EQ(received, console_.input);
    EXPECT_EQ(console_.talked,
              "Nothing was changed. It would be: 2 added, 0 changed, 1 unchanged.\n");
    good = false;
    EXPECT_EQ(sealgate({"domain", "import", "-"}), 7);
    EXPECT_EQ(console_.talked, "sealgate: Nothing was imported.\n  line 3: not a domain\n");
    EXPECT_EQ(sealgate({"domain", "import", directory_ + "/none"}), 7);
}

TEST_F(CliTest, UnmanagedListGivesExactlyTheFieldsOfTheInterface) {
    on(Method::get, "/api/v1/unmanaged-senders", always(R"({"items": [
        {"domain": "bad.example", "unicode": "bad.example", "count": 3,
         "first_seen": "2026-01-01T00:00:00Z", "last_seen": "2026-01-02T00:00:00Z",
         "last_source": "192.0.2.1", "action": "reject"},
        {"domain": "b.example", "unicode": "b.example", "count": 1,
         "first_seen": "2026-01-01T00:00:00Z", "last_seen": "2026-01-02T00:00:00Z",
         "last_source": "192.0.2.1", "action": "pass"}]})"));
    EXPECT_EQ(sealgate({"unmanaged", "list", "--json", "--since", "1d"}), 0);
    EXPECT_EQ(console_.written,
              R"({"domain":"bad.example","count":3,"first_seen":"2026-01-01T00:00:00Z",)"
              R"("last_seen":"2026-01-02T00:00:00Z","last_source":"192.0.2.1","action":"reject"})"
              "\n"
              R"({"domain":"b.example","count":1,"first_seen":"2026-01-01T00:00:00Z",)"
              R"("last_seen":"2026-01-02T00:00:00Z","last_source":"192.0.2.1","action":"pass"})"
              "\n");
    EXPECT_EQ(sealgate({"unmanaged", "list", "--since", "whenever"}), 2);
}

std::string log_record(int sequence, std::string_view text) {
    const nlohmann::ordered_json record{{"sequence", sequence},
                                        {"time", "2026-01-01T00:00:00Z"},
                                        {"level", "NOTICE"},
                                        {"id", "SMTP-00001"},
                                        {"message", "0000000000000001"},
                                        {"message_id", "<m@x>"},
                                        {"sender", "a@x"},
                                        {"recipient", "b@y"},
                                        {"verdict", "rejected"},
                                        {"text", text},
                                        {"line", "LINE " + std::string(text)},
                                        {"direction", "outbound"},
                                        {"source", "192.0.2.7"},
                                        {"listener", "out"},
                                        {"tls", ""},
                                        {"size", 9}};
    return record.dump();
}

TEST_F(CliTest, LogSearchPrintsLinesOldestFirst) {
    on(Method::get, "/api/v1/log", [](const web::Call& call) {
        EXPECT_EQ(call.find("text"), "unmanaged domain blocked");
        return Response{.body = "{\"last_sequence\": 2, \"items\": [" + log_record(2, "second") +
                                "," + log_record(1, "first") + "]}"};
    });
    EXPECT_EQ(sealgate({"log", "search", "unmanaged domain blocked"}), 0);
    EXPECT_EQ(console_.written, "LINE first\nLINE second\n");
    EXPECT_EQ(sealgate({"log", "search", "--json", "unmanaged", "domain", "blocked"}), 0);
    EXPECT_EQ(console_.written.substr(0, console_.written.find('\n')),
              R"({"time":"2026-01-01T00:00:00Z","level":"NOTICE","id":"SMTP-00001",)"
              R"("message_id":"<m@x>","sender":"a@x","recipient":"b@y","verdict":"rejected",)"
              R"("text":"first","direction":"outbound","source":"192.0.2.7",)"
              R"("listener":"out","tls":"","size":9})");
}

TEST_F(CliTest, LogSearchSaysNoWhenNothingIsFound) {
    on(Method::get, "/api/v1/log", always(R"({"items": [], "last_sequence": 9})"));
    EXPECT_EQ(sealgate({"log", "search", "x"}), 1);
    EXPECT_EQ(console_.written, "");
}

TEST_F(CliTest, LogFollowGoesOnWhereTheSearchEnded) {
    int written = 2;
    on(Method::get, "/api/v1/log", [&](const web::Call& call) {
        std::string items;
        const int after = static_cast<int>(call.number("after", 0));
        if (call.find("after")) {
            for (int i = after + 1; i <= written; ++i) {
                items += (items.empty() ? "" : ",") + log_record(i, std::to_string(i));
            }
        } else {
            for (int i = written; i > 0; --i) {
                items += (items.empty() ? "" : ",") + log_record(i, std::to_string(i));
            }
        }
        return Response{.body = "{\"items\": [" + items +
                                "], \"last_sequence\": " + std::to_string(written) + "}"};
    });
    console_.pauses = 2;
    console_.on_pause = [&] { ++written; };
    EXPECT_EQ(sealgate({"log", "search", "--follow"}), 0);
    EXPECT_EQ(console_.written, "LINE 1\nLINE 2\nLINE 3\nLINE 4\n");
}

TEST_F(CliTest, LogCountCountsByGroup) {
    on(Method::get, "/api/v1/log/counts", [](const web::Call& call) {
        EXPECT_EQ(call.find("text"), "from:a@x");
        if (call.find("by") == "domain") {
            return Response{.body = R"({"total": 5, "domains": {"y": 2, "": 1}, "other": 2})"};
        }
        EXPECT_EQ(call.find("by"), "verdict");
        return Response{.body = R"({"total": 2, "verdicts": {"rejected": 2}})"};
    });
    EXPECT_EQ(sealgate({"log", "count", "from:a@x"}), 0);
    EXPECT_EQ(console_.written, "VERDICT   EVENTS\nrejected       2\nall            2\n");
    EXPECT_EQ(sealgate({"log", "count", "from:a@x", "--by", "domain"}), 0);
    EXPECT_EQ(console_.written,
              "DOMAIN    EVENTS\ny              2\n-              1\n(others)       2\n"
              "all            5\n");
}

TEST_F(CliTest, AWrongQueryIsShownWithItsWordUnderlined) {
    on(Method::get, "/api/v1/log", [](const web::Call& /*call*/) {
        return Response{.status = 422,
                        .content_type = "application/problem+json",
                        .body = R"({"type": "urn:sealgate:problem:malformed", "title": "x",
                                    "status": 422, "detail": "It is wrong.",
                                    "text": "gr\u00fc\u00dfe\t form:b x", "position": 7,
                                    "length": 5})"};
    });
    EXPECT_EQ(sealgate({"log", "search", "x"}), 7);
    EXPECT_EQ(console_.talked,
              "sealgate: It is wrong.\n  gr\u00fc\u00dfe\\x09 form:b x\n            ^~~~~\n");
}

TEST_F(CliTest, MessageListAndShow) {
    const std::string row =
        R"({"id": "SMTP-00042.1", "connection_id": "SMTP-00042", "message_id": "<m@x>",
            "sender": "", "recipient": "b@y", "status": "delivered", "text": "delivered to z",
            "first": "2026-01-01T00:00:00Z", "last": "2026-01-01T00:00:02Z",
            "direction": "inbound", "source": "192.0.2.7", "listener": "in", "tls": "",
            "size": 2048})";
    on(Method::get, "/api/v1/messages", [&](const web::Call& call) {
        if (call.find("text") == "to:nobody") return Response{.body = R"({"items": []})"};
        return Response{.body = "{\"items\": [" + row + "]}"};
    });
    on(Method::get, "/api/v1/messages/{id}", [&](const web::Call& call) {
        EXPECT_EQ(call.at("id"), "<m@x>");
        return Response{.body = "{\"items\": [" + row + "], \"cut\": false, \"trail\": [" +
                                log_record(1, "first") + "]}"};
    });
    EXPECT_EQ(sealgate({"message", "list", "to:b@y"}), 0);
    EXPECT_NE(console_.written.find("SMTP-00042.1  <>      b@y        delivered  2.0 KiB  <m@x>"),
              std::string::npos)
        << console_.written;
    EXPECT_EQ(sealgate({"message", "list", "to:nobody"}), 1);
    EXPECT_EQ(console_.written, "");
    EXPECT_EQ(sealgate({"message", "show", "<m@x>"}), 0);
    for (const char* part : {"source     192.0.2.7", "tls        in clear", "\nLINE first\n"})
        EXPECT_NE(console_.written.find(part), std::string::npos) << console_.written;
}

constexpr std::string_view kQueueItem = R"({"id": "00000000000004d2",
    "connection_id": "SMTP-00042", "received": "2026-01-01T00:00:00Z", "sender": "",
    "size": 2048, "next_hop": "192.0.2.9:25", "recipients": [
      {"address": "b@y", "state": "pending", "attempts": 2,
       "next_attempt": "2026-01-01T01:00:00Z", "note": "451 \u001b[2J"},
      {"address": "c@y", "state": "held", "attempts": 0, "note": ""}]})";

TEST_F(CliTest, QueueListAndShowEscapeForeignText) {
    setenv("TZ", "UTC", 1);  // NOLINT(concurrency-mt-unsafe): one thread reads it
    tzset();
    on(Method::get, "/api/v1/queue", always("{\"items\": [" + std::string(kQueueItem) + "]}"));
    on(Method::get, "/api/v1/queue/{id}", always(std::string(kQueueItem)));
    EXPECT_EQ(sealgate({"queue", "list", "--state", "pending"}), 0);
    EXPECT_NE(console_.written.find("00000000000004d2  SMTP-00042  2026-01-01 00:00:00  2.0 KiB  "
                                    "<>      b@y and 1 more  pending, held         2  "
                                    "2026-01-01 01:00:00  192.0.2.9:25  451 \\x1b[2J\n"),
              std::string::npos)
        << console_.written;
    EXPECT_EQ(sealgate({"queue", "show", "00000000000004d2"}), 0);
    EXPECT_NE(console_.written.find("451 \\x1b[2J"), std::string::npos) << console_.written;
    EXPECT_EQ(sealgate({"queue", "show", "00000000000004d2", "--json"}), 0);
    EXPECT_EQ(console_.written.find('\x1b'), std::string::npos);
    unsetenv("TZ");  // NOLINT(concurrency-mt-unsafe)
}

const web::Schema kAction{"Action",
                          "",
                          {{"action"},
                           {"ids", web::Type::texts, web::Presence::optional},
                           {"all", web::Type::boolean, web::Presence::optional},
                           {"dry_run", web::Type::boolean, web::Presence::optional},
                           {"reason", web::Type::text, web::Presence::optional}}};

class QueueActionTest : public CliTest {
protected:
    QueueActionTest() {
        on(
            Method::post,
            "/api/v1/queue/actions",
            [this](const web::Call& call) {
                bodies_.push_back(call.request.body);
                return Response{.status = status_, .body = answer_};
            },
            &kAction);
    }
    unsigned status_ = 200;
    std::string answer_ = R"({"changed": ["00000000000004d2"], "unchanged": [], "not_found": []})";
    std::vector<std::string> bodies_;
};

TEST_F(QueueActionTest, RetryTakesMessagesOrAll) {
    EXPECT_EQ(sealgate({"queue", "retry", "00000000000004d2"}), 0);
    EXPECT_EQ(console_.talked, "1 message to be attempted now.\n");
    EXPECT_EQ(sealgate({"queue", "retry", "--all", "--json"}), 0);
    EXPECT_TRUE(nlohmann::json::parse(console_.written).contains("changed"));
    EXPECT_EQ(bodies_,
              (Words{R"({"action":"retry","ids":["00000000000004d2"]})",
                     R"({"action":"retry","all":true})"}));
    EXPECT_EQ(sealgate({"queue", "retry"}), 2);
    EXPECT_EQ(sealgate({"queue", "retry", "--all", "00000000000004d2"}), 2);
    EXPECT_EQ(bodies_.size(), 2U);
}

TEST_F(QueueActionTest, PartOfItIsAStatusOfItsOwn) {
    status_ = 207;
    answer_ =
        R"({"changed": ["00000000000004d2"], "unchanged": [], "not_found": ["0000000000000001"]})";
    EXPECT_EQ(sealgate({"queue", "hold", "00000000000004d2", "0000000000000001"}), 8);
    EXPECT_EQ(console_.talked, "1 message held.\n0000000000000001 is not in the queue.\n");
}

TEST_F(QueueActionTest, RetryOfAHeldMessageSaysWhatHelps) {
    answer_ = R"({"changed": [], "unchanged": ["00000000000004d2"], "not_found": [],
                  "held": ["00000000000004d2"]})";
    EXPECT_EQ(sealgate({"queue", "retry", "SMTP-00042.1"}), 1);
    EXPECT_EQ(console_.talked,
              "0 messages to be attempted now.\n00000000000004d2 is held; use 'sealgate queue "
              "release 00000000000004d2'.\n");
}

TEST_F(QueueActionTest, DeleteAsksForTheNumber) {
    const Words words{"queue", "delete", "00000000000004d2"};
    EXPECT_EQ(sealgate(words), 2) << "nobody is there to answer";
    console_.somebody_there = true;
    console_.answers = {"y"};
    EXPECT_EQ(sealgate(words), 1);
    console_.answers = {};
    EXPECT_EQ(sealgate(words), 1);
    for (const auto& body : bodies_)
        EXPECT_NE(body.find("\"dry_run\":true"), std::string::npos);

    bodies_.clear();
    console_.answers = {"1"};
    EXPECT_EQ(sealgate(words), 0);
    ASSERT_EQ(bodies_.size(), 2U);
    EXPECT_EQ(bodies_[1], R"({"action":"delete","ids":["00000000000004d2"]})");

    bodies_.clear();
    console_.somebody_there = false;
    EXPECT_EQ(sealgate({"queue", "delete", "00000000000004d2", "--dry-run"}), 0);
    EXPECT_EQ(bodies_.size(), 1U);
    EXPECT_EQ(console_.talked, "Nothing was changed. 1 message would be deleted.\n");
    EXPECT_EQ(sealgate({"queue", "delete", "--all", "--yes", "--reason", "spam"}), 0);
    EXPECT_EQ(bodies_.back(), R"({"action":"delete","all":true,"reason":"spam"})");
}

TEST_F(CliTest, TimesInTheWrongOrderAndLevelsInAnyCase) {
    on(Method::get, "/api/v1/log", always(R"({"items": [], "last_sequence": 0})"));
    EXPECT_EQ(sealgate({"log", "search", "--since", "1h", "--until", "2h"}), 2);
    EXPECT_NE(console_.talked.find("is not before --until"), std::string::npos) << console_.talked;
    EXPECT_EQ(sealgate({"log", "search", "--since", "gestern"}), 2);
    EXPECT_NE(console_.talked.find("yesterday"), std::string::npos) << console_.talked;
    EXPECT_EQ(sealgate({"log", "search", "--since", "2h"}), 1);
    EXPECT_EQ(sealgate({"log", "search", "--level", "loud"}), 2);
    // Upper case is as the log prints it; the daemon gets the word it knows.
    EXPECT_EQ(sealgate({"log", "search", "--level", "NOTICE"}), 7) << "not a parameter here";
    EXPECT_NE(console_.talked.find("'level'"), std::string::npos) << console_.talked;
}

// What is no text must not reach JSON: the answer is about the input, not a fault of ours.
TEST_F(CliTest, TextThatIsNotUtf8IsRefusedWithItsPlace) {
    const std::string file = directory_ + "/latin1.txt";
    std::ofstream(file) << "Subject: x\n\nGr\xc3\xbc\xdf"
                           "e\n";
    for (const char* verb : {"set", "preview"}) {
        EXPECT_EQ(sealgate({"template", verb, "Name", "--file", file}), 7) << verb;
        EXPECT_NE(console_.talked.find("latin1.txt:3:4: the text is not UTF-8 (octet 0xDF)"),
                  std::string::npos)
            << console_.talked;
    }
    console_.input = "\xff";
    EXPECT_EQ(sealgate({"template", "set", "Name", "--file", "-"}), 7);
    EXPECT_NE(console_.talked.find("standard input:1:1"), std::string::npos) << console_.talked;
    for (const Words& words : {Words{"queue", "delete", "--all", "--yes", "--reason", "\xff"},
                               Words{"queue", "hold", "\xff"},
                               Words{"domain",
                                     "add",
                                     "b\xfc"
                                     "cher.example"},
                               Words{"route", "add", "*", "\xff:25"},
                               Words{"log", "search", "\xe4"}}) {
        EXPECT_EQ(sealgate(words), 7) << words[0] << " " << words[1];
        EXPECT_NE(console_.talked.find("is not UTF-8"), std::string::npos) << console_.talked;
    }
}

const web::Schema kText{"Text", "", {{"text"}}};

class TemplateEditTest : public CliTest {
protected:
    TemplateEditTest() {
        on(Method::get, "/api/v1/templates/{name}", [](const web::Call& call) {
            EXPECT_EQ(call.at("name"), "Message Bounced -- a/b");
            return Response{.body = R"({"name": "x", "text": "old"})",
                            .fields = {{"ETag", "\"1\""}}};
        });
        on(
            Method::put,
            "/api/v1/templates/{name}",
            [this](const web::Call& call) {
                EXPECT_EQ(call.request.if_match, "\"1\"");
                saved_ = call.request.body;
                return changed_meanwhile_ ? web::problem(ErrorKind::conflict, "It changed.")
                                          : Response{.body = "{}"};
            },
            &kText);
        console_.editor = [this](const std::string& file) {
            file_ = file;
            std::ifstream before(file);
            std::getline(before, seen_);
            std::ofstream(file) << text_;
            return true;
        };
    }
    const Words words_{"template", "edit", "Message Bounced -- a/b"};
    std::string text_ = "new";
    std::string seen_;
    std::string saved_;
    std::string file_;
    bool changed_meanwhile_ = false;
};

TEST_F(TemplateEditTest, SavesWhatTheEditorLeft) {
    EXPECT_EQ(sealgate(words_), 0);
    EXPECT_EQ(seen_, "old");
    EXPECT_EQ(saved_, R"({"text":"new"})");
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(TemplateEditTest, LeavesAnUnchangedTextAlone) {
    text_ = "old";
    EXPECT_EQ(sealgate(words_), 0);
    EXPECT_EQ(saved_, "");
}

TEST_F(TemplateEditTest, KeepsTheTextWhenSomebodyElseWasFaster) {
    changed_meanwhile_ = true;
    EXPECT_EQ(sealgate(words_), 5);
    EXPECT_NE(console_.talked.find("Your text is in " + file_), std::string::npos);
    EXPECT_TRUE(std::filesystem::remove(file_));
}

TEST_F(TemplateEditTest, KeepsATextThatIsNotUtf8) {
    text_ =
        "Gr\xfc\xdf"
        "e";
    EXPECT_EQ(sealgate(words_), 7);
    EXPECT_NE(console_.talked.find("Your text is in " + file_), std::string::npos);
    EXPECT_TRUE(std::filesystem::remove(file_));
}

TEST_F(TemplateEditTest, DoesNothingWhenTheEditorFails) {
    console_.editor = [](const std::string&) { return false; };
    EXPECT_EQ(sealgate(words_), 1);
    EXPECT_EQ(saved_, "");
}

TEST_F(CliTest, StatusIsForPeopleAndForScripts) {
    std::string state = "ok";
    on(Method::get, "/api/v1/status", [&](const web::Call&) {
        return Response{.body = R"({"state": ")" + state + R"(", "version": "1", "hostname": "gw",
            "started": "2026-01-01T00:00:00Z", "uptime": 90061,
            "listeners": [{"name": "outbound", "address": "127.0.0.1:2525",
                           "direction": "outbound", "mode": "store", "sessions": 2}],
            "queue": {"messages": 1, "pending_recipients": 2, "held_recipients": 0},
            "counters": {"messages": 5, "delivered": 4},
            "spool": {"healthy": true, "room": 1048576},
            "mail_log": {"healthy": false, "records": 1},
            "memory": {"resident": 1024, "content": 0}})"};
    });
    EXPECT_EQ(sealgate({"status"}), 0);
    EXPECT_NE(console_.written.find("gw: ok, up 1 d 1 h"), std::string::npos) << console_.written;
    EXPECT_NE(console_.written.find("1 message, 2 recipients pending, 0 held"), std::string::npos);
    EXPECT_NE(console_.written.find("CANNOT BE WRITTEN"), std::string::npos);
    EXPECT_NE(console_.written.find("outbound  127.0.0.1:2525"), std::string::npos);
    state = "degraded";
    EXPECT_EQ(sealgate({"status", "--json"}), 1);
    EXPECT_EQ(nlohmann::json::parse(console_.written)["state"], "degraded");
}

TEST_F(CliTest, ConfigCheckNeedsNoDaemon) {
    const auto good = directory_ + "/good.toml";
    const auto bad = directory_ + "/bad.toml";
    std::ofstream(good) << "hostname = \"gw.example.com\"\n";
    std::ofstream(bad) << "hostnam = \"gw.example.com\"\n";
    TestConsole console;
    EXPECT_EQ(run({"config", "check", good}, console), 0) << console.talked;
    EXPECT_EQ(run({"--config", good, "config", "check"}, console), 0);
    EXPECT_EQ(run({"config", "check", bad}, console), 7);
    EXPECT_NE(console.talked.find("bad.toml:1:"), std::string::npos) << console.talked;
    console.written.clear();
    EXPECT_EQ(run({"config", "check", bad, "--json"}, console), 7);
    const auto document = nlohmann::json::parse(console.written);
    EXPECT_EQ(document["valid"], false);
    EXPECT_EQ(document["problems"][0]["line"], 1);
    EXPECT_EQ(run({"config", "check", directory_ + "/none"}, console), 7);
}

TEST_F(CliTest, VersionNeedsNoDaemon) {
    TestConsole console;
    EXPECT_EQ(run({"version"}, console), 0);
    EXPECT_TRUE(console.written.starts_with("sealgate "));
}

}  // namespace
}  // namespace sealgate::cli
