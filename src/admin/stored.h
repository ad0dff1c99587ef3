#pragma once
// SPDX-License-Identifier: Apache-2.0
// What lies in the store, as values. Internal.
//
// A row that does not parse was not written by us: an internal error that names it, so that the
// gateway never works with half a list.

#include "admin/context.h"
#include "store/session.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::admin {

struct StoredDomain {
    policy::ManagedDomain domain;
    WallTime added;
    std::string added_by;
};
// By name.
[[nodiscard]] Result<std::vector<StoredDomain>> load_domains(store::Session& session);
[[nodiscard]] Result<std::optional<policy::ManagedDomain>> load_domain(store::Session& session,
                                                                       const std::string& name);

// By pattern.
[[nodiscard]] Result<std::vector<policy::Route>> load_routes(store::Session& session);
[[nodiscard]] Result<policy::UnmanagedSenders> load_unmanaged(store::Session& session);

struct TemplateKey {
    std::string name;
    std::string language;  // "" = the default text
    auto operator<=>(const TemplateKey&) const = default;
};
struct StoredTemplate {
    TemplateText text;
    WallTime changed;
    std::string changed_by;
};
using StoredTemplates = std::map<TemplateKey, StoredTemplate>;
[[nodiscard]] Result<StoredTemplates> load_templates(store::Session& session);

// Where the file declares an object of this name; nullptr when it does not.
[[nodiscard]] const config::DeclaredDomain* declared_domain(const config::Settings& settings,
                                                            const mime::Domain& name);
[[nodiscard]] const config::DeclaredRoute* declared_route(const config::Settings& settings,
                                                          const policy::DomainPattern& pattern);

[[nodiscard]] std::int64_t to_column(WallTime time);
[[nodiscard]] WallTime from_column(std::int64_t microseconds);

}  // namespace sealgate::admin
