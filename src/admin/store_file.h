#pragma once
// SPDX-License-Identifier: Apache-2.0
// The store as a file: written, compared with a file, and made equal to one. The file holds
// domains, routes, unmanaged senders and replaced message templates (config/objects.h).
//
// What the configuration file of the daemon declares is left alone: it stands in an export as
// comments, and a row of the store that it hides is neither shown nor changed.

#include "admin/context.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::admin {

struct StoreExport {
    std::string toml;
    std::string state;  // differs whenever `toml` does: the guard of apply_store()
};
// In a fixed order, so that equal stores give equal texts. exhausted: more than a file may hold.
[[nodiscard]] Result<StoreExport> export_store(const Context& context);

enum class StoreChangeKind : std::uint8_t { add, remove, change };
[[nodiscard]] std::string_view to_string(StoreChangeKind kind);

struct StoreChange {
    StoreChangeKind kind = StoreChangeKind::change;
    std::string object;  // "domain", "route", "unmanaged_senders", "unmanaged_senders.override",
                         // "template"
    std::string name;    // of the object; "" where there is only one
    std::string before;  // for people: fields as TOML, an action, the text of a template
    std::string after;
};

struct StoreComparison {
    std::vector<config::Problem> problems;  // not empty: the file is not usable
    std::vector<config::Problem> owned;     // what it would change and the configuration file owns
    std::vector<StoreChange> changes;  // by kind of object and name; empty with either of these
    std::size_t removals = 0;          // of these: what the store would lose
    std::string state;                 // of the store; after apply_store(): the new one
};

// What apply_store() would do. Changes nothing. What the file leaves out is removed from the store,
// and unmanaged senders go back to `reject`.
[[nodiscard]] Result<StoreComparison> compare_store(const Context& context,
                                                    std::string_view text,
                                                    std::string file_name);

struct ApplyOptions {
    bool removals = false;  // what the file leaves out may be removed
    // Called with the state of the store before the first change; its error ends the call. May be
    // null.
    std::function<Status(const std::string& state)> guard;
};

// Makes the store equal to the file, all or nothing, with a record in the audit log for each
// change. With problems, or objects that are owned elsewhere, nothing is changed and these are the
// answer. malformed: there are removals and they are not allowed. Else what `guard` says.
Result<StoreComparison> apply_store(Context& context,
                                    const Actor& actor,
                                    std::string_view text,
                                    std::string file_name,
                                    const ApplyOptions& options);

}  // namespace sealgate::admin
