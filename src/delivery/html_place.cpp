// SPDX-License-Identifier: Apache-2.0
#include "delivery/html_place.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace sealgate::delivery {

namespace {

// What acts or fetches: mail readers drop it, and filters hold back a report that has it.
constexpr std::array<std::string_view, 18> kRefusedTags{"script",
                                                        "iframe",
                                                        "frame",
                                                        "frameset",
                                                        "object",
                                                        "embed",
                                                        "applet",
                                                        "form",
                                                        "base",
                                                        "link",
                                                        "svg",
                                                        "math",
                                                        "textarea",
                                                        "xmp",
                                                        "noembed",
                                                        "noframes",
                                                        "noscript",
                                                        "plaintext"};
// Whose content has rules of its own, or is not read as markup.
constexpr std::array<std::string_view, 2> kRawTags{"style", "title"};
constexpr std::array<std::string_view, 15> kLinks{"href",
                                                  "src",
                                                  "action",
                                                  "formaction",
                                                  "cite",
                                                  "background",
                                                  "poster",
                                                  "longdesc",
                                                  "srcset",
                                                  "data",
                                                  "ping",
                                                  "lowsrc",
                                                  "dynsrc",
                                                  "usemap",
                                                  "manifest"};
constexpr std::size_t kMaxName = 64;

template <class List>
bool is_one_of(std::string_view name, const List& list) {
    return std::ranges::find(list, name) != list.end();
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

// Scheme and host are the writer's: "mailto:" or "https://host/..." stand before the value.
bool decides_nothing(std::string_view link) {
    if (istarts_with(link, "mailto:")) return true;
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (istarts_with(link, scheme)) {
            const std::size_t end = link.find_first_of("/?#", scheme.size());
            return end != std::string_view::npos && end > scheme.size();
        }
    }
    return false;
}

}  // namespace

std::optional<HtmlWalk::Problem> HtmlWalk::walk(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (auto problem = step(text[i], i)) return problem;
    }
    return std::nullopt;
}

HtmlPlace HtmlWalk::place() const {
    if (state_ == State::text) {
        if (raw_.empty()) return HtmlPlace::text;
        return raw_ == "title" && tail_.empty() ? HtmlPlace::line : HtmlPlace::forbidden;
    }
    if (state_ != State::quoted) return HtmlPlace::forbidden;
    if (attribute_ == "style" || tag_ == "meta") return HtmlPlace::forbidden;
    if (!in_link()) return HtmlPlace::line;
    return decides_nothing(value_) ? HtmlPlace::link : HtmlPlace::forbidden;
}

void HtmlWalk::pass_value() {
    tail_.clear();
}

bool HtmlWalk::complete() const {
    return state_ == State::text && raw_.empty();
}

bool HtmlWalk::in_link() const {
    // "xlink:href" is one as well.
    const std::size_t colon = attribute_.rfind(':');
    return is_one_of(attribute_.substr(colon == std::string::npos ? 0 : colon + 1), kLinks);
}

std::optional<HtmlWalk::Problem> HtmlWalk::step(char c, std::size_t at) {
    switch (state_) {
        case State::text:
            return step_text(c);
        case State::open:
            return step_open(c, at);
        case State::name:
        case State::tag:
        case State::attribute:
        case State::equals:
            return step_tag(c, at);
        case State::value:
            return begin_value(c, at);
        case State::quoted:
            if (c == quote_) {
                state_ = State::tag;
            } else if (value_.size() < 256) {
                value_ += c;
            }
            return std::nullopt;
        case State::unquoted:
            if (c == '>') {
                end_tag();
            } else if (is_blank(c)) {
                state_ = State::tag;
            }
            return std::nullopt;
        case State::markup:
            tail_ += c;
            if (tail_ == "--") {
                state_ = State::comment;
                tail_.clear();
                value_.clear();
            } else if (c == '>') {
                state_ = State::text;
                tail_.clear();
            }
            return std::nullopt;
        case State::comment:
            return step_comment(c, at);
    }
    return std::nullopt;
}

// Readers end a comment in more ways than people know; those have no place here.
std::optional<HtmlWalk::Problem> HtmlWalk::step_comment(char c, std::size_t at) {
    if (value_.size() < 2) value_ += c;
    tail_ += c;
    if (value_ == ">" || value_ == "->" || tail_.ends_with("--!>")) {
        return Problem{at, "a comment is written <!-- ... -->"};
    }
    if (tail_.ends_with("-->")) {
        state_ = State::text;
        tail_.clear();
    } else if (tail_.size() > 3) {
        tail_.erase(0, 1);
    }
    return std::nullopt;
}

// In raw content only its own end tag is one; `tail_` holds what may become it.
std::optional<HtmlWalk::Problem> HtmlWalk::step_text(char c) {
    if (raw_.empty()) {
        if (c == '<') {
            state_ = State::open;
            closing_ = false;
            tag_.clear();
        }
        return std::nullopt;
    }
    tail_ += ascii_lower(c);
    const std::string end = "</" + raw_;
    if (tail_ == end) {
        tag_ = raw_;
        raw_.clear();
        tail_.clear();
        closing_ = true;
        raw_end_ = true;
        state_ = State::name;
    } else if (!end.starts_with(tail_)) {
        tail_ = c == '<' ? "<" : "";
    }
    return std::nullopt;
}

std::optional<HtmlWalk::Problem> HtmlWalk::step_open(char c, std::size_t at) {
    if (c == '/' && !closing_) {
        closing_ = true;
    } else if (c == '!' && !closing_) {
        state_ = State::markup;
        tail_.clear();
    } else if (is_alpha(c)) {
        state_ = State::name;
        tag_.assign(1, ascii_lower(c));
    } else {
        return Problem{at, "\"<\" must begin a tag here; as a character it is written &lt;"};
    }
    return std::nullopt;
}

std::optional<HtmlWalk::Problem> HtmlWalk::step_tag(char c, std::size_t at) {
    const bool quote_or_tag = c == '"' || c == '\'' || c == '<';
    if (quote_or_tag) {
        return Problem{at, std::string("\"") + c + "\" cannot stand here in a tag"};
    }
    const bool name_goes_on = !is_blank(c) && c != '>' && c != '/';
    if (state_ == State::name) {
        if (name_goes_on) {
            // "</styles>" does not end a style.
            if (raw_end_) return Problem{at, "\"</" + tag_ + "\" must be followed by \">\""};
            if (tag_.size() < kMaxName) tag_ += ascii_lower(c);
            return std::nullopt;
        }
        if (auto problem = begin_attributes(at)) return problem;
    } else if (state_ == State::attribute && name_goes_on && c != '=') {
        if (attribute_.size() < kMaxName) attribute_ += ascii_lower(c);
        return std::nullopt;
    }
    if (state_ == State::attribute) {
        if (attribute_.starts_with("on")) {
            return Problem{at, "the attribute \"" + attribute_ + "\" acts; a report must not"};
        }
        state_ = State::equals;
    }
    if (c == '>') {
        end_tag();
    } else if (c == '=' && state_ == State::equals) {
        state_ = State::value;
    } else if (c == '=') {
        return Problem{at, "\"=\" must follow the name of an attribute"};
    } else if (name_goes_on) {
        state_ = State::attribute;
        attribute_.assign(1, ascii_lower(c));
    } else if (c == '/') {
        state_ = State::tag;
    }
    return std::nullopt;
}

std::optional<HtmlWalk::Problem> HtmlWalk::begin_attributes(std::size_t at) {
    state_ = State::tag;
    raw_end_ = false;
    if (!is_one_of(tag_, kRefusedTags)) return std::nullopt;
    return Problem{at, "the tag \"" + tag_ + "\" has no place in a report"};
}

std::optional<HtmlWalk::Problem> HtmlWalk::begin_value(char c, std::size_t at) {
    if (is_blank(c)) return std::nullopt;
    value_.clear();
    if (c == '"' || c == '\'') {
        quote_ = c;
        state_ = State::quoted;
        return std::nullopt;
    }
    if (c == '>') return Problem{at, "a value must follow \"=\""};
    state_ = State::unquoted;
    return std::nullopt;
}

void HtmlWalk::end_tag() {
    state_ = State::text;
    tail_.clear();
    if (!closing_ && is_one_of(tag_, kRawTags)) raw_ = tag_;
}

namespace {

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
    }
}

// Unreserved characters (RFC 3986 section 2.3) and "@", which mail readers want as it is.
void append_percent(std::string& out, char c) {
    constexpr std::string_view kAsIs = "-._~@";
    if (is_alpha(c) || is_digit(c) || kAsIs.find(c) != std::string_view::npos) {
        out += c;
        return;
    }
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
}

}  // namespace

std::string html_value(std::string_view value, HtmlPlace place) {
    std::string out;
    out.reserve(value.size());
    for (const char c : value) {
        if (place == HtmlPlace::link) {
            append_percent(out, c);
        } else if (c == '\n') {
            out += place == HtmlPlace::text ? "<br>\n" : " ";
        } else {
            append_escaped(out, c);
        }
    }
    return out;
}

}  // namespace sealgate::delivery
