#pragma once
// SPDX-License-Identifier: Apache-2.0
// The database of configuration, keys and audit: SQLite in a file of ours, or PostgreSQL.
//
// One connection and one transaction at a time: calls from several threads wait for each other, and
// a call blocks for as long as the database takes, so none may come from the I/O thread. Every
// change is on disk when write() returns success.

#include "base/result.h"
#include "store/session.h"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace sealgate::store {

struct DatabaseOptions {
    std::string url;       // "sqlite:FILE" or "postgresql://user@host/database"
    std::string data_dir;  // where a relative FILE lies
    // How long to wait for another process that has the database locked.
    std::chrono::milliseconds busy_timeout{5000};
};

class Database {
public:
    // Opens it, makes it when it is missing (a file with mode 0600), and brings the schema up to
    // date. refused: the schema is newer than this program, or the URL is none of ours; transient:
    // locked, full or not reachable; internal: damaged.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(DatabaseOptions options);

    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    Database(Database&&) = delete;
    Database& operator=(Database&&) = delete;
    ~Database();

    // Runs `work` inside a transaction and commits when it succeeds; else nothing has changed.
    // `work` must not call this object again. After a lost connection the next call connects anew.
    Status write(const std::function<Status(Session&)>& work);
    // The same for reading alone: all selects see one state.
    Status read(const std::function<Status(Session&)>& work);

private:
    explicit Database(DatabaseOptions options);
    Status transact(Status begun, const std::function<Status(Session&)>& work);
    Status ensure_connected();

    DatabaseOptions options_;
    std::mutex mutex_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace sealgate::store
