// SPDX-License-Identifier: Apache-2.0
#include "web/router.h"

#include "web/json.h"
#include "web/openapi.h"
#include "web/problem.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace sealgate::web {
namespace {

const Schema kBody{"Body", "", {{"name", Type::text}}};

class RouterTest : public ::testing::Test {
protected:
    RouterTest() {
        router_.add({.path = "/healthz",
                     .id = "health",
                     .summary = "s",
                     .access = Access::visit,
                     .answers = {{200, "ok"}},
                     .handler = answer("healthy")});
        router_.add({.path = "/things",
                     .id = "list",
                     .summary = "s",
                     .query = {{"limit", Type::integer, "n"},
                               {"since", Type::time, "t"},
                               {"state", Type::text, "s", {"on", "off"}},
                               {"dry", Type::boolean, "b"}},
                     .answers = {{200, "ok"}},
                     .handler = answer("list")});
        router_.add({.method = Method::post,
                     .path = "/things",
                     .id = "add",
                     .summary = "s",
                     .access = Access::change,
                     .request = &kBody,
                     .answers = {{201, "ok", &kBody}},
                     .handler = [](const Call& call) -> Result<Response> {
                         return Response{.status = 201,
                                         .body = call.body["name"].get<std::string>()};
                     }});
        router_.add({.path = "/things/{id}",
                     .id = "show",
                     .summary = "s",
                     .answers = {{200, "ok"}},
                     .handler = [](const Call& call) -> Result<Response> {
                         if (call.at("id") == "throw") throw std::runtime_error("secret");
                         if (call.at("id") == "gone") {
                             return fail(ErrorKind::not_found, "t", "no such thing");
                         }
                         return Response{.body = "thing " + call.at("id")};
                     }});
        router_.add({.path = "/things/special",
                     .id = "special",
                     .summary = "s",
                     .answers = {{200, "ok"}},
                     .handler = answer("special")});
        router_.add({.method = Method::post,
                     .path = "/import",
                     .id = "import",
                     .summary = "s",
                     .access = Access::change,
                     .text_limit = 64UL * 1024 * 1024,
                     .answers = {{200, "ok"}},
                     .handler = answer("imported")});
    }

    static Handler answer(const std::string& text) {
        return [text](const Call& /*call*/) -> Result<Response> { return Response{.body = text}; };
    }

    Response ask(Method method,
                 std::string target,
                 std::string body = {},
                 Trust trust = Trust::administrator) const {
        return router_.dispatch({.method = method,
                                 .target = std::move(target),
                                 .content_type = body.empty() ? "" : "application/json",
                                 .if_match = {},
                                 .user_agent = {},
                                 .body = std::move(body),
                                 .caller = {.trust = trust, .name = "t", .source = "t"}});
    }
    static std::string detail(const Response& response) {
        return Json::parse(response.body).value("detail", "");
    }
    static std::string field(const Response& response, std::string_view name) {
        for (const auto& [key, value] : response.fields) {
            if (key == name) return value;
        }
        return {};
    }

    Router router_;
};

TEST_F(RouterTest, FindsTheRouteAndItsParameters) {
    EXPECT_EQ(ask(Method::get, "/things/7%2f8").body, "thing 7/8");
    EXPECT_EQ(ask(Method::get, "/things/special").body, "special");
    EXPECT_EQ(ask(Method::head, "/things").body, "list");
    const auto added = ask(Method::post, "/things", R"({"name": "x"})");
    EXPECT_EQ(added.status, 201U);
    EXPECT_EQ(added.body, "x");
}

TEST_F(RouterTest, AnswersWithProblems) {
    const auto lost = ask(Method::get, "/nothing");
    EXPECT_EQ(lost.status, 404U);
    EXPECT_EQ(lost.content_type, "application/problem+json");
    EXPECT_EQ(Json::parse(lost.body)["type"], "urn:sealgate:problem:no_such_path");
    EXPECT_EQ(ask(Method::get, "/a//b").status, 400U);
    EXPECT_EQ(detail(ask(Method::get, "/things/gone")), "no such thing");
}

TEST_F(RouterTest, NamesTheMethodsOfAPath) {
    const auto wrong = ask(Method::del, "/things");
    EXPECT_EQ(wrong.status, 405U);
    EXPECT_EQ(field(wrong, "Allow"), "GET, HEAD, POST");
    EXPECT_EQ(field(ask(Method::other, "/import"), "Allow"), "POST");
}

TEST_F(RouterTest, ChecksTheQuery) {
    EXPECT_EQ(
        ask(Method::get, "/things?limit=5&since=2026-01-01T00:00:00Z&state=on&dry=true").status,
        200U);
    for (const auto* query : {"limit=-1",
                              "limit=x",
                              "limit=",
                              "since=now",
                              "state=broken",
                              "dry=1",
                              "limit=1&limit=1"}) {
        EXPECT_EQ(ask(Method::get, std::string("/things?") + query).status, 422U) << query;
    }
    EXPECT_EQ(detail(ask(Method::get, "/things?limt=1")),
              "The query parameter 'limt' is not known here.");
}

TEST_F(RouterTest, ChecksTheBodyBeforeTheHandler) {
    EXPECT_EQ(ask(Method::post, "/things", "{").status, 400U);
    const auto unknown = ask(Method::post, "/things", R"({"name": "x", "nmae": "y"})");
    EXPECT_EQ(unknown.status, 422U);
    EXPECT_EQ(Json::parse(unknown.body)["errors"][0]["pointer"], "/nmae");
    EXPECT_NE(detail(unknown).find("/nmae"), std::string::npos);
    EXPECT_EQ(ask(Method::post, "/things").status, 415U);
    EXPECT_EQ(ask(Method::get, "/things", "{}").status, 422U);
    EXPECT_EQ(ask(Method::post, "/import", "{}").status, 415U);
}

TEST_F(RouterTest, LetsEachCallerDoWhatItMay) {
    const std::string body = R"({"name": "x"})";
    struct Row {
        Trust trust;
        unsigned health, list, add;
    };
    for (const auto& row : {Row{Trust::nobody, 403, 403, 403},
                            Row{Trust::visitor, 200, 401, 401},
                            Row{Trust::reader, 200, 200, 403},
                            Row{Trust::administrator, 200, 200, 201}}) {
        EXPECT_EQ(ask(Method::get, "/healthz", "", row.trust).status, row.health);
        EXPECT_EQ(ask(Method::get, "/things", "", row.trust).status, row.list);
        EXPECT_EQ(ask(Method::post, "/things", body, row.trust).status, row.add);
    }
    EXPECT_EQ(ask(Method::get, "/nothing", "", Trust::nobody).status, 403U)
        << "the addresses outside learn nothing about paths";
}

TEST_F(RouterTest, OnlyAnAdministratorMaySendALargeImport) {
    EXPECT_EQ(router_.body_limit(Method::post, "/import", Trust::reader), kBodyLimit);
    EXPECT_EQ(router_.body_limit(Method::post, "/import?x=y", Trust::administrator),
              64UL * 1024 * 1024);
    EXPECT_EQ(router_.body_limit(Method::post, "/things", Trust::administrator), kBodyLimit);
}

TEST_F(RouterTest, TurnsAThrowIntoAFaultThatIsReported) {
    std::string reported;
    router_.on_fault([&](const Error& error) { reported = error.detail(); });
    const auto answer = ask(Method::get, "/things/throw");
    EXPECT_EQ(answer.status, 500U);
    EXPECT_EQ(reported, "show: secret");
}

TEST(Problem, HidesTheDetailFromVisitors) {
    const Error error(ErrorKind::internal, "x", "path /secret");
    EXPECT_EQ(problem(error, Trust::visitor).body.find("secret"), std::string::npos);
    EXPECT_NE(problem(error, Trust::administrator).body.find("secret"), std::string::npos);
}

TEST(Problem, HasAStatusForEveryKind) {
    const std::vector<std::pair<ErrorKind, unsigned>> table{{ErrorKind::malformed, 422},
                                                            {ErrorKind::refused, 403},
                                                            {ErrorKind::not_found, 404},
                                                            {ErrorKind::conflict, 409},
                                                            {ErrorKind::exhausted, 413},
                                                            {ErrorKind::transient, 503},
                                                            {ErrorKind::internal, 500}};
    for (const auto& [kind, status] : table)
        EXPECT_EQ(problem(kind, "x").status, status);
}

TEST_F(RouterTest, OpenapiDescribesEveryRoute) {
    const auto document = Json::parse(openapi_document(router_, "1.2.3"));
    EXPECT_EQ(document["openapi"], "3.1.0");
    EXPECT_EQ(document["info"]["version"], "1.2.3");
    EXPECT_TRUE(document["servers"].is_array());
    EXPECT_EQ(document["servers"][0]["url"], "/");
    const auto& add = document["paths"]["/things"]["post"];
    EXPECT_EQ(add["operationId"], "add");
    EXPECT_EQ(add["requestBody"]["content"]["application/json"]["schema"]["$ref"],
              "#/components/schemas/Body");
    EXPECT_TRUE(add["responses"].contains("201"));
    EXPECT_TRUE(add["responses"].contains("default"));
    const auto& show = document["paths"]["/things/{id}"]["get"];
    EXPECT_EQ(show["parameters"][0]["name"], "id");
    EXPECT_EQ(show["parameters"][0]["required"], true);
    EXPECT_EQ(document["paths"]["/things"]["get"]["parameters"][2]["schema"]["enum"],
              Json::array({"on", "off"}));
    const auto& body = document["components"]["schemas"]["Body"];
    EXPECT_EQ(body["properties"]["name"]["type"], "string");
    EXPECT_EQ(body["required"], Json::array({"name"}));
    EXPECT_EQ(body["additionalProperties"], false);
    EXPECT_TRUE(document["components"]["schemas"].contains("Problem"));
    const auto& problem_schema = document["components"]["schemas"]["Problem"];
    EXPECT_TRUE(problem_schema["properties"]["errors"]["items"]["properties"].contains("pointer"));
}

}  // namespace
}  // namespace sealgate::web
