// SPDX-License-Identifier: Apache-2.0
#include "maillog/index_dictionary.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::maillog {
namespace {

constexpr std::size_t kMaxKnown = 20'000;

}  // namespace

Result<Dictionary> Dictionary::prepare(Database& database, std::string_view table) {
    Dictionary out;
    SG_TRY(out.insert_,
           database.prepare(
               fmt::format("INSERT INTO {}(text) VALUES(?1) ON CONFLICT DO NOTHING", table)));
    SG_TRY(out.find_, database.prepare(fmt::format("SELECT id FROM {} WHERE text = ?1", table)));
    return out;
}

Result<Dictionary::Entry> Dictionary::enter(std::string_view text) {
    lower_.assign(text);
    std::ranges::transform(lower_, lower_.begin(), ascii_lower);
    if (const auto known = known_.find(lower_); known != known_.end()) {
        return Entry{known->second, false};
    }
    Entry entry;
    SG_TRY(bool there, find_.bind(1, lower_).step());
    if (there) entry.id = find_.number(0);
    find_.reset();
    if (!there) {
        SG_TRYV(insert_.bind(1, lower_).run());
        SG_TRY(there, find_.bind(1, lower_).step());
        if (there) entry.id = find_.number(0);
        find_.reset();
        entry.added = true;
    }
    if (!there) return fail(ErrorKind::malformed, "maillog.index", "a text did not stay");
    if (known_.size() >= kMaxKnown) known_.clear();
    known_.emplace(lower_, entry.id);
    return entry;
}

}  // namespace sealgate::maillog
