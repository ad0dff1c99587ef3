#pragma once
// SPDX-License-Identifier: Apache-2.0
// What an administrator wants to know of a certificate file.

#include "base/clock.h"
#include "base/result.h"

#include <string>

namespace sealgate::net {

struct CertificateFacts {
    WallTime not_before{};
    WallTime not_after{};
    bool self_signed = false;
    bool names_host = false;  // its names have the host asked for (RFC 6125), wildcards included
};

// Of the first certificate in a PEM file. not_found, refused: the file; malformed: no certificate.
[[nodiscard]] Result<CertificateFacts> read_certificate(const std::string& file,
                                                        const std::string& hostname);

}  // namespace sealgate::net
