// SPDX-License-Identifier: Apache-2.0
// The command against the real API with a real store and mail log: what an administrator does on
// the first day.
#include "admin/alerts.h"
#include "admin/unmanaged.h"
#include "cli/commands/commands.h"
#include "cli/help.h"
#include "cli/main.h"
#include "cli/test_console.h"
#include "web/server.h"
#include "web/test_services.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace sealgate::cli {
namespace {

class EndToEndTest : public ::testing::Test {
protected:
    explicit EndToEndTest(const std::string& toml = "") : services_(toml) {
        std::filesystem::create_directory(services_.directory() + "/run");
        config_ = services_.directory() + "/sealgate.toml";
        std::ofstream(config_) << "data_dir = \"" << services_.directory() << "\"\n";
        auto server = web::Server::start(web::server_options(*services_.context().settings()),
                                         services_.context(),
                                         services_.gateway,
                                         services_.log());
        EXPECT_TRUE(server) << server.error().detail();
        server_ = *std::move(server);
    }
    int sealgate(std::vector<std::string> words) {
        words.insert(words.begin(), {"--config", config_});
        console_.written.clear();
        console_.talked.clear();
        return run(words, console_);
    }

    web::TestServices services_;
    std::string config_;
    std::unique_ptr<web::Server> server_;
    TestConsole console_;
};

TEST_F(EndToEndTest, FromAnUnknownSenderToAManagedDomain) {
    services_.write_log(0,
                        "recipient 1/1 (b@y.example): unmanaged domain blocked: rejecting message "
                        "from a@new.example");
    const admin::Sighting sighting{.domain = *mime::Domain::parse("new.example"),
                                   .source = *IpAddress::parse("192.0.2.1"),
                                   .action = policy::UnmanagedAction::reject,
                                   .time = services_.clock.now(),
                                   .count = 1};
    ASSERT_TRUE(admin::record_unmanaged(services_.context(), {&sighting, 1}));

    EXPECT_EQ(sealgate({"log", "search", "unmanaged domain blocked"}), 0) << console_.talked;
    EXPECT_NE(console_.written.find("SMTP-00000: recipient 1/1 (b@y.example): unmanaged domain "
                                    "blocked: rejecting message from a@new.example\n"),
              std::string::npos)
        << console_.written;
    EXPECT_EQ(sealgate({"unmanaged", "list", "--json"}), 0);
    EXPECT_EQ(nlohmann::json::parse(console_.written)["domain"], "new.example");
    EXPECT_EQ(sealgate({"domain", "test", "a@new.example"}), 1);
    EXPECT_EQ(sealgate({"unmanaged", "adopt", "new.example"}), 0) << console_.talked;
    EXPECT_EQ(sealgate({"domain", "test", "a@new.example"}), 0);
    EXPECT_EQ(sealgate({"unmanaged", "list"}), 0);
    EXPECT_EQ(console_.written, "");
    EXPECT_EQ(sealgate({"unmanaged", "mode", "bounce"}), 0);
    EXPECT_EQ(console_.written, "bounce\n");

    EXPECT_EQ(sealgate({"audit", "search", "new.example", "--json"}), 0);
    const auto record = nlohmann::json::parse(console_.written);
    EXPECT_EQ(record["via"], "cli");
    EXPECT_EQ(sealgate({"audit", "verify"}), 0) << console_.written;
}

TEST_F(EndToEndTest, EveryCommandOfTheTableWorks) {
    const auto list = services_.directory() + "/domains.txt";
    std::ofstream(list) << "a.example\n.b.example\n";
    const std::string name = "Message Bounced -- Unmanaged Domain";
    const std::string id = "0000000000000001";
    const std::vector<std::vector<std::string>> commands{
        {"status"},
        {"domain", "add", "c.example"},
        {"domain", "import", list},
        {"domain", "list"},
        {"domain", "test", "x@sub.b.example"},
        {"domain", "remove", "c.example"},
        {"unmanaged", "list"},
        {"unmanaged", "mode"},
        {"route", "add", "*", "127.0.0.1:25"},
        {"route", "list"},
        {"route", "remove", "*"},
        {"queue", "list"},
        {"queue", "show", id},
        {"queue", "retry", "--all"},
        {"queue", "hold", id},
        {"queue", "release", id},
        {"queue", "delete", id, "--yes"},
        {"queue", "stats"},
        {"log", "count"},
        {"template", "list"},
        {"template", "show", name},
        {"template", "set", name, "--file", list},
        {"template", "set", name, "--lang", "de", "--file", list, "--html-file", list},
        {"template", "show", name, "--lang", "de", "--html"},
        {"template", "preview", name},
        {"template", "preview", name, "--lang", "de", "--html"},
        {"template", "reset", name},
        {"alert", "list"},
        {"alert", "silence", "disk", "--for", "2h"},
        {"config", "show"},
        {"config", "check"},
        {"config", "export"},
        {"config", "where", "data_dir"},
        {"audit", "search"},
        {"audit", "verify"},
        {"version"}};
    for (auto words : commands) {
        EXPECT_EQ(sealgate(words), 0) << words[0] << " " << words.back() << ": " << console_.talked;
        if (words[1 % words.size()] == "remove" || words[1 % words.size()] == "reset") continue;
        words.emplace_back("--json");
        EXPECT_EQ(sealgate(words), 0) << words[0] << " " << words[1] << ": " << console_.talked;
        if (words[0] != "unmanaged" || words[1] != "list") {
            std::istringstream lines(console_.written);
            const bool stream = words[0] == "audit" && words[1] == "search";
            std::string text = console_.written;
            if (stream) std::getline(lines, text);
            EXPECT_TRUE(nlohmann::json::accept(text)) << words[0] << " " << words[1] << text;
        }
    }
}

TEST_F(EndToEndTest, HelpNamesEveryKindOfAlert) {
    const std::string help = help_for(all_commands(), {"alert", "silence"});
    for (const admin::AlertKind& kind : admin::alert_kinds())
        EXPECT_NE(help.find(kind.name), std::string::npos) << kind.name;
}

TEST_F(EndToEndTest, AnErrorIsASentenceWithTheRightStatus) {
    EXPECT_EQ(sealgate({"domain", "add", "exa mple"}), 7);
    EXPECT_TRUE(console_.talked.starts_with("sealgate: ")) << console_.talked;
    EXPECT_EQ(sealgate({"domain", "remove", "none.example"}), 1);
    EXPECT_EQ(sealgate({"queue", "show", "0000000000000009"}), 1);
    EXPECT_EQ(sealgate({"template", "show", "None"}), 1);
    const std::string name = "Message Bounced -- Unmanaged Domain";
    EXPECT_EQ(sealgate({"alert", "test"}), 5) << "no sink is configured";
    EXPECT_EQ(sealgate({"alert", "test", "dsk"}), 1);
    EXPECT_EQ(sealgate({"alert", "silence", "disk"}), 2);
    EXPECT_EQ(sealgate({"alert", "silence", "disk", "--for", "2"}), 2);
    EXPECT_EQ(sealgate({"alert", "silence", "disk", "--for", "400d"}), 7);
    EXPECT_EQ(sealgate({"alert", "silence", "disk", "--off"}), 0);
    EXPECT_EQ(sealgate({"template", "diff", name}), 0);
    EXPECT_EQ(console_.written, "");
    EXPECT_EQ(sealgate({"template", "set", name}), 2);
    EXPECT_EQ(sealgate({"template", "show", name, "--html"}), 1);
    EXPECT_EQ(sealgate({"template", "show", name, "--lang", "de"}), 1);
    EXPECT_EQ(sealgate({"template", "show", name, "--lang", "?"}), 7);
    console_.input = "Pardon\n";
    EXPECT_EQ(sealgate({"template", "set", name, "--file", "-"}), 0);
    EXPECT_EQ(sealgate({"template", "diff", name}), 10);
    EXPECT_NE(console_.written.find("-Sorry\n+Pardon\n"), std::string::npos) << console_.written;
    EXPECT_EQ(sealgate({"queue", "retry", "0000000000000001", "0000000000000009"}), 8);
    server_->stop();
    EXPECT_EQ(sealgate({"status"}), 6);
}

TEST_F(EndToEndTest, TheStoreIsExportedComparedAndApplied) {
    const auto file = services_.directory() + "/store.toml";
    const auto write = [&](std::string_view text) { std::ofstream(file) << text; };
    const auto talked = [&](std::string_view text) {
        return console_.talked.find(text) != std::string::npos;
    };
    ASSERT_EQ(sealgate({"domain", "add", "old.example"}), 0);
    ASSERT_EQ(sealgate({"config", "export"}), 0);
    write(console_.written);
    EXPECT_EQ(sealgate({"config", "diff", file}), 0) << console_.talked;
    EXPECT_EQ(console_.written, "");
    EXPECT_EQ(sealgate({"config", "apply", file}), 0) << console_.talked;
    EXPECT_TRUE(talked("No changes.")) << console_.talked;

    write(
        "[[domain]]\nname = \"new.example\"\n[unmanaged_senders]\naction = \"bounce\"\n"
        "[[template]]\nname = \"Message Bounced -- Unmanaged Domain\"\ntext = \"\"\"\nSubject: "
        "x\n\nmine\n\"\"\"\n");
    constexpr std::string_view kList =
        "+ domain new.example: subdomains = false\n"
        "- domain old.example: subdomains = false\n"
        "~ unmanaged_senders: reject -> bounce\n"
        "+ template Message Bounced -- Unmanaged Domain: 3 lines\n";
    EXPECT_EQ(sealgate({"config", "diff", file}), 10) << console_.talked;
    EXPECT_EQ(console_.written, kList);
    EXPECT_EQ(sealgate({"config", "diff", file, "--json"}), 10);
    const auto planned = nlohmann::json::parse(console_.written);
    EXPECT_EQ(planned["changes"].size(), 4U);
    EXPECT_EQ(sealgate({"config", "apply", file, "--dry-run"}), 0) << console_.talked;
    EXPECT_EQ(console_.written, kList);
    EXPECT_EQ(sealgate({"config", "diff", file}), 10);

    // A removal must be meant: by --yes, or by the number typed at a terminal.
    EXPECT_EQ(sealgate({"config", "apply", file}), 2);
    EXPECT_TRUE(talked("--yes")) << console_.talked;
    console_.somebody_there = true;
    console_.answers = {"y"};
    EXPECT_EQ(sealgate({"config", "apply", file}), 1);
    EXPECT_EQ(sealgate({"domain", "test", "a@old.example"}), 0);
    // Only what was looked at.
    ASSERT_EQ(sealgate({"domain", "add", "meanwhile.example"}), 0);
    EXPECT_EQ(sealgate({"config", "apply", file, "--yes", "--state", planned["state"]}), 5);
    EXPECT_EQ(sealgate({"domain", "test", "a@old.example"}), 0);
    ASSERT_EQ(sealgate({"domain", "remove", "meanwhile.example"}), 0);
    console_.answers = {"1"};
    EXPECT_EQ(sealgate({"config", "apply", file, "--state", planned["state"]}), 0)
        << console_.talked;
    EXPECT_TRUE(talked("4 changes made.")) << console_.talked;
    EXPECT_EQ(sealgate({"domain", "test", "a@old.example"}), 1);
    EXPECT_EQ(sealgate({"config", "diff", file}), 0) << console_.written;

    // Problems have file and line, those of the text and those that only the daemon sees.
    write("[[domain]]\nname = \"new.example\"\nsubdomain = true\n");
    EXPECT_EQ(sealgate({"config", "apply", file, "--yes"}), 7);
    EXPECT_TRUE(talked(file + ":3:1: unknown key 'subdomain' in [[domain]]; did you mean "
                              "'subdomains'?"))
        << console_.talked;
    write("\n[[template]]\nname = \"Notice\"\ntext = \"x\"\n");
    EXPECT_EQ(sealgate({"config", "diff", file}), 7);
    EXPECT_TRUE(talked(file + ":2:1: there is no template named 'Notice'")) << console_.talked;
    EXPECT_EQ(sealgate({"config", "diff", services_.directory() + "/none"}), 7);
}

TEST_F(EndToEndTest, CheckLooksIntoTheFilesThatTheProgramCanOpen) {
    TestConsole console;
    const FileCheck check = [](const config::Settings& settings) {
        return std::vector<config::Problem>{{settings.file, 3, 1, "not a certificate"}};
    };
    EXPECT_EQ(run({"config", "check", config_}, console, check), 7);
    EXPECT_NE(console.talked.find(config_ + ":3:1: not a certificate"), std::string::npos)
        << console.talked;
}

class FileOwnsItTest : public EndToEndTest {
protected:
    FileOwnsItTest() : EndToEndTest("[[domain]]\nname = \"fixed.example\"\n") {}
};

TEST_F(FileOwnsItTest, AConflictNamesFileAndLine) {
    const auto file = services_.directory() + "/store.toml";
    std::ofstream(file) << "[[domain]]\nname = \"fixed.example\"\nsubdomains = true\n";
    EXPECT_EQ(sealgate({"config", "apply", file}), 5);
    EXPECT_NE(console_.talked.find(file + ":1:1: domain 'fixed.example' is managed by file: change "
                                          "it in /etc/gw.toml, line 2"),
              std::string::npos)
        << console_.talked;
    EXPECT_EQ(sealgate({"domain", "remove", "fixed.example"}), 5);
    EXPECT_NE(console_.talked.find("/etc/gw.toml"), std::string::npos) << console_.talked;
}

}  // namespace
}  // namespace sealgate::cli
