// SPDX-License-Identifier: Apache-2.0
#include "store/fault.h"

#include "base/text.h"

#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <string>

namespace sealgate::store {

namespace {

constexpr std::string_view kWhere = "store.database";

struct Meaning {
    ErrorKind kind;
    std::string_view sentence;
};

constexpr std::string_view kBusy =
    "the database is locked by another program; try again, and see which program has it open";
constexpr std::string_view kUnreachable =
    "the database server cannot be reached; see that it runs and that 'database' names it rightly";
constexpr std::string_view kFull =
    "the database cannot be written; make room on its disk, or see why it fails";

Meaning meaning_of_sqlite(int code) {
    switch (code & 0xFF) {  // the rest is detail of an extended code
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorKind::transient, kBusy};
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
            return {ErrorKind::transient, kFull};
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return {ErrorKind::transient,
                    "the database cannot be opened for writing; see that its directory exists and "
                    "that we may write there"};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {ErrorKind::internal,
                    "the database file is damaged or is no database; restore it from a backup"};
        case SQLITE_CONSTRAINT:
            return {ErrorKind::conflict, "the database refused the change"};
        default:
            return {ErrorKind::internal, "the database failed"};
    }
}

Meaning meaning_of_category(soci::soci_error::error_category category) {
    switch (category) {
        case soci::soci_error::connection_error:
            return {ErrorKind::transient, kUnreachable};
        case soci::soci_error::no_privilege:
            return {ErrorKind::transient,
                    "the database server refused our user; see its rights and the name in "
                    "'database'"};
        case soci::soci_error::system_error:
            return {ErrorKind::transient, kBusy};
        case soci::soci_error::unknown_transaction_state:
            return {ErrorKind::transient,
                    "the connection broke at the end of a change; see whether it is in force and "
                    "try again"};
        case soci::soci_error::constraint_violation:
            return {ErrorKind::conflict, "the database refused the change"};
        case soci::soci_error::invalid_statement:
        case soci::soci_error::no_data:
        case soci::soci_error::unknown:
            break;
    }
    return {ErrorKind::internal, "the database failed"};
}

}  // namespace

Error fault_of(const std::exception& exception, std::string_view doing) {
    Meaning meaning{ErrorKind::internal, "the database failed"};
    std::string said = exception.what();
    if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&exception)) {
        meaning = meaning_of_sqlite(sqlite->result());
        said = sqlite->get_error_message();
    } else if (const auto* error = dynamic_cast<const soci::soci_error*>(&exception)) {
        meaning = meaning_of_category(error->get_error_category());
        said = error->get_error_message();
    }
    return {meaning.kind,
            kWhere,
            fmt::format("{} ({}: {})", meaning.sentence, doing, escape_for_log(said, 300))};
}

Error unreachable(const std::exception& exception) {
    return {ErrorKind::transient,
            kWhere,
            fmt::format("{} ({})", kUnreachable, escape_for_log(exception.what(), 300))};
}

}  // namespace sealgate::store
