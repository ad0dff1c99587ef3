// SPDX-License-Identifier: Apache-2.0
#include "cli/context.h"

#include "base/text.h"
#include "config/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace sealgate::cli {

namespace {

constexpr std::string_view kDefaultConfig = "/etc/sealgate/sealgate.toml";
constexpr std::string_view kProblemPrefix = "urn:sealgate:problem:";

std::string errno_text(int number) {
    return std::error_code(number, std::generic_category()).message();
}

Outcome<Json> parse(const std::string& body) {
    auto document = Json::parse(body, nullptr, false);
    if (document.is_discarded()) {
        return give_up(Exit::fault, "the daemon's answer is not JSON; see its log.");
    }
    return document;
}

// Pointers of a number alone come from files: they are lines.
std::string_view line_number(std::string_view pointer) {
    const auto number = pointer.substr(pointer.empty() ? 0 : 1);
    return parse_number(number) ? number : std::string_view();
}

// One error in a field is what the sentence tells already.
std::string show_errors(const Json& problem) {
    const auto errors = problem.find("errors");
    if (errors == problem.end() || !errors->is_array() || errors->empty()) return {};
    if (errors->size() == 1 && line_number(text_of(errors->front(), "pointer")).empty()) return {};
    std::string out;
    for (const auto& error : *errors) {
        const auto pointer = text_of(error, "pointer");
        const auto line = line_number(pointer);
        out += fmt::format("\n  {}: {}",
                           line.empty() ? escape_for_log(pointer) : fmt::format("line {}", line),
                           escape_for_log(text_of(error, "detail")));
    }
    return out;
}

std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text)
        if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++count;
    return count;
}

// The octets that `count` characters from `from` on take.
std::size_t octets_of(std::string_view text, std::size_t from, std::size_t count) {
    std::size_t at = from;
    for (; count > 0 && at < text.size(); --count) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
            ++at;
    }
    return at - from;
}

// A wrong query with its wrong word underlined; "" when the problem points at none. Both lines are
// made of the same escaped pieces, so that they fit together.
std::string show_place(const Json& problem) {
    const auto position = problem.find("position");
    if (position == problem.end() || !position->is_number_unsigned()) return {};
    constexpr std::size_t kShown = 4096;
    const std::string text = text_of(problem, "text");
    const std::size_t start = octets_of(text, 0, position->get<std::size_t>());
    const std::size_t length = octets_of(text, start, problem.value("length", std::size_t{0}));
    const std::string before = escape_for_log(text.substr(0, start), kShown);
    const std::string wrong = escape_for_log(text.substr(start, length), kShown);
    const std::string after = escape_for_log(text.substr(start + length), kShown);
    const std::size_t width = std::max<std::size_t>(characters(wrong), 1);
    return fmt::format("\n  {}{}{}\n  {}^{}",
                       before,
                       wrong,
                       after,
                       std::string(characters(before), ' '),
                       std::string(width - 1, '~'));
}

Failure explain(const Reply& reply) {
    const auto problem = Json::parse(reply.body, nullptr, false);
    if (!problem.is_object()) {
        return {exit_for(reply.status, ""),
                fmt::format("the daemon answered {} without saying why.", reply.status)};
    }
    auto type = text_of(problem, "type");
    if (type.starts_with(kProblemPrefix)) type.erase(0, kProblemPrefix.size());
    auto sentence = text_of(problem, "detail");
    if (sentence.empty()) sentence = text_of(problem, "title");
    sentence = escape_for_log(sentence);
    const auto code = exit_for(reply.status, type);
    if (code == Exit::fault) {
        sentence =
            fmt::format("the daemon answered {}: {}. Its log has more.", reply.status, sentence);
    }
    sentence += show_errors(problem);
    sentence += show_place(problem);
    return {code, std::move(sentence)};
}

}  // namespace

std::string with_query(std::string_view path, const Parameters& parameters) {
    std::string out(path);
    char separator = '?';
    for (const auto& [name, value] : parameters) {
        if (value.empty()) continue;
        out += separator;
        out += fmt::format("{}={}", name, segment(value));
        separator = '&';
    }
    return out;
}

std::string segment(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string text_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string Context::config_file() const {
    if (!options_.config.empty()) return options_.config;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread, and nobody sets the environment
    const char* variable = std::getenv("SEALGATE_CONFIG");
    return variable != nullptr && *variable != '\0' ? variable : std::string(kDefaultConfig);
}

Outcome<std::string> Context::socket() {
    if (!socket_.empty()) return socket_;
    if (!options_.socket.empty()) return socket_ = options_.socket;
    const auto file = config_file();
    config::Settings settings;
    if (access(file.c_str(), R_OK) != 0) {
        const int error = errno;
        // Without a file at the default place the daemon, too, runs on its defaults.
        if (error != ENOENT || file != kDefaultConfig) {
            return give_up(error == EACCES ? Exit::not_permitted : Exit::invalid,
                           fmt::format("cannot read {}: {}. Name the daemon's configuration with "
                                       "--config FILE, or its socket with --socket PATH.",
                                       file,
                                       errno_text(error)));
        }
    } else {
        auto loaded = config::load(file);
        if (!loaded.problems.empty()) {
            console_.talk(fmt::format("sealgate: {} has {}; 'sealgate config check' shows them.\n",
                                      file,
                                      counted(loaded.problems.size(), "problem")));
        }
        settings = std::move(loaded.settings);
    }
    return socket_ = settings.path("run/sealgate.sock");
}

Outcome<Reply> Context::call(const Question& question) {
    SG_TRY(const auto path, socket());
    SG_TRY(auto reply, ask(path, question));
    if (reply.status < 200 || reply.status >= 300) return std::unexpected(explain(reply));
    return reply;
}

Outcome<Json> Context::get(const std::string& target) {
    SG_TRY(const auto reply, call({.target = target}));
    return parse(reply.body);
}

Outcome<Json> Context::send(std::string method, std::string target, const Json& body) {
    SG_TRY(const auto reply,
           call({.method = std::move(method),
                 .target = std::move(target),
                 .body = body.is_null() ? std::string() : body.dump()}));
    if (reply.body.empty()) return Json();
    return parse(reply.body);
}

Outcome<void> Context::each_item(std::string_view path,
                                 const Parameters& parameters,
                                 std::size_t limit,
                                 const std::function<void(const Json&)>& each) {
    constexpr std::size_t kPage = 1000;
    std::string cursor;
    for (std::size_t seen = 0; limit == 0 || seen < limit;) {
        auto page = parameters;
        const auto wanted = limit == 0 ? kPage : std::min(kPage, limit - seen);
        page.emplace_back("limit", std::to_string(wanted));
        page.emplace_back("cursor", cursor);
        SG_TRY(const auto document, get(with_query(path, page)));
        const auto items = document.find("items");
        if (items == document.end())
            return give_up(Exit::fault, "the daemon's answer has no items.");
        for (const auto& item : *items)
            each(item);
        seen += items->size();
        cursor = text_of(document, "next_cursor");
        if (cursor.empty()) break;
    }
    return {};
}

void Context::print_document(const Json& document) {
    console_.out(document.dump(2, ' ', true, Json::error_handler_t::replace) + "\n");
}

void Context::print_line(const Json& object) {
    console_.out(object.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n");
}

void Context::report(const Json& document, std::string_view sentence) {
    if (json()) {
        print_document(document);
    } else {
        console_.talk(fmt::format("{}\n", sentence));
    }
}

Outcome<std::string> Context::read_text(const std::string& file, std::size_t limit) {
    SG_TRY(auto text, read_input(file, limit));
    const std::size_t bad = valid_utf8_prefix(text);
    if (bad == text.size()) return text;
    std::size_t line = 1;
    std::size_t column = 1;
    for (const char c : std::string_view(text).substr(0, bad)) {
        const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        if (c == '\n') {
            ++line;
            column = 1;
        } else if (!continues) {
            ++column;
        }
    }
    return give_up(Exit::invalid,
                   fmt::format("{}:{}:{}: the text is not UTF-8 (octet 0x{:02X}); convert it, for "
                               "example with 'iconv -f WINDOWS-1252 -t UTF-8'.",
                               file == "-" ? "standard input" : escape_for_log(file),
                               line,
                               column,
                               static_cast<unsigned char>(text[bad])));
}

Outcome<std::string> Context::read_input(const std::string& file, std::size_t limit) {
    const auto too_large = [&] {
        return give_up(Exit::invalid, fmt::format("{} is larger than {} octets.", file, limit));
    };
    if (file == "-") {
        auto text = console_.read_all(limit);
        if (!text) return too_large();
        return *std::move(text);
    }
    std::ifstream stream(file, std::ios::binary);
    std::string text;
    std::string block(65536, '\0');
    while (stream && text.size() <= limit) {
        stream.read(block.data(), static_cast<std::streamsize>(block.size()));
        text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
    }
    if (text.size() > limit) return too_large();
    if (!stream.eof()) {
        return give_up(Exit::invalid, fmt::format("cannot read {}: {}.", file, errno_text(errno)));
    }
    return text;
}

}  // namespace sealgate::cli
