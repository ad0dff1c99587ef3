#pragma once
// SPDX-License-Identifier: Apache-2.0
// What an administrator can change while mail flows, as one immutable value. A transaction keeps
// the snapshot it began with; a change swaps the whole.

#include "delivery/message_template.h"
#include "policy/managed_domains.h"
#include "policy/routes.h"
#include "policy/unmanaged_senders.h"

#include <memory>

namespace sealgate::flow {

struct Site {
    policy::ManagedDomains domains;
    policy::Routes routes;
    policy::UnmanagedSenders unmanaged;
    delivery::Templates templates;
};
using SitePointer = std::shared_ptr<const Site>;

}  // namespace sealgate::flow
