// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include "store/connection.h"
#include "store/migrations.h"

#include <exception>
#include <utility>

namespace sealgate::store {

Database::Database(DatabaseOptions options) : options_(std::move(options)) {}

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(DatabaseOptions options) {
    std::unique_ptr<Database> database(new Database(std::move(options)));
    SG_TRYV(database->ensure_connected());
    return database;
}

Status Database::ensure_connected() {
    if (connection_) return {};
    SG_TRY(auto connection, Connection::open(options_));
    SG_TRYV(migrate(*connection, migrations()));
    connection_ = std::move(connection);
    return {};
}

Status Database::write(const std::function<Status(Session&)>& work) {
    const std::lock_guard lock(mutex_);
    SG_TRYV(ensure_connected());
    return transact(connection_->begin_writing(), [&](Session& session) -> Status {
        SG_TRYV(connection_->lock_out_writers());
        return work(session);
    });
}

Status Database::read(const std::function<Status(Session&)>& work) {
    const std::lock_guard lock(mutex_);
    SG_TRYV(ensure_connected());
    return transact(connection_->run("BEGIN"), work);
}

Status Database::transact(Status begun, const std::function<Status(Session&)>& work) {
    Status done = std::move(begun);
    if (done) {
        try {
            Session session(*connection_);
            done = work(session);
        } catch (const std::exception& exception) {
            done = fail(ErrorKind::internal, "store.database", exception.what());
        }
        if (done) done = connection_->run("COMMIT");
        // Where even that fails, the state of the connection is not known: a new one is made.
        if (!done && !connection_->run("ROLLBACK")) connection_.reset();
    } else if (connection_->engine() == Engine::postgresql) {
        connection_.reset();  // most likely lost
    }
    return done;
}

}  // namespace sealgate::store
