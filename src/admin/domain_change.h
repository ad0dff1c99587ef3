#pragma once
// SPDX-License-Identifier: Apache-2.0
// Putting one domain into the list, for the functions that do it. Internal.

#include "admin/change.h"
#include "admin/domains.h"

#include <string_view>

namespace sealgate::admin {

struct DomainChange {
    policy::ManagedDomain domain;
    std::string_view action;  // for the audit log
    const Actor& actor;
    WallTime time;
};

// The caller has seen that the domain is not managed by file.
Result<Outcome> put_domain(store::Session& session, Journal& journal, const DomainChange& change);

}  // namespace sealgate::admin
