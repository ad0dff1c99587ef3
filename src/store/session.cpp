// SPDX-License-Identifier: Apache-2.0
#include "store/session.h"

#include "store/connection.h"

#include <algorithm>

namespace sealgate::store {

namespace {

Status check(const std::vector<Value>& parameters) {
    const bool bad = std::ranges::any_of(parameters, [](const Value& value) {
        const auto* text = std::get_if<std::string>(&value);
        return text != nullptr && text->find('\0') != std::string::npos;
    });
    if (!bad) return {};
    return fail(ErrorKind::malformed, "store.session", "a text holds a NUL character; remove it");
}

}  // namespace

Result<std::uint64_t> Session::execute(std::string_view sql, const std::vector<Value>& parameters) {
    SG_TRYV(check(parameters));
    return connection_.execute(sql, parameters);
}

Result<std::vector<Row>> Session::rows(std::string_view sql,
                                       const std::vector<Column>& columns,
                                       const std::vector<Value>& parameters) {
    SG_TRYV(check(parameters));
    return connection_.rows(sql, columns, parameters);
}

}  // namespace sealgate::store
