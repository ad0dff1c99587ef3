// SPDX-License-Identifier: Apache-2.0
#include "maillog/index_reader.h"

#include "maillog/fts_words.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace sealgate::maillog {
namespace {

// Addresses that one part may stand for before reading the records through is quicker.
constexpr std::uint64_t kMaxAddresses = 2'000;
constexpr int kProgressEvery = 10'000;

std::uint64_t micros(WallTime time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

void add_part(std::string& words, std::string_view part) {
    if (!words.empty()) words += " AND ";
    words += part;
}

std::string render_levels(Level least) {
    std::string out;
    for (auto level = static_cast<unsigned>(least); level <= static_cast<unsigned>(Level::fatal);
         ++level) {
        if (!out.empty()) out += " OR ";
        out += level_tag(static_cast<Level>(level));
    }
    return fmt::format("tag : ({})", out);
}

}  // namespace

IndexReader::~IndexReader() = default;

Result<std::unique_ptr<IndexReader>> IndexReader::open(const std::string& path,
                                                       const Segment& segment) {
    SG_TRY(auto database, Database::open(path, Database::Mode::read));
    std::unique_ptr<IndexReader> reader(new IndexReader(std::move(database), segment));
    SG_TRYV(reader->prepare());
    return reader;
}

Status IndexReader::prepare() {
    SG_TRYV(register_words(database_));
    SG_TRYV(database_.run("PRAGMA query_only = 1; PRAGMA cache_size = -256;"));
    SG_TRY(words_,
           database_.prepare("SELECT rowid FROM words WHERE words MATCH ?1 AND rowid >= ?2"
                             " AND rowid < ?3 ORDER BY rowid DESC"));
    SG_TRY(blocks_,
           database_.prepare("SELECT first, before, behind FROM block WHERE first < ?1 AND"
                             " greatest >= ?2 AND least < ?3 ORDER BY first DESC"));
    SG_TRY(addresses_, database_.prepare("SELECT id FROM address WHERE instr(text, ?1) LIMIT ?2"));
    SG_TRY(span_,
           database_.prepare("SELECT min(first), max(behind) FROM block WHERE greatest >= ?1 AND"
                             " least < ?2"));
    sqlite3_progress_handler(
        database_.handle(),
        kProgressEvery,
        [](void* self) {
            return std::chrono::steady_clock::now() > static_cast<IndexReader*>(self)->deadline_
                       ? 1
                       : 0;
        },
        this);
    return {};
}

Result<Position> IndexReader::begin(SteadyTime deadline) {
    deadline_ = deadline;
    SG_TRYV(database_.run("BEGIN"));
    auto state = read_state(database_, segment_);
    if (!state) {
        end();
        return fail(std::move(state).error());
    }
    return state->position;
}

void IndexReader::end() {
    for (Statement* statement : {&words_, &blocks_, &addresses_, &span_})
        statement->reset();
    std::ignore = database_.run("ROLLBACK");
}

Result<IndexReader::Plan> IndexReader::plan(const Matcher& matcher, std::uint64_t before) {
    Plan plan;
    plan.before = before;
    SG_TRYV(narrow_by_time(plan, matcher));
    if (plan.nothing) return plan;
    for (const Phrase& phrase : matcher.phrases())
        add_part(plan.words, phrase_expression(phrase));
    if (matcher.connection()) {
        add_part(plan.words, "tag : " + connection_tag(*matcher.connection()));
    }
    if (matcher.least() >= kLeastTagged) add_part(plan.words, render_levels(matcher.least()));
    SG_TRY(const bool senders, add_addresses(plan.words, matcher.sender(), sender_tag));
    SG_TRY(const bool recipients, add_addresses(plan.words, matcher.recipient(), recipient_tag));
    plan.nothing = !senders || !recipients;
    return plan;
}

Status IndexReader::narrow_by_time(Plan& plan, const Matcher& matcher) {
    if (!matcher.since() && !matcher.until()) return {};
    span_.bind(1, micros(matcher.since().value_or(WallTime::min())))
        .bind(2, micros(matcher.until().value_or(WallTime::max())));
    SG_TRY(const bool row, span_.step());
    // The sums of no rows are null, which reads as 0.
    const std::uint64_t from = row ? span_.number(0) : 0;
    const std::uint64_t behind = row ? span_.number(1) : 0;
    span_.reset();
    plan.from = from;
    plan.before = std::min(plan.before, behind);
    plan.nothing = plan.from >= plan.before;
    return {};
}

Result<bool> IndexReader::add_addresses(std::string& words,
                                        const std::string& part,
                                        const std::function<std::string(std::uint64_t)>& tag) {
    if (part.empty()) return true;
    std::vector<std::uint64_t> found;
    addresses_.bind(1, part).bind(2, kMaxAddresses + 1);
    for (;;) {
        SG_TRY(const bool row, addresses_.step());
        if (!row) break;
        found.push_back(addresses_.number(0));
    }
    addresses_.reset();
    if (found.empty()) return false;
    if (found.size() > kMaxAddresses) return true;
    std::string tags;
    for (const std::uint64_t id : found) {
        if (!tags.empty()) tags += " OR ";
        tags += tag(id);
    }
    add_part(words, fmt::format("tag : ({})", tags));
    return true;
}

Status IndexReader::offsets(const Plan& plan,
                            const std::function<Result<bool>(std::uint64_t)>& take) {
    words_.bind(1, plan.words).bind(2, plan.from).bind(3, plan.before);
    for (;;) {
        SG_TRY(const bool row, words_.step());
        if (!row) break;
        SG_TRY(const bool more, take(words_.number(0)));
        if (!more) break;
    }
    words_.reset();
    return {};
}

Result<std::vector<Block>> IndexReader::blocks(const Plan& plan, const Matcher& matcher) {
    std::vector<Block> out;
    blocks_.bind(1, plan.before)
        .bind(2, micros(matcher.since().value_or(WallTime::min())))
        .bind(3, micros(matcher.until().value_or(WallTime::max())));
    for (;;) {
        SG_TRY(const bool row, blocks_.step());
        if (!row) break;
        out.push_back(
            {{blocks_.number(0), blocks_.number(1)}, std::min(blocks_.number(2), plan.before)});
    }
    blocks_.reset();
    return out;
}

}  // namespace sealgate::maillog
