#pragma once
// SPDX-License-Identifier: Apache-2.0
// Changes of single objects inside a transaction, each with its audit record, for the functions
// that do them. The caller has seen that the object is not managed by file. Internal.

#include "admin/change.h"
#include "admin/routes.h"
#include "admin/stored.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::admin {

Status erase_domain(store::Session& session, Journal& journal, const policy::ManagedDomain& before);

Status put_route(store::Session& session,
                 Journal& journal,
                 const std::optional<policy::Route>& before,
                 const policy::Route& after);
Status erase_route(store::Session& session, Journal& journal, const policy::Route& before);

Status put_unmanaged_action(store::Session& session,
                            Journal& journal,
                            const policy::UnmanagedSenders& before,
                            policy::UnmanagedAction action);
Status put_unmanaged_overrides(store::Session& session,
                               Journal& journal,
                               const policy::UnmanagedSenders& before,
                               const std::vector<policy::UnmanagedOverride>& overrides);

struct TemplateWrite {
    std::string name;
    std::string language;  // "" = the default text
    TemplateText text;
    std::optional<TemplateText> before;  // nullopt: the built-in text is in use, or none
};
Status put_template(store::Session& session,
                    Journal& journal,
                    const TemplateWrite& change,
                    const Actor& actor,
                    WallTime time);
Status erase_template(store::Session& session,
                      Journal& journal,
                      const TemplateKey& key,
                      const TemplateText& before);
// "NAME", or "NAME [LANGUAGE]".
[[nodiscard]] std::string object_name(std::string_view name, std::string_view language);

// What only the settings of the process can show to be wrong; malformed, with a sentence.
[[nodiscard]] Status check_next_hop(const config::Settings& settings, const policy::NextHop& hop);
// How the next hop proves that it is the right one: the `tls_` fields of `from`, checked, become
// those of `route`, whose `tls` says what makes sense.
[[nodiscard]] Status set_trust(const config::Settings& settings,
                               const NewRoute& from,
                               policy::Route& route);
[[nodiscard]] Status check_listener(const config::Settings& settings,
                                    const policy::UnmanagedOverride& one);
// not_found with the nearest name; else as set_template.
[[nodiscard]] Status check_template(const Context& context,
                                    std::string_view name,
                                    const TemplateText& text);

inline constexpr std::size_t kMaxOverrides = 1000;
inline constexpr std::size_t kMaxTemplateLanguages = 100;  // beside the default text

}  // namespace sealgate::admin
