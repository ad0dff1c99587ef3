// SPDX-License-Identifier: Apache-2.0
#include "web/problem.h"

#include "web/json.h"

namespace sealgate::web {

namespace {

ProblemDetail table(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::malformed:
            return {.status = 422, .type = "malformed", .title = "The input is not valid"};
        case ErrorKind::refused:
            return {.status = 403, .type = "refused", .title = "Not permitted"};
        case ErrorKind::not_found:
            return {.status = 404, .type = "not_found", .title = "Not found"};
        case ErrorKind::conflict:
            return {.status = 409, .type = "conflict", .title = "Changed meanwhile or not ours"};
        case ErrorKind::transient:
            return {.status = 503, .type = "transient", .title = "Try again later"};
        case ErrorKind::exhausted:
            return {.status = 413, .type = "exhausted", .title = "A limit was reached"};
        case ErrorKind::internal:
            break;
    }
    return {.status = 500, .type = "internal", .title = "A fault of the gateway"};
}

}  // namespace

Response problem(const ProblemDetail& detail) {
    OrderedJson body{{"type", "urn:sealgate:problem:" + std::string(detail.type)},
                     {"title", detail.title},
                     {"status", detail.status}};
    if (!detail.detail.empty()) body["detail"] = detail.detail;
    for (const auto& [pointer, what] : detail.errors) {
        body["errors"].push_back({{"pointer", pointer}, {"detail", what}});
    }
    if (detail.place) {
        body["text"] = detail.place->text;
        body["position"] = detail.place->position;
        body["length"] = detail.place->length;
    }
    Response response{.status = detail.status,
                      .content_type = "application/problem+json",
                      .body = dump(body),
                      .fields = {}};
    if (detail.status == 503) response.fields.emplace_back("Retry-After", "5");
    return response;
}

Response problem(ErrorKind kind, std::string detail) {
    auto entry = table(kind);
    entry.detail = std::move(detail);
    return problem(entry);
}

Response problem(const Error& error, Trust trust) {
    const bool may_read = trust == Trust::reader || trust == Trust::administrator;
    return problem(error.kind(), may_read ? error.detail() : std::string());
}

}  // namespace sealgate::web
