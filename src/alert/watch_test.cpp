// SPDX-License-Identifier: Apache-2.0
#include "alert/watch.h"

#include "alert/public_address.h"

#include <gmock/gmock.h>

namespace sealgate::alert {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

class Watch : public testing::Test {
protected:
    Watch() {
        seen_.disk_free = 100ULL << 30U;
        seen_.certificate_ends = now_ + hours(24 * 90);
        settings_.data_dir = "/var/lib/sealgate";
    }
    // Judges, and takes over what results: "+disk -next-hop a:25".
    std::string judged() {
        std::string out;
        const Changes changes = judge(seen_, active_, settings_, now_);
        const auto word = [&](std::string_view sign, const auto& one) {
            out += (out.empty() ? "" : " ") + std::string(sign) + one.name +
                   (one.subject.empty() ? "" : " " + one.subject);
        };
        for (const admin::AlertEnd& one : changes.ended) {
            const auto at = std::ranges::find(active_, one.id, &admin::Alert::id);
            word("-", *at);
            end_detail_ = one.detail;
            active_.erase(at);
        }
        for (const admin::NewAlert& one : changes.begun) {
            word("+", one);
            title_ = one.title;
            detail_ = one.detail;
            active_.push_back(
                {++id_, one.name, one.subject, one.title, one.detail, now_, std::nullopt, ""});
        }
        return out;
    }

    Observation seen_;
    std::vector<admin::Alert> active_;
    config::Settings settings_;
    WallTime now_{hours(500'000)};
    std::uint64_t id_ = 0;
    std::string title_;
    std::string detail_;
    std::string end_detail_;
};

TEST_F(Watch, NothingIsWrong) {
    EXPECT_EQ(judged(), "");
}

TEST_F(Watch, StoresAreToldOnceAndOver) {
    seen_.mail_log_healthy = false;
    EXPECT_EQ(judged(), "+mail-log");
    EXPECT_THAT(detail_, HasSubstr("/var/lib/sealgate/maillog"));
    EXPECT_EQ(judged(), "");
    seen_.spool_healthy = false;
    seen_.mail_log_healthy = true;
    EXPECT_EQ(judged(), "-mail-log +spool");
    seen_.spool_healthy = true;
    EXPECT_EQ(judged(), "-spool");
}

TEST_F(Watch, DiskHasPlayAtItsLimit) {
    settings_.alerts.disk_free = 1000ULL << 20U;
    seen_.disk_free = 1000ULL << 20U;
    EXPECT_EQ(judged(), "");
    seen_.disk_free = 999ULL << 20U;
    EXPECT_EQ(judged(), "+disk");
    EXPECT_EQ(title_, "only 999 MiB of disk space are free");
    seen_.disk_free = 1099ULL << 20U;
    EXPECT_EQ(judged(), "");
    seen_.disk_free = std::nullopt;
    EXPECT_EQ(judged(), "") << "what is not known changes nothing";
    seen_.disk_free = 1100ULL << 20U;
    EXPECT_EQ(judged(), "-disk");
    seen_.disk_free = 0;
    settings_.alerts.disk_free = 0;
    EXPECT_EQ(judged(), "") << "not watched";
}

TEST_F(Watch, NextHopIsDownAfterSomeTimeAndTwoFailures) {
    seen_.oldest_waiting = now_;
    seen_.hops = {{"a:25", false, 5, seconds(599), seconds(1), "refused"},
                  {"b:25", false, 1, hours(2), hours(2), "refused"},
                  {"c:25", true, 0, seconds(0), seconds(1), ""}};
    EXPECT_EQ(judged(), "");
    seen_.hops[0].failing_for = seconds(600);
    seen_.hops[0].note = "refused\r\nX: \x1B";
    EXPECT_EQ(judged(), "+next-hop a:25");
    EXPECT_EQ(detail_.find_first_of("\r\n\x1B"), std::string::npos);
    EXPECT_THAT(detail_, HasSubstr("for 10 min, in 5 attempts"));
    seen_.hops[1].failures = 2;
    EXPECT_EQ(judged(), "+next-hop b:25");
    seen_.hops[0] = {"a:25", true, 0, seconds(0), seconds(1), ""};
    EXPECT_EQ(judged(), "-next-hop a:25");
    EXPECT_EQ(end_detail_, "It is reachable again.");
}

TEST_F(Watch, AfterARestartNothingIsKnownOfANextHop) {
    active_.push_back({7, "next-hop", "a:25", "t", "d", now_, std::nullopt, ""});
    seen_.oldest_waiting = now_;
    EXPECT_EQ(judged(), "") << "mail waits; it has not been tried yet";
    seen_.hops = {{"a:25", false, 1, seconds(1), seconds(1), "refused"}};
    EXPECT_EQ(judged(), "") << "it fails still";
    seen_.oldest_waiting = std::nullopt;
    EXPECT_EQ(judged(), "");
    seen_.hops[0].last_tried = hours(2);
    EXPECT_EQ(judged(), "-next-hop a:25") << "nothing waits, nobody asks";
    EXPECT_EQ(end_detail_, "Nothing waits for it any more.");
    seen_.hops[0].failing_for = hours(9);
    seen_.hops[0].failures = 9;
    EXPECT_EQ(judged(), "") << "and it does not come back for that";
    active_.push_back({8, "next-hop", "a:25", "t", "d", now_, std::nullopt, ""});
    seen_.oldest_waiting = now_;
    EXPECT_EQ(judged(), "") << "mail waits, perhaps for it";
    seen_.hops[0].last_tried = hours(13);
    EXPECT_EQ(judged(), "-next-hop a:25") << "no route names it any more";
}

TEST_F(Watch, QueueAgeIsOfTheOldest) {
    seen_.oldest_waiting = now_ - hours(4) + seconds(1);
    EXPECT_EQ(judged(), "");
    now_ += seconds(1);
    seen_.oldest_trace = "SMTP-00042.1";
    EXPECT_EQ(judged(), "+queue-age");
    EXPECT_EQ(title_, "mail has been waiting for 4 h");
    EXPECT_THAT(detail_, HasSubstr("SMTP-00042.1"));
    now_ += hours(5);
    EXPECT_EQ(judged(), "");
    seen_.oldest_waiting = std::nullopt;
    EXPECT_EQ(judged(), "-queue-age");
}

TEST_F(Watch, CertificateIsToldBeforeItsEndUntilItIsRenewed) {
    settings_.tls.certificate_file = "tls/own.crt";
    seen_.certificate_ends = now_ + hours(21 * 24);
    EXPECT_EQ(judged(), "");
    now_ += seconds(1);
    EXPECT_EQ(judged(), "+certificate");
    EXPECT_EQ(title_, "the certificate of the listeners ends in 20 days");
    EXPECT_THAT(detail_, HasSubstr("/var/lib/sealgate/tls/own.crt"));
    now_ += hours(21 * 24);
    EXPECT_EQ(judged(), "") << "told already";
    active_.clear();
    EXPECT_EQ(judged(), "+certificate");
    EXPECT_EQ(title_, "the certificate of the listeners has ended");
    seen_.certificate_ends = now_ + hours(90 * 24);
    EXPECT_EQ(judged(), "-certificate");
}

TEST_F(Watch, WhatIsNotWatchedAnyMoreIsOver) {
    settings_.alerts = {};
    seen_.disk_free = 0;
    seen_.oldest_waiting = now_ - hours(100);
    seen_.certificate_ends = now_;
    seen_.hops = {{"a:25", false, 5, hours(1), seconds(1), "refused"}};
    EXPECT_EQ(judged(), "+disk +next-hop a:25 +queue-age +certificate");
    settings_.alerts.disk_free = 0;
    settings_.alerts.next_hop_down = settings_.alerts.queue_age =
        settings_.alerts.certificate_ends = seconds(0);
    EXPECT_EQ(judged(), "-disk -next-hop a:25 -queue-age -certificate");
}

TEST(FirstMail, NamesOneOrMany) {
    const std::vector<NewDomain> one{{"new.example", "192.0.2.1", "reject", "SMTP-00042"}};
    const auto single = first_mail(one, 1);
    EXPECT_TRUE(single.event);
    EXPECT_EQ(single.title, "first mail of unmanaged domain new.example");
    EXPECT_THAT(single.detail,
                HasSubstr("new.example: from 192.0.2.1, action reject, connection SMTP-00042\n"));
    const auto many = first_mail(std::vector<NewDomain>(kMaxNamed, one[0]), 700);
    EXPECT_EQ(many.subject, "700 domains");
    EXPECT_THAT(many.detail, HasSubstr("and 650 more"));
}

TEST(PublicAddress, KnowsWhatIsInside) {
    for (const char* text : {"8.8.8.8",
                             "1.1.1.1",
                             "172.32.0.1",
                             "100.128.0.1",
                             "2606:4700::1111",
                             "2a00:1450::1",
                             "::ffff:8.8.8.8"}) {
        EXPECT_TRUE(is_public(IpAddress::parse(text).value())) << text;
    }
    for (const char* text :
         {"0.0.0.0",         "10.1.2.3",    "100.64.0.1",      "127.0.0.1",    "127.8.8.8",
          "169.254.1.1",     "172.16.0.1",  "172.31.255.1",    "192.168.1.1",  "192.0.2.1",
          "198.18.0.1",      "224.0.0.1",   "255.255.255.255", "::",           "::1",
          "fe80::1",         "fc00::1",     "fd12:3456::1",    "ff02::1",      "::ffff:127.0.0.1",
          "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a00:1",  "2002:a00:1::", "2001::1",
          "2001:db8::1",     "fec0::1",     "100::1"}) {
        EXPECT_FALSE(is_public(IpAddress::parse(text).value())) << text;
    }
}

}  // namespace
}  // namespace sealgate::alert
