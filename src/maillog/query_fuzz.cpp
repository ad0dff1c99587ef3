// SPDX-License-Identifier: Apache-2.0
// Input: a log line, a line end, a query. A query is refused as malformed, or the scan and the
// index agree about whether the line answers it; a line made of the query's words always does.

#include "base/text.h"
#include "maillog/fts_words.h"
#include "maillog/index_schema.h"
#include "maillog/query.h"
#include "maillog/words.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::maillog {
namespace {

// An index of one row, in memory.
class OneLineIndex {
public:
    OneLineIndex() : database_(*Database::open(":memory:", Database::Mode::create)) {
        SG_CHECK(register_words(database_).has_value());
        SG_CHECK(database_
                     .run("CREATE VIRTUAL TABLE words USING fts5(text, tag, content='',"
                          " columnsize=0, tokenize='sealgate')")
                     .has_value());
        insert_ = *database_.prepare("INSERT INTO words(rowid, text, tag) VALUES(1, ?1, '')");
        find_ = *database_.prepare("SELECT rowid FROM words WHERE words MATCH ?1");
    }

    bool finds(std::string_view line, const std::vector<Phrase>& phrases) {
        std::string words;
        for (const Phrase& phrase : phrases)
            words += (words.empty() ? "" : " AND ") + phrase_expression(phrase);
        auto transaction = Transaction::begin(database_);
        SG_CHECK(transaction.has_value());
        SG_CHECK(insert_.bind(1, line).run().has_value());
        const auto found = find_.bind(1, words).step();
        SG_CHECK(found.has_value());
        find_.reset();
        return *found;
    }

private:
    Database database_;
    Statement insert_;
    Statement find_;
};

void check(std::string_view raw_line, std::string_view text) {
    static OneLineIndex index;
    Query query;
    query.text = text;
    const WallTime now{std::chrono::seconds(1'800'000'000)};
    const auto terms = parse_terms(text, now);
    if (!terms) {
        // It points into the text, and says something of one line.
        const BadTerm& bad = terms.error();
        SG_CHECK(bad.length > 0 && bad.position + bad.length <= text.size());
        SG_CHECK(!bad.what.empty() &&
                 escape_for_log(bad.what, 10'000).find("\\x0a") == std::string::npos);
    }
    const auto compiled = Matcher::compile(query, now);
    SG_CHECK(compiled.has_value() == terms.has_value());
    if (!compiled) {
        SG_CHECK(compiled.error().kind() == ErrorKind::malformed);
        return;
    }
    // Only words are compared with the index here.
    std::vector<Term> words;
    std::vector<Phrase> phrases;
    for (const Term& term : *terms) {
        SG_CHECK(term.kind != Term::Kind::messages);
        if (term.kind != Term::Kind::phrase || term.negated) continue;
        words.push_back(term);
        phrases.push_back(term.words);
    }
    const Matcher matcher = Matcher::of_terms(words);
    RecordView record;
    (void)compiled->matches(record);
    if (phrases.empty()) {
        SG_CHECK(matcher.matches(record));
        return;
    }
    std::string all;
    std::size_t count = 0;
    for (const Phrase& phrase : phrases) {
        SG_CHECK(!phrase.empty());
        for (const std::string& word : phrase) {
            std::size_t at = 0;
            SG_CHECK(next_word(word, at) == word && at == word.size());
            all += word + " ";
            ++count;
        }
    }
    SG_CHECK(count <= kMaxQueryWords);
    record.text = all;
    SG_CHECK(matcher.matches(record));
    SG_CHECK(index.finds(all, phrases));
    const std::string line = escape_for_log(raw_line, kFieldLimit);
    record.text = line;
    SG_CHECK(matcher.matches(record) == index.finds(line, phrases));
}

}  // namespace
}  // namespace sealgate::maillog

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(input.find('\n'), input.size());
    sealgate::maillog::check(input.substr(0, end), input.substr(std::min(end + 1, input.size())));
    (void)sealgate::maillog::parse_cursor(input);
    return 0;
}
