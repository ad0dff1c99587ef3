// SPDX-License-Identifier: Apache-2.0
#include "web/router.h"

#include "base/text.h"
#include "web/json.h"
#include "web/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace sealgate::web {

namespace {

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{');
}

// The values of the parameters, or nullopt when the path is another one.
std::optional<std::vector<std::pair<std::string_view, std::string>>> match_path(
    std::string_view path, const std::vector<std::string>& segments) {
    const auto parts = split(path.substr(1), '/');
    if (parts.size() != segments.size()) return std::nullopt;
    std::vector<std::pair<std::string_view, std::string>> values;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (is_parameter(parts[i])) {
            values.emplace_back(parts[i].substr(1, parts[i].size() - 2), segments[i]);
        } else if (parts[i] != segments[i]) {
            return std::nullopt;
        }
    }
    return values;
}

bool fits(const std::string& value, const Parameter& parameter) {
    if (!parameter.values.empty()) {
        return std::find(parameter.values.begin(), parameter.values.end(), value) !=
               parameter.values.end();
    }
    WallTime time;
    switch (parameter.type) {
        case Type::integer:
            return parse_number(value).has_value();
        case Type::boolean:
            return value == "true" || value == "false";
        case Type::time:
            return from_rfc3339(value, time);
        default:
            return true;
    }
}

std::string expectation(const Parameter& parameter) {
    if (!parameter.values.empty()) {
        return fmt::format("one of: {}", fmt::join(parameter.values, ", "));
    }
    switch (parameter.type) {
        case Type::integer:
            return "a whole number, not negative";
        case Type::boolean:
            return "true or false";
        case Type::time:
            return "a time such as 2026-11-25T07:14:36Z";
        default:
            return "a text";
    }
}

// The sentence about the first query parameter that is unknown, twice there or of the wrong type;
// "" when all fit.
std::string check_query(const Route& route,
                        const std::vector<std::pair<std::string, std::string>>& query) {
    std::vector<std::string_view> seen;
    for (const auto& [name, value] : query) {
        const auto parameter = std::find_if(
            route.query.begin(), route.query.end(), [&](const auto& p) { return p.name == name; });
        const auto shown = escape_for_log(name, 64);
        if (parameter == route.query.end()) {
            return fmt::format("The query parameter '{}' is not known here.", shown);
        }
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
            return fmt::format("The query parameter '{}' is given twice.", shown);
        }
        if (!fits(value, *parameter)) {
            return fmt::format(
                "The query parameter '{}' must be {}.", shown, expectation(*parameter));
        }
        seen.push_back(name);
    }
    return {};
}

std::optional<Response> check_access(const Route& route, const Caller& caller) {
    if (caller.trust == Trust::nobody) {
        return problem(ErrorKind::refused, "This address is not in [api] public_networks.");
    }
    if (route.access == Access::visit || caller.trust == Trust::administrator) return std::nullopt;
    if (caller.trust == Trust::visitor) {
        auto answer = problem({.status = 401,
                               .type = "unauthorized",
                               .title = "Sign-in is needed",
                               .detail = "This resource is served on the control socket."});
        answer.fields.emplace_back("WWW-Authenticate", "Bearer");
        return answer;
    }
    if (route.access == Access::read) return std::nullopt;
    return problem(ErrorKind::refused,
                   "Only root and the user that the daemon runs as may change things.");
}

Response wrong_method(const std::vector<Method>& allowed) {
    std::vector<std::string_view> names;
    for (const Method method : allowed) {
        names.push_back(to_string(method));
        if (method == Method::get) names.emplace_back("HEAD");
    }
    auto answer =
        problem({.status = 405,
                 .type = "method",
                 .title = "Wrong method",
                 .detail = fmt::format("This resource takes {}.", fmt::join(names, ", "))});
    answer.fields.emplace_back("Allow", fmt::format("{}", fmt::join(names, ", ")));
    return answer;
}

std::string media_type(std::string_view content_type) {
    return to_lower(trim(content_type.substr(0, content_type.find(';'))));
}

// Fills `body`, or gives the answer that refuses it.
std::optional<Response> read_body(const Route& route, const Request& request, Json& body) {
    const std::string_view wanted = route.text_limit > 0 ? "text/plain" : "application/json";
    if (route.request == nullptr && route.text_limit == 0) {
        if (request.body.empty()) return std::nullopt;
        return problem(ErrorKind::malformed, "This request takes no body.");
    }
    if (media_type(request.content_type) != wanted) {
        return problem({.status = 415,
                        .type = "media_type",
                        .title = "Wrong media type",
                        .detail = fmt::format("The body must be {}.", wanted)});
    }
    if (route.text_limit > 0) return std::nullopt;
    auto parsed = parse_json(request.body);
    if (!parsed) {
        return problem({.status = parsed.error().kind() == ErrorKind::exhausted ? 413U : 400U,
                        .type = "malformed",
                        .title = "The body cannot be read",
                        .detail = "The body cannot be read: " + parsed.error().detail() + "."});
    }
    const auto errors = check_schema(*parsed, *route.request);
    if (errors.empty()) {
        body = *std::move(parsed);
        return std::nullopt;
    }
    const auto& first = errors.front();
    ProblemDetail detail{
        .status = 422,
        .type = "malformed",
        .title = "The input is not valid",
        .detail = fmt::format("{} {}{}",
                              first.pointer.empty() ? "The body" : "The field " + first.pointer,
                              first.detail,
                              first.detail.ends_with('?') ? "" : ".")};
    for (const auto& error : errors)
        detail.errors.emplace_back(error.pointer, error.detail);
    return problem(detail);
}

}  // namespace

const std::string& Call::at(std::string_view name) const {
    const auto found =
        std::find_if(path.begin(), path.end(), [&](const auto& p) { return p.first == name; });
    SG_CHECK(found != path.end());
    return found->second;
}

std::optional<std::string> Call::find(std::string_view name) const {
    const auto found =
        std::find_if(query.begin(), query.end(), [&](const auto& p) { return p.first == name; });
    return found == query.end() ? std::nullopt : std::optional(found->second);
}

bool Call::flag(std::string_view name) const {
    return find(name) == "true";
}

std::size_t Call::number(std::string_view name, std::size_t otherwise) const {
    const auto text = find(name);
    return text ? parse_number(*text).value_or(otherwise) : otherwise;
}

void Router::add(Route route) {
    SG_CHECK(route.method != Method::get || route.access != Access::change);
    SG_CHECK(std::none_of(routes_.begin(), routes_.end(), [&](const Route& other) {
        return other.method == route.method && other.path == route.path;
    }));
    routes_.push_back(std::move(route));
}

Router::Match Router::match(Method method, const Target& target) const {
    Match best;
    const Method wanted = method == Method::head ? Method::get : method;
    for (const auto& route : routes_) {
        auto values = match_path(route.path, target.segments);
        if (!values) continue;
        if (route.method != wanted) {
            best.others.push_back(route.method);
        } else if (best.route == nullptr || values->size() < best.path.size()) {
            // A literal path is nearer than one with a parameter in its place.
            best.route = &route;
            best.path = *std::move(values);
        }
    }
    return best;
}

std::size_t Router::body_limit(Method method, std::string_view target, Trust trust) const {
    if (trust != Trust::administrator) return kBodyLimit;
    const auto parsed = parse_target(target);
    if (!parsed) return kBodyLimit;
    const auto found = match(method, *parsed);
    return found.route == nullptr ? kBodyLimit : std::max(kBodyLimit, found.route->text_limit);
}

Response Router::dispatch(const Request& request) const {
    auto target = parse_target(request.target);
    if (!target) {
        return problem({.status = 400,
                        .type = "malformed",
                        .title = "The request cannot be read",
                        .detail = "The path holds " + target.error().detail() + "."});
    }
    auto found = match(request.method, *target);
    if (found.route == nullptr) {
        if (request.caller.trust == Trust::nobody) {
            return problem(ErrorKind::refused, "This address is not in [api] public_networks.");
        }
        if (!found.others.empty()) return wrong_method(found.others);
        return problem({.status = 404,
                        .type = "no_such_path",
                        .title = "Not found",
                        .detail = "No resource has this path."});
    }
    if (auto refusal = check_access(*found.route, request.caller)) return *std::move(refusal);
    if (auto sentence = check_query(*found.route, target->query); !sentence.empty()) {
        return problem(ErrorKind::malformed, std::move(sentence));
    }
    Json body;
    if (auto refusal = read_body(*found.route, request, body)) return *std::move(refusal);
    return run(*found.route, Call{request, body, std::move(found.path), std::move(target->query)});
}

Response Router::run(const Route& route, const Call& call) const {
    Result<Response> answer = fail(Error());
    try {
        answer = route.handler(call);
    } catch (const std::exception& error) {
        answer = fail(ErrorKind::internal, "web.handler", error.what());
    }
    if (answer) return *std::move(answer);
    if (answer.error().kind() == ErrorKind::internal && report_) {
        report_(Error(answer.error()).during(route.id));
    }
    return problem(answer.error(), call.request.caller.trust);
}

}  // namespace sealgate::web
