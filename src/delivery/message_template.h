#pragma once
// SPDX-License-Identifier: Apache-2.0
// The texts of messages that we write to people, replaceable by the administrator. Logic-free: the
// only syntax is {{variable}}.
//
// The source of a template is what the commands show and take:
//
//     Subject: Message undeliverable
//
//     Your message to {{recipient}} could not be delivered. ({{connection_id}})
//
// Values are put in once and never read as template text again; line ends in a value of the subject
// become blanks, so no value can add a header line.

#include "base/result.h"

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
};

class MessageTemplate {
public:
    static constexpr std::size_t kMaxSource = std::size_t{256} * 1024;
    // Longer values are cut, so that a report stays a letter.
    static constexpr std::size_t kMaxValue = std::size_t{16} * 1024;
    static constexpr std::size_t kMaxSubject = 998;

    // malformed, with "line:column: sentence": no subject line, an empty one, unknown variables,
    // braces that are not closed or hold more than a name, controls, text that is not UTF-8.
    // exhausted: over kMaxSource.
    [[nodiscard]] static Result<MessageTemplate> parse(std::string_view source);

    [[nodiscard]] MessageText render(const TemplateValues& values) const;

private:
    struct Piece {
        std::string literal;
        const TemplateVariable* variable = nullptr;  // put in behind the literal
    };
    using Pieces = std::vector<Piece>;
    class Parser;

    Pieces subject_;
    Pieces text_;
};

// The templates in force: the built-in ones and what replaces them. A value; copies are cheap
// enough to make one for each change.
class Templates {
public:
    struct BuiltIn {
        std::string_view name;
        std::string_view description;
        std::string_view source;
    };
    [[nodiscard]] static const std::vector<BuiltIn>& built_in();

    Templates();
    // not_found: no template has this name (detail: the nearest one); else as
    // MessageTemplate::parse.
    Status replace(std::string_view name, std::string_view source);

    [[nodiscard]] const MessageTemplate* find(std::string_view name) const;
    [[nodiscard]] static std::vector<std::string_view> names();

    // Whether `source` can serve as the template `name`: errors as replace().
    [[nodiscard]] static Status check(std::string_view name, std::string_view source);
    // What `source` gives with the samples of template_variables(), in the form of a source.
    [[nodiscard]] static Result<std::string> preview(std::string_view source);

private:
    std::map<std::string, MessageTemplate, std::less<>> templates_;
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
