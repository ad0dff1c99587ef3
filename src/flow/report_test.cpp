// SPDX-License-Identifier: Apache-2.0
#include "flow/report.h"

#include "delivery/upstream.h"
#include "flow/test_message.h"

#include <gtest/gtest.h>

namespace sealgate::flow {
namespace {

using delivery::Outcome;
using Kind = ReportItem::Kind;

policy::Route route(const std::string& domain, const std::string& next_hop) {
    policy::Route out;
    out.domain = *policy::DomainPattern::parse(domain);
    out.next_hop = *policy::NextHop::parse(next_hop);
    return out;
}

Outcome remote(Outcome::Kind kind, int code, std::string enhanced) {
    Outcome outcome;
    outcome.kind = kind;
    outcome.reply = {code, std::move(enhanced), "words of the next hop"};
    outcome.remote = true;
    if (kind != Outcome::Kind::delivered) outcome.remote_mta = "mail.partner.example";
    return outcome;
}

class Report : public testing::Test {
protected:
    Report() {
        settings_.hostname = "gw.example.com";
        site_.routes = policy::Routes({route("partner.example", "mail.partner.example:25"),
                                       route("box.example", "mailbox:b")});
    }

    // The report's text as its only reader sees it.
    std::string make(const std::vector<ReportItem>& items,
                     const std::vector<std::string>& recipients = {"bob@partner.example"}) {
        const ReportContext context{
            settings_, site_, trace_, {0, 43}, WallTime(std::chrono::hours(500'000))};
        Live original = test::live(recipients);
        original.content = std::make_shared<const std::string>(fields_ + *original.content);
        auto report = make_report(context, original, original.content, items);
        EXPECT_TRUE(report.has_value());
        return report ? *report->content : "";
    }

    void replace_all(const std::string& source) {
        for (const std::string_view name : delivery::Templates::names())
            EXPECT_TRUE(site_.templates.replace(name, source).has_value());
    }

    std::string fields_;  // of the original, before its others
    config::Settings settings_;
    Site site_;
    TraceGuard trace_{"gw.example.com", SecretBytes(std::string(32, 'k'))};
};

TEST_F(Report, NoDocumentedVariableIsEmptyWhereItMustHaveAValue) {
    std::string source = "Subject: all\n\n";
    for (const delivery::TemplateVariable& variable : delivery::template_variables())
        source += "[" + std::string(variable.name) + "={{" + std::string(variable.name) + "}}]\n";
    replace_all(source);
    const std::vector<std::pair<Kind, Outcome>> cases{
        {Kind::failed, remote(Outcome::Kind::refused, 550, "5.1.1")},
        {Kind::failed, delivery::local_outcome(Outcome::Kind::refused, "5.3.4", "too large")},
        {Kind::delayed, remote(Outcome::Kind::deferred, 450, "4.2.2")},
        {Kind::relayed, remote(Outcome::Kind::delivered, 250, "2.0.0")},
        {Kind::delivered, delivery::local_outcome(Outcome::Kind::delivered, "2.0.0", "stored")},
        {Kind::unmanaged, delivery::local_outcome(Outcome::Kind::refused, "5.7.1", "not managed")},
    };
    for (const auto& [kind, outcome] : cases) {
        const std::string text = make({{kind, 0, outcome}});
        for (const delivery::TemplateVariable& variable : delivery::template_variables()) {
            const std::string empty = "[" + std::string(variable.name) + "=]";
            const bool nobody_asked = kind == Kind::unmanaged && variable.name == "next_hop";
            EXPECT_EQ(text.contains(empty), nobody_asked) << int(kind) << empty << "\n" << text;
        }
    }
}

TEST_F(Report, NextHopNamesWhoWasTriedEachOnce) {
    replace_all("Subject: x\n\n[{{next_hop}}]\n");
    const Outcome no = remote(Outcome::Kind::refused, 550, "5.1.1");
    const std::vector<std::string> recipients{
        "a@partner.example", "b@partner.example", "c@box.example", "d@nowhere.example"};
    EXPECT_TRUE(make({{Kind::failed, 0, no}, {Kind::failed, 1, no}}, recipients)
                    .contains("[mail.partner.example:25]"));
    EXPECT_TRUE(
        make({{Kind::failed, 1, no}, {Kind::failed, 2, no}, {Kind::failed, 3, no}}, recipients)
            .contains("[mail.partner.example:25, gw.example.com, (no route)]"));
}

TEST_F(Report, LanguageIsTheDomainsThenTheOneReadThenTheOneWritten) {
    for (const char* language : {"de", "fr", "pt-BR"}) {
        const std::string source = std::string("Subject: x\n\n[in ") + language + "]\n";
        ASSERT_TRUE(
            site_.templates.replace(delivery::kBouncedDeliveryFailed, language, {source, ""}));
    }
    const std::vector<ReportItem> items{
        {Kind::failed, 0, remote(Outcome::Kind::refused, 550, "5.1.1")}};
    const auto in = [&](const std::string& fields) {
        fields_ = fields;
        std::string report = make(items);
        report.resize(report.find("Content-Description: Delivery report"));
        for (const char* language : {"de", "fr", "pt-BR"}) {
            if (report.contains(std::string("[in ") + language + "]")) {
                EXPECT_TRUE(report.contains(std::string("Content-Language: ") + language));
                return std::string(language);
            }
        }
        EXPECT_FALSE(report.contains("Content-Language")) << report;
        return std::string();
    };
    EXPECT_EQ(in(""), "");
    EXPECT_EQ(in("Content-Language: fr-CA\r\n"), "fr");
    EXPECT_EQ(in("Content-Language: fr\r\nAccept-Language: es;q=0.9,\r\n de;q=0.8\r\n"), "de");
    EXPECT_EQ(in("Accept-Language: en, de\r\nContent-Language: fr\r\n"), "")
        << "English is what the default text is in";
    EXPECT_EQ(in("Accept-Language: es\r\nContent-Language: pt-br\r\n"), "pt-BR");
    settings_.reports.default_language = "nl";
    EXPECT_EQ(in("Accept-Language: en, de\r\n"), "de");
    settings_.reports.languages = {{*policy::DomainPattern::parse("other.example"), "de"},
                                   {*policy::DomainPattern::parse(".example"), "fr"},
                                   {*policy::DomainPattern::parse("*"), "de"}};
    EXPECT_EQ(in("Accept-Language: de\r\n"), "fr") << "the first row that matches";
    settings_.reports.languages = {{*policy::DomainPattern::parse("*"), "es"}};
    EXPECT_EQ(in("Accept-Language: de\r\n"), "de") << "no such text: the next wish counts";
}

TEST_F(Report, TheReasonNamesWhoGaveIt) {
    const std::string theirs =
        make({{Kind::failed, 0, remote(Outcome::Kind::refused, 550, "5.1.1")}});
    EXPECT_TRUE(theirs.contains("550 5.1.1 words of the next hop (said by mail.partner.example)"))
        << theirs;
    const std::string ours =
        make({{Kind::failed,
               0,
               delivery::local_outcome(Outcome::Kind::refused, "5.3.4", "the message is larger")}});
    EXPECT_TRUE(ours.contains("552 5.3.4 the message is larger (said by this gateway)")) << ours;
    for (const std::string& text : {theirs, ours})
        EXPECT_FALSE(text.contains("The mail server of the recipient gave this reason")) << text;
}

}  // namespace
}  // namespace sealgate::flow
