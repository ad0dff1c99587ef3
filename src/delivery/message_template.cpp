// SPDX-License-Identifier: Apache-2.0
// Why there is no template library: docs/decisions/0007-templates-only-substitute.md.

#include "delivery/message_template.h"

#include "base/text.h"
#include "mime/clean_text.h"
#include "mime/language.h"

#include <algorithm>

namespace sealgate::delivery {

namespace {

constexpr std::string_view kSubject = "Subject:";

const TemplateVariable* find_variable(std::string_view name) {
    const auto& all = template_variables();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& v) { return v.name == name; });
    return found == all.end() ? nullptr : &*found;
}

std::string unknown_variable(std::string_view name) {
    std::vector<std::string_view> names;
    names.reserve(template_variables().size());
    for (const TemplateVariable& variable : template_variables())
        names.push_back(variable.name);
    std::string out = "there is no variable \"" + std::string(name) + "\"";
    const std::string_view near = nearest(name, names);
    if (!near.empty()) out += "; did you mean \"" + std::string(near) + "\"?";
    return out;
}

// CRLF to LF. Positions in errors count lines, which stay the same.
std::string with_line_feeds(std::string_view source) {
    std::string out;
    out.reserve(source.size());
    for (std::size_t i = 0; i < source.size(); ++i)
        if (source[i] != '\r' || i + 1 == source.size() || source[i + 1] != '\n') out += source[i];
    return out;
}

}  // namespace

const std::vector<TemplateVariable>& template_variables() {
    static const std::vector<TemplateVariable> variables{
        {"recipient",
         "Address of the recipient, of several the first",
         "bob@partner.example",
         &TemplateValues::recipient},
        {"recipients",
         "Addresses of all recipients that the message is about, one a line",
         "bob@partner.example\ncarol@partner.example",
         &TemplateValues::recipients},
        {"sender",
         "Envelope sender of the original message",
         "alice@corp.example",
         &TemplateValues::sender},
        {"connection_id",
         "Label of the connection that brought the original message; every line of the mail log "
         "about it has this label",
         "SMTP-00042",
         &TemplateValues::connection_id},
        {"message_id",
         "Message-ID of the original message",
         "<20261125.0714@corp.example>",
         &TemplateValues::message_id},
        {"subject", "Subject of the original message", "Offer for May", &TemplateValues::subject},
        {"reason",
         "Why, and who said so, a line for each recipient",
         "bob@partner.example: 550 5.1.1 no such user here (said by mx.partner.example)",
         &TemplateValues::reason},
        {"hostname", "Name of this gateway", "gw.corp.example", &TemplateValues::hostname},
        {"postmaster",
         "Address of the people who run this gateway",
         "postmaster@corp.example",
         &TemplateValues::postmaster},
        {"date",
         "When the original message arrived",
         "Wed, 25 Nov 2026 07:14:36 +0000",
         &TemplateValues::date},
        {"next_hop",
         "The mail server that was tried; empty when the gateway itself refused",
         "mx.partner.example:25",
         &TemplateValues::next_hop},
        {"retry_until",
         "When this gateway gives up trying",
         "Mon, 30 Nov 2026 07:14:36 +0000",
         &TemplateValues::retry_until},
    };
    return variables;
}

// Reads a source from its start to its end, and knows where it is.
class MessageTemplate::Parser {
public:
    explicit Parser(std::string_view source, std::string_view part = "")
        : source_(source),
          part_(part) {}

    Status parse_text(MessageTemplate& out) {
        SG_TRYV(check_characters());
        if (!istarts_with(source_, kSubject)) {
            return broken(0, "the first line must be \"Subject: \" and the subject");
        }
        const std::size_t line_end = std::min(source_.find('\n'), source_.size());
        const std::size_t begin =
            std::min(source_.find_first_not_of(" \t", kSubject.size()), line_end);
        if (begin == line_end) return broken(begin, "the subject is empty");
        SG_TRY(out.subject_, parse_pieces(begin, line_end));
        if (line_end + 1 < source_.size() && source_[line_end + 1] != '\n') {
            return broken(line_end + 1,
                          "the subject is one line; an empty line must stand between it and the "
                          "text");
        }
        if (line_end + 2 < source_.size()) {
            SG_TRY(out.text_, parse_pieces(line_end + 2, source_.size()));
        }
        if (out.text_.empty()) return broken(source_.size(), "the text is empty");
        return {};
    }

    Status parse_html(MessageTemplate& out) {
        SG_TRYV(check_characters());
        SG_TRY(out.html_, parse_pieces(0, source_.size()));
        HtmlWalk walk;
        std::size_t at = 0;  // of the piece's literal in the source
        for (Piece& piece : out.html_) {
            at = source_.find(piece.literal, at);
            if (auto problem = walk.walk(piece.literal)) {
                return broken(at + problem->at, problem->sentence);
            }
            at += piece.literal.size();
            if (piece.variable == nullptr) continue;
            piece.place = walk.place();
            if (piece.place == HtmlPlace::forbidden) {
                return broken(at,
                              "a variable can stand here only between tags, or in a quoted "
                              "attribute; of a link, behind \"mailto:\" or \"https://HOST/\"");
            }
            walk.pass_value();
            at = source_.find("}}", at) + 2;
        }
        if (walk.complete()) return {};
        return broken(source_.size(), "the HTML ends inside a tag, a comment, a title or a style");
    }

private:
    [[nodiscard]] std::unexpected<Error> broken(std::size_t at, const std::string& sentence) const {
        const std::string_view before = source_.substr(0, at);
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 = 0
        return fail(ErrorKind::malformed,
                    "delivery.template",
                    std::string(part_) + std::to_string(line) + ":" +
                        std::to_string(at - line_begin + 1) + ": " + sentence);
    }

    [[nodiscard]] Status check_characters() const {
        for (std::size_t i = 0; i < source_.size(); ++i) {
            const auto byte = static_cast<unsigned char>(source_[i]);
            const bool control = byte < 0x20 || byte == 0x7F;
            if (control && byte != '\n' && byte != '\t') {
                return broken(i, "control characters are not allowed");
            }
        }
        for (std::size_t begin = 0; begin < source_.size();) {
            const std::size_t end = std::min(source_.find('\n', begin), source_.size());
            if (!is_valid_utf8(source_.substr(begin, end - begin))) {
                return broken(begin, "this line is not UTF-8");
            }
            begin = end + 1;
        }
        return {};
    }

    [[nodiscard]] Result<Pieces> parse_pieces(std::size_t at, std::size_t end) const {
        Pieces out;
        std::size_t variables = 0;
        while (at < end) {
            const std::size_t open = std::min(source_.find("{{", at), end);
            Piece piece;
            piece.literal = source_.substr(at, open - at);
            at = open;
            if (open < end) {
                const std::string_view rest = source_.substr(open, end - open);
                const std::size_t close = rest.find("}}");
                if (close == std::string_view::npos || rest.find('\n') < close) {
                    return broken(open, "\"{{\" is not closed by \"}}\" on the same line");
                }
                const std::string_view name = trim(rest.substr(2, close - 2));
                SG_TRY(piece.variable, variable(open, name));
                if (++variables > kMaxVariables) {
                    return broken(open, "there can be at most 200 variables");
                }
                at = open + close + 2;
            }
            out.push_back(std::move(piece));
        }
        return out;
    }

    [[nodiscard]] Result<const TemplateVariable*> variable(std::size_t at,
                                                           std::string_view name) const {
        const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return is_alpha(c) || is_digit(c) || c == '_';
        });
        if (!is_name) return broken(at, "only the name of a variable may stand between braces");
        const TemplateVariable* found = find_variable(name);
        if (found == nullptr) return broken(at, unknown_variable(name));
        return found;
    }

    std::string_view source_;
    std::string_view part_;  // before the place in an error
};

Result<MessageTemplate> MessageTemplate::parse(const TemplateSource& source) {
    if (source.text.size() > kMaxSource || source.html.size() > kMaxSource) {
        return fail(ErrorKind::exhausted, "delivery.template", "a template has at most 256 KiB");
    }
    MessageTemplate out;
    const std::string text = with_line_feeds(source.text);
    SG_TRYV(Parser(text).parse_text(out));
    if (source.html.empty()) return out;
    const std::string html = with_line_feeds(source.html);
    SG_TRYV(Parser(html, "HTML part, ").parse_html(out));
    return out;
}

MessageText MessageTemplate::render(const TemplateValues& values) const {
    MessageText out;
    for (const Piece& piece : subject_) {
        out.subject += piece.literal;
        if (piece.variable != nullptr) out.subject += values.*(piece.variable->value);
    }
    out.subject = mime::clean_line(out.subject, kMaxSubject);
    for (const Piece& piece : text_) {
        out.text += piece.literal;
        if (piece.variable == nullptr) continue;
        out.text += mime::clean_lines(values.*(piece.variable->value), kMaxValue);
    }
    if (!out.text.ends_with('\n')) out.text += '\n';
    for (const Piece& piece : html_) {
        out.html += piece.literal;
        if (piece.variable == nullptr) continue;
        out.html +=
            html_value(mime::clean_lines(values.*(piece.variable->value), kMaxValue), piece.place);
    }
    return out;
}

Templates::Templates() {
    for (const BuiltIn& one : built_in())
        SG_CHECK(replace(one.name, one.source).has_value());
}

Status Templates::replace(std::string_view name,
                          std::string_view language,
                          const TemplateSource& source) {
    const auto& all = built_in();
    if (std::none_of(all.begin(), all.end(), [&](const BuiltIn& b) { return b.name == name; })) {
        return fail(ErrorKind::not_found,
                    "delivery.template",
                    std::string(nearest(name, Templates::names())));
    }
    if (!language.empty() && mime::language_tag(language) != language) {
        return fail(ErrorKind::malformed, "delivery.template", "not a language tag");
    }
    SG_TRY(auto parsed, MessageTemplate::parse(source));
    templates_[std::string(name)].insert_or_assign(std::string(language), std::move(parsed));
    return {};
}

const MessageTemplate* Templates::find(std::string_view name) const {
    return choose(name, {}, "").text;
}

Templates::Chosen Templates::choose(std::string_view name,
                                    const std::vector<std::string>& wanted,
                                    std::string_view default_language) const {
    const auto found = templates_.find(name);
    if (found == templates_.end()) return {};
    const Languages& languages = found->second;
    const auto in_default = languages.find("");
    Chosen otherwise{in_default == languages.end() ? nullptr : &in_default->second, ""};
    for (const std::string& one : wanted) {
        for (std::string_view tag = one; !tag.empty(); tag = mime::shorter_language(tag)) {
            if (const auto there = languages.find(tag); there != languages.end()) {
                return {&there->second, there->first};
            }
            if (tag == default_language) return otherwise;
        }
    }
    return otherwise;
}

std::vector<std::string_view> Templates::names() {
    std::vector<std::string_view> out;
    out.reserve(built_in().size());
    for (const BuiltIn& one : built_in())
        out.push_back(one.name);
    return out;
}

Status Templates::check(std::string_view name, const TemplateSource& source) {
    return Templates().replace(name, "", source);
}

Result<MessageText> Templates::preview(const TemplateSource& source) {
    SG_TRY(const auto parsed, MessageTemplate::parse(source));
    TemplateValues samples;
    for (const TemplateVariable& variable : template_variables())
        samples.*(variable.value) = variable.sample;
    return parsed.render(samples);
}

}  // namespace sealgate::delivery
