// SPDX-License-Identifier: Apache-2.0
#include "maillog/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <tuple>
#include <utility>

namespace sealgate::maillog {
namespace {

ErrorKind kind_of(int code) {
    switch (code & 0xFF) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_FORMAT:
            return ErrorKind::malformed;
        case SQLITE_INTERRUPT:
            return ErrorKind::exhausted;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
        case SQLITE_READONLY:
        case SQLITE_PROTOCOL:
            return ErrorKind::transient;
        case SQLITE_CANTOPEN:
            return ErrorKind::not_found;
        default:
            return ErrorKind::internal;
    }
}

std::unexpected<Error> failed(int code, sqlite3* handle) {
    const char* text = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
    return fail(kind_of(code), "maillog.index", fmt::format("SQLite {}: {}", code, text));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* handle) const {
    sqlite3_finalize(handle);
}

// A bind fails only for a wrong index or out of memory; the step that follows then says so or finds
// nothing.
Statement& Statement::bind(int index, std::uint64_t value) {
    sqlite3_bind_int64(handle_.get(), index, static_cast<sqlite3_int64>(value));
    return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
    sqlite3_bind_text(
        handle_.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    return *this;
}

Statement& Statement::bind_bytes(int index, std::string_view bytes) {
    sqlite3_bind_blob(
        handle_.get(), index, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return failed(code, sqlite3_db_handle(handle_.get()));
}

Status Statement::run() {
    auto more = step();
    while (more && *more)
        more = step();
    reset();
    return more ? Status{} : Status(fail(std::move(more).error()));
}

void Statement::reset() {
    sqlite3_reset(handle_.get());
}

std::uint64_t Statement::number(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(handle_.get(), column));
}

std::string_view Statement::bytes(int column) const {
    const auto* const data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

void Database::Close::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}

Result<Database> Database::open(const std::string& path, Mode mode) {
    constexpr int kBusyMilliseconds = 5'000;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (mode == Mode::create) flags |= SQLITE_OPEN_CREATE;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    Database out;
    out.handle_.reset(handle);
    if (code != SQLITE_OK) return failed(code, handle);
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    return out;
}

Status Database::run(const char* sql) {
    const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? Status{} : Status(failed(code, handle_.get()));
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(),
                                        sql.data(),
                                        static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT,
                                        &handle,
                                        nullptr);
    if (code != SQLITE_OK) return failed(code, handle_.get());
    return Statement(handle);
}

Result<std::uint64_t> Database::number(std::string_view sql) {
    SG_TRY(auto statement, prepare(sql));
    SG_TRY(const bool row, statement.step());
    if (!row) return fail(ErrorKind::malformed, "maillog.index", "no row");
    return statement.number(0);
}

std::int64_t Database::total_changes() const {
    return sqlite3_total_changes64(handle_.get());
}

Result<Transaction> Transaction::begin(Database& database) {
    SG_TRYV(database.run("BEGIN"));
    return Transaction(database);
}

Transaction::~Transaction() {
    if (database_ != nullptr) std::ignore = database_->run("ROLLBACK");
}

Status Transaction::commit() {
    SG_TRYV(database_->run("COMMIT"));
    database_ = nullptr;
    return {};
}

}  // namespace sealgate::maillog
