#pragma once
// SPDX-License-Identifier: Apache-2.0
// What the resources of the mail log and of messages share: the query parameters, and a record as
// JSON. For .cpp files of this folder only.

#include "maillog/mail_log.h"
#include "web/json.h"
#include "web/router.h"

#include <string>
#include <vector>

namespace sealgate::web::resources {

// The parameters of a search, without those of pages.
[[nodiscard]] std::vector<Parameter> query_parameters();
// Of a call with these parameters. malformed: an ID that is none.
[[nodiscard]] Result<maillog::Query> query_of(const Call& call);
// The problem that points at the wrong term of the call's query; nullopt when it has none.
[[nodiscard]] std::optional<Response> query_problem(const Call& call);

[[nodiscard]] const Schema& record_schema();
[[nodiscard]] OrderedJson record_json(const maillog::Record& record, const std::string& tag);

}  // namespace sealgate::web::resources
