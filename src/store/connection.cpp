// SPDX-License-Identifier: Apache-2.0
#include "store/connection.h"

#include "os/file_system.h"
#include "store/fault.h"
#include "store/postgres_url.h"

#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <utility>

namespace sealgate::store {

namespace {

constexpr std::string_view kWhere = "store.database";
constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kPostgresql = "postgresql://";
// Our statements are a fixed set; more kept ones would mean that somebody builds SQL from values.
constexpr std::size_t kMaxStatements = 500;

// The path of a database file, which exists afterwards: SQLite itself would make it readable by
// others.
Result<std::string> prepare_file(const DatabaseOptions& options) {
    std::string path = options.url.substr(kSqlite.size());
    if (!path.starts_with('/')) {
        const bool slash = options.data_dir.empty() || options.data_dir.ends_with('/');
        path = options.data_dir + (slash ? "" : "/") + path;
    }
    if (path.find_first_of(std::string_view("\"\0", 2)) != std::string::npos) {
        return fail(ErrorKind::refused, kWhere, "the database's file name must not hold '\"'");
    }
    const auto files = os::posix_file_system();
    const std::size_t slash = path.rfind('/');
    if (slash != std::string::npos && slash > 0) {
        SG_TRYV(files->make_directories(path.substr(0, slash)));
    }
    SG_TRY(const bool there, files->exists(path));
    if (!there) SG_TRYV(files->open(path, os::OpenMode::create_new));
    return path;
}

}  // namespace

template <class Work>
auto Connection::guarded(std::string_view sql, Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const std::exception& exception) {
        statements_.erase(std::string(sql));
        return std::unexpected(fault_of(exception, sql.substr(0, 120)));
    }
}

Result<std::unique_ptr<Connection>> Connection::open(const DatabaseOptions& options) {
    std::unique_ptr<Connection> connection;
    try {
        if (options.url.starts_with(kSqlite) && options.url.size() > kSqlite.size()) {
            SG_TRY(const std::string path, prepare_file(options));
            connection.reset(new Connection(Engine::sqlite));
            connection->session_.open(soci::sqlite3, "dbname=\"" + path + "\"");
        } else if (options.url.starts_with(kPostgresql)) {
            SG_TRY(const std::string words, connection_words(options.url));
            connection.reset(new Connection(Engine::postgresql));
            // libpq comes in with SOCI's backend, only where it is asked for.
            connection->session_.open("postgresql", words);
        } else {
            return fail(ErrorKind::refused,
                        kWhere,
                        "'database' must be \"sqlite:FILE\" or "
                        "\"postgresql://USER@HOST/DATABASE\"");
        }
    } catch (const std::exception& exception) {
        if (options.url.starts_with(kSqlite)) return std::unexpected(fault_of(exception, "open"));
        return std::unexpected(unreachable(exception));
    }
    SG_TRYV(connection->configure(options));
    return connection;
}

Status Connection::configure(const DatabaseOptions& options) {
    const auto wait = options.busy_timeout.count();
    if (engine_ == Engine::postgresql) {
        SG_TRYV(run(fmt::format("SET lock_timeout = {}", wait)));
        SG_TRYV(run("SET client_min_messages = warning"));
        return run("SET default_transaction_isolation = 'repeatable read'");
    }
    SG_TRYV(run(fmt::format("PRAGMA busy_timeout = {}", wait)));
    SG_TRY(const auto mode, rows("PRAGMA journal_mode = WAL", {Column::text}, {}));
    if (mode.size() != 1 || std::get<std::string>(mode[0][0]) != "wal") {
        return fail(ErrorKind::refused,
                    kWhere,
                    "the database cannot use a write-ahead log; put it on a local disk");
    }
    SG_TRYV(run("PRAGMA synchronous = FULL"));
    return run("PRAGMA foreign_keys = ON");
}

Status Connection::run(const std::string& sql) {
    return guarded(sql, [&]() -> Status {
        session_ << sql;
        return {};
    });
}

Status Connection::begin_writing() {
    if (engine_ == Engine::sqlite) {
        // At once, since a lock that is only asked for at the first change may fail half-way.
        return run("BEGIN IMMEDIATE");
    }
    return run("BEGIN");
}

Status Connection::lock_out_writers() {
    if (engine_ == Engine::sqlite) return {};
    auto locked = run("LOCK TABLE schema_version IN EXCLUSIVE MODE");
    // SOCI has no category for a lock that was not free in time, and nothing else can fail here.
    if (!locked && locked.error().kind() == ErrorKind::internal) {
        return fail(ErrorKind::transient,
                    kWhere,
                    "the database is locked by another program; try again, and see which program "
                    "has it open (" +
                        locked.error().detail() + ")");
    }
    return locked;
}

Connection::Prepared& Connection::prepare(std::string_view sql,
                                          const std::vector<Column>& columns,
                                          const std::vector<Value>& parameters) {
    if (const auto found = statements_.find(std::string(sql)); found != statements_.end()) {
        SG_CHECK(found->second->inputs.size() == parameters.size());
        SG_CHECK(found->second->output_states.size() == columns.size());
        return *found->second;
    }
    SG_CHECK(statements_.size() < kMaxStatements);
    auto prepared = std::make_unique<Prepared>(session_);
    soci::statement& statement = prepared->statement;
    statement.alloc();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const std::string name = fmt::format("p{}", i + 1);
        Value& input = prepared->inputs.emplace_back(parameters[i]);
        if (auto* text = std::get_if<std::string>(&input)) {
            statement.exchange(soci::use(*text, name));
            prepared->numbers.push_back(0);
        } else {
            statement.exchange(soci::use(prepared->numbers.emplace_back(0), name));
        }
    }
    for (const Column column : columns) {
        soci::indicator& state = prepared->output_states.emplace_back(soci::i_null);
        std::string& text = prepared->output_texts.emplace_back();
        long long& number = prepared->output_numbers.emplace_back(0);
        if (column == Column::text) {
            statement.exchange(soci::into(text, state));
        } else {
            statement.exchange(soci::into(number, state));
        }
    }
    statement.prepare(std::string(sql));
    statement.define_and_bind();
    return *statements_.emplace(std::string(sql), std::move(prepared)).first->second;
}

void Connection::fill(Prepared& prepared, const std::vector<Value>& parameters) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        SG_CHECK(prepared.inputs[i].index() == parameters[i].index());
        if (const auto* text = std::get_if<std::string>(&parameters[i])) {
            std::get<std::string>(prepared.inputs[i]) = *text;
        } else {
            prepared.numbers[i] = std::get<std::int64_t>(parameters[i]);
        }
    }
}

Result<std::uint64_t> Connection::execute(std::string_view sql,
                                          const std::vector<Value>& parameters) {
    return guarded(sql, [&]() -> Result<std::uint64_t> {
        Prepared& prepared = prepare(sql, {}, parameters);
        fill(prepared, parameters);
        prepared.statement.execute(true);
        return static_cast<std::uint64_t>(prepared.statement.get_affected_rows());
    });
}

Result<std::vector<Row>> Connection::rows(std::string_view sql,
                                          const std::vector<Column>& columns,
                                          const std::vector<Value>& parameters) {
    return guarded(sql, [&]() -> Result<std::vector<Row>> {
        Prepared& prepared = prepare(sql, columns, parameters);
        fill(prepared, parameters);
        std::vector<Row> found;
        prepared.statement.execute(false);
        // To the last row, so that no read lock stays behind.
        while (prepared.statement.fetch()) {
            Row& row = found.emplace_back();
            for (std::size_t i = 0; i < columns.size(); ++i) {
                const bool null = prepared.output_states[i] == soci::i_null;
                if (columns[i] == Column::text) {
                    row.emplace_back(null ? std::string{} : prepared.output_texts[i]);
                } else {
                    row.emplace_back(std::int64_t{null ? 0 : prepared.output_numbers[i]});
                }
            }
        }
        return found;
    });
}

}  // namespace sealgate::store
