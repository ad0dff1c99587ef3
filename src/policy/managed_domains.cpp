// SPDX-License-Identifier: Apache-2.0
#include "policy/managed_domains.h"

#include <string_view>
#include <utility>

namespace sealgate::policy {

ManagedDomains::ManagedDomains(std::vector<ManagedDomain> entries) {
    entries_.reserve(entries.size());
    by_name_.reserve(entries.size());
    for (ManagedDomain& entry : entries) {
        if (entry.name.empty() || entry.name.is_literal()) continue;
        if (by_name_.add(entry.name.ascii(), entries_.size())) {
            entries_.push_back(std::move(entry));
        } else if (entry.subdomains) {
            entries_[*by_name_.find(entry.name.ascii())].subdomains = true;
        }
    }
}

std::optional<ManagedDomain> ManagedDomains::find(const mime::Domain& domain) const {
    if (domain.empty() || domain.is_literal()) return std::nullopt;
    if (const auto exact = by_name_.find(domain.ascii())) return entries_[*exact];
    // At most 126 steps: a name has at most 253 octets.
    for (std::string_view parent = parent_of(domain.ascii()); !parent.empty();
         parent = parent_of(parent)) {
        const auto found = by_name_.find(parent);
        if (found && entries_[*found].subdomains) return entries_[*found];
    }
    return std::nullopt;
}

}  // namespace sealgate::policy
