// SPDX-License-Identifier: Apache-2.0
#include "web/message.h"

#include <array>

namespace sealgate::web {

namespace {
constexpr std::array<std::pair<std::string_view, Method>, 6> kMethods{{{"GET", Method::get},
                                                                       {"HEAD", Method::head},
                                                                       {"POST", Method::post},
                                                                       {"PUT", Method::put},
                                                                       {"PATCH", Method::patch},
                                                                       {"DELETE", Method::del}}};
}

std::string_view to_string(Method method) {
    for (const auto& [name, value] : kMethods) {
        if (value == method) return name;
    }
    return "OTHER";
}

// Methods are case-sensitive (RFC 9110 section 9.1).
Method parse_method(std::string_view text) {
    for (const auto& [name, value] : kMethods) {
        if (name == text) return value;
    }
    return Method::other;
}

}  // namespace sealgate::web
