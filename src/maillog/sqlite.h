#pragma once
// SPDX-License-Identifier: Apache-2.0
// The little of SQLite that the search index needs, with errors as values. One thread at a time for
// a Database and its Statements.

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace sealgate::maillog {

// Errors: malformed (not a database, or damaged), transient (busy, disk, memory), not_found (no
// such file), exhausted (interrupted by the deadline), internal (a statement that is wrong).
class Statement {
public:
    Statement() = default;
    explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

    Statement& bind(int index, std::uint64_t value);           // counted from 1
    Statement& bind(int index, std::string_view text);         // borrowed until the next reset()
    Statement& bind_bytes(int index, std::string_view bytes);  // borrowed likewise
    // False when there is no further row.
    Result<bool> step();
    // Runs it to its end and makes it ready for the next time.
    Status run();
    void reset();
    [[nodiscard]] std::uint64_t number(int column) const;  // counted from 0
    // Text or bytes of a column, good until the next step.
    [[nodiscard]] std::string_view bytes(int column) const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

class Database {
public:
    enum class Mode : std::uint8_t { read, create };

    [[nodiscard]] static Result<Database> open(const std::string& path, Mode mode);

    Status run(const char* sql);
    [[nodiscard]] Result<Statement> prepare(std::string_view sql);
    // One number from a query of one row.
    [[nodiscard]] Result<std::uint64_t> number(std::string_view sql);
    [[nodiscard]] std::int64_t total_changes() const;
    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

// Undoes what has not been committed when it goes.
class Transaction {
public:
    [[nodiscard]] static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept
        : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    Status commit();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

}  // namespace sealgate::maillog
