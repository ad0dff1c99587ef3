#pragma once
// SPDX-License-Identifier: Apache-2.0
// The envelope (RFC 5321) with its DSN parameters (RFC 3461), as typed values.

#include "mime/address.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::smtp {

// Where reports go; empty is the null sender "<>".
using ReversePath = std::optional<mime::Address>;

enum class BodyType : std::uint8_t { seven_bit, eight_bit_mime };
enum class Ret : std::uint8_t { unset, full, headers };

struct MailParameters {
    std::optional<std::uint64_t> size;  // SIZE= in octets (RFC 1870)
    BodyType body = BodyType::seven_bit;
    bool smtputf8 = false;
    Ret ret = Ret::unset;
    std::string envid;  // as received, still xtext (RFC 3461 section 4.4); "" = not given

    bool operator==(const MailParameters&) const = default;
};

// NOTIFY= (RFC 3461 section 4.1). Nothing set = not given = failure (and perhaps delay) is
// reported.
struct Notify {
    bool never = false;
    bool success = false;
    bool failure = false;
    bool delay = false;

    [[nodiscard]] bool given() const { return never || success || failure || delay; }
    bool operator==(const Notify&) const = default;
};

struct Recipient {
    mime::Address address;
    Notify notify;
    std::string orcpt;  // as received: addr-type ";" xtext (RFC 3461 section 4.2); "" = not given

    bool operator==(const Recipient&) const = default;
};

struct Envelope {
    ReversePath sender;
    MailParameters parameters;
    std::vector<Recipient> recipients;

    bool operator==(const Envelope&) const = default;
};

}  // namespace sealgate::smtp
