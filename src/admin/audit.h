#pragma once
// SPDX-License-Identifier: Apache-2.0
// The audit log: one record of every change, chained by SHA-256 so that a record that was altered,
// removed or put in between shows. Format: docs/formats/audit.md.

#include "admin/context.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::admin {

struct AuditRecord {
    std::uint64_t number = 0;  // from 1, without gaps
    WallTime time;
    std::string actor;
    std::string via;
    std::string action;    // "domain.add", "route.remove", "template.set", ...
    std::string object;    // "example.com"
    std::string before;    // JSON; "null" = was not there
    std::string after;     // JSON; "null" = is gone
    std::string previous;  // hash of the record before, 64 hex digits
    std::string hash;      // of this record, 64 hex digits
};

struct AuditQuery {
    std::optional<WallTime> since;       // at or after
    std::optional<WallTime> until;       // before
    std::optional<std::string> actor;    // exactly
    std::optional<std::string> action;   // exactly, or a prefix such as "domain."
    std::optional<std::string> text;     // in action, object, before or after
    std::optional<std::uint64_t> below;  // numbers below it: the next page
    std::size_t limit = 100;             // at most 10 000
};

// Newest first.
[[nodiscard]] Result<std::vector<AuditRecord>> search_audit(const Context& context,
                                                            const AuditQuery& query);

struct AuditVerdict {
    std::uint64_t records = 0;  // that are good, from the first on
    std::string head;           // hash of the last good one; who keeps it elsewhere can tell later
                                // that the end was cut off
    std::optional<std::uint64_t> first_bad;  // number of the first record that does not fit
    std::string problem;                     // a sentence; "" = all good
};

// Reads the whole chain. Changes nothing.
[[nodiscard]] Result<AuditVerdict> verify_audit(const Context& context);

}  // namespace sealgate::admin
