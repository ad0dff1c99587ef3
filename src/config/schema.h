#pragma once
// SPDX-License-Identifier: Apache-2.0
// Every key of the file as one line of a table: its name, type, whether a change needs a restart,
// and what it is for. The same table drives checking, printing, reload and the documentation.

#include "config/document.h"
#include "config/objects.h"
#include "config/settings.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::config {

enum class Takes : std::uint8_t { reload, restart };  // what puts a change in force

template <class Object>
struct Key {
    std::string_view section;  // "" = before the first section, or a key of a declared object
    std::string_view name;
    std::string type;  // for the documentation
    Takes takes = Takes::reload;
    std::string_view description;
    // Sets the object's field from the value; gives what is wrong with the value, or nothing.
    std::function<std::optional<std::string>(Object&, const Node&)> set;
    // The field's value as TOML; "" = absent.
    std::function<std::string(const Object&)> get;
    // Takes the field over from another object.
    std::function<void(Object& to, const Object& from)> copy;
    bool required = false;
};

[[nodiscard]] const std::vector<Key<Settings>>& settings_keys();
[[nodiscard]] const std::vector<Key<Listener>>& listener_keys();
[[nodiscard]] const std::vector<Key<policy::ManagedDomain>>& domain_keys();
[[nodiscard]] const std::vector<Key<policy::Route>>& route_keys();
[[nodiscard]] const std::vector<Key<policy::UnmanagedSenders>>& unmanaged_keys();
[[nodiscard]] const std::vector<Key<policy::UnmanagedOverride>>& override_keys();
// In files of the store's objects only.
[[nodiscard]] const std::vector<Key<MessageTemplate>>& template_keys();

// Sections that settings_keys() speaks of, in the order of the documentation; the first is "".
[[nodiscard]] std::vector<std::string_view> sections();

// What holds when the file is empty.
[[nodiscard]] Settings default_settings();
// The machine's fully qualified name, or "localhost.localdomain" where it has none.
[[nodiscard]] const std::string& machine_name();

// "smtp.recipients"; a key of the first section is just its name.
template <class Object>
[[nodiscard]] std::string full_name(const Key<Object>& key) {
    std::string name(key.section);
    if (!name.empty()) name += '.';
    return name.append(key.name);
}

}  // namespace sealgate::config
