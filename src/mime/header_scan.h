#pragma once
// SPDX-License-Identifier: Apache-2.0
// The header section of a message as views on its bytes: one linear pass that finds the fields and
// changes, drops and judges nothing. What a reader of a field needs is decoded when it is asked
// for.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::mime {

struct HeaderField {
    // As written, without blanks before the colon; empty when the line is no field (no colon, or
    // something before it that cannot be a name): such a line is kept and ends nothing.
    std::string_view name;
    // From behind the colon to before the last line end, folding included; of a line that is no
    // field, all of it.
    std::string_view value;
    // Where the field lies in the content, its last line end included.
    std::size_t begin = 0;
    std::size_t end = 0;
};

enum class HeaderLimit : std::uint8_t { none, fields, bytes };

class HeaderSection {
public:
    static constexpr std::size_t kMaxFields = 2000;
    static constexpr std::size_t kMaxBytes = std::size_t{1024} * 1024;

    // Scans until the first empty line, the end of the content, or a limit. Lines end with LF, with
    // or without CR. `content` must outlive the result.
    [[nodiscard]] static HeaderSection scan(std::string_view content);

    // In order and without gaps: the first begins at 0, the last ends at end().
    [[nodiscard]] const std::vector<HeaderField>& fields() const { return fields_; }
    // Behind the last field. The empty line, if there is one, begins here.
    [[nodiscard]] std::size_t end() const { return end_; }
    // Where the body begins: behind the empty line, or the end of the content when there is none.
    // Not known, and end(), when a limit was hit.
    [[nodiscard]] std::size_t body() const { return body_; }
    // Not none: only the fields before the limit were read, and nothing may be concluded from what
    // was not found.
    [[nodiscard]] HeaderLimit limit() const { return limit_; }
    // Octets looked at, so that tests can hold the scan to a multiple of its input.
    [[nodiscard]] std::size_t work() const { return work_; }

    // The first field of that name, in any case; nullptr when there is none.
    [[nodiscard]] const HeaderField* find(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;

    // "<id@host>" of the first Message-ID field; what stands there, trimmed, when it has no angle
    // brackets; "" without such a field.
    [[nodiscard]] std::string message_id() const;
    // The raw value of the first Subject field without blanks at its ends; may be folded and
    // encoded.
    [[nodiscard]] std::string_view subject() const;
    [[nodiscard]] std::size_t received_count() const { return count("Received"); }
    // "no", "auto-replied" ... (RFC 3834 section 5) in lower case; "" when not given.
    [[nodiscard]] std::string auto_submitted() const;

private:
    void add_field(std::string_view content, std::size_t begin, std::size_t end);

    std::vector<HeaderField> fields_;
    std::size_t end_ = 0;
    std::size_t body_ = 0;
    HeaderLimit limit_ = HeaderLimit::none;
    std::size_t work_ = 0;
};

// A value without the line ends of its folding (RFC 5322 section 2.2.3) and without blanks at its
// ends.
[[nodiscard]] std::string unfold(std::string_view value);

}  // namespace sealgate::mime
