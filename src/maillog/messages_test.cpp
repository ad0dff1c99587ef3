// SPDX-License-Identifier: Apache-2.0
// Rows of messages, made of records.
#include "maillog/test_support.h"

#include <gtest/gtest.h>

#include <set>

namespace sealgate::maillog {
namespace {

class MessagesTest : public ::testing::Test {
protected:
    MessagesTest() : log_(options()) {}

    Options options() const {
        Options out = options_in(folder_);
        out.segment_size = 4'000;
        return out;
    }

    // One record of a recipient; "" = of the message as a whole.
    void say(std::uint64_t connection,
             const std::string& recipient,
             Verdict verdict,
             const std::string& text) {
        Event event = make_event(connection, text);
        event.message = make_message_id({0, connection}, 1);
        event.message_id = "<" + std::to_string(connection) + "@x>";
        event.sender = "a@managed.example";
        event.recipient = recipient;
        event.verdict = verdict;
        event.level = Level::notice;
        log_.clock.advance(std::chrono::seconds(1));
        ASSERT_TRUE(log_.add(event));
    }
    void accept(std::uint64_t connection, const std::string& recipient) {
        say(connection, "", Verdict::received, "message");
        say(connection, recipient, Verdict::accepted, "accepted for delivery");
    }

    // "connection recipient status" of all pages.
    std::vector<std::string> list(const std::string& text, std::size_t limit = 3) {
        std::vector<std::string> out;
        Query query;
        query.text = text;
        query.limit = limit;
        for (int pages = 0; pages < 100; ++pages) {
            const auto page = log_->messages(query);
            EXPECT_TRUE(page) << page.error().detail();
            if (!page) break;
            EXPECT_LE(page->rows.size(), limit);
            for (const MessageRow& row : page->rows) {
                out.push_back(std::to_string(row.connection.number) + " " + row.recipient + " " +
                              std::string(to_string(row.status)));
            }
            if (page->next_cursor.empty()) return out;
            query.cursor = page->next_cursor;
        }
        ADD_FAILURE() << "the pages do not end";
        return out;
    }
    void expect_everywhere(const std::string& text, const std::vector<std::string>& wanted) {
        for (const std::size_t limit : {1U, 2U, 100U})
            EXPECT_EQ(list(text, limit), wanted) << text << ", pages of " << limit;
        log_->drain();
        for (const std::size_t limit : {1U, 2U, 100U})
            EXPECT_EQ(list(text, limit), wanted) << text << ", indexed, pages of " << limit;
    }

    TestFolder folder_;
    TestLog log_;
};

TEST_F(MessagesTest, EachRecipientIsOneRowWithWhatBecameOfIt) {
    accept(1, "b@partner.example");
    accept(2, "c@partner.example");
    say(2, "d@partner.example", Verdict::accepted, "accepted for delivery");
    say(2, "c@partner.example", Verdict::deferred, "deferred: 451");
    say(1, "b@partner.example", Verdict::delivered, "delivered to 192.0.2.9:25");
    say(2, "d@partner.example", Verdict::failed, "failed for good");
    say(2, "c@partner.example", Verdict::none, "an administrator looked at it");
    const std::vector<std::string> all = {"2 d@partner.example failed",
                                          "1 b@partner.example delivered",
                                          "2 c@partner.example deferred"};
    expect_everywhere("", all);
    expect_everywhere("status:delivered", {all[1]});
    expect_everywhere("status:deferred", {all[2]});
    expect_everywhere("status:accepted", {});
    expect_everywhere("-status:delivered", {all[0], all[2]});
    expect_everywhere("accepted -status:delivered", {all[0], all[2]});
    // Words may stand in any line of the recipient, also before its end.
    expect_everywhere("accepted status:failed", {all[0]});
    expect_everywhere("451", {all[2]});
    expect_everywhere("to:c@ dir:out", {});
    expect_everywhere("msgid:<2@x>", {all[0], all[2]});
    expect_everywhere("administrator", {all[2]});
    // What must not be must not be in any of them.
    expect_everywhere("-451", {all[0], all[1]});
    expect_everywhere("accepted -delivered", {all[0], all[2]});
    expect_everywhere("-accepted", {});
    expect_everywhere("-delivered -administrator", {all[0]});
    expect_everywhere("status:deferred -451", {});
    expect_everywhere("status:deferred -\"192.0.2.9\"", {all[2]});
}

TEST_F(MessagesTest, ManyPagesHoldEachRowOnce) {
    std::multiset<std::string> wanted;
    for (std::uint64_t n = 1; n <= 60; ++n) {
        accept(n, "r@partner.example");
        if (n > 20) say(n - 20, "r@partner.example", Verdict::delivered, "delivered");
        wanted.insert(std::to_string(n) + " r@partner.example " +
                      (n <= 40 ? "delivered" : "accepted"));
        if (n == 30) log_->drain();
    }
    for (const char* text : {"", "accepted"}) {
        const auto rows = list(text, 7);
        EXPECT_EQ(std::multiset<std::string>(rows.begin(), rows.end()), wanted) << text;
    }
}

TEST_F(MessagesTest, ARefusalBeforeTheMessageIsARow) {
    Event event = make_event(7, "recipient 1/1 (b@x): unmanaged domain blocked");
    event.recipient = "b@x";
    event.sender = "s@stranger.example";
    event.verdict = Verdict::rejected;
    ASSERT_TRUE(log_.add(event));
    expect_everywhere("status:rejected", {"7 b@x rejected"});
    expect_everywhere("domain:stranger.example", {"7 b@x rejected"});
}

TEST_F(MessagesTest, TheTrailHasWhatConcernsTheRecipient) {
    accept(1, "b@partner.example");
    say(1, "c@partner.example", Verdict::accepted, "accepted for delivery");
    say(1, "b@partner.example", Verdict::delivered, "delivered");
    // A report that is mentioned is no recipient of this message.
    say(1, "a@managed.example", Verdict::none, "report SMTP-00002 goes to a@managed.example");
    Query query;
    query.text = "to:b@";
    const auto page = log_->messages(query);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->rows.size(), 1U);
    const MessageRow& row = page->rows.front();
    std::vector<std::string> texts;
    for (const Record& record : row.trail)
        texts.push_back(record.event.text);
    EXPECT_EQ(texts, (std::vector<std::string>{"message", "accepted for delivery", "delivered"}));
    EXPECT_EQ(row.message_id, "<1@x>");
    EXPECT_EQ(row.text, "delivered");
    EXPECT_EQ(row.first, kTestStart + std::chrono::seconds(1));
    EXPECT_EQ(row.last, kTestStart + std::chrono::seconds(4));
    query.text = "to:managed";
    EXPECT_EQ(log_->messages(query)->rows.size(), 0U);
}

}  // namespace
}  // namespace sealgate::maillog
