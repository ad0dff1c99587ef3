#pragma once
// SPDX-License-Identifier: Apache-2.0
// What every command works with: the console, the global options, the daemon. Heavy (JSON): for the
// .cpp files of the commands.

#include "cli/client.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/main.h"
#include "config/settings.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::cli {

using Json = nlohmann::ordered_json;

struct GlobalOptions {
    std::string config;  // "" = $SEALGATE_CONFIG, else /etc/sealgate/sealgate.toml
    std::string socket;  // "" = that of the configuration
    bool json = false;
};

// A query string; parameters without a value are left out.
using Parameters = std::vector<std::pair<std::string_view, std::string>>;
[[nodiscard]] std::string with_query(std::string_view path, const Parameters& parameters);

class Context {
public:
    Context(Console& console, GlobalOptions options, FileCheck check = {})
        : console_(console),
          options_(std::move(options)),
          check_(std::move(check)) {}

    [[nodiscard]] Console& console() { return console_; }
    [[nodiscard]] bool json() const { return options_.json; }

    // The configuration file that counts.
    [[nodiscard]] std::string config_file() const;

    // What the program was given to look into certificates and keys with; without it, nothing.
    [[nodiscard]] std::vector<config::Problem> check_files(const config::Settings& settings) const {
        return check_ ? check_(settings) : std::vector<config::Problem>{};
    }

    // Asks the daemon. Every answer but 2xx is a failure with the problem's sentence.
    [[nodiscard]] Outcome<Reply> call(const Question& question);
    [[nodiscard]] Outcome<Json> get(const std::string& target);
    [[nodiscard]] Outcome<Json> send(std::string method, std::string target, const Json& body);
    // Every item of a list, page by page, until `limit` (0: all). `each` sees one item at a time.
    [[nodiscard]] Outcome<void> each_item(std::string_view path,
                                          const Parameters& parameters,
                                          std::size_t limit,
                                          const std::function<void(const Json&)>& each);

    // One document, or one object of a stream on its line.
    void print_document(const Json& document);
    void print_line(const Json& object);
    // What a change did: the document with --json, else the sentence on stderr.
    void report(const Json& document, std::string_view sentence);

    // A file's content; "-" is the standard input. invalid: not readable, or over `limit` octets.
    [[nodiscard]] Outcome<std::string> read_input(const std::string& file, std::size_t limit);
    // The same for text that goes into JSON; invalid also: not UTF-8, with line and column.
    [[nodiscard]] Outcome<std::string> read_text(const std::string& file, std::size_t limit);

private:
    [[nodiscard]] Outcome<std::string> socket();

    Console& console_;
    GlobalOptions options_;
    FileCheck check_;
    std::string socket_;
};

// A path segment.
[[nodiscard]] std::string segment(std::string_view text);
// "1 message", "3 messages".
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);
// A text of an object, "" when it has none.
[[nodiscard]] std::string text_of(const Json& object, const char* name);

}  // namespace sealgate::cli
