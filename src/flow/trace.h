#pragma once
// SPDX-License-Identifier: Apache-2.0
// The header fields we add in front of a message, and the guard against loops that reads them
// again.
//
//   Received: from client.example ([192.0.2.1]) by gw.example.com (Sealgate) with ESMTPS
//           (TLSv1.3 with cipher TLS_AES_256_GCM_SHA384) id SMTP-00042.1; Wed, 25 Nov 2026 07:14:36
//           +0000
//   X-Sealgate-Trace: SMTP-00042.1 5d0c...   (HMAC-SHA-256 over installation, id and Message-ID)
//
// The trace is keyed, so that a stranger's field counts for nothing.

#include "base/result.h"
#include "base/secret.h"
#include "flow/message.h"

#include <string>
#include <string_view>

namespace sealgate::flow {

class TraceGuard {
public:
    static constexpr std::string_view kFieldName = "X-Sealgate-Trace";
    // A message may pass an installation a few times for good reasons: out and in again, forwarded.
    static constexpr std::size_t kMaxOwnTraces = 10;

    TraceGuard(std::string hostname, SecretBytes key)
        : hostname_(std::move(hostname)),
          key_(std::move(key)) {}

    // Both fields, each ended by CRLF. RFC 5321 section 4.4; `for` only when there is one
    // recipient, so that no recipient learns of another.
    [[nodiscard]] std::string fields(const Accepted& mail, std::string_view message_id) const;
    // True when `value` (of a trace field) was written by this installation for this Message-ID.
    [[nodiscard]] bool is_own(std::string_view value, std::string_view message_id) const;

private:
    [[nodiscard]] std::string mac(std::string_view id, std::string_view message_id) const;

    std::string hostname_;
    SecretBytes key_;
};

}  // namespace sealgate::flow
