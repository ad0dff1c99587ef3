// SPDX-License-Identifier: Apache-2.0
#include "alert/engine.h"

#include "admin/admin_fixture.h"

#include <gmock/gmock.h>

namespace sealgate::alert {
namespace {

using admin::AlertNotice;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What a sink took, and what it answers.
struct Told {
    std::vector<std::string> notices;  // "disk raised"
    std::string problem;
    std::size_t tries = 0;
};

class FakeSink final : public Sink {
public:
    FakeSink(std::string name, Told& told) : name_(std::move(name)), told_(told) {}
    [[nodiscard]] std::string_view name() const override { return name_; }
    [[nodiscard]] Status send(const AlertNotice& notice, std::stop_token /*stop*/) override {
        ++told_.tries;
        if (!told_.problem.empty()) return fail(ErrorKind::transient, "test", told_.problem);
        told_.notices.push_back(notice.alert.name + " " +
                                std::string(admin::to_string(notice.kind)));
        return {};
    }

private:
    std::string name_;
    Told& told_;
};

class EngineTest : public admin::AdminTest {
protected:
    void SetUp() override {
        AdminTest::SetUp();
        seen_.disk_free = 1ULL << 40U;
        engine();
    }
    void TearDown() override {
        engine_.reset();
        AdminTest::TearDown();
    }
    void engine() {
        engine_.reset();
        EngineOptions options;
        options.observe = [this] {
            ++observed_;
            return seen_;
        };
        options.sinks = [this](const config::Settings&) {
            std::vector<std::unique_ptr<Sink>> sinks;
            sinks.push_back(std::make_unique<FakeSink>("mail", mail_));
            if (with_hook_) sinks.push_back(std::make_unique<FakeSink>("webhook", hook_));
            return sinks;
        };
        options.report = [this](const std::string& line, bool) { lines_.push_back(line); };
        engine_ = std::make_unique<Engine>(*context_, std::move(options));
    }
    void rounds(seconds span) {
        for (seconds passed{0}; passed < span; passed += seconds(1)) {
            clock_.advance(seconds(1));
            engine_->round();
        }
    }
    static NewDomain domain(const std::string& name) {
        return {name, "192.0.2.1", "reject", "SMTP-00042"};
    }

    Observation seen_;
    std::size_t observed_ = 0;
    Told mail_;
    Told hook_;
    bool with_hook_ = true;
    std::vector<std::string> lines_;
    std::unique_ptr<Engine> engine_;
};
INSTANTIATE_TEST_SUITE_P(Engines, EngineTest, testing::Values("sqlite"), admin::engine_name);

TEST_P(EngineTest, TellsEachSinkOnceOfBeginningAndEndAlsoOverARestart) {
    rounds(seconds(20));
    EXPECT_THAT(mail_.notices, IsEmpty());
    EXPECT_LE(observed_, 5U) << "looking is for every few seconds";
    seen_.disk_free = 0;
    rounds(seconds(20));
    EXPECT_THAT(mail_.notices, ElementsAre("disk raised"));
    EXPECT_THAT(hook_.notices, ElementsAre("disk raised"));
    engine();
    rounds(seconds(20));
    EXPECT_THAT(mail_.notices, ElementsAre("disk raised"));
    seen_.disk_free = 1ULL << 40U;
    rounds(seconds(20));
    EXPECT_THAT(mail_.notices, ElementsAre("disk raised", "disk ended"));
    EXPECT_THAT(hook_.notices, ElementsAre("disk raised", "disk ended"));
    ASSERT_EQ(lines_.size(), 2U);
    EXPECT_THAT(lines_[0], HasSubstr("alert disk: only 0 MiB"));
    EXPECT_THAT(lines_[1], HasSubstr("alert disk over: only 0 MiB"));
}

TEST_P(EngineTest, AFailingSinkIsTriedAgainAndThenGivenUp) {
    hook_.problem = "it answered 500";
    seen_.disk_free = 0;
    rounds(seconds(5));
    EXPECT_THAT(mail_.notices, ElementsAre("disk raised")) << "others do not wait for it";
    EXPECT_EQ(hook_.tries, 1U);
    rounds(seconds(10));
    EXPECT_EQ(hook_.tries, 2U);
    for (int i = 0; i < 20; ++i) {
        clock_.advance(hours(1));
        engine_->round();
    }
    EXPECT_EQ(hook_.tries, 1 + Engine::retry_waits().size());
    EXPECT_THAT(lines_.back(), HasSubstr("given up after 7 attempts: it answered 500"));
    EXPECT_EQ(admin::list_alerts(*context_, 0)->waiting_notices, 0U);
}

TEST_P(EngineTest, WhatWaitsIsSentAfterARestart) {
    hook_.problem = "no answer";
    seen_.disk_free = 0;
    rounds(seconds(2));
    engine();
    hook_.problem.clear();
    rounds(seconds(15));
    EXPECT_THAT(hook_.notices, ElementsAre("disk raised"));
}

TEST_P(EngineTest, ASinkThatIsGoneHasNothingWaiting) {
    hook_.problem = "no answer";
    seen_.disk_free = 0;
    rounds(seconds(2));
    with_hook_ = false;
    ASSERT_TRUE(reload("[alerts]\nqueue_age = \"3h\"\n"));
    rounds(seconds(2));
    EXPECT_EQ(admin::list_alerts(*context_, 0)->waiting_notices, 0U);
}

TEST_P(EngineTest, NewDomainsAreToldAtOnceThenTogether) {
    engine_->note_domain(domain("a.example"));
    rounds(seconds(1));
    EXPECT_EQ(mail_.notices.size(), 1U);
    for (int i = 0; i < 700; ++i)
        engine_->note_domain(domain("b" + std::to_string(i) + ".example"));
    rounds(seconds(30));
    EXPECT_EQ(mail_.notices.size(), 1U);
    rounds(seconds(31));
    EXPECT_EQ(mail_.notices.size(), 2U);
    const auto list = admin::list_alerts(*context_, 10).value();
    EXPECT_EQ(list.recent[0].subject, "700 domains");
    EXPECT_EQ(list.recent[1].subject, "a.example");
    rounds(seconds(100));
    EXPECT_EQ(mail_.notices.size(), 2U);
    engine_->note_domain(domain("last.example"));
    engine_->stop();
    EXPECT_EQ(admin::list_alerts(*context_, 10)->recent.size(), 3U) << "the last are not lost";
}

TEST_P(EngineTest, NewDomainsAreNotToldWhereThatIsNotWanted) {
    ASSERT_TRUE(reload("[alerts]\nunmanaged_domain = false\n"));
    engine_->note_domain(domain("a.example"));
    rounds(seconds(2));
    EXPECT_THAT(mail_.notices, IsEmpty());
    EXPECT_TRUE(admin::list_alerts(*context_, 10)->recent.empty());
}

TEST_P(EngineTest, ATestGoesToEverySinkAndSaysHowItWas) {
    hook_.problem = "it answered 500";
    const auto answers = engine_->test("next-hop").value();
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0].problem, "");
    EXPECT_EQ(answers[1].problem, "it answered 500");
    EXPECT_THAT(mail_.notices, ElementsAre("next-hop test"));
    EXPECT_EQ(admin::list_alerts(*context_, 10)->waiting_notices, 0U);
}

TEST_P(EngineTest, ItsThreadBeginsAndEnds) {
    seen_.disk_free = 0;
    engine_->start();
    for (int i = 0; i < 500 && admin::list_alerts(*context_, 0)->active.empty(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    engine_->stop();
    EXPECT_EQ(admin::list_alerts(*context_, 0)->active.size(), 1U);
}

}  // namespace
}  // namespace sealgate::alert
