#pragma once
// SPDX-License-Identifier: Apache-2.0
// SQL inside one transaction of a Database. Values go in as parameters, never as text of the
// statement.

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace sealgate::store {

// A parameter. Texts must not hold NUL octets (malformed).
using Value = std::variant<std::int64_t, std::string>;
using Row = std::vector<Value>;
enum class Column : std::uint8_t { number, text };

class Connection;

// Lives for the length of one Database::read or write. Statements are prepared once and kept, so
// their texts must come from a fixed set; the parameters of a statement are named :p1, :p2, ... in
// the order given. NULL is read as 0 or "".
//
// Failures: transient = busy, full or not reachable, the transaction is lost; conflict = a
// constraint of the schema; internal = anything else.
class Session {
public:
    explicit Session(Connection& connection) : connection_(connection) {}

    // INSERT, UPDATE, DELETE: the number of rows that it changed.
    Result<std::uint64_t> execute(std::string_view sql, const std::vector<Value>& parameters = {});

    // select<std::string, std::int64_t>("SELECT name, subdomains FROM domain WHERE name = :p1",
    // {name}): all rows, as tuples of these types.
    template <class... Columns>
    Result<std::vector<std::tuple<Columns...>>> select(std::string_view sql,
                                                       const std::vector<Value>& parameters = {}) {
        SG_TRY(std::vector<Row> rows, rows(sql, {column_of<Columns>()...}, parameters));
        std::vector<std::tuple<Columns...>> out;
        out.reserve(rows.size());
        for (Row& row : rows) {
            out.push_back(take<Columns...>(row, std::index_sequence_for<Columns...>{}));
        }
        return out;
    }

private:
    template <class T>
    static constexpr Column column_of() {
        static_assert(std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::string>);
        return std::is_same_v<T, std::string> ? Column::text : Column::number;
    }
    template <class... Columns, std::size_t... I>
    static std::tuple<Columns...> take(Row& row, std::index_sequence<I...> /*positions*/) {
        return {std::get<Columns>(std::move(row[I]))...};
    }
    Result<std::vector<Row>> rows(std::string_view sql,
                                  const std::vector<Column>& columns,
                                  const std::vector<Value>& parameters);

    Connection& connection_;
};

}  // namespace sealgate::store
