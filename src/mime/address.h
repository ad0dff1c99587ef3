#pragma once
// SPDX-License-Identifier: Apache-2.0
// The one address parser of the house (RFC 5321 section 4.1.2, RFC 6531 section 3.3, IDNA2008 by
// libidn2).
//
// What does not parse matches nothing and is refused: no caller compares addresses as text.

#include "base/result.h"

#include <string>
#include <string_view>

namespace sealgate::mime {

// A domain in A-label form, lower case, without a trailing dot; or an address literal
// "[192.0.2.1]".
class Domain {
public:
    Domain() = default;
    // Takes a domain name in any case, as U-labels or A-labels, with or without one trailing dot,
    // or an address literal. malformed: empty labels, labels over 63 or names over 253 octets
    // (judged before anything is decoded), characters that are not letters, digits or hyphens after
    // IDNA, xn-- labels that do not decode or do not round trip, full-width dots, characters that
    // IDNA would map to other than their lower case. A name in ASCII costs one allocation at most.
    [[nodiscard]] static Result<Domain> parse(std::string_view text);

    [[nodiscard]] const std::string& ascii() const { return ascii_; }
    [[nodiscard]] bool is_literal() const { return !ascii_.empty() && ascii_.front() == '['; }
    [[nodiscard]] bool empty() const { return ascii_.empty(); }
    // True for "a.b.example" below "b.example", not for "b.example" itself. False for literals.
    [[nodiscard]] bool is_subdomain_of(const Domain& parent) const;

    auto operator<=>(const Domain&) const = default;

private:
    std::string ascii_;
};

class Address {
public:
    Address() = default;
    // Takes a mailbox without angle brackets: local-part "@" domain, the local part as dot-string
    // or quoted-string, UTF-8 allowed (the caller checks that SMTPUTF8 was asked for with
    // needs_smtputf8). malformed: anything else, a local part over 64 octets, a mailbox over 254,
    // trailing garbage, a dot behind the domain, source routes, controls.
    [[nodiscard]] static Result<Address> parse(std::string_view text);

    // The local part unquoted. Compared exactly (RFC 5321 section 2.4).
    [[nodiscard]] const std::string& local() const { return local_; }
    [[nodiscard]] const Domain& domain() const { return domain_; }
    // local-part (quoted where it must be) "@" A-label domain: what we write on the wire and
    // compare.
    [[nodiscard]] std::string wire() const;
    // As it was received, for people and logs; may hold U-labels.
    [[nodiscard]] const std::string& text() const { return text_; }
    // True when the local part is not ASCII, so that the address cannot travel without SMTPUTF8.
    // A domain of U-labels can: wire() has it as A-labels.
    [[nodiscard]] bool needs_smtputf8() const;

    bool operator==(const Address& other) const {
        return local_ == other.local_ && domain_ == other.domain_;
    }

private:
    std::string local_;
    Domain domain_;
    std::string text_;
};

}  // namespace sealgate::mime
