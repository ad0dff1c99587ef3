// SPDX-License-Identifier: Apache-2.0
#include "web/json.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::web {

namespace {

// Builds the value while the library's lexer walks the text, and stops it at the first excess: the
// library's own parser has no limit of depth.
class Builder final : public nlohmann::json_sax<Json> {
public:
    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(value); }
    bool number_unsigned(number_unsigned_t value) override { return put(value); }
    bool number_float(number_float_t value, const string_t& /*text*/) override {
        return put(value);
    }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t& /*value*/) override { return false; }
    bool start_object(std::size_t /*count*/) override { return open(Json::object()); }
    bool start_array(std::size_t /*count*/) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        if (open_.back()->contains(name)) {
            return stop(ErrorKind::malformed,
                        fmt::format("the field '{}' is given twice", escape_for_log(name, 64)));
        }
        slot_ = &(*open_.back())[name];
        return true;
    }
    bool parse_error(std::size_t position,
                     const std::string& /*token*/,
                     const nlohmann::detail::exception& /*error*/) override {
        return stop(ErrorKind::malformed, fmt::format("not JSON at octet {}", position));
    }

    Result<Json> take() {
        if (error_) return fail(*std::move(error_));
        return std::move(root_);
    }

private:
    template <class Value>
    bool put(Value&& value) {
        return place(Json(std::forward<Value>(value))) != nullptr;
    }
    bool open(Json container) {
        if (open_.size() == kJsonDepth) return stop(ErrorKind::exhausted, "JSON nested too deep");
        Json* const placed = place(std::move(container));
        if (placed == nullptr) return false;
        open_.push_back(placed);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }
    Json* place(Json value) {
        if (++values_ > kJsonValues) {
            stop(ErrorKind::exhausted, "too many JSON values");
            return nullptr;
        }
        if (open_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        if (open_.back()->is_array()) {
            open_.back()->push_back(std::move(value));
            return &open_.back()->back();
        }
        *slot_ = std::move(value);
        return slot_;
    }
    bool stop(ErrorKind kind, std::string why) {
        if (!error_) error_ = Error(kind, "web.json", std::move(why));
        return false;
    }

    Json root_;
    std::vector<Json*> open_;  // the containers that are not closed, outermost first
    Json* slot_ = nullptr;     // where the value of the last key goes
    std::size_t values_ = 0;
    std::optional<Error> error_;
};

std::string escape_pointer(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

bool is_time(const Json& value) {
    WallTime time;
    return value.is_string() && from_rfc3339(value.get_ref<const std::string&>(), time);
}

bool has_type(const Json& value, Type type) {
    switch (type) {
        case Type::text:
            return value.is_string();
        case Type::integer:
            return value.is_number_unsigned();
        case Type::boolean:
            return value.is_boolean();
        case Type::time:
            return is_time(value);
        case Type::object:
            return value.is_object();
        case Type::texts:
            return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& v) {
                       return v.is_string();
                   });
        case Type::list:
            return value.is_array();
        case Type::numbers:
            return value.is_object() && std::all_of(value.begin(), value.end(), [](const Json& v) {
                       return v.is_number_unsigned();
                   });
    }
    return false;
}

std::string_view name_of(Type type) {
    switch (type) {
        case Type::text:
            return "a text";
        case Type::integer:
            return "a whole number, not negative";
        case Type::boolean:
            return "true or false";
        case Type::time:
            return "a time such as 2026-11-25T07:14:36Z";
        case Type::object:
            return "an object";
        case Type::texts:
            return "a list of texts";
        case Type::list:
            return "a list";
        case Type::numbers:
            return "an object of whole numbers";
    }
    return "";
}

class Checker {
public:
    std::vector<FieldError> errors;

    // Recurses over our schema, whose depth is fixed; never over the value's depth alone.
    void object(const Json& value, const Schema& schema, const std::string& at) {
        if (!value.is_object()) return add(at, "must be an object");
        for (const auto& property : schema.properties) {
            const auto found = value.find(property.name);
            if (found != value.end()) {
                field(*found, property, at + "/" + escape_pointer(property.name));
            } else if (property.presence == Presence::required) {
                add(at + "/" + escape_pointer(property.name), "is missing");
            }
        }
        for (const auto& entry : value.items())
            unknown(entry.key(), schema, at);
    }

private:
    void add(const std::string& pointer, std::string detail) {
        constexpr std::size_t kErrorLimit = 20;
        if (errors.size() < kErrorLimit) errors.push_back({pointer, std::move(detail)});
    }

    void unknown(const std::string& name, const Schema& schema, const std::string& at) {
        std::vector<std::string_view> names;
        for (const auto& property : schema.properties) {
            if (property.name == name) return;
            names.push_back(property.name);
        }
        const std::string shown = escape_for_log(name, 64);
        const auto near = name.size() <= 64 ? nearest(name, names) : std::string_view();
        add(at + "/" + escape_pointer(shown),
            near.empty() ? "is not known here"
                         : fmt::format("is not known here; did you mean '{}'?", near));
    }

    void field(const Json& value, const Property& property, const std::string& at) {
        if (!has_type(value, property.type)) {
            return add(at, fmt::format("must be {}", name_of(property.type)));
        }
        if (!property.values.empty() &&
            std::find(property.values.begin(),
                      property.values.end(),
                      value.get_ref<const std::string&>()) == property.values.end()) {
            return add(at, fmt::format("must be one of: {}", fmt::join(property.values, ", ")));
        }
        if (property.type == Type::object) object(value, *property.item, at);
        if (property.type == Type::list) {
            for (std::size_t i = 0; i < value.size(); ++i) {
                object(value[i], *property.item, fmt::format("{}/{}", at, i));
            }
        }
    }
};

}  // namespace

Result<Json> parse_json(std::string_view text) {
    Builder builder;
    try {
        Json::sax_parse(text, &builder);
    } catch (const std::exception& error) {
        return fail(ErrorKind::malformed, "web.json", error.what());
    }
    return builder.take();
}

std::vector<FieldError> check_schema(const Json& value, const Schema& schema) {
    Checker checker;
    checker.object(value, schema, "");
    return std::move(checker.errors);
}

std::string dump(const OrderedJson& value) {
    return value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

Response json_response(const OrderedJson& value, unsigned status) {
    return {
        .status = status, .content_type = "application/json", .body = dump(value), .fields = {}};
}

}  // namespace sealgate::web
