// SPDX-License-Identifier: Apache-2.0
#include "config/document.h"

#include "base/text.h"
#include "config/document_guard.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

// The library asserts what a file can break ("[$]" did in version 3.3): that must be a problem of
// the file, not the end of the process, and never an assumption of the optimiser.
#undef NDEBUG
#define TOML_ASSERT(expr) \
    (static_cast<bool>(expr) ? void(0) : throw std::logic_error("not foreseen: " #expr))
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace sealgate::config {

namespace {

Place place_of(const toml::source_region& source) {
    return {static_cast<std::uint32_t>(source.begin.line),
            static_cast<std::uint32_t>(source.begin.column)};
}

// NOLINTNEXTLINE(misc-no-recursion): guarded_text has bounded the depth.
Node convert(const toml::node& from) {
    Node node;
    node.at = place_of(from.source());
    if (const auto* text = from.as_string()) {
        node.kind = NodeKind::text;
        node.text = text->get();
    } else if (const auto* number = from.as_integer()) {
        node.kind = NodeKind::number;
        node.number = number->get();
    } else if (const auto* flag = from.as_boolean()) {
        node.kind = NodeKind::boolean;
        node.flag = flag->get();
    } else if (const auto* list = from.as_array()) {
        node.kind = NodeKind::list;
        node.items.reserve(list->size());
        for (const toml::node& item : *list)
            node.items.push_back(convert(item));
    } else if (const auto* table = from.as_table()) {
        node.kind = NodeKind::table;
        node.members.reserve(table->size());
        for (const auto& [name, value] : *table) {
            node.members.push_back(
                {std::string(name.str()), place_of(name.source()), convert(value)});
        }
    } else {
        node.text = from.is_floating_point() ? "a number with a fraction" : "a date or time";
    }
    return node;
}

}  // namespace

std::string_view name_of(NodeKind kind) {
    switch (kind) {
        case NodeKind::text:
            return "a text";
        case NodeKind::number:
            return "a whole number";
        case NodeKind::boolean:
            return "true or false";
        case NodeKind::list:
            return "a list";
        case NodeKind::table:
            return "a table";
        case NodeKind::other:
            return "something else";
    }
    return "something else";
}

std::expected<Node, SyntaxError> read_document(std::string_view text, std::size_t limit) {
    if (text.size() > limit) {
        constexpr std::size_t kMiB = 1024UL * 1024;
        return std::unexpected(
            SyntaxError{{1, 1}, fmt::format("the file is larger than {} MiB", limit / kMiB)});
    }
    const auto guarded = guarded_text(text);
    if (!guarded) return std::unexpected(guarded.error());
    try {
        return convert(toml::parse(*guarded));
    } catch (const toml::parse_error& error) {
        return std::unexpected(
            SyntaxError{place_of(error.source()), escape_for_log(error.description())});
    } catch (const std::exception& exception) {
        return std::unexpected(
            SyntaxError{{1, 1},
                        fmt::format("the file is not TOML, and the place cannot be told ({})",
                                    escape_for_log(exception.what(), 120))});
    }
}

std::string quote(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string quote_lines(std::string_view text) {
    if (text.find('\n') == std::string_view::npos) return quote(text);
    std::string out = "\"\"\"\n";  // the reader drops the first line end
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool quotes_meet = c == '"' && (i + 1 == text.size() || text[i + 1] == '"');
        if (quotes_meet || c == '\\') {
            out += '\\';
            out += c;
        } else if (c != '\n' && c != '\t' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)) {
            out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out + "\"\"\"";
}

}  // namespace sealgate::config
