#pragma once
// SPDX-License-Identifier: Apache-2.0
// OpenPGP data described for a person: every packet with its fields, and for certificates what they
// are worth. Made for what is broken as much as for what is whole: an error is part of the
// description, with its offset, and what follows it is described where it can be found.

#include "openpgp/key.h"
#include "openpgp/policy.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

// A tree of one-line texts. What comes from the data is escaped (base/text.h).
struct Description {
    std::string name;   // "signature packet", "fingerprint", "error"
    std::string value;  // may be ""
    std::vector<Description> parts = {};

    [[nodiscard]] bool is_error() const { return name == "error"; }
};

// Whether an error is in it.
[[nodiscard]] bool has_error(const Description& description);

struct InspectOptions {
    const Policy& policy;
    Timestamp now = 0;
    std::size_t lines = 200'000;             // of the description
    std::size_t packet_octets = 1U << 20U;   // of a packet whose fields are shown
    std::uint64_t unpacked = 256ULL << 20U;  // of compressed data, each
    std::size_t layers = 4;                  // of compressed data
    std::size_t certificates = 1000;         // that are judged
};

// `octets`: binary, armoured, or signed cleartext. Nothing is decrypted, and signatures over
// documents are not verified. Reads the data a few times; over a limit it says so and stops.
[[nodiscard]] Description inspect(std::string_view octets, const InspectOptions& options);

}  // namespace sealgate::openpgp
