#pragma once
// SPDX-License-Identifier: Apache-2.0
// What went wrong, as a value. Control flow reads only the kind.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace sealgate {

// What the caller may do about a failure.
enum class ErrorKind : std::uint8_t {
    internal,   // our bug or a broken invariant; the default, so that a forgotten case is loud
    malformed,  // the peer's (or the file's) bytes break a grammar
    refused,    // policy or trust says no; retrying changes nothing
    not_found,  // looked in the right place, nothing there
    conflict,   // changed meanwhile, or owned by somebody else
    transient,  // the same call may work later: time-outs, DNS failure, disk full
    exhausted,  // a limit of ours was hit: size, depth, count, memory budget
};

[[nodiscard]] std::string_view to_string(ErrorKind kind);

class Error {
public:
    Error() = default;
    // `where` must be a literal such as "mime.header", so that logs can be counted by place.
    // `detail` is for our log only and is never sent to a peer.
    Error(ErrorKind kind, std::string_view where, std::string detail)
        : kind_(kind),
          where_(where),
          detail_(std::move(detail)) {}

    [[nodiscard]] ErrorKind kind() const { return kind_; }
    [[nodiscard]] std::string_view where() const { return where_; }
    [[nodiscard]] const std::string& detail() const { return detail_; }

    // Adds what we were doing, outermost first.
    Error&& during(std::string_view what) && {
        detail_.insert(0, std::string(what) + ": ");
        return std::move(*this);
    }

private:
    ErrorKind kind_ = ErrorKind::internal;
    std::string_view where_ = "unknown";
    std::string detail_ = "no detail";
};

}  // namespace sealgate
