// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include "cli/commands/commands.h"
#include "cli/completion.h"
#include "cli/manual.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace sealgate::cli {
namespace {

TEST(Help, ShowsAnExampleOnEveryLevel) {
    EXPECT_NE(overview(all_commands()).find("Examples:\n  sealgate "), std::string::npos);
    for (const auto& noun : all_commands()) {
        EXPECT_NE(help_for(noun).find("Example:\n  "), std::string::npos) << noun.name;
        for (const auto& verb : noun.verbs) {
            const auto text = help_for(noun, verb);
            EXPECT_NE(text.find("Usage: sealgate " + std::string(noun.name)), std::string::npos);
            EXPECT_NE(verb.example.find("sealgate"), std::string_view::npos) << verb.name;
            for (const auto& option : verb.options) {
                EXPECT_NE(text.find(option.name), std::string::npos) << option.name;
            }
        }
    }
}

TEST(Help, LinesFitATerminal) {
    for (const auto& noun : all_commands()) {
        for (const auto& verb : noun.verbs) {
            std::istringstream text(help_for(noun, verb));
            for (std::string line; std::getline(text, line);) {
                if (!line.starts_with("Usage:")) EXPECT_LE(line.size(), 100U) << line;
            }
        }
    }
}

TEST(Help, ExamplesUseCommandsAndOptionsThatExist) {
    for (const auto& noun : all_commands()) {
        for (const auto& verb : noun.verbs) {
            if (!verb.name.empty()) {
                EXPECT_NE(verb.example.find(std::string(noun.name) + " " + std::string(verb.name)),
                          std::string_view::npos)
                    << verb.example;
            }
        }
    }
}

TEST(Help, FindsTheLevelThatIsAskedFor) {
    EXPECT_EQ(help_for(all_commands(), {"domain", "add"}).find("Usage: sealgate domain add DOMAIN"),
              0U);
    EXPECT_EQ(help_for(all_commands(), {"domain"}).find("Usage: sealgate domain VERB"), 0U);
    EXPECT_TRUE(help_for(all_commands(), {"nothing"}).empty());
    EXPECT_TRUE(help_for(all_commands(), {"domain", "nothing"}).empty());
}

TEST(Manual, ThePageInTheRepositoryIsThatOfTheCommands) {
    std::ifstream file(SEALGATE_SOURCE_DIR "/docs/manual/man/sealgate.1");
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), manual_page(all_commands()))
        << "write it again: sealgate help --man > docs/manual/man/sealgate.1";
}

TEST(Manual, TellsEveryExitStatus) {
    const auto page = manual_page(all_commands());
    for (const auto* status : {"0", "1", "2", "4", "5", "6", "7", "8", "10", "70", "75"}) {
        EXPECT_NE(page.find(".TP\n.B " + std::string(status) + "\n"), std::string::npos) << status;
    }
}

TEST(Completion, KnowsEveryCommand) {
    const auto bash = bash_completion(all_commands());
    const auto fish = fish_completion(all_commands());
    EXPECT_TRUE(zsh_completion(all_commands()).ends_with(bash));
    for (const auto& noun : all_commands()) {
        EXPECT_NE(bash.find(noun.name), std::string::npos);
        EXPECT_NE(fish.find("-a " + std::string(noun.name) + " "), std::string::npos);
    }
}

// What bash offers after these words, by running the script.
std::string offered(const std::string& words) {
    const std::string script = std::string(::testing::TempDir()) + "sealgate-completion.bash";
    std::ofstream(script) << bash_completion(all_commands()) << "COMP_WORDS=(" << words
                          << ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_sealgate\n"
                             "echo \"${COMPREPLY[*]}\" > "
                          << script << ".out\n";
    // NOLINTNEXTLINE(concurrency-mt-unsafe,cert-env33-c): a fixed command, one thread
    EXPECT_EQ(std::system(("bash --norc " + script).c_str()), 0);
    std::ifstream result(script + ".out");
    std::string line;
    std::getline(result, line);
    return line;
}

TEST(Completion, OffersWhatFitsInBash) {
    EXPECT_EQ(offered("sealgate dom"), "domain");
    EXPECT_EQ(offered("sealgate domain i"), "import");
    EXPECT_EQ(offered("sealgate --config x domain add --su"), "--subdomains");
    EXPECT_EQ(offered("sealgate unmanaged mode b"), "bounce");
    EXPECT_EQ(offered("sealgate completion z"), "zsh");
    EXPECT_EQ(offered("sealgate help q"), "queue");
}

}  // namespace
}  // namespace sealgate::cli
