#pragma once
// SPDX-License-Identifier: Apache-2.0
// The list of managed domains.

#include "admin/context.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::admin {

struct DomainEntry {
    policy::ManagedDomain domain;
    std::string unicode;  // for people; equal to the A-label form where it is ASCII
    std::optional<config::Origin> origin;  // set: managed by file
    std::optional<WallTime> added;         // of an entry in the store
    std::string added_by;
};

enum class Outcome : std::uint8_t { added, changed, unchanged };
[[nodiscard]] std::string_view to_string(Outcome outcome);

// By name.
[[nodiscard]] Result<std::vector<DomainEntry>> list_domains(const Context& context);

// Adds a domain, or changes the flag of one that is there; without `subdomains` an entry stays as
// it is, and a new one is for the domain alone. malformed: not a domain name, or an address
// literal. conflict: managed by file.
Result<Outcome> add_domain(Context& context,
                           const Actor& actor,
                           std::string_view name,
                           std::optional<bool> subdomains = std::nullopt);
// Whether the entry of the store with this name covers its subdomains; nullopt: there is none.
[[nodiscard]] Result<std::optional<bool>> covers_subdomains(const Context& context,
                                                            std::string_view name);

// not_found, malformed; conflict: managed by file.
Status remove_domain(Context& context, const Actor& actor, std::string_view name);

struct ImportProblem {
    std::size_t line = 0;
    std::string message;
};
struct ImportReport {
    std::size_t added = 0;
    std::size_t changed = 0;
    std::size_t unchanged = 0;
    std::vector<ImportProblem> problems;  // not empty: nothing was imported
};

// One domain a line; ".example.com" (or "example.com subdomains") covers its subdomains as well;
// empty lines and "#" comments are skipped. All or nothing. With `dry_run` only the report is made.
// exhausted: more than 1 000 000 lines or 64 MiB.
Result<ImportReport> import_domains(Context& context,
                                    const Actor& actor,
                                    std::string_view text,
                                    bool dry_run = false);

struct DomainTest {
    mime::Domain domain;               // what was looked up
    std::optional<DomainEntry> entry;  // the entry that makes it managed; nullopt: not managed
};

// Takes an address or a domain. malformed: it is neither.
[[nodiscard]] Result<DomainTest> test_domain(const Context& context, std::string_view address);

}  // namespace sealgate::admin
