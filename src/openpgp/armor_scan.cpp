// SPDX-License-Identifier: Apache-2.0
#include "openpgp/armor_scan.h"

#include <cstring>
#include <string>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kMark = "BEGIN PGP ";
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kNone = std::string_view::npos;

// Linear whatever the text is; string_view::find is not as good with many half matches.
std::size_t find_mark(std::string_view text, std::size_t from) {
    const void* found =
        ::memmem(text.data() + from, text.size() - from, kMark.data(), kMark.size());
    return found == nullptr
               ? kNone
               : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

std::unexpected<Error> armor_error(std::size_t at, std::string_view what) {
    return fail(ErrorKind::malformed,
                "openpgp.armor",
                "octet " + std::to_string(at) + ": " + std::string(what));
}

std::string_view trim_end(std::string_view line) {
    return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

Result<std::optional<ArmorBegin>> find_armor(std::string_view text,
                                             std::size_t from,
                                             const ArmorLimits& limits) {
    const std::size_t mark = find_mark(text, from);
    if (mark == kNone) return std::nullopt;
    std::size_t at = from;
    std::string_view line;
    for (;;) {
        const auto found = line_at(text, at, limits.max_line);
        if (!found) {
            return fail(ErrorKind::exhausted,
                        "openpgp.armor",
                        "octet " + std::to_string(at) + ": the line is too long");
        }
        line = *found;
        if (mark < at + line.size()) break;
        at = after_line(text, at, line);
    }
    std::string_view label = trim_end(line);
    if (mark != at + kDashes.size() || !label.starts_with(kDashes) || !label.ends_with(kDashes) ||
        label.size() < 2 * kDashes.size() + kMark.size()) {
        return armor_error(mark, "BEGIN PGP is not the beginning of armour");
    }
    label.remove_prefix(kDashes.size() + kMark.size());
    label.remove_suffix(kDashes.size());
    return ArmorBegin{at, label, after_line(text, at, line)};
}

Status expect_no_armor(std::string_view text, std::size_t from) {
    const std::size_t mark = find_mark(text, from);
    if (mark != kNone) return armor_error(mark, "BEGIN PGP behind the block");
    return {};
}

}  // namespace sealgate::openpgp
