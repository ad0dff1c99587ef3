// SPDX-License-Identifier: Apache-2.0
// Owners, permissions and the database, looked at without changing anything: a file that root made
// by accident would keep the daemon from starting.
#include "doctor/doctor.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>

namespace sealgate::doctor {

namespace {

std::string user_name(uid_t uid) {
    const passwd* entry = getpwuid(uid);  // NOLINT(concurrency-mt-unsafe): one thread
    return entry != nullptr ? entry->pw_name : std::to_string(uid);
}

// What others may do with a secret; "" = nothing.
void check_secret(const std::string& path, Findings& out) {
    struct stat facts{};
    if (stat(path.c_str(), &facts) != 0) return;  // made at first start, or another check speaks
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
    out.push_back(
        {"permissions",
         Level::fail,
         fmt::format("{} can be used by others (mode {:o})", path, facts.st_mode & 07777U),
         "chmod 600 " + path + "; if somebody may have read it, make a new one"});
}

// The first things below data_dir that belong to somebody else.
void check_owners(const std::string& directory, uid_t owner, Findings& out) {
    constexpr std::size_t kMostLooked = 100'000;
    std::size_t looked = 0;
    std::error_code error;
    auto options = std::filesystem::directory_options::skip_permission_denied;
    for (std::filesystem::recursive_directory_iterator at(directory, options, error), end;
         !error && at != end && looked < kMostLooked;
         at.increment(error), ++looked) {
        struct stat facts{};
        if (lstat(at->path().c_str(), &facts) != 0 || facts.st_uid == owner) continue;
        const std::string user = user_name(owner);
        out.push_back({"permissions",
                       Level::fail,
                       fmt::format("{} belongs to {}, data_dir to {}",
                                   at->path().string(),
                                   user_name(facts.st_uid),
                                   user),
                       fmt::format("chown -R {0} {1}", user, directory)});
        return;
    }
}

struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

// "ok", or what is wrong. `immutable` reads the file as it is: no lock, no file beside it.
std::string quick_check(const std::string& file) {
    sqlite3* raw = nullptr;
    const std::string uri = "file:" + file + "?immutable=1";
    const int opened =
        sqlite3_open_v2(uri.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
    const std::unique_ptr<sqlite3, Close> database(raw);
    if (opened != SQLITE_OK) return sqlite3_errmsg(raw);
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(raw, "PRAGMA quick_check(1)", -1, &prepared, nullptr) != SQLITE_OK) {
        return sqlite3_errmsg(raw);
    }
    const std::unique_ptr<sqlite3_stmt, Close> statement(prepared);
    if (sqlite3_step(prepared) != SQLITE_ROW) return sqlite3_errmsg(raw);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): SQLite's text
    return reinterpret_cast<const char*>(sqlite3_column_text(prepared, 0));
}

}  // namespace

void check_files(const Subject& subject, Findings& out) {
    const config::Settings& settings = subject.settings;
    struct stat facts{};
    if (stat(settings.data_dir.c_str(), &facts) != 0) return;  // the disk check speaks of it
    const std::size_t before = out.size();
    if ((facts.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        out.push_back({"permissions",
                       Level::fail,
                       fmt::format("data_dir {} is open to others (mode {:o})",
                                   settings.data_dir,
                                   facts.st_mode & 07777U),
                       "chmod 700 " + settings.data_dir});
    }
    check_owners(settings.data_dir, facts.st_uid, out);
    check_secret(settings.spool.key_file.empty() ? settings.path("spool.key")
                                                 : settings.path(settings.spool.key_file),
                 out);
    check_secret(settings.path("trace.key"), out);
    if (!settings.tls.key_file.empty()) check_secret(settings.path(settings.tls.key_file), out);
    if (geteuid() != 0 && geteuid() != facts.st_uid) {
        out.push_back({"permissions",
                       Level::warn,
                       "this user may not look into data_dir",
                       "run this as root, or as " + user_name(facts.st_uid)});
    }
    if (out.size() == before) {
        out.push_back({"permissions",
                       Level::ok,
                       "data_dir and keys are " + user_name(facts.st_uid) + "'s alone",
                       ""});
    }
}

void check_database(const Subject& subject, Findings& out) {
    constexpr std::string_view kSqlite = "sqlite:";
    const std::string& url = subject.settings.database;
    if (subject.running) return;  // it would not have started without, and its answer came from it
    if (!url.starts_with(kSqlite)) {
        out.push_back({"database",
                       Level::warn,
                       "a PostgreSQL database is looked at by the daemon alone",
                       "start it; what it cannot reach it says on stderr"});
        return;
    }
    const std::string file = subject.settings.path(url.substr(kSqlite.size()));
    if (access(file.c_str(), F_OK) != 0) {
        out.push_back({"database", Level::ok, "none yet; the first start makes it", ""});
        return;
    }
    const std::string answer = quick_check(file);
    if (answer == "ok") {
        out.push_back({"database", Level::ok, file + " is whole", ""});
    } else {
        out.push_back({"database",
                       Level::fail,
                       file + ": " + answer,
                       "bring back the file from a backup before the next start"});
    }
}

}  // namespace sealgate::doctor
