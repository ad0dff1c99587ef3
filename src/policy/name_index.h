#pragma once
// SPDX-License-Identifier: Apache-2.0
// Names to positions in a list, looked up without making a string.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sealgate::policy {

class NameIndex {
public:
    void reserve(std::size_t names) { positions_.reserve(names); }
    // The first position given for a name stays. False when the name was there.
    bool add(const std::string& name, std::size_t position) {
        return positions_.emplace(name, position).second;
    }
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const {
        const auto found = positions_.find(name);
        if (found == positions_.end()) return std::nullopt;
        return found->second;
    }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const {
            return std::hash<std::string_view>{}(name);
        }
    };
    std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> positions_;
};

// "b.example" of "a.b.example"; "" of a single label.
[[nodiscard]] inline std::string_view parent_of(std::string_view name) {
    const std::size_t dot = name.find('.');
    return dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
}

}  // namespace sealgate::policy
