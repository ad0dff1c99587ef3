#pragma once
// SPDX-License-Identifier: Apache-2.0
// The fields of single packets, for inspect.h.

#include "base/result.h"
#include "openpgp/container.h"
#include "openpgp/inspect.h"
#include "openpgp/packet.h"
#include "openpgp/signature.h"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

using Descriptions = std::vector<Description>;

[[nodiscard]] Description error_of(const Error& error);
// Foreign octets as one line.
[[nodiscard]] std::string shown(std::string_view octets);
// At most 64 octets in hexadecimal digits.
[[nodiscard]] std::string hex_start(std::string_view octets);

// Of the packets that are no data packets. An unknown kind has the first octets of its body.
[[nodiscard]] Descriptions describe_body(const Packet& packet);
[[nodiscard]] Descriptions describe_signature(const Signature& signature);
[[nodiscard]] Descriptions describe_container(const ContainerHeader& header);

}  // namespace sealgate::openpgp
