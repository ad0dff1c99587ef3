// SPDX-License-Identifier: Apache-2.0
#include "web/target.h"

#include "base/text.h"

#include <algorithm>

namespace sealgate::web {

namespace {

constexpr std::size_t kSegmentLimit = 32;
constexpr std::size_t kParameterLimit = 64;

std::unexpected<Error> bad(std::string_view why) {
    return fail(ErrorKind::malformed, "web.target", std::string(why));
}

enum class Plus : std::uint8_t { literal, blank };

Result<std::string> decode(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            const auto octet = from_hex(text.substr(i + 1, 2));
            if (!octet || octet->size() != 1) return bad("a % without two hex digits");
            out += *octet;
            i += 2;
        } else {
            out += plus == Plus::blank && text[i] == '+' ? ' ' : text[i];
        }
    }
    const bool controls = std::any_of(out.begin(), out.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (controls) return bad("a control character");
    if (!is_valid_utf8(out)) return bad("invalid UTF-8");
    return out;
}

Status parse_query(std::string_view text, Target& target) {
    for (const auto part : split(text, '&')) {
        if (part.empty()) continue;
        if (target.query.size() == kParameterLimit) {
            return fail(ErrorKind::exhausted, "web.target", "too many query parameters");
        }
        const auto equals = part.find('=');
        SG_TRY(auto name, decode(part.substr(0, equals), Plus::blank));
        std::string value;
        if (equals != std::string_view::npos) {
            SG_TRY(value, decode(part.substr(equals + 1), Plus::blank));
        }
        target.query.emplace_back(std::move(name), std::move(value));
    }
    return {};
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
    if (!text.starts_with('/')) return bad("not a path");
    Target target;
    const auto question = text.find('?');
    auto path = text.substr(1, question == std::string_view::npos ? question : question - 1);
    if (path.find('#') != std::string_view::npos) return bad("a fragment");
    if (!path.empty()) {
        for (const auto part : split(path, '/')) {
            if (part.empty()) return bad("an empty path segment");
            if (target.segments.size() == kSegmentLimit) {
                return fail(ErrorKind::exhausted, "web.target", "path too deep");
            }
            SG_TRY(auto segment, decode(part, Plus::literal));
            target.segments.push_back(std::move(segment));
        }
    }
    if (question != std::string_view::npos) {
        SG_TRYV(parse_query(text.substr(question + 1), target));
    }
    return target;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            const auto octet = static_cast<unsigned char>(c);
            out += '%';
            out += kHex[octet >> 4U];
            out += kHex[octet & 0x0fU];
        }
    }
    return out;
}

}  // namespace sealgate::web
