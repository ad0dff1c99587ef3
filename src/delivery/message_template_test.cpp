// SPDX-License-Identifier: Apache-2.0
#include "delivery/message_template.h"

#include "base/text.h"

#include <gtest/gtest.h>

namespace sealgate::delivery {
namespace {

std::string problem(std::string_view source) {
    const auto parsed = MessageTemplate::parse({std::string(source), ""});
    return parsed ? "none" : parsed.error().detail();
}

MessageText rendered(std::string_view source, const TemplateValues& values) {
    const auto parsed = MessageTemplate::parse({std::string(source), ""});
    SG_CHECK(parsed.has_value());
    return parsed->render(values);
}

TEST(MessageTemplate, PutsValuesIn) {
    TemplateValues values;
    values.recipient = "bob@y.example";
    values.connection_id = "SMTP-00042";
    const MessageText message = rendered(
        "Subject:  To {{recipient}} ({{ connection_id }})\r\n\r\nHello,\r\n{{recipient}} "
        "}} {x} {{sender}}.",
        values);
    EXPECT_EQ(message.subject, "To bob@y.example (SMTP-00042)");
    EXPECT_EQ(message.text, "Hello,\nbob@y.example }} {x} .\n");
}

TEST(MessageTemplate, E07_ValuesAreNeverExpandedAndCannotAddHeaderLines) {
    TemplateValues values;
    values.subject = "{{7*7}} {{recipient}} ${x} %s%n <%=1%>\r\nBcc: x@y";
    values.recipient = "secret";
    const MessageText message = rendered("Subject: {{subject}}\n\n{{subject}}\n", values);
    EXPECT_EQ(message.subject, "{{7*7}} {{recipient}} ${x} %s%n <%=1%>  Bcc: x@y");
    EXPECT_EQ(message.text, "{{7*7}} {{recipient}} ${x} %s%n <%=1%>\nBcc: x@y\n");
}

TEST(MessageTemplate, ValuesAreCleanedAndBounded) {
    TemplateValues values;
    values.reason = std::string("\x1B[2J\0\xFF", 6) + std::string(100'000, 'x');
    const MessageText message = rendered("Subject: {{reason}}\n\n{{reason}}", values);
    EXPECT_EQ(message.subject.size(), MessageTemplate::kMaxSubject);
    EXPECT_LE(message.text.size(), MessageTemplate::kMaxValue + 1);
    EXPECT_TRUE(message.text.starts_with(" [2J \xEF\xBF\xBDx"));
}

TEST(MessageTemplate, RefusesBrokenSourcesAndSaysWhere) {
    const struct {
        std::string_view source;
        std::string_view at;
        std::string_view word;
    } cases[] = {
        {"", "1:1:", "Subject"},
        {"Hello", "1:1:", "Subject"},
        {"Subject:", "1:9:", "empty"},
        {"Subject:  \n\nText", "1:11:", "empty"},
        {"Subject: x", "1:11:", "text is empty"},
        {"Subject: x\n\n", "3:1:", "text is empty"},
        {"Subject: x\nText", "2:1:", "one line"},
        {"Subject: x\n folded\n\nText", "2:1:", "one line"},
        {"Subject: {{recipiant}}\n\nText", "1:10:", "did you mean \"recipient\"?"},
        {"Subject: x\n\nHi {{nothing_like_it}}", "3:4:", "no variable"},
        {"Subject: x\n\nHi\n  {{sender", "4:3:", "not closed"},
        {"Subject: x\n\n{{sender\n}}", "3:1:", "not closed"},
        {"Subject: {{sender\n\n}}", "1:10:", "not closed"},
        {"Subject: x\n\n{{#sender}}", "3:1:", "only the name"},
        {"Subject: x\n\n{{{sender}}}", "3:1:", "only the name"},
        {"Subject: x\n\n{{}}", "3:1:", "only the name"},
        {"Subject: x\n\n{{=<% %>=}}", "3:1:", "only the name"},
        {"Subject: x\n\na\x1B", "3:2:", "control"},
        {"Subject: a\rb\n\nx", "1:11:", "control"},
        {"Subject: x\n\nok\n\xFF", "4:1:", "UTF-8"},
    };
    for (const auto& c : cases) {
        const std::string found = problem(c.source);
        EXPECT_TRUE(found.starts_with(c.at)) << c.source << " -> " << found;
        EXPECT_NE(found.find(c.word), std::string::npos) << c.source << " -> " << found;
    }
    const auto huge = MessageTemplate::parse(
        {"Subject: x\n\n" + std::string(MessageTemplate::kMaxSource, 'x'), ""});
    ASSERT_FALSE(huge);
    EXPECT_EQ(huge.error().kind(), ErrorKind::exhausted);
}

std::string html_problem(std::string html) {
    const auto parsed = MessageTemplate::parse({"Subject: x\n\ny", std::move(html)});
    return parsed ? "none" : parsed.error().detail();
}

TEST(MessageTemplate, HtmlValuesAreCharactersAndNeverMarkup) {
    TemplateValues values;
    values.subject = "<b onclick='x()'>&amp; {{sender}}\"";
    values.recipients = "a@y.example\nb@y.example";
    values.postmaster = "post master@x.example?cc=all";
    const auto parsed = MessageTemplate::parse(
        {"Subject: {{subject}}\n\n{{subject}}",
         "<!doctype html><title>{{recipients}}</title>\n<!-- a > b -->\n<p class='x' "
         "title=\"{{ subject }}\">{{subject}}<br>{{recipients}}</p>"
         "<a href=\"mailto:{{postmaster}}\">?</a>"});
    ASSERT_TRUE(parsed) << parsed.error().detail();
    const MessageText message = parsed->render(values);
    const std::string escaped = "&lt;b onclick=&#39;x()&#39;&gt;&amp;amp; {{sender}}&quot;";
    EXPECT_EQ(message.html,
              "<!doctype html><title>a@y.example b@y.example</title>\n<!-- a > b -->\n<p class='x' "
              "title=\"" +
                  escaped + "\">" + escaped +
                  "<br>a@y.example<br>\nb@y.example</p>"
                  "<a href=\"mailto:post%20master@x.example%3Fcc%3Dall\">?</a>");
    EXPECT_EQ(message.subject, values.subject) << "no HTML there";
    EXPECT_EQ(message.text, values.subject + "\n");
}

TEST(MessageTemplate, RefusesBrokenHtmlAndSaysWhere) {
    const struct {
        std::string_view html;
        std::string_view at;
        std::string_view word;
    } cases[] = {
        {"<p>\n  {{recipiant}}", "2:3:", "did you mean"},
        {"<p>{{sender", "1:4:", "not closed"},
        {"<p {{sender}}>", "1:4:", "only between tags"},
        {"<p title={{sender}}>", "1:10:", "only between tags"},
        {"<p style=\"x:{{sender}}\">", "1:13:", "only between tags"},
        {"<style>\np { {{sender}} }</style>", "2:5:", "only between tags"},
        {"<!-- {{sender}} -->", "1:6:", "only between tags"},
        {"<a href=\"{{sender}}\">", "1:10:", "only between tags"},
        {"<a href='https://{{sender}}'>", "1:18:", "only between tags"},
        {"<a xlink:href='{{sender}}'>", "1:16:", "only between tags"},
        {"<meta content=\"{{sender}}\">", "1:16:", "only between tags"},
        {"<{{sender}}>", "1:2:", "only between tags"},
        {"<p>\n<script >x</script>", "2:8:", "\"script\""},
        {"<IFRAME src=x>", "1:8:", "\"iframe\""},
        {"<p onclick=\"x\">", "1:11:", "\"onclick\""},
        {"a < b", "1:4:", "&lt;"},
        {"<!--> {{sender}} -->", "1:5:", "comment"},
        {"<!-- x --!> y", "1:11:", "comment"},
        {"<p", "1:3:", "ends inside"},
        {"<title>x", "1:9:", "ends inside"},
        {"<style>p{}</styles>{{sender}}</style>", "1:18:", "must be followed"},
        {"<p title=\"x>", "1:13:", "ends inside"},
        {"<p title=>", "1:10:", "must follow"},
        {"<p a\"b>", "1:5:", "in a tag"},
        {"a\x1B", "1:2:", "control"},
        {"ok\n\xFF", "2:1:", "UTF-8"},
    };
    for (const auto& c : cases) {
        const std::string found = html_problem(std::string(c.html));
        EXPECT_TRUE(found.starts_with("HTML part, " + std::string(c.at)))
            << c.html << " -> " << found;
        EXPECT_NE(found.find(c.word), std::string::npos) << c.html << " -> " << found;
    }
    std::string many;
    for (std::size_t i = 0; i <= MessageTemplate::kMaxVariables; ++i)
        many += "{{sender}}\n";
    EXPECT_TRUE(html_problem(many).starts_with("HTML part, 201:1:"));
    EXPECT_EQ(html_problem("<p>fine<br/><img src=\"cid:x\" alt=a></p><a "
                           "href='https://x.example/?id={{connection_id}}'>x</a>"),
              "none");
}

TEST(Templates, LanguageIsTheFirstThatIsThere) {
    Templates templates;
    ASSERT_TRUE(templates.replace(kMessageDelayed, "de", {"Subject: Verz\u00f6gert\n\nx", "<p>x"}));
    ASSERT_TRUE(templates.replace(kMessageDelayed, "pt-BR", {"Subject: Atrasada\n\nx", ""}));
    const auto language = [&](const std::vector<std::string>& wanted) {
        const auto chosen = templates.choose(kMessageDelayed, wanted, "en");
        EXPECT_NE(chosen.text, nullptr);
        return chosen.language;
    };
    EXPECT_EQ(language({}), "");
    EXPECT_EQ(language({"de"}), "de");
    EXPECT_EQ(language({"de-AT-1901", "pt-BR"}), "de");
    EXPECT_EQ(language({"fr", "pt-BR"}), "pt-BR");
    EXPECT_EQ(language({"pt"}), "") << "a wider language is not a narrower one";
    EXPECT_EQ(language({"en-GB", "de"}), "") << "the default text is English";
    EXPECT_EQ(language({"fr", "es"}), "");
    EXPECT_EQ(templates.choose(kMessageDelayed, {"de"}, "en").text->render({}).html, "<p>x");
    EXPECT_EQ(templates.choose(kMessageDelivered, {"de"}, "en").language, "");
    EXPECT_EQ(templates.choose("nothing", {"de"}, "en").text, nullptr);
    EXPECT_FALSE(templates.replace(kMessageDelayed, "DE", {"Subject: x\n\nx", ""}));
    EXPECT_EQ(templates.find(kMessageDelayed)->render({}).subject, "Message delayed");
}

TEST(Templates, BuiltInOnesNameRecipientAndConnection) {
    const Templates templates;
    EXPECT_EQ(templates.names().size(), 6U);
    TemplateValues values;
    values.recipient = values.recipients = "bob@y.example";
    values.connection_id = "SMTP-00042";
    for (const std::string_view name : templates.names()) {
        ASSERT_NE(templates.find(name), nullptr) << name;
        const MessageText message = templates.find(name)->render(values);
        EXPECT_NE(message.text.find("bob@y.example"), std::string::npos) << name;
        EXPECT_NE(message.text.find("SMTP-00042"), std::string::npos) << name;
        if (name.starts_with("Message Bounced")) {
            EXPECT_EQ(message.subject, "Message undeliverable") << name;
        }
        EXPECT_TRUE(is_ascii(message.text)) << name;
    }
}

TEST(Templates, CanBeReplacedByName) {
    Templates templates;
    const Templates before = templates;
    ASSERT_TRUE(templates.replace(kMessageDelayed, "Subject: Slow\n\nSorry.\n"));
    EXPECT_EQ(templates.find(kMessageDelayed)->render({}).subject, "Slow");
    EXPECT_EQ(before.find(kMessageDelayed)->render({}).subject, "Message delayed");

    const Status unknown = templates.replace("Message Delaid", "Subject: x\n\ny");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind(), ErrorKind::not_found);
    EXPECT_EQ(unknown.error().detail(), kMessageDelayed);
    EXPECT_FALSE(templates.replace(kMessageDelayed, "no subject"));
    EXPECT_EQ(templates.find(kMessageDelayed)->render({}).subject, "Slow");
    EXPECT_EQ(templates.find("nothing"), nullptr);
    EXPECT_TRUE(Templates::check(kMessageDelivered, {"Subject: x\n\ny", ""}));
    EXPECT_FALSE(Templates::check(kMessageDelivered, {"Subject: x\n\n{{y}}", ""}));
}

TEST(Templates, PreviewsHaveNoVariableLeft) {
    for (const auto& one : Templates::built_in()) {
        const auto preview = Templates::preview({std::string(one.source), ""});
        ASSERT_TRUE(preview) << one.name;
        EXPECT_EQ(preview->text.find("{{"), std::string::npos) << one.name;
        EXPECT_NE(preview->text.find("bob@partner.example"), std::string::npos) << one.name;
        EXPECT_FALSE(preview->subject.empty()) << one.name;
        EXPECT_EQ(preview->html, "") << one.name;
    }
    for (const TemplateVariable& variable : template_variables()) {
        EXPECT_FALSE(variable.description.empty());
        EXPECT_FALSE(variable.sample.empty()) << variable.name;
    }
}

}  // namespace
}  // namespace sealgate::delivery
