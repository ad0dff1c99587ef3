// SPDX-License-Identifier: Apache-2.0
#include "os/local_socket.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <vector>

namespace sealgate::os {

namespace {

constexpr std::string_view kWhere = "os.local_socket";
constexpr mode_t kEnter = 1;  // a directory
constexpr mode_t kWrite = 2;  // what connect(2) needs

struct User {
    uid_t id = 0;
    std::string name;
    std::vector<gid_t> groups;
};

User find_user(uid_t id) {
    User user{id, std::to_string(id), {}};
    std::vector<char> buffer(16384);
    passwd entry{};
    passwd* found = nullptr;
    (void)getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) return user;
    user.name = entry.pw_name;
    int count = 256;
    user.groups.resize(static_cast<std::size_t>(count));
    if (getgrouplist(entry.pw_name, entry.pw_gid, user.groups.data(), &count) < 0) count = 0;
    user.groups.resize(static_cast<std::size_t>(count));
    return user;
}

bool allows(const std::string& path, const struct stat& facts, const User& user, mode_t wanted) {
    if (user.id == 0) return true;
    if (getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0) return true;
    unsigned shift = 0;
    if (facts.st_uid == user.id) {
        shift = 6;
    } else if (std::ranges::count(user.groups, facts.st_gid) > 0) {
        shift = 3;
    }
    return ((facts.st_mode >> shift) & wanted) != 0;
}

std::string mode_of(const struct stat& facts) {
    std::array<char, 16> text{};
    (void)std::snprintf(text.data(), text.size(), "%o", facts.st_mode & 07777U);
    return text.data();
}

std::string no_socket(const std::string& path, int error) {
    return "there is no socket " + path + ": " +
           std::error_code(error, std::generic_category()).message();
}

}  // namespace

Status may_connect(const std::string& path, uid_t user_id) {
    const User user = find_user(user_id);
    for (std::size_t slash = 0; slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const std::string here = slash == 0 ? "/" : path.substr(0, slash);
        struct stat facts{};
        if (stat(here.c_str(), &facts) != 0) {
            const int error = errno;
            return fail(error == EACCES ? ErrorKind::refused : ErrorKind::not_found,
                        kWhere,
                        no_socket(path, error).append(" (").append(here).append(")"));
        }
        if (!allows(here, facts, user, kEnter)) {
            std::string why = user.name;
            why.append(" may not enter ").append(here).append(" (mode ").append(mode_of(facts));
            return fail(
                ErrorKind::refused, kWhere, why.append("), so not connect to ").append(path));
        }
    }
    struct stat facts{};
    if (stat(path.c_str(), &facts) != 0) {
        return fail(ErrorKind::not_found, kWhere, no_socket(path, errno));
    }
    if (!S_ISSOCK(facts.st_mode)) {
        return fail(ErrorKind::not_found, kWhere, path + " is no socket");
    }
    if (!allows(path, facts, user, kWrite)) {
        return fail(ErrorKind::refused,
                    kWhere,
                    user.name + " may not connect to " + path + " (mode " + mode_of(facts) + ")");
    }
    return {};
}

uid_t owner_of(const std::string& directory) {
    struct stat facts{};
    return ::stat(directory.c_str(), &facts) == 0 ? facts.st_uid : ::geteuid();
}

}  // namespace sealgate::os
