#pragma once
// SPDX-License-Identifier: Apache-2.0
// The list of domains that the organisation owns.

#include "mime/address.h"
#include "policy/name_index.h"

#include <optional>
#include <string>
#include <vector>

namespace sealgate::policy {

struct ManagedDomain {
    mime::Domain name;
    bool subdomains = false;  // the entry covers its subdomains as well
};

// Immutable after construction. A look-up costs one hash per label, whatever the length of the
// list. Of two entries with the same name the first is kept; it covers subdomains when either does.
class ManagedDomains {
public:
    ManagedDomains() = default;
    explicit ManagedDomains(std::vector<ManagedDomain> entries);

    // The entry that makes `domain` managed: the exact one before that of the nearest parent with
    // `subdomains`. nullopt: not managed. An address literal is never managed.
    [[nodiscard]] std::optional<ManagedDomain> find(const mime::Domain& domain) const;
    [[nodiscard]] bool contains(const mime::Domain& domain) const {
        return find(domain).has_value();
    }
    [[nodiscard]] const std::vector<ManagedDomain>& entries() const { return entries_; }

private:
    std::vector<ManagedDomain> entries_;
    NameIndex by_name_;  // position in entries_
};

}  // namespace sealgate::policy
