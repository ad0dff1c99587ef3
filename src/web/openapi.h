#pragma once
// SPDX-License-Identifier: Apache-2.0
// The OpenAPI 3.1 document, written from the table of routes.

#include "web/router.h"

#include <string>
#include <string_view>

namespace sealgate::web {

// `version` is that of the program. JSON text.
[[nodiscard]] std::string openapi_document(const Router& router, std::string_view version);

}  // namespace sealgate::web
