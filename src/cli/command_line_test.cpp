// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"

#include "cli/commands/commands.h"

#include <gtest/gtest.h>

namespace sealgate::cli {
namespace {

using Words = std::vector<std::string>;

CommandLine parsed(const Words& words) {
    auto line = parse_command_line(all_commands(), words);
    EXPECT_TRUE(line) << (line ? "" : line.error().sentence);
    return line ? *line : CommandLine();
}

std::string refused(const Words& words) {
    const auto line = parse_command_line(all_commands(), words);
    EXPECT_FALSE(line);
    if (line) return {};
    EXPECT_EQ(line.error().code, Exit::usage);
    return line.error().sentence;
}

TEST(CommandLine, FindsNounVerbAndArguments) {
    const auto line = parsed({"domain", "add", "example.com", "--subdomains"});
    EXPECT_EQ(line.noun->name, "domain");
    EXPECT_EQ(line.verb->name, "add");
    EXPECT_EQ(line.given.get("DOMAIN"), "example.com");
    EXPECT_TRUE(line.given.has("--subdomains"));
    EXPECT_FALSE(line.json);
}

TEST(CommandLine, TakesGlobalOptionsAnywhere) {
    for (const Words& words : {Words{"--config", "/c", "--json", "domain", "list"},
                               Words{"domain", "--config=/c", "list", "--json"},
                               Words{"domain", "list", "--json", "--config", "/c"}}) {
        const auto line = parsed(words);
        EXPECT_EQ(line.config, "/c");
        EXPECT_TRUE(line.json);
        EXPECT_EQ(line.verb->name, "list");
    }
}

TEST(CommandLine, TakesManyWordsAndWordsThatLookLikeCommands) {
    const auto line = parsed({"log", "search", "queue", "list", "--limit", "5", "domain"});
    EXPECT_EQ(line.given.all("TEXT"), (Words{"queue", "list", "domain"}));
    EXPECT_EQ(line.given.get("--limit"), "5");
    EXPECT_EQ(parsed({"log", "search", "--", "--limit"}).given.all("TEXT"), Words{"--limit"});
    EXPECT_EQ(parsed({"log", "search", "a b", "\"c d\""}).given.all("TEXT"),
              (Words{"a b", "\"c d\""}));
    EXPECT_TRUE(parsed({"queue", "retry", "--all"}).given.all("ID").empty());
}

TEST(CommandLine, TakesArgumentsInTheirOrder) {
    const auto line = parsed({"route", "add", "*", "--tls", "none", "127.0.0.1:25"});
    EXPECT_EQ(line.given.get("DOMAIN"), "*");
    EXPECT_EQ(line.given.get("NEXT_HOP"), "127.0.0.1:25");
    EXPECT_EQ(line.given.get("--tls"), "none");
}

TEST(CommandLine, TakesCommandsWithoutAVerb) {
    EXPECT_EQ(parsed({"status", "--json"}).noun->name, "status");
    EXPECT_EQ(parsed({"completion", "bash"}).given.get("SHELL"), "bash");
    EXPECT_EQ(parsed({"help", "domain", "add"}).given.all("COMMAND"), (Words{"domain", "add"}));
    EXPECT_EQ(parsed({"--version"}).noun->name, "version");
}

TEST(CommandLine, KnowsWhenOnlyHelpIsAskedFor) {
    EXPECT_TRUE(parsed({"-h"}).help);
    EXPECT_TRUE(parsed({"domain", "--help"}).help);
    EXPECT_TRUE(parsed({"domain", "add", "-h"}).help);
    EXPECT_FALSE(parsed({"log", "search", "--", "-h"}).help);
    EXPECT_EQ(parsed({"domain"}).verb, nullptr);
    EXPECT_EQ(parsed({}).noun, nullptr);
}

TEST(CommandLine, SuggestsButNeverGuesses) {
    EXPECT_NE(refused({"domian", "list"}).find("did you mean 'domain'?"), std::string::npos);
    EXPECT_NE(refused({"domain", "lst"}).find("did you mean 'domain list'?"), std::string::npos);
    // What is not near is not offered.
    for (const char* word : {"admin", "smtp", "nope", "key", "backup", "proof"}) {
        EXPECT_EQ(refused({word}),
                  "there is no command '" + std::string(word) + "'. 'sealgate help' lists them.");
    }
    EXPECT_EQ(refused({"domain", "add", "x", "--frob"}).find("did you mean"), std::string::npos);
    EXPECT_NE(refused({"domain", "add", "x", "--subdomain"}).find("did you mean --subdomains?"),
              std::string::npos);
    EXPECT_NE(refused({"dom", "list"}).find("there is no command 'dom'"), std::string::npos);
}

TEST(CommandLine, RefusesWhatDoesNotFit) {
    for (const Words& words : {Words{"domain", "add"},
                               Words{"domain", "add", "a", "b"},
                               Words{"domain", "list", "a"},
                               Words{"queue", "list", "--limit"},
                               Words{"queue", "list", "--state", "lost"},
                               Words{"queue", "list", "--limit", "1", "--limit", "2"},
                               Words{"unmanaged", "mode", "drop"},
                               Words{"completion", "tcsh"},
                               Words{"status", "-x"},
                               Words{"domain", "list", "--json=maybe"},
                               Words{"\x1b[31m"}}) {
        const auto sentence = refused(words);
        EXPECT_FALSE(sentence.empty());
        EXPECT_EQ(sentence.find('\x1b'), std::string::npos);
    }
}

}  // namespace
}  // namespace sealgate::cli
