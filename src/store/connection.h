#pragma once
// SPDX-License-Identifier: Apache-2.0
// One connection through SOCI, with its kept statements. Internal to store: the only header that
// knows SOCI. No exception leaves it.

#include "base/result.h"
#include "store/database.h"

#include <soci/soci.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sealgate::store {

enum class Engine : std::uint8_t { sqlite, postgresql };

class Connection {
public:
    [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const DatabaseOptions& options);

    [[nodiscard]] Engine engine() const { return engine_; }
    // A statement without parameters and results, not kept.
    Status run(const std::string& sql);
    Status begin_writing();
    // Right after begin_writing(): one writer among all nodes, as the chain of the audit log needs
    // it. transient: another one does not end in time.
    Status lock_out_writers();
    Result<std::uint64_t> execute(std::string_view sql, const std::vector<Value>& parameters);
    Result<std::vector<Row>> rows(std::string_view sql,
                                  const std::vector<Column>& columns,
                                  const std::vector<Value>& parameters);

private:
    // A statement with the places its values are read from and written to; SOCI keeps their
    // addresses, so they never move.
    struct Prepared {
        explicit Prepared(soci::session& session) : statement(session) {}
        soci::statement statement;
        std::deque<Value> inputs;
        std::deque<long long> numbers;  // of the inputs that are numbers
        std::deque<long long> output_numbers;
        std::deque<std::string> output_texts;
        std::deque<soci::indicator> output_states;
    };

    explicit Connection(Engine engine) : engine_(engine) {}
    Status configure(const DatabaseOptions& options);
    Prepared& prepare(std::string_view sql,
                      const std::vector<Column>& columns,
                      const std::vector<Value>& parameters);
    static void fill(Prepared& prepared, const std::vector<Value>& parameters);
    // Calls `work` and turns what it throws into an Error. The statement is forgotten then.
    template <class Work>
    auto guarded(std::string_view sql, Work work) -> decltype(work());

    Engine engine_;
    soci::session session_;
    std::unordered_map<std::string, std::unique_ptr<Prepared>> statements_;
};

}  // namespace sealgate::store
