#pragma once
// SPDX-License-Identifier: Apache-2.0
// What lies in the store as a file: domains, routes, unmanaged senders and message templates, in
// the syntax of the configuration file. `config export` writes it, `config apply` reads it.

#include "config/settings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::config {

struct MessageTemplate {
    std::string name;
    std::string language;  // "" = the default text
    std::string text;      // at most 256 KiB
    std::string html;      // the same; "" = no such part
};

struct DeclaredTemplate {
    MessageTemplate message;
    Origin origin;
};

struct Objects {
    std::vector<DeclaredDomain> domains;
    std::vector<DeclaredRoute> routes;
    std::optional<DeclaredUnmanaged> unmanaged_senders;
    std::vector<Origin> overrides;  // of each override of unmanaged_senders, in their order
    std::vector<DeclaredTemplate> templates;
};

struct LoadedObjects {
    Objects objects;
    std::vector<Problem> problems;  // empty = usable
};

inline constexpr std::size_t kMaxObjectsFile = 16UL * 1024 * 1024;
inline constexpr std::size_t kMaxObjects = 100'000;  // of a kind
inline constexpr std::size_t kMaxTemplateText = 256UL * 1024;

// Parses and checks what the text alone can show to be wrong; at most kMaxObjectsFile octets.
// Settings of the process are problems: they are not kept in the store.
[[nodiscard]] LoadedObjects parse_objects(std::string_view text, std::string file_name);
// As parse_objects() takes it back.
[[nodiscard]] std::string print(const Objects& objects);

// One object without its name, for a line: `next_hop = "h.example:25", tls = "none"`.
[[nodiscard]] std::string fields_of(const policy::ManagedDomain& domain);
[[nodiscard]] std::string fields_of(const policy::Route& route);
[[nodiscard]] std::string fields_of(const policy::UnmanagedOverride& one);

}  // namespace sealgate::config
