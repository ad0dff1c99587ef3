#pragma once
// SPDX-License-Identifier: Apache-2.0
// The shape of a JSON object, said once: requests are checked against it before a resource sees
// them, tests check answers against it, and the OpenAPI document is written from it.

#include <cstdint>
#include <string_view>
#include <vector>

namespace sealgate::web {

enum class Type : std::uint8_t {
    text,
    integer,  // not negative
    boolean,
    time,    // RFC 3339, UTC
    object,  // of Property::item
    texts,   // an array of strings
    list,    // an array of Property::item
    numbers  // an object of integers by free names
};

enum class Presence : std::uint8_t { required, optional };

struct Schema;

struct Property {
    std::string_view name;
    Type type = Type::text;
    Presence presence = Presence::required;
    std::string_view description = {};
    std::vector<std::string_view> values = {};  // not empty: the only texts allowed
    const Schema* item = nullptr;
};

// All views are to literals.
struct Schema {
    std::string_view name;  // of the component in the OpenAPI document
    std::string_view description;
    std::vector<Property> properties;
};

// A query parameter. Always optional.
struct Parameter {
    std::string_view name;
    Type type = Type::text;  // text, integer, boolean or time
    std::string_view description;
    std::vector<std::string_view> values = {};
};

}  // namespace sealgate::web
