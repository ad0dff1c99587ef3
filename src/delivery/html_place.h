#pragma once
// SPDX-License-Identifier: Apache-2.0
// Where in HTML one is, so that a value can be put there without becoming markup, style, script or
// another link than the template's writer meant. No reader of HTML: it follows tags, quotes and
// comments in a text that we write ourselves, and refuses what has no place in a report.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::delivery {

enum class HtmlPlace : std::uint8_t {
    text,       // between tags
    line,       // in the title, or in quotes in a tag: nothing but characters has a meaning here
    link,       // in quotes, of an attribute that is an address: what goes on behind its beginning
    forbidden,  // in a tag outside quotes, in a comment, in style, at the beginning of a link
};

class HtmlWalk {
public:
    // What is wrong at octet `at` of `text`, or nothing.
    struct Problem {
        std::size_t at = 0;
        std::string sentence;
    };
    // Goes on through more of the text.
    [[nodiscard]] std::optional<Problem> walk(std::string_view text);
    // Where a value would stand now.
    [[nodiscard]] HtmlPlace place() const;
    // Says that a value stands here.
    void pass_value();
    // Whether the text may end here.
    [[nodiscard]] bool complete() const;

private:
    enum class State : std::uint8_t {
        text,
        open,       // behind "<"
        name,       // of a tag
        tag,        // between attributes
        attribute,  // its name
        equals,     // behind the name, perhaps with blanks
        value,      // behind "=", before the value
        quoted,
        unquoted,
        markup,  // "<!..." that is no comment
        comment,
    };

    std::optional<Problem> step(char c, std::size_t at);
    std::optional<Problem> step_text(char c);
    std::optional<Problem> step_open(char c, std::size_t at);
    std::optional<Problem> step_comment(char c, std::size_t at);
    std::optional<Problem> step_tag(char c, std::size_t at);
    std::optional<Problem> begin_attributes(std::size_t at);
    std::optional<Problem> begin_value(char c, std::size_t at);
    void end_tag();
    [[nodiscard]] bool in_link() const;

    State state_ = State::text;
    char quote_ = 0;
    bool closing_ = false;   // "</..."
    bool raw_end_ = false;   // and it ends raw content
    std::string tag_;        // its name, in lower case
    std::string attribute_;  // its name, in lower case
    std::string value_;      // the beginning of an attribute's value, or of a comment
    std::string raw_;        // the element whose content is no markup: "style", "title"
    std::string tail_;       // the last octets of a comment, or of raw content
};

// The value as HTML for this place; it must be clean text (mime/clean_text.h) and the place not
// forbidden. In text, line ends become <br>; elsewhere they become blanks.
[[nodiscard]] std::string html_value(std::string_view value, HtmlPlace place);

}  // namespace sealgate::delivery
