// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include <charconv>
#include <utility>

namespace sealgate::load {
namespace {

template <typename Number>
bool read_number(std::string_view text, Number& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Arguments::Arguments(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (!name.starts_with("--")) {
            fail("'" + std::string(name) + "' is no argument; all begin with '--'");
            continue;
        }
        const bool has_value = i + 1 < argc && !std::string_view(argv[i + 1]).starts_with("--");
        given_.emplace(name.substr(2), has_value ? argv[++i] : "");
    }
}

void Arguments::fail(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
}

std::vector<std::string> Arguments::all(std::string_view name) {
    asked_.emplace(name);
    std::vector<std::string> values;
    const auto [begin, end] = given_.equal_range(name);
    for (auto it = begin; it != end; ++it)
        values.push_back(it->second);
    return values;
}

std::string Arguments::text(std::string_view name, std::string_view fallback) {
    const auto values = all(name);
    return values.empty() ? std::string(fallback) : values.back();
}

long long Arguments::number(std::string_view name, long long fallback) {
    const auto values = all(name);
    if (values.empty()) return fallback;
    long long value = 0;
    if (!read_number(values.back(), value) || value < 0) {
        fail("--" + std::string(name) + " takes a number, not '" + values.back() + "'");
        return fallback;
    }
    return value;
}

double Arguments::fraction(std::string_view name, double fallback) {
    const auto values = all(name);
    if (values.empty()) return fallback;
    double value = 0;
    if (!read_number(values.back(), value) || value < 0) {
        fail("--" + std::string(name) + " takes a number, not '" + values.back() + "'");
        return fallback;
    }
    return value;
}

bool Arguments::flag(std::string_view name) {
    const auto values = all(name);
    if (!values.empty() && !values.back().empty()) {
        fail("--" + std::string(name) + " takes no value");
    }
    return !values.empty();
}

std::string Arguments::problem() const {
    if (!problem_.empty()) return problem_;
    for (const auto& [name, value] : given_) {
        if (!asked_.contains(name)) return "unknown argument '--" + name + "'";
    }
    return {};
}

}  // namespace sealgate::load
