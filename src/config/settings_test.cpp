// SPDX-License-Identifier: Apache-2.0
#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace sealgate::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> problems_of(std::string_view text) {
    std::vector<std::string> out;
    for (const Problem& problem : parse(text, "sealgate.toml").problems) {
        out.push_back(to_string(problem));
    }
    return out;
}

std::string first_problem(std::string_view text) {
    const auto all = problems_of(text);
    return all.empty() ? "" : all.front();
}

constexpr std::string_view kExample = R"(hostname = "GW.example.com."
data_dir = "/tmp/gate"
database = "postgresql://user@host/db"
node = "B"

[[listener]]
name = "outbound"
address = "127.0.0.1:2525"
direction = "outbound"
mode = "through"
tls = "starttls-required"
protocol = "smtp"
trusted_networks = ["127.0.0.0/8", "10.0.0.0/8"]

[[listener]]
name = "inbound"
address = "[::]:0"
direction = "inbound"

[[domain]]
name = "Bücher.example"
subdomains = true

[[route]]
domain = "*"
next_hop = "127.0.0.1:2600"
tls = "opportunistic"

[[route]]
domain = ".Partner.example"
next_hop = "mx.partner.example:25"
tls = "verify"
tls_name = "mail.partner.example"

[unmanaged_senders]
action = "bounce"
[[unmanaged_senders.override]]
listener = "outbound"
network = "10.1.0.0/16"
domain = ".partner.example"
action = "pass"

[smtp]
recipients = 200
message_size = "20 MiB"
command_timeout = "1min 30s"

[delivery]
retry = ["1s", "2s"]

[mail_log]
tag = "pgp/messaging"
file = ""
on_failure = "continue"
keep_for = "30d"

[api]
address = "127.0.0.1:9000"
)";

TEST(Settings, ReadsEveryKindOfKey) {
    const Loaded loaded = parse(kExample, "sealgate.toml");
    ASSERT_THAT(problems_of(kExample), IsEmpty());
    const Settings& settings = loaded.settings;
    EXPECT_EQ(settings.node, 'B');
    ASSERT_EQ(settings.listeners.size(), 2U);
    EXPECT_EQ(settings.listeners[0].mode, Mode::through);
    EXPECT_EQ(settings.listeners[0].tls, ListenerTls::starttls_required);
    EXPECT_EQ(settings.listeners[0].trusted_networks.size(), 2U);
    EXPECT_EQ(settings.listeners[1].direction, Direction::inbound);
    EXPECT_EQ(settings.listeners[1].mode, Mode::through);
    EXPECT_EQ(settings.listeners[1].tls, ListenerTls::starttls);
    ASSERT_EQ(settings.domains.size(), 1U);
    EXPECT_EQ(settings.domains[0].domain.name.ascii(), "xn--bcher-kva.example");
    EXPECT_TRUE(settings.domains[0].domain.subdomains);
    EXPECT_EQ(settings.domains[0].origin.file, "sealgate.toml");
    EXPECT_EQ(settings.domains[0].origin.line, 20U);
    ASSERT_EQ(settings.routes.size(), 2U);
    EXPECT_EQ(settings.routes[1].route.domain.text(), ".partner.example");
    EXPECT_EQ(settings.routes[1].route.tls, policy::RouteTls::verify);
    EXPECT_EQ(settings.routes[1].origin.line, 29U);
    ASSERT_TRUE(settings.unmanaged_senders);
    EXPECT_EQ(settings.unmanaged_senders->senders.action, policy::UnmanagedAction::bounce);
    EXPECT_EQ(settings.unmanaged_senders->origin.line, 35U);
    ASSERT_EQ(settings.unmanaged_senders->senders.overrides.size(), 1U);
    EXPECT_EQ(settings.smtp.limits.recipients, 200U);
    EXPECT_EQ(settings.smtp.limits.message_size, 20U << 20U);
    EXPECT_EQ(settings.smtp.timeouts.command, std::chrono::seconds(90));
    EXPECT_EQ(settings.delivery.retry.size(), 2U);
    EXPECT_EQ(settings.mail_log.tag, "pgp/messaging");
    EXPECT_EQ(settings.mail_log.file, "");
    EXPECT_EQ(settings.mail_log.on_failure, OnFailure::carry_on);
    EXPECT_EQ(settings.mail_log.keep_for, std::chrono::days(30));
    ASSERT_TRUE(settings.api.address);
    EXPECT_EQ(settings.api.address->port, 9000);
}

TEST(Settings, KnowsWhoStandsInFrontOfAListener) {
    constexpr std::string_view kText = R"([[listener]]
name = "filter"
address = "127.0.0.1:2424"
protocol = "lmtp"
xforward_from = ["127.0.0.1"]
[[listener]]
name = "submission"
address = "0.0.0.0:587"
mode = "through"
auth = "required"
trusted_networks = []
proxy_protocol_from = ["192.0.2.0/24", "2001:db8::1"]
xclient_from = ["192.0.2.1"]
)";
    EXPECT_THAT(problems_of(kText), IsEmpty());
    const Settings settings = parse(kText, "x").settings;
    const Listener& filter = settings.listeners.at(0);
    EXPECT_EQ(filter.protocol, Protocol::lmtp);
    EXPECT_EQ(filter.mode, Mode::through) << "the server in front keeps the queue";
    EXPECT_EQ(filter.xforward_from.size(), 1U);
    EXPECT_EQ(filter.auth, Auth::none);
    const Listener& submission = settings.listeners.at(1);
    EXPECT_EQ(submission.auth, Auth::required);
    EXPECT_EQ(submission.proxy_protocol_from.size(), 2U);
    EXPECT_EQ(submission.xclient_from.size(), 1U);
    const std::string once = print(settings);
    const Loaded again = parse(once, "x");
    EXPECT_THAT(again.problems, IsEmpty());
    EXPECT_EQ(print(again.settings), once);
    EXPECT_THAT(first_problem("[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:1\"\n"
                              "proxy_protocol_from = [\"everywhere\"]"),
                HasSubstr("'proxy_protocol_from' has a bad value at place 1"));
}

TEST(Settings, EmptyFileGivesTheDefaults) {
    const Loaded loaded = parse("", "");
    EXPECT_THAT(loaded.problems, IsEmpty());
    const Settings& settings = loaded.settings;
    EXPECT_FALSE(settings.hostname.empty());
    ASSERT_EQ(settings.listeners.size(), 1U);
    EXPECT_EQ(settings.listeners[0].address.to_string(), "127.0.0.1:2525");
    EXPECT_EQ(settings.listeners[0].trusted_networks.size(), 2U);
    EXPECT_FALSE(settings.unmanaged_senders);
    EXPECT_FALSE(settings.api.address);
    EXPECT_THAT(settings.written, IsEmpty());
}

TEST(Settings, RemembersWhereEachKeyStands) {
    const Settings settings = parse(kExample, "sealgate.toml").settings;
    EXPECT_EQ(settings.written.at("node").line, 4U);
    EXPECT_EQ(settings.written.at("listener.inbound").line, 15U);
    EXPECT_EQ(settings.written.at("route.*").line, 24U);
    EXPECT_EQ(settings.written.at("domain.xn--bcher-kva.example").line, 20U);
    EXPECT_EQ(settings.written.at("smtp.recipients").line, 44U);
    EXPECT_FALSE(settings.written.contains("smtp.errors"));
}

TEST(Settings, PrintIsReadBackTheSame) {
    const std::string once = print(parse(kExample, "x").settings);
    const Loaded again = parse(once, "x");
    EXPECT_THAT(again.problems, IsEmpty()) << once;
    EXPECT_EQ(print(again.settings), once);
    EXPECT_THAT(once, HasSubstr("tls = \"starttls-required\""));
    EXPECT_THAT(once, HasSubstr("domain = \".partner.example\""));

    const std::string none = print(parse("listener = []", "x").settings);
    EXPECT_THAT(parse(none, "x").settings.listeners, IsEmpty());
}

TEST(Settings, LanguagesOfReportsAreTablesOrInline) {
    const Loaded tables = parse(
        "[reports]\ndefault_language = \"EN-gb\"\n[[reports.languages]]\ndomain = \".Example.DE\"\n"
        "language = \"de\"\n[[reports.languages]]\ndomain = \"*\"\nlanguage = \"pt-br\"\n",
        "x");
    EXPECT_THAT(tables.problems, IsEmpty());
    const Reports& reports = tables.settings.reports;
    EXPECT_EQ(reports.default_language, "en-GB");
    ASSERT_EQ(reports.languages.size(), 2U);
    EXPECT_EQ(reports.languages[0].domain.text(), ".example.de");
    EXPECT_EQ(reports.languages[1].language, "pt-BR");
    const std::string once = print(tables.settings);
    EXPECT_THAT(once, HasSubstr("languages = [{domain = \".example.de\", language = \"de\"}, "));
    EXPECT_EQ(print(parse(once, "x").settings), once);

    const auto problem = [](const std::string& value) {
        return first_problem("[reports]\nlanguages = [" + value + "]");
    };
    EXPECT_THAT(problem("\"de\""), HasSubstr("must be a table, not a text"));
    EXPECT_THAT(problem("{domain = \"a.example\"}"), HasSubstr("needs 'domain' and 'language'"));
    EXPECT_THAT(problem("{domain = \"a.example\", language = \"d\"}"),
                HasSubstr("must be a language tag"));
    EXPECT_THAT(problem("{domain = \"a..example\", language = \"de\"}"),
                HasSubstr("has a domain that is wrong"));
    EXPECT_THAT(problem("{domian = \"a.example\", language = \"de\"}"),
                HasSubstr("has an unknown key 'domian'"));
}

TEST(Settings, AlertsAreChecked) {
    const Loaded loaded = parse(
        "[alerts]\nmail_to = [\"admin@example.com\"]\nwebhook_url = \"https://hooks.example/x\"\n"
        "webhook_secret_file = \"secret\"\ndisk_free = \"2 GiB\"\nqueue_age = \"0s\"\n",
        "x");
    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.settings.alerts.disk_free, 2ULL << 30U);
    EXPECT_EQ(loaded.settings.alerts.queue_age, std::chrono::seconds(0));
    EXPECT_EQ(print(parse(print(loaded.settings), "x").settings), print(loaded.settings));
    EXPECT_THAT(first_problem("[alerts]\nmail_to = [\"admin\"]"),
                HasSubstr("must be a mail address"));
    EXPECT_THAT(first_problem("[alerts]\nmail_to = [\"\"]"), HasSubstr("must be a mail address"));
    EXPECT_THAT(first_problem("[alerts]\nwebhook_url = \"http://hooks.example/\""),
                HasSubstr("must begin with \"https://\""));
    EXPECT_THAT(first_problem("[alerts]\nwebhook_url = \"https://hooks.example/\""),
                HasSubstr("sealgate.toml:2:15: 'webhook_url' needs 'webhook_secret_file'"));
}

TEST(Settings, PrintHidesThePassword) {
    for (const std::string url : {"postgresql://user:s3cret@host/db",
                                  "postgresql://user:s3/cr?s3cret@host/db",
                                  "postgresql://user:a@s3cret@host/db",
                                  "postgresql://host/db?user=x&password=s3cret",
                                  "postgresql://host/db?password=s3cret&user=x"}) {
        const Loaded loaded = parse("database = \"" + url + "\"", "x");
        EXPECT_THAT(loaded.problems, IsEmpty());
        EXPECT_EQ(loaded.settings.database, url);
        const std::string text = print(loaded.settings);
        EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
        EXPECT_THAT(text, HasSubstr("***"));
        EXPECT_THAT(text, HasSubstr("host"));
        EXPECT_EQ(value_of(loaded.settings, "database")->find("s3cret"), std::string::npos);
    }
}

struct BadCase {
    std::string text;
    std::string problem;  // the whole of the first one
};

TEST(Settings, SaysWhatIsWrongAndWhere) {
    const std::vector<BadCase> cases = {
        {"[[listener]]\nname = \"a\"\nadress = \"127.0.0.1:1\"\naddress = \"127.0.0.1:1\"",
         "sealgate.toml:3:1: unknown key 'adress' in [[listener]]; did you mean 'address'?"},
        {"hostnam = \"a.example\"",
         "sealgate.toml:1:1: unknown key 'hostnam'; did you mean 'hostname'?"},
        {"recipients = 5", "sealgate.toml:1:1: unknown key 'recipients'; it belongs in [smtp]"},
        {"[delivery]\nrecipients = 5",
         "sealgate.toml:2:1: unknown key 'recipients' in [delivery]; it belongs in [smtp]"},
        {"[smtp]\nhostname = \"a\"",
         "sealgate.toml:2:1: unknown key 'hostname' in [smtp]; it belongs at the top of the file, "
         "before any [section]"},
        {"[smtp]\n\"we\\nird\" = 1", "sealgate.toml:2:1: unknown key 'we\\x0aird' in [smtp]"},
        {"[smpt]\nrecipients = 5",
         "sealgate.toml:1:2: unknown section [smpt]; did you mean [smtp]?"},
        {"smtp = 3",
         "sealgate.toml:1:1: smtp is a section; write [smtp] once and its keys below it"},
        {"[[smtp]]\n",
         "sealgate.toml:1:3: smtp is a section; write [smtp] once and its keys below it"},
        {"[listener]\nname = \"a\"",
         "sealgate.toml:1:2: there can be several of listener; write [[listener]] with double "
         "brackets and its keys below it"},
        {"[smtp]\nrecipients = \"200\"",
         "sealgate.toml:2:14: 'recipients' must be a whole number (without quotes), not a text"},
        {"[smtp]\nrecipients = 1.5",
         "sealgate.toml:2:14: 'recipients' must be a whole number (without quotes), not a number "
         "with a fraction"},
        {"[smtp]\nrecipients = 0", "sealgate.toml:2:14: 'recipients' must be from 100 to 100000"},
        {"[smtp]\nmessage_size = 5000000",
         "sealgate.toml:2:16: 'message_size' must be a size with its unit, such as \"50 MiB\", not "
         "a "
         "whole number"},
        {"[smtp]\nmessage_size = \"5\"",
         "sealgate.toml:2:16: 'message_size' is wrong: '5' is not a size; write a number with its "
         "unit (B, KiB, MiB, GiB, TiB), such as \"50 MiB\""},
        {"[smtp]\nmessage_size = \"5 TiB\"",
         "sealgate.toml:2:16: 'message_size' must be from 64 KiB to 2 GiB"},
        {"[smtp]\ntrace_headers = \"yes\"",
         "sealgate.toml:2:17: 'trace_headers' must be true or false (without quotes), not a text"},
        {"[delivery]\nretry = []", "sealgate.toml:2:9: 'retry' must not be an empty list"},
        {"[delivery]\nretry = [\"1s\", 5]",
         "sealgate.toml:2:9: 'retry' has a bad value at place 2: it must be a duration with its "
         "unit, such as \"5min\", not a whole number"},
        {"[delivery]\nwarn_after = \"6d\"",
         "sealgate.toml:2:14: 'warn_after' (6d) must be less than 'give_up_after' (5d); 0s warns "
         "never"},
        {"hostname = \"not a host\"",
         "sealgate.toml:1:12: 'hostname' must be a host name, such as \"gw.example.com\""},
        {"hostname = \"[192.0.2.1]\"",
         "sealgate.toml:1:12: 'hostname' must be a host name, such as \"gw.example.com\""},
        {"database = \"mysql:x\"",
         "sealgate.toml:1:12: 'database' must be \"sqlite:FILE\" or "
         "\"postgresql://USER@HOST/DATABASE\""},
        {"data_dir = \"\"", "sealgate.toml:1:12: 'data_dir' must not be empty"},
        {"data_dir = \"a\\u0000b\"",
         "sealgate.toml:1:12: 'data_dir' must not hold control characters"},
        {"node = \"b\"",
         "sealgate.toml:1:8: 'node' must be one letter from 'A' to 'Z', or empty on a single node"},
        {"[tls]\nkey_file = \"k\"",
         "sealgate.toml:2:12: 'key_file' in [tls] needs 'certificate_file' as well"},
        {"[tls]\ncertificate_file = \"c\"",
         "sealgate.toml:2:20: 'certificate_file' in [tls] needs 'key_file' as well"},
        {"[limits]\nmemory = \"1 MiB\"",
         "sealgate.toml:2:10: 'memory' in [limits] (1 MiB) is less than 'message_size' in [smtp] "
         "(50 MiB): such a message could never come in"},
        {"[mail_log]\ntag = \"a b\"",
         "sealgate.toml:2:7: 'tag' must have 1 to 48 printable ASCII characters without blanks, "
         "'[', ']' and ':'"},
        {"[mail_log]\njson_file = \"log/mail.log\"",
         "sealgate.toml:2:13: 'file' and 'json_file' in [mail_log] name the same file"},
        {"[mail_log]\non_failure = \"go\"",
         "sealgate.toml:2:14: 'on_failure' must be 'stop' or 'continue'"},
        {"[[route]]\ndomain = \"*\"", "sealgate.toml:1:1: [[route]] needs 'next_hop'"},
        {"[[route]]\ndomain = \"*\"\nnext_hop = \"mx:25\"",
         "sealgate.toml:3:12: 'next_hop' is wrong: 'mx:25' is not a next hop: 'mx' means delivery "
         "by "
         "MX records; write 'mx' alone, 'mx:DOMAIN' for the mail servers of one domain, or the "
         "full "
         "name of a host that is called mx"},
        {"[[route]]\ndomain = \"*\"\nnext_hop = \"mx\"\ntls = \"verify\"\ntls_pins = [\"ab\"]",
         "sealgate.toml:5:12: 'tls_pins' has a bad value at place 1: it is wrong: 'ab' is not the "
         "SHA-256 of a public key; write its 64 hexadecimal digits"},
        {"[[route]]\ndomain = \"*\"\nnext_hop = \"mx\"\ntls_ca_file = \"ca.pem\"",
         "sealgate.toml:1:1: 'tls_ca_file' is only looked at with tls = \"verify\"; change 'tls' "
         "or "
         "remove it"},
        {"[[route]]\ndomain = \"*\"\nnext_hop = \"127.0.0.1:2525\"",
         "sealgate.toml:1:1: the next hop 127.0.0.1:2525 is our own listener 'outbound': mail "
         "would "
         "go in circles"},
        {"[[route]]\ndomain = \"*\"\nnext_hop = \"h.example:1\"\ntls_name = \"x.example\"",
         "sealgate.toml:1:1: 'tls_name' is only looked at with tls = \"verify\"; change 'tls' or "
         "remove it"},
        {"[[route]]\ndomain = \"A.example\"\nnext_hop = \"h.example:1\"\n"
         "[[route]]\ndomain = \"a.example.\"\nnext_hop = \"h.example:1\"",
         "sealgate.toml:4:1: there are two routes for 'a.example'; the other is in line 1"},
        {"[[domain]]\nname = \"A.example\"\n[[domain]]\nname = \"a.example.\"",
         "sealgate.toml:3:1: domain 'a.example' is declared twice; the other is in line 1"},
        {"[[domain]]\nname = \"[192.0.2.1]\"",
         "sealgate.toml:2:8: 'name' must be a domain, such as \"example.com\", not '[192.0.2.1]'"},
        {"[[domain]]\nname = \"*.example.com\"",
         "sealgate.toml:2:8: 'name' must be a domain, such as \"example.com\", not "
         "'*.example.com'"},
        {"[unmanaged_senders]\naction = \"drop\"",
         "sealgate.toml:2:10: 'action' must be 'reject', 'bounce' or 'pass'"},
        {"[[unmanaged_senders.override]]\nlistener = \"nowhere\"\naction = \"pass\"",
         "sealgate.toml:2:12: there is no listener named 'nowhere'"},
        {"[[unmanaged_senders.override]]\nlistener = \"outbound\"",
         "sealgate.toml:1:1: [[unmanaged_senders.override]] needs 'action'"},
        {"[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:1\"\nprotocol = \"uucp\"",
         "sealgate.toml:4:12: 'protocol' must be 'smtp' or 'lmtp'"},
        {"[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:1\"\nauth = \"pass-through\"",
         "sealgate.toml:4:8: 'auth' needs mode = \"through\": the next hop takes the mail in the "
         "session that the user signed in to"},
        {"[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:1\"\nmode = \"through\"\n"
         "tls = \"none\"\nauth = \"required\"",
         "sealgate.toml:6:8: 'auth' needs TLS: set tls to \"starttls\", \"starttls-required\" or "
         "\"implicit\""},
        {"[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:1\"\nprotocol = \"lmtp\"\n"
         "auth = \"required\"",
         "sealgate.toml:5:8: 'auth' is not for LMTP; remove it or use protocol = \"smtp\""},
        {"[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:1\"\ndirection = \"inbound\"\n"
         "auth = \"required\"",
         "sealgate.toml:5:8: 'auth' is for mail that goes out, not for an inbound listener"},
        {"[delivery]\nconnections_per_next_hop = 1\n[[listener]]\nname = \"a\"\n"
         "address = \"127.0.0.1:1\"\nmode = \"through\"\nauth = \"required\"",
         "sealgate.toml:7:8: 'auth' needs 'connections' and 'connections_per_next_hop' in "
         "[delivery] of at least 2: one stays free for mail from the queue"},
        {"[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:25\"\nprotocol = \"lmtp\"",
         "sealgate.toml:3:11: LMTP must not be spoken on port 25 (RFC 2033); choose another"},
        {"[[listener]]\nname = \"api\"\naddress = \"127.0.0.1:1\"",
         "sealgate.toml:2:8: 'name' must not be 'api', which names the API's own port"},
        {"[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:1\"\n"
         "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:2\"",
         "sealgate.toml:5:8: two listeners are named 'a'; the other is in line 1"},
        {"[[listener]]\nname = \"a\"\naddress = \"0.0.0.0:1\"\n"
         "[[listener]]\nname = \"b\"\naddress = \"127.0.0.1:1\"",
         "sealgate.toml:6:11: listener 'a' has this address already"},
        {"[api]\naddress = \"127.0.0.1:2525\"",
         "sealgate.toml:2:11: listener 'outbound' has this address already"},
        {"[[listener]]\nname = \"a\"\naddress = \"0.0.0.0:25\"\ntrusted_networks = [\"0.0.0.0/0\"]",
         "sealgate.toml:4:20: listener 'a' trusts 0.0.0.0/0, every address there is: it would be "
         "an "
         "open relay; name the networks of your mail servers"},
        {"[[listener]]\nname = \"a\"\naddress = \"0.0.0.0:25\"\n"
         "trusted_networks = [\"128.0.0.0/1\", \"10.0.0.0/8\", \"0.0.0.0/2\", \"64.0.0.0/2\"]",
         "sealgate.toml:4:20: listener 'a' trusts networks that together are every IPv4 address "
         "there "
         "is: it would be an open relay; name the networks of your mail servers"},
        {"[[listener]]\nname = \"a\"\naddress = \"0.0.0.0:25\"\n"
         "trusted_networks = [\"8000::/1\", \"::/1\"]",
         "sealgate.toml:4:20: listener 'a' trusts networks that together are every IPv6 address "
         "there "
         "is: it would be an open relay; name the networks of your mail servers"},
        {"[[listener]]\nname = \"a\"\naddress = \"0.0.0.0:25\"\ntrusted_networks = []",
         "sealgate.toml:4:20: listener 'a' trusts no network, so nobody could send through it; "
         "name "
         "the networks of your mail servers"},
    };
    for (const auto& [text, problem] : cases)
        EXPECT_EQ(first_problem(text), problem) << text;
}

TEST(Settings, CollectsAllProblemsInTheOrderOfTheFile) {
    const auto all =
        problems_of("nod = 1\n[smtp]\nrecipients = 1\nfoo = 1\n[delivery]\nretry = 3\n");
    ASSERT_EQ(all.size(), 4U);
    EXPECT_THAT(all[0], HasSubstr(":1:1: unknown key 'nod'; did you mean 'node'?"));
    EXPECT_THAT(all[1], HasSubstr(":3:"));
    EXPECT_THAT(all[2], HasSubstr(":4:"));
    EXPECT_THAT(all[3], HasSubstr(":6:"));
}

TEST(Settings, NearlyConflictingListenersAreFine) {
    EXPECT_THAT(problems_of("[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\n"
                            "[[listener]]\nname = \"b\"\naddress = \"127.0.0.1:0\"\n"
                            "[[listener]]\nname = \"c\"\naddress = \"127.0.0.1:25\"\n"
                            "[[listener]]\nname = \"d\"\naddress = \"127.0.0.2:25\"\n"
                            "[[listener]]\nname = \"e\"\naddress = \"[::1]:25\"\n"),
                IsEmpty());
}

TEST(Settings, SyntaxErrorHasItsPlace) {
    const std::string problem = first_problem("hostname = \"a.example\"\n\nnode = \"B\n");
    EXPECT_THAT(problem, HasSubstr("sealgate.toml:3:"));
    EXPECT_THAT(first_problem("a = 1\na = 2"), HasSubstr("sealgate.toml:2:"));
    EXPECT_THAT(first_problem("a = \"\xFF\""), HasSubstr("sealgate.toml:1:"));
}

TEST(Settings, SectionNameThatIsNoneIsAProblem) {
    for (const std::string_view text : {std::string_view("[$x]\n"),
                                        std::string_view("[=]"),
                                        std::string_view("[ .a]"),
                                        std::string_view("[[\xC3\xBC]]"),
                                        std::string_view("[\x01]"),
                                        std::string_view("[\n]"),
                                        std::string_view("[#]"),
                                        std::string_view("  \t[[ \0]]", 9),
                                        std::string_view("['a'\n[!]"),
                                        std::string_view("a = 1 [$]"),
                                        std::string_view("[a.$]"),
                                        std::string_view("[a.]"),
                                        std::string_view("[]"),
                                        std::string_view("["),
                                        std::string_view("[["),
                                        std::string_view("[a]]")}) {
        EXPECT_EQ(parse(text, "x").problems.size(), 1U) << text;
    }
    EXPECT_EQ(
        first_problem("\n [$x]"),
        "sealgate.toml:2:3: the name of a section must begin with a letter, a digit, '-', '_' "
        "or a quote");
    EXPECT_THAT(problems_of("[ \"smtp\" ]\nrecipients = 200\n[ 'limits' ]\n"), IsEmpty());
}

TEST(Settings, StrayCharactersAreProblems) {
    EXPECT_EQ(first_problem("hostname = \"a.example\"\ndata_dir = b\xC3\xBC"
                            "cher"),
              "sealgate.toml:2:13: outside of quotes and comments only ASCII characters may stand; "
              "put texts in quotes");
    EXPECT_THAT(first_problem("hostname\xC2\xA0= \"a.example\""), HasSubstr(":1:9: outside of"));
    EXPECT_THAT(first_problem("node \x01= \"A\""), HasSubstr(":1:6: outside of"));
    EXPECT_THAT(first_problem("data_dir = \"\\\xC3\xBC\""), HasSubstr(":1:14: this character"));
    EXPECT_THAT(first_problem("data_dir = '\xC3\xBC'"), HasSubstr("in double quotes"));
    EXPECT_THAT(first_problem("node = 1\\\"\xC3\xBC\"\n"), HasSubstr("sealgate.toml:1:"));
    EXPECT_EQ(first_problem("# \xC3\xBC\n\xFF"),
              "sealgate.toml:2:1: the file is not UTF-8; save it so");
}

TEST(Settings, LettersOfAnyLanguageStandInQuotesAndComments) {
    const Loaded loaded = parse(
        "\xEF\xBB\xBFhostname = \"a.example\" # \xC3\xBC\n"
        "data_dir = \"\"\"\\\n  /\xC3\xBC\\u00FC\xE2\x82\xAC\xF0\x9F\x98\x80\\\"\"\"\"\n",
        "x");
    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.settings.data_dir, "/\xC3\xBC\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\"");
    EXPECT_THAT(first_problem("\"\xC3\xBC\" = 1\n"), HasSubstr("unknown key '\xC3\xBC'"));
}

TEST(Settings, DeepNestingIsRefusedBeforeItIsParsed) {
    const std::string deep(10'000, '[');
    EXPECT_THAT(first_problem("a = " + deep), HasSubstr("brackets may be nested at most 16 deep"));
    std::string tables = "a = ";
    for (int i = 0; i < 10'000; ++i)
        tables += "{a=";
    EXPECT_THAT(first_problem(tables), HasSubstr("nested at most"));
    std::string dots = "a";
    for (int i = 0; i < 200'000; ++i)
        dots += ".a";
    EXPECT_THAT(first_problem("[" + dots + "]"), HasSubstr("keys may be nested at most 8 deep"));
    EXPECT_THAT(first_problem(dots + " = 1"), HasSubstr("keys may be nested at most 8 deep"));
    std::string quoted_parts = "\"a\"";
    for (int i = 0; i < 100'000; ++i)
        quoted_parts += " . \"a\"";
    EXPECT_THAT(first_problem(quoted_parts + " = 1"), HasSubstr("keys may be nested"));
}

TEST(Settings, DotsAndBracketsInTextsAndCommentsDoNotCount) {
    EXPECT_THAT(problems_of("# [[[[[[[[[[[[[[[[[[[[[[[[[[ a.b.c.d.e.f.g.h.i.j.k\n"
                            "hostname = \"a.b.c.d.e.f.g.h.i.j.k.example\" # \"\n"
                            "data_dir = '/a[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"'\n"
                            "postmaster = \"\"\"a@b.c.d.e.f.g.h.i.j.k.l.example\"\"\"\n"),
                IsEmpty());
}

TEST(Settings, TooLargeAFileIsRefused) {
    EXPECT_THAT(first_problem(std::string(1024 * 1024 + 1, '\n')), HasSubstr("larger than 1 MiB"));
    EXPECT_THAT(problems_of(std::string(std::size_t{1024} * 1024, '\n')), IsEmpty());
}

TEST(Settings, ReportsAtMostAHundredProblems) {
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += "x" + std::to_string(i) + " = 1\n";
    const auto all = problems_of(text);
    ASSERT_EQ(all.size(), 101U);
    EXPECT_EQ(all.back(), "sealgate.toml: 200 more problems");
}

TEST(Settings, MissingFileIsAProblem) {
    const Loaded loaded = load("/nonexistent/sealgate.toml");
    ASSERT_EQ(loaded.problems.size(), 1U);
    EXPECT_THAT(to_string(loaded.problems[0]),
                HasSubstr("/nonexistent/sealgate.toml: the file cannot be read"));
}

TEST(Settings, LoadReadsAFile) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("sealgate_settings_" + std::to_string(::getpid()) + ".toml");
    std::ofstream(path) << "hostname = \"a.example\"\n";
    const Loaded loaded = load(path.string());
    std::filesystem::remove(path);
    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.settings.hostname, "a.example");
    EXPECT_EQ(loaded.settings.file, path.string());
}

TEST(Settings, PathJoinsWithTheDataDirectory) {
    Settings settings;
    settings.data_dir = "/var/lib/sealgate";
    EXPECT_EQ(settings.path("log/mail.log"), "/var/lib/sealgate/log/mail.log");
    EXPECT_EQ(settings.path("/var/log/x"), "/var/log/x");
    settings.data_dir = "/data/";
    EXPECT_EQ(settings.path("x"), "/data/x");
}

TEST(RestartNeeded, NamesOnlyWhatReloadCannotDo) {
    const Settings before = parse(kExample, "x").settings;
    Settings after = before;
    EXPECT_THAT(restart_needed(before, after), IsEmpty());
    after.smtp.limits.recipients = 500;
    after.listeners[0].trusted_networks.clear();
    after.domains.clear();
    EXPECT_THAT(restart_needed(before, after), IsEmpty());
    after.data_dir = "/elsewhere";
    after.database = "postgresql://user:other@host/db";
    after.api.address.reset();
    after.listeners[0].address.port = 26;
    after.listeners[1].name = "new";
    EXPECT_THAT(restart_needed(before, after),
                ElementsAre("data_dir",
                            "database",
                            "api.address",
                            "listener.inbound",
                            "listener.outbound",
                            "listener.new"));
    Settings password = before;
    Settings other = before;
    password.database = "postgresql://user:one@host/db";
    other.database = "postgresql://user:two@host/db";
    EXPECT_THAT(restart_needed(password, other), ElementsAre("database"));
}

TEST(TrustedNetworks, ManyAndNestedOnesAreNotEveryAddress) {
    const auto loaded = parse(
        "[[listener]]\nname = \"a\"\naddress = \"0.0.0.0:25\"\ntrusted_networks = [\"0.0.0.0/1\", "
        "\"0.0.0.0/2\", \"64.0.0.0/2\", \"128.0.0.0/2\", \"10.0.0.1\", \"::1\", \"fe80::/10\"]",
        "x");
    EXPECT_THAT(loaded.problems, IsEmpty());
}

TEST(Domains, NobodyOwnsAPublicSuffixOrAnAddress) {
    for (const char* name : {"com", "co.uk", "192.0.2.1"}) {
        const auto loaded = parse("[[domain]]\nname = \"" + std::string(name) + "\"\n", "x");
        ASSERT_EQ(loaded.problems.size(), 1U) << name;
        EXPECT_EQ(loaded.problems[0].line, 1U);
    }
}

TEST(AfterReload, KeepsWhatNeedsARestartAndTellsOfIt) {
    const Settings running = parse(kExample, "x").settings;
    Settings fresh = running;
    fresh.hostname = "other.example.com";
    fresh.data_dir = "/elsewhere";
    fresh.smtp.limits.recipients = 500;
    fresh.listeners[0].trusted_networks = {Network::parse("10.9.0.0/16").value()};
    fresh.listeners[0].address.port = 26;
    fresh.listeners[1].name = "new";
    fresh.written["listener.new"] = {"x", 99};
    fresh.written.erase("listener.inbound");
    const Settings now = after_reload(running, fresh);
    EXPECT_EQ(now.hostname, running.hostname);
    EXPECT_EQ(now.data_dir, running.data_dir);
    EXPECT_EQ(now.smtp.limits.recipients, 500U);
    ASSERT_EQ(now.listeners.size(), 2U);
    EXPECT_EQ(now.listeners[0].address.port, running.listeners[0].address.port);
    ASSERT_EQ(now.listeners[0].trusted_networks.size(), 1U);
    EXPECT_EQ(now.listeners[0].trusted_networks[0].to_string(), "10.9.0.0/16");
    EXPECT_EQ(now.listeners[1].name, "inbound");
    EXPECT_EQ(now.waiting.at("hostname"), "\"other.example.com\"");
    EXPECT_EQ(now.waiting.at("listener.inbound"), "");
    EXPECT_NE(now.waiting.at("listener.new"), "");
    EXPECT_EQ(now.waiting.size(), 5U);
    EXPECT_TRUE(now.written.contains("listener.inbound"));
    EXPECT_FALSE(now.written.contains("listener.new"));
    // The next reload compares with what runs, so that it is not forgotten; going back ends it.
    EXPECT_EQ(after_reload(now, fresh).waiting, now.waiting);
    EXPECT_THAT(after_reload(now, running).waiting, IsEmpty());
    EXPECT_TRUE(needs_restart("hostname"));
    EXPECT_FALSE(needs_restart("smtp.recipients"));
}

TEST(KnownKeys, HaveAValueEach) {
    const Settings settings = parse("", "").settings;
    for (const std::string& key : known_keys())
        EXPECT_TRUE(value_of(settings, key)) << key;
    EXPECT_EQ(value_of(settings, "smtp.recipients"), "1000");
    EXPECT_EQ(value_of(settings, "mail_log.tag"), "\"sealgate/messaging\"");
    EXPECT_EQ(value_of(settings, "smtp.nothing"), std::nullopt);
}

TEST(WrittenValues, AreTheKeysAndObjectsOfTheFile) {
    const Settings settings = parse(kExample, "x").settings;
    const auto values = written_values(settings);
    EXPECT_EQ(values.at("smtp.recipients"), "200");
    EXPECT_EQ(values.at("domain.xn--bcher-kva.example"),
              "{ name = \"xn--bcher-kva.example\", subdomains = true }");
    EXPECT_EQ(values.at("unmanaged_senders"),
              "{ action = \"bounce\", override = [{ listener = \"outbound\", network = "
              "\"10.1.0.0/16\", domain = \".partner.example\", action = \"pass\" }] }");
    EXPECT_EQ(values.count("smtp.errors"), 0U);
    for (const auto& [name, value] : values)
        EXPECT_EQ(value_of(settings, name), value) << name;
    EXPECT_EQ(value_of(settings, "route.nowhere"), std::nullopt);
}

TEST(KnownKeys, AreDescribedInTheManual) {
    std::ifstream page(std::string(SEALGATE_SOURCE_DIR) + "/docs/manual/configuration.md");
    const std::string manual((std::istreambuf_iterator<char>(page)), {});
    // When this fails, put the text that describe_keys() gives into the page.
    EXPECT_THAT(manual, HasSubstr(describe_keys()));
}

}  // namespace
}  // namespace sealgate::config
