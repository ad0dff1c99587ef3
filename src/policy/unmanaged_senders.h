#pragma once
// SPDX-License-Identifier: Apache-2.0
// What is done with mail on an outbound listener whose envelope sender is in no managed domain.

#include "base/network.h"
#include "base/result.h"
#include "mime/address.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

enum class UnmanagedAction : std::uint8_t { reject, bounce, pass };
[[nodiscard]] std::string_view to_string(UnmanagedAction action);
[[nodiscard]] std::optional<UnmanagedAction> parse_unmanaged_action(std::string_view text);

// A pattern for a domain: "partner.example" is exact, ".partner.example" its subdomains and itself,
// "*" any. An address literal is matched by "*" and by itself.
class DomainPattern {
public:
    enum class Kind : std::uint8_t { any, exact, suffix };

    // malformed, with a sentence for the administrator.
    [[nodiscard]] static Result<DomainPattern> parse(std::string_view text);
    [[nodiscard]] bool matches(const mime::Domain& domain) const;
    [[nodiscard]] Kind kind() const { return kind_; }
    // Without the leading dot; empty for "*".
    [[nodiscard]] const mime::Domain& domain() const { return domain_; }
    // In one form, so that equal patterns have equal texts: A-labels, lower case, no trailing dot.
    [[nodiscard]] const std::string& text() const { return text_; }
    bool operator==(const DomainPattern& other) const { return text_ == other.text_; }

private:
    Kind kind_ = Kind::any;
    mime::Domain domain_;
    std::string text_ = "*";
};

struct UnmanagedOverride {
    std::string listener;                 // "" = any
    std::optional<Network> network;       // of the source
    std::optional<DomainPattern> domain;  // of the sender
    UnmanagedAction action = UnmanagedAction::reject;
};

struct UnmanagedSenders {
    UnmanagedAction action = UnmanagedAction::reject;
    std::vector<UnmanagedOverride>
        overrides;  // the first that matches decides; all given fields must match

    [[nodiscard]] UnmanagedAction decide(std::string_view listener,
                                         const IpAddress& source,
                                         const mime::Domain& sender_domain) const;
};

}  // namespace sealgate::policy
