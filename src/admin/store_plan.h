#pragma once
// SPDX-License-Identifier: Apache-2.0
// What must be done so that the store is as a file says. Internal.

#include "admin/change.h"
#include "admin/store_file.h"
#include "admin/stored.h"
#include "config/objects.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sealgate::admin {

// What of the store such a file speaks of: without rows that the configuration file hides.
struct Holding {
    std::map<std::string, policy::ManagedDomain> domains;  // by name
    std::map<std::string, policy::Route> routes;           // by pattern
    policy::UnmanagedSenders unmanaged;
    std::map<TemplateKey, TemplateText> templates;
};
[[nodiscard]] Result<Holding> load_holding(store::Session& session,
                                           const config::Settings& settings,
                                           const TemplateLibrary& library);

struct Plan {
    using Step = std::function<Status(store::Session&, Journal&)>;

    std::vector<config::Problem> problems;
    std::vector<config::Problem> owned;
    std::vector<StoreChange> changes;
    std::vector<Step> steps;
};
// `actor` must outlive the plan.
[[nodiscard]] Plan make_plan(const Context& context,
                             const config::Settings& settings,
                             const Holding& holding,
                             const config::Objects& wanted,
                             const Actor& actor);

}  // namespace sealgate::admin
