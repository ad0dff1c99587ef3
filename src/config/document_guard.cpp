// SPDX-License-Identifier: Apache-2.0
#include "config/document_guard.h"

#include "base/text.h"

#include <fmt/format.h>

#include <optional>

namespace sealgate::config {

namespace {

// What TOML can have outside of strings and comments.
bool is_syntax(char c) {
    return (c >= ' ' && c < 0x7F) || c == '\t' || c == '\n' || c == '\r';
}

bool is_beyond_ascii(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}

// The first character of text that is valid UTF-8 and begins with a letter beyond ASCII; takes it
// off.
std::uint32_t take_code_point(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead >= 0xF0 ? 4 : (lead >= 0xE0 ? 3 : 2);
    std::uint32_t code = lead & (0xFFU >> (length + 1));
    for (const char c : text.substr(1, length - 1)) {
        code = (code << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
    }
    text.remove_prefix(length);
    return code;
}

class Guard {
public:
    explicit Guard(std::string_view text) : text_(text) { out_.reserve(text.size()); }

    std::expected<std::string, SyntaxError> run() && {
        while (at_ < text_.size()) {
            if (auto bad = step()) return std::unexpected(*std::move(bad));
        }
        return std::move(out_);
    }

private:
    using Bad = std::optional<SyntaxError>;

    Bad step() {
        const char c = text_[at_];
        if (c == '#') {
            copy_comment();
            return {};
        }
        if (c == '"' || c == '\'') {
            blank_before_ = false;
            return copy_string(c);
        }
        if (!is_syntax(c)) {
            return here(
                "outside of quotes and comments only ASCII characters may stand; put texts "
                "in quotes");
        }
        if (c == '[' && depth_ == 0 && blank_before_) {
            if (auto bad = check_header()) return bad;
        }
        blank_before_ = c == '\n' || (blank_before_ && (c == ' ' || c == '\t'));
        auto bad = count(c);
        copy();
        return bad;
    }

    // Keeps count of how deep brackets and keys go.
    Bad count(char c) {
        if (c == '\n' || c == ',' || c == '=' || c == '[' || c == '{') parts_ = 1;
        if (c == '[' || c == '{') {
            if (++depth_ > kMaxNesting) return too_deep("brackets", kMaxNesting);
        } else if (c == ']' || c == '}') {
            if (depth_ > 0) --depth_;
        } else if (c == '.') {
            if (++parts_ > kMaxKeyParts) return too_deep("keys", kMaxKeyParts);
        }
        return {};
    }

    [[nodiscard]] Bad check_header() const {
        std::size_t at = at_ + 1;
        const auto skip_blanks = [&] {
            while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t'))
                ++at;
        };
        skip_blanks();
        if (at < text_.size() && text_[at] == '[') {
            ++at;
            skip_blanks();
        }
        if (at >= text_.size()) return {};
        const char c = text_[at];
        if (is_alpha(c) || is_digit(c) || std::string_view("-_\"'[]").contains(c)) return {};
        return SyntaxError{{line_, static_cast<std::uint32_t>(at - line_start_ + 1)},
                           "the name of a section must begin with a letter, a digit, '-', '_' or a "
                           "quote"};
    }

    void copy_comment() {
        for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
            out_ += is_beyond_ascii(text_[at_]) ? '?' : text_[at_];
        }
    }

    Bad copy_string(char quote) {
        const std::string triple(3, quote);
        const bool many_lines = text_.substr(at_, 3) == triple;
        copy(many_lines ? 3 : 1);
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '\n' && !many_lines) return {};  // the library reports the open string
            if (c == quote && (!many_lines || text_.substr(at_, 3) == triple)) {
                copy(many_lines ? 3 : 1);
                return {};
            }
            if (is_beyond_ascii(c)) {
                if (quote == '\'') return here("write a text like this in double quotes");
                copy_escaped();
            } else if (c == '\\' && quote == '"') {
                copy();
                if (at_ >= text_.size()) return {};
                if (is_beyond_ascii(text_[at_])) {
                    return here("this character must not stand behind a backslash");
                }
                copy();
            } else {
                copy();
            }
        }
        return {};
    }

    void copy(std::size_t octets = 1) {
        for (const char c : text_.substr(at_, octets)) {
            out_ += c;
            ++at_;
            if (c != '\n') continue;
            ++line_;
            line_start_ = at_;
        }
    }
    void copy_escaped() {
        std::string_view rest = text_.substr(at_);
        out_ += fmt::format("\\U{:08X}", take_code_point(rest));
        at_ = text_.size() - rest.size();
    }

    [[nodiscard]] SyntaxError here(std::string message) const {
        return {{line_, static_cast<std::uint32_t>(at_ - line_start_ + 1)}, std::move(message)};
    }
    [[nodiscard]] SyntaxError too_deep(std::string_view what, std::size_t limit) const {
        return here(fmt::format("{} may be nested at most {} deep", what, limit));
    }

    std::string_view text_;
    std::string out_;
    std::size_t at_ = 0;
    std::size_t line_start_ = 0;
    std::uint32_t line_ = 1;
    std::size_t depth_ = 0;
    std::size_t parts_ = 1;
    bool blank_before_ = true;  // nothing but blanks in this line so far
};

// The line of the first octet that is not part of a UTF-8 character.
std::uint32_t line_of_bad_utf8(std::string_view text) {
    std::uint32_t line = 1;
    for (const std::string_view one : split(text, '\n')) {
        if (!is_valid_utf8(one)) return line;
        ++line;
    }
    return line;
}

}  // namespace

std::expected<std::string, SyntaxError> guarded_text(std::string_view text) {
    if (!is_valid_utf8(text)) {
        return std::unexpected(
            SyntaxError{{line_of_bad_utf8(text), 1}, "the file is not UTF-8; save it so"});
    }
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    return Guard(text).run();
}

}  // namespace sealgate::config
