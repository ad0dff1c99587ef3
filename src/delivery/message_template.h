#pragma once
// SPDX-License-Identifier: Apache-2.0
// The texts of messages that we write to people, replaceable by the administrator, in several
// languages, with or without a part in HTML. Logic-free: the only syntax is {{variable}}.
//
// The source of a template is what the commands show and take: the text,
//
//     Subject: Message undeliverable
//
//     Your message to {{recipient}} could not be delivered. ({{connection_id}})
//
// and, where there is one, the HTML part, which has no subject of its own.
//
// Values are put in once and never read as template text again, each escaped for where it stands:
// line ends in a value of the subject become blanks, so no value can add a header line; in HTML a
// value is characters and never markup.

#include "base/result.h"
#include "delivery/html_place.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::delivery {

// One member per variable; what the caller does not know stays empty.
struct TemplateValues {
    std::string recipient;      // the address, of several the first
    std::string recipients;     // all of them, one a line
    std::string sender;         // the envelope sender of the original
    std::string connection_id;  // of the original: "SMTP-00042"
    std::string message_id;     // Message-ID of the original
    std::string subject;        // of the original, as it stands there
    std::string reason;         // why, one line a recipient
    std::string hostname;       // of this gateway
    std::string postmaster;     // its address
    std::string date;           // when the original arrived
    std::string next_hop;       // who was tried; "" only where nobody was to be asked
    std::string retry_until;    // when we give up
};

struct TemplateVariable {
    std::string_view name;
    std::string_view description;
    std::string_view sample;  // for previews
    std::string TemplateValues::* value;
};
[[nodiscard]] const std::vector<TemplateVariable>& template_variables();

struct MessageText {
    std::string subject;  // one line of UTF-8
    std::string text;     // lines ended by LF
    std::string html;     // the same; "" = no such part
};

struct TemplateSource {
    std::string text;
    std::string html;  // "" = no such part
    bool operator==(const TemplateSource&) const = default;
};

class MessageTemplate {
public:
    static constexpr std::size_t kMaxSource = std::size_t{256} * 1024;
    // Longer values are cut, so that a report stays a letter.
    static constexpr std::size_t kMaxValue = std::size_t{16} * 1024;
    static constexpr std::size_t kMaxSubject = 998;
    static constexpr std::size_t kMaxVariables = 200;  // in one part

    // malformed, with "line:column: sentence": no subject line, an empty one, unknown variables,
    // braces that are not closed or hold more than a name, controls, text that is not UTF-8; of the
    // HTML part, "HTML part, line:column: sentence", also for a variable where no value may stand
    // (delivery/html_place.h) and for what has no place in a report, such as scripts.
    // exhausted: a part over kMaxSource.
    [[nodiscard]] static Result<MessageTemplate> parse(const TemplateSource& source);

    [[nodiscard]] MessageText render(const TemplateValues& values) const;

private:
    struct Piece {
        std::string literal;
        const TemplateVariable* variable = nullptr;  // put in behind the literal
        HtmlPlace place = HtmlPlace::text;           // of the variable, in HTML
    };
    using Pieces = std::vector<Piece>;
    class Parser;

    Pieces subject_;
    Pieces text_;
    Pieces html_;
};

// The templates in force: the built-in ones and what replaces them or stands beside them in other
// languages. A value; copies are cheap enough to make one for each change.
//
// A language is a tag as mime::language_tag() gives it; "" is the default text, which is there in
// any case.
class Templates {
public:
    struct BuiltIn {
        std::string_view name;
        std::string_view description;
        std::string_view source;
    };
    [[nodiscard]] static const std::vector<BuiltIn>& built_in();

    Templates();
    // not_found: no template has this name (detail: the nearest one); malformed also: the language
    // is no tag; else as MessageTemplate::parse.
    Status replace(std::string_view name, std::string_view language, const TemplateSource& source);
    Status replace(std::string_view name, std::string_view text) {
        return replace(name, "", {std::string(text), ""});
    }

    // The default text.
    [[nodiscard]] const MessageTemplate* find(std::string_view name) const;

    struct Chosen {
        const MessageTemplate* text = nullptr;  // null: no template has this name
        std::string language;                   // "" = the default text
    };
    // The first of `wanted` that the template has, each also by its shorter forms (RFC 4647 section
    // 3.4); the default text where none is there, or where `default_language`, its own, comes
    // first.
    [[nodiscard]] Chosen choose(std::string_view name,
                                const std::vector<std::string>& wanted,
                                std::string_view default_language) const;
    [[nodiscard]] static std::vector<std::string_view> names();

    // Whether `source` can serve as the template `name`: errors as replace().
    [[nodiscard]] static Status check(std::string_view name, const TemplateSource& source);
    // What `source` gives with the samples of template_variables().
    [[nodiscard]] static Result<MessageText> preview(const TemplateSource& source);

private:
    using Languages = std::map<std::string, MessageTemplate, std::less<>>;
    std::map<std::string, Languages, std::less<>> templates_;
};

// The names of the built-in templates.
inline constexpr std::string_view kBouncedInternalError =
    "Message Bounced -- Internal Server Error";
inline constexpr std::string_view kBouncedUnmanagedDomain = "Message Bounced -- Unmanaged Domain";
inline constexpr std::string_view kBouncedDeliveryFailed = "Message Bounced -- Delivery Failed";
inline constexpr std::string_view kBouncedMailLoop = "Message Bounced -- Mail Loop";
inline constexpr std::string_view kMessageDelayed = "Message Delayed";
inline constexpr std::string_view kMessageDelivered = "Message Delivered";

}  // namespace sealgate::delivery
