// SPDX-License-Identifier: Apache-2.0
#include "base/crc32c.h"
#include "base/text.h"
#include "maillog/segment.h"
#include "maillog/test_support.h"
#include "os/fault_file_system.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <thread>

namespace sealgate::maillog {
namespace {

using Texts = std::vector<std::string>;

Query words(std::string text) {
    Query query;
    query.text = std::move(text);
    return query;
}

Event mail_event(std::uint64_t connection, std::string text, std::string from, std::string to) {
    Event event = make_event(connection, std::move(text));
    event.level = Level::notice;
    event.sender = std::move(from);
    event.recipient = std::move(to);
    return event;
}

// Each query must answer the same from the scan, from the index, and after a restart.
void expect_everywhere(TestLog& log, const Query& query, const Texts& wanted) {
    EXPECT_EQ(log.texts(query), wanted) << query.text;
    log->drain();
    const auto page = log->search(query);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->not_indexed, 0U);
    EXPECT_EQ(log.texts(query), wanted) << query.text << " (indexed)";
}

TEST(Search, FindsWordsPhrasesIdsAndAddresses) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    const std::string blocked =
        "recipient 1/1 (b@Other.example): unmanaged domain blocked: bouncing message from a@x.test";
    ASSERT_TRUE(log.add(mail_event(1, blocked, "a@x.test", "b@other.example")));
    ASSERT_TRUE(
        log.add(mail_event(2, "recipient 1/1 (c@y.test): domain unmanaged", "", "c@y.test")));
    ASSERT_TRUE(log.add(make_event("started, see SMTP-00001")));
    expect_everywhere(log, words("unmanaged domain blocked"), {blocked});
    expect_everywhere(log, words("\"unmanaged domain\""), {blocked});
    expect_everywhere(log, words("UNMANAGED b@other.EXAMPLE"), {blocked});
    expect_everywhere(log, words("other.example"), {blocked});
    expect_everywhere(log, words("smtp-1"), {"started, see SMTP-00001", blocked});
    expect_everywhere(log, words("\"SMTP-00001: recipient 1/1\""), {blocked});
    expect_everywhere(log, words("manage"), {});
    Query query;
    query.connection = ConnectionId{0, 1};
    expect_everywhere(log, query, {blocked});
    query.connection = ConnectionId{'A', 1};
    expect_everywhere(log, query, {});
    query = {};
    query.sender = "X.te";
    expect_everywhere(log, query, {blocked});
    query.recipient = "y.test";
    expect_everywhere(log, query, {});
    query = {};
    query.least = Level::notice;
    expect_everywhere(log, query, {"recipient 1/1 (c@y.test): domain unmanaged", blocked});
    query.least = Level::error;
    expect_everywhere(log, query, {});
    log.reopen();
    EXPECT_EQ(log.texts(words("blocked")), Texts{blocked});
}

TEST(Search, TimesAreHalfOpen) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    for (const char* text : {"a", "b", "c"}) {
        ASSERT_TRUE(log.add(make_event(text)));
        log.clock.advance(std::chrono::seconds(1));
    }
    Query query;
    query.since = kTestStart + std::chrono::seconds(1);
    expect_everywhere(log, query, {"c", "b"});
    query.until = kTestStart + std::chrono::seconds(2);
    expect_everywhere(log, query, {"b"});
    query.since = query.until;
    expect_everywhere(log, query, {});
}

TEST(Search, PagesFitTogetherWhileTheLogGrows) {
    const TestFolder folder;
    Options options = options_in(folder);
    options.segment_size = 2'000;
    TestLog log(options);
    for (int i = 1; i <= 100; ++i) {
        ASSERT_TRUE(log.add(make_event("line " + std::to_string(i))));
        if (i == 60) log->drain();
    }
    Query query = words("line");
    query.limit = 7;
    int next = 100;
    for (int page_count = 0;; ++page_count) {
        ASSERT_LE(page_count, 20);
        const auto page = log->search(query);
        ASSERT_TRUE(page);
        for (const Record& record : page->records)
            EXPECT_EQ(record.event.text, "line " + std::to_string(next--));
        if (page->next_cursor.empty()) break;
        EXPECT_EQ(page->records.size(), 7U);
        query.cursor = page->next_cursor;
        ASSERT_TRUE(log.add(make_event("line of later")));
    }
    EXPECT_EQ(next, 0);
}

TEST(Search, AFullLastPageHasNoCursor) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    for (int i = 0; i < 4; ++i)
        ASSERT_TRUE(log.add(make_event("x")));
    Query query;
    query.limit = 2;
    auto page = log->search(query);
    ASSERT_FALSE(page->next_cursor.empty());
    query.cursor = page->next_cursor;
    page = log->search(query);
    EXPECT_EQ(page->records.size(), 2U);
    EXPECT_TRUE(page->next_cursor.empty());
}

TEST(Search, RefusesBadQueries) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    std::string many;
    for (int i = 0; i < 10'000; ++i)
        many += "a ";
    for (const std::string& text : {std::string("\"open"), many, std::string("%")}) {
        const auto page = log->search(words(text));
        ASSERT_FALSE(page);
        EXPECT_EQ(page.error().kind(), ErrorKind::malformed);
        EXPECT_NE(page.error().detail().find("at octet"), std::string::npos);
    }
    Query query;
    query.cursor = "elsewhere";
    EXPECT_EQ(log->search(query).error().kind(), ErrorKind::malformed);
    query.cursor = "7fffffffffffffff.ffffffffffffffff";
    EXPECT_TRUE(log->search(query));
}

TEST(Search, NeedsNoIndexAndMakesADamagedOneAgain) {
    const TestFolder folder;
    Options options = options_in(folder);
    options.segment_size = 4'000;
    TestLog log(options);
    for (int i = 0; i < 200; ++i)
        ASSERT_TRUE(log.add(make_event("line number " + std::to_string(i))));
    log->drain();
    const Texts wanted = log.texts(words("line"));
    ASSERT_EQ(wanted.size(), 100U);
    for (const std::string_view damage : {"gone", "rubbish", "cut", "holes"}) {
        log.log.reset();
        for (const std::string& name : names_in(folder / "log/index")) {
            const std::string path = folder / ("log/index/" + name);
            std::string bytes = read_all(path);
            if (damage == "gone") std::filesystem::remove(path);
            if (damage == "rubbish") write_all(path, std::string(bytes.size(), 'r'));
            if (damage == "cut") write_all(path, bytes.substr(0, bytes.size() / 2));
            if (damage == "holes") {
                for (std::size_t at = 4'096; at < bytes.size(); ++at)
                    bytes[at] = '\0';
                write_all(path, bytes);
            }
        }
        log.reopen();
        EXPECT_EQ(log.texts(words("line")), wanted) << damage;
        EXPECT_EQ(log.texts(words("number 7")), Texts{"line number 7"}) << damage;
        // A damage that only a search meets is mended behind it.
        log->drain();
        EXPECT_EQ(log.texts(words("line")), wanted) << damage;
        log->drain();
        const auto page = log->search(words("line"));
        ASSERT_TRUE(page);
        EXPECT_EQ(page->not_indexed, 0U) << damage;
    }
}

TEST(Search, AnIndexAheadOfItsRecordsIsMadeAgain) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(log.add(make_event("old " + std::to_string(i))));
    log->drain();
    log.log.reset();
    // Power loss: the index was synced, the newest records were not.
    const std::string segment =
        folder / ("log/records/" + names_in(folder / "log/records").front());
    std::filesystem::resize_file(segment, std::filesystem::file_size(segment) / 2);
    log.reopen();
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(log.add(make_event("new " + std::to_string(i))));
    EXPECT_EQ(log.texts(words("new")).size(), 10U);
    log->drain();
    EXPECT_EQ(log.texts(words("new")).size(), 10U);
    EXPECT_EQ(log.texts(words("old")).size(), 4U);
}

// A log as the first version wrote it: it is read and searched, and new records begin a segment.
TEST(Search, ReadsSegmentsOfTheFirstVersion) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    ASSERT_TRUE(log.add(make_event(1, "of the first version")));
    log.log.reset();
    const std::string segment = folder / ("log/records/" + segment_name(1));
    std::string bytes = read_all(segment);
    bytes[6] = '1';
    const std::uint32_t sum = crc32c(std::string_view(bytes).substr(0, 24));
    for (std::size_t i = 0; i < 4; ++i)
        bytes[24 + i] = static_cast<char>((sum >> (8 * i)) & 0xFFU);
    write_all(segment, bytes);
    std::filesystem::remove_all(folder / "log/index");
    log.reopen();
    Event event = make_event(2, "of this version");
    event.source = "192.0.2.7";
    ASSERT_TRUE(log.add(event));
    EXPECT_EQ(read_all(segment), bytes);
    EXPECT_EQ(names_in(folder / "log/records").size(), 2U);
    expect_everywhere(log, words("version"), {"of this version", "of the first version"});
    expect_everywhere(log, words("source:192.0.2.7"), {"of this version"});
    log.reopen();
    EXPECT_EQ(log.texts(words("version")).size(), 2U);
}

TEST(Search, RetentionTakesWholeSegmentsWithTheirIndex) {
    const TestFolder folder;
    Options options = options_in(folder);
    options.segment_size = 20'000;
    options.keep_bytes = 200'000;
    TestLog log(options);
    for (int i = 0; i < 2'000; ++i)
        ASSERT_TRUE(log.add(make_event("line number " + std::to_string(i))));
    log->drain();
    log->drain();
    const Texts records = names_in(folder / "log/records");
    std::uint64_t total = 0;
    std::uint64_t largest = 0;
    for (const char* part : {"log/records", "log/index"}) {
        for (const auto& file : std::filesystem::directory_iterator(folder / part)) {
            total += file.file_size();
            largest = std::max<std::uint64_t>(largest, file.file_size());
        }
    }
    // Over it by what the newest segment and its index have grown since it was looked at.
    EXPECT_LE(total, options.keep_bytes + options.segment_size + largest);
    EXPECT_GT(records.front(), segment_name(1));
    for (const std::string& name : names_in(folder / "log/index")) {
        const std::string of = name.substr(0, 20) + ".records";
        EXPECT_NE(std::ranges::find(records, of), records.end()) << name;
    }
    EXPECT_EQ(log.texts(words("\"line number 0\"")), Texts{});
    EXPECT_EQ(log.texts(words("\"line number 1999\"")), Texts{"line number 1999"});
}

TEST(Search, WorksOnADiskWithoutAnIndex) {
    os::ForgetfulFileSystem files;
    Options options;
    options.directory = "/nowhere/to/be/found";
    TestLog log(options, &files);
    ASSERT_TRUE(log.add(make_event("hello world")));
    log->drain();
    EXPECT_EQ(log.texts(words("world")), Texts{"hello world"});
    EXPECT_NE(log->stats().problem, "");
}

// The oracle: the same question answered by reading every line, written without any code of ours
// but the escape.
class Oracle {
public:
    static Texts cut(const std::string& text) {
        Texts out;
        std::string word;
        const auto inside = [&](std::size_t i) {
            return i < text.size() &&
                   (std::isalnum(static_cast<unsigned char>(text[i])) != 0 || text[i] == '_' ||
                    static_cast<unsigned char>(text[i]) >= 0x80);
        };
        for (std::size_t i = 0; i <= text.size(); ++i) {
            const bool joins = i > 0 && i < text.size() &&
                               std::string_view("@.-+").contains(text[i]) && inside(i - 1) &&
                               inside(i + 1);
            if (inside(i) || joins) {
                word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
            } else if (!word.empty()) {
                out.push_back(std::exchange(word, {}));
            }
        }
        return out;
    }
    static bool answers(const std::string& word, const std::string& wanted) {
        const std::size_t at = word.rfind('@');
        return word == wanted || (at != std::string::npos &&
                                  (word.substr(0, at) == wanted || word.substr(at + 1) == wanted));
    }
    static bool holds_phrase(const Texts& line, const Texts& phrase) {
        for (std::size_t i = 0; i + phrase.size() <= line.size(); ++i) {
            std::size_t k = 0;
            while (k < phrase.size() && answers(line[i + k], phrase[k]))
                ++k;
            if (k == phrase.size()) return true;
        }
        return false;
    }
    static bool holds(const std::string& text, const std::string& part) {
        return to_lower(text).find(to_lower(part)) != std::string::npos;
    }

    using Condition = std::function<bool(const Event&)>;

    std::vector<Texts> phrases;         // what the words of query.text mean
    std::vector<Condition> conditions;  // and what its other terms do
    Query query;

    void add(const std::string& term, Condition condition) {
        query.text += term + " ";
        conditions.push_back(std::move(condition));
    }
    static std::string domain(const std::string& address) {
        const std::size_t at = address.rfind('@');
        return at == std::string::npos ? "" : to_lower(address.substr(at + 1));
    }

    [[nodiscard]] bool matches(const Event& event) const {
        const Texts line =
            cut((event.connection ? to_string(*event.connection) + ": " : "") + event.text);
        for (const Texts& phrase : phrases)
            if (!holds_phrase(line, phrase)) return false;
        for (const Condition& condition : conditions)
            if (!condition(event)) return false;
        return (!query.connection || event.connection == query.connection) &&
               (!query.since || event.time >= *query.since) &&
               (!query.until || event.time < *query.until) &&
               (!query.least || event.level >= *query.least) && holds(event.sender, query.sender) &&
               holds(event.recipient, query.recipient);
    }
};

class RandomLog {
public:
    explicit RandomLog(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t n) { return random_() % n; }
    template <class T>
    const T& pick(const std::vector<T>& from) {
        return from[below(from.size())];
    }
    std::string address() {
        static const Texts locals = {"ann", "Bob", "carl.d", "eve+tag", "f_g"};
        static const Texts hosts = {"a.example", "B.example", "mail.a.example", "c.test"};
        return below(6) == 0 ? "" : pick(locals) + "@" + pick(hosts);
    }
    std::string text() {
        static const Texts pieces = {"unmanaged",
                                     "domain",
                                     "blocked:",
                                     "Recipient",
                                     "1/2",
                                     "5.7.1",
                                     "gr\xC3\xBC\xC3\x9F",
                                     "...",
                                     "(%)",
                                     "--",
                                     "SMTP-00007",
                                     "chain: \"X\"",
                                     "a-b",
                                     "a..b"};
        std::string out;
        for (std::size_t i = below(6) + 1; i > 0; --i)
            out += (below(3) == 0 ? address() : pick(pieces)) + (below(9) == 0 ? "," : " ");
        return out;
    }
    Event event(WallTime time) {
        Event out = make_event(text());
        out.time = time + std::chrono::seconds(below(5));  // clocks are set back, too
        out.level = static_cast<Level>(below(6));
        if (below(5) != 0) out.connection = ConnectionId{below(9) == 0 ? 'B' : '\0', below(12)};
        out.sender = address();
        out.recipient = address();
        out.verdict = static_cast<Verdict>(below(11));
        out.direction = static_cast<Direction>(below(3));
        out.source = pick(Texts{"", "10.1.0.7", "10.2.0.7", "2001:db8::7"});
        out.listener = pick(Texts{"", "Out", "in"});
        if (below(4) != 0) out.message_id = pick(Texts{"<A@x>", "<b@x>", "c"});
        out.size = below(3) == 0 ? 0 : std::uint64_t{1} << below(24);
        return out;
    }
    Oracle question(WallTime start, std::size_t seconds) {
        static const Texts terms = {"unmanaged",
                                    "DOMAIN",
                                    "blocked",
                                    "1/2",
                                    "5.7.1",
                                    "a.example",
                                    "ann",
                                    "eve+tag@c.test",
                                    "smtp-7",
                                    "x",
                                    "a-b",
                                    "b"};
        Oracle out;
        for (std::size_t i = below(3); i > 0; --i) {
            std::string term = pick(terms);
            if (below(3) == 0) term += " " + pick(terms);
            const bool quoted = term.contains(' ');
            out.query.text += quoted ? "\"" + term + "\" " : term + " ";
            Texts phrase = Oracle::cut(term);
            for (std::string& word : phrase)
                if (word == "smtp-7") word = "smtp-00007";
            out.phrases.push_back(phrase);
        }
        const auto moment = [&] { return start + std::chrono::seconds(below(seconds)); };
        if (below(3) == 0)
            out.query.connection = ConnectionId{below(9) == 0 ? 'B' : '\0', below(12)};
        if (below(4) == 0) out.query.since = moment();
        if (below(4) == 0) out.query.until = moment();
        if (below(4) == 0) out.query.least = static_cast<Level>(below(6));
        if (below(4) == 0) out.query.sender = pick(Texts{"ann", "A.EXAMPLE", "@b", "zzz", "+"});
        if (below(4) == 0) out.query.recipient = pick(Texts{"bob", "test", "_", "%", "@"});
        if (below(2) == 0) add_terms(out);
        out.query.limit = 1 + below(30);
        return out;
    }
    // Terms by name, and negated ones.
    void add_terms(Oracle& out) {
        for (std::size_t i = below(3); i > 0; --i) {
            const bool negated = below(3) == 0;
            const auto add = [&](const std::string& term, const Oracle::Condition& holds) {
                out.add((negated ? "-" : "") + term,
                        [=](const Event& event) { return holds(event) != negated; });
            };
            switch (below(10)) {
                case 0: {
                    const auto verdict = static_cast<Verdict>(1 + below(10));
                    add("status:" + std::string(to_string(verdict)),
                        [=](const Event& event) { return event.verdict == verdict; });
                    break;
                }
                case 1:
                    add("dir:out",
                        [](const Event& event) { return event.direction == Direction::outbound; });
                    break;
                case 2:
                    add("source:10.1.0.0/16",
                        [](const Event& event) { return event.source == "10.1.0.7"; });
                    break;
                case 3:
                    add("listener:out", [](const Event& event) { return event.listener == "Out"; });
                    break;
                case 4:
                    add("domain:A.example", [](const Event& event) {
                        return Oracle::domain(event.sender) == "a.example" ||
                               Oracle::domain(event.recipient) == "a.example";
                    });
                    break;
                case 5:
                    add("domain:.example", [](const Event& event) {
                        return Oracle::domain(event.sender).ends_with(".example") ||
                               Oracle::domain(event.recipient).ends_with(".example");
                    });
                    break;
                case 6:
                    add("msgid:a@X",
                        [](const Event& event) { return event.message_id == "<A@x>"; });
                    break;
                case 7:
                    add("larger:100KiB",
                        [](const Event& event) { return event.size > std::uint64_t{100} * 1024; });
                    break;
                case 8: {
                    const auto level = static_cast<Level>(below(6));
                    add("level:" + std::string(to_string(level)),
                        [=](const Event& event) { return event.level >= level; });
                    break;
                }
                default: {
                    const std::string part = pick(Texts{"ann", "a.example", "f_", "zzz"});
                    add("from:" + part,
                        [=](const Event& event) { return Oracle::holds(event.sender, part); });
                    break;
                }
            }
        }
        if (below(4) == 0) {
            out.add("-blocked", [](const Event& event) {
                return !Oracle::holds_phrase(Oracle::cut(event.text), {"blocked"});
            });
        }
    }

private:
    std::mt19937_64 random_;
};

std::string group_of(const Event& event, CountBy by) {
    if (by == CountBy::verdict) return std::string(to_string(event.verdict));
    if (by == CountBy::level) return to_lower(to_string(event.level));
    return Oracle::domain(event.recipient);
}

// All pages of a query, as sequence numbers.
std::vector<std::uint64_t> all_pages(MailLog& log, Query query) {
    std::vector<std::uint64_t> out;
    for (int pages = 0; pages < 1'000; ++pages) {
        const auto page = log.search(query);
        EXPECT_TRUE(page) << (page ? "" : page.error().detail());
        if (!page) break;
        for (const Record& record : page->records)
            out.push_back(record.sequence);
        if (page->next_cursor.empty()) return out;
        query.cursor = page->next_cursor;
    }
    ADD_FAILURE() << "the pages do not end";
    return out;
}

TEST(Search, AgreesWithReadingEveryLine) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const TestFolder folder;
        Options options = options_in(folder);
        options.segment_size = 15'000;
        TestLog log(options);
        RandomLog random(seed);
        std::vector<Event> events;
        constexpr std::size_t kCount = 600;
        for (std::size_t i = 0; i < kCount; ++i) {
            events.push_back(random.event(kTestStart + std::chrono::seconds(i)));
            ASSERT_TRUE(log.add(events.back()));
            // Some segments complete, one half indexed, the newest perhaps not at all.
            if (i == kCount * seed / 7) log->drain();
        }
        for (int i = 0; i < 120; ++i) {
            if (i == 100) log->drain();
            const Oracle oracle = random.question(kTestStart, kCount);
            std::vector<std::uint64_t> wanted;
            for (std::size_t n = kCount; n > 0; --n)
                if (oracle.matches(events[n - 1])) wanted.push_back(n);
            ASSERT_EQ(all_pages(*log.log, oracle.query), wanted)
                << "seed " << seed << ", question " << i << ": " << oracle.query.text;
            const auto by = static_cast<CountBy>(i % 3);
            std::map<std::string, std::uint64_t> groups;
            for (const std::uint64_t n : wanted)
                ++groups[group_of(events[n - 1], by)];
            const auto counts = log->count(oracle.query, by);
            ASSERT_TRUE(counts) << counts.error().detail();
            ASSERT_EQ(counts->groups, groups)
                << "seed " << seed << ", question " << i << ": " << oracle.query.text;
            ASSERT_EQ(counts->total, wanted.size());
        }
    }
}

// One thread records, others search and follow; every answer is a consistent one.
TEST(Search, GoesOnWhileTheLogIsWritten) {
    const TestFolder folder;
    Options options = options_in(folder);
    options.segment_size = 100'000;
    options.text_file = folder / "mail.log";
    TestLog log(options);
    constexpr std::uint64_t kCount = 6'000;
    std::atomic<std::uint64_t> written = 0;
    std::atomic<bool> done = false;
    const auto searcher = [&] {
        while (!done) {
            const std::uint64_t known = written;
            auto page = log->search(words("event"));
            ASSERT_TRUE(page);
            if (known > 0) {
                ASSERT_GE(page->records.at(0).sequence, known);
            }
            for (std::size_t i = 1; i < page->records.size(); ++i)
                ASSERT_EQ(page->records[i].sequence + 1, page->records[i - 1].sequence);
            Query query;
            query.connection = ConnectionId{0, known / 3};
            page = log->search(query);
            ASSERT_TRUE(page);
            if (known > 3) {
                ASSERT_GE(page->records.size(), known % 3 + (known / 3 == 0 ? 0U : 1U));
            }
            (void)log->stats();
        }
    };
    const auto follower = [&] {
        std::uint64_t last = 0;
        while (last < kCount) {
            const auto records = log->after(last, 50);
            ASSERT_TRUE(records);
            for (const Record& record : *records)
                ASSERT_EQ(record.sequence, ++last);
            (void)log->next_connection();
        }
    };
    std::thread first(searcher);
    std::thread second(searcher);
    std::thread third(follower);
    for (std::uint64_t i = 1; i <= kCount; ++i) {
        ASSERT_TRUE(log.add(make_event(i / 3, "event " + std::to_string(i))));
        written = i;
        if (i % 1'000 == 0) log->reopen_files();
    }
    done = true;
    first.join();
    second.join();
    third.join();
    log->drain();
    EXPECT_EQ(lines_of(options.text_file).size(), kCount);
}

}  // namespace
}  // namespace sealgate::maillog
