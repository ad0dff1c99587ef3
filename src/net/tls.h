#pragma once
// SPDX-License-Identifier: Apache-2.0
// TLS with OpenSSL 3: contexts for listeners and for next hops, and the certificate of the first
// start.

#include "base/clock.h"
#include "base/result.h"
#include "os/file_system.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace sealgate::net {

struct SslDeleter {
    void operator()(ssl_st* ssl) const;
    void operator()(ssl_ctx_st* context) const;
};
using SslPointer = std::unique_ptr<ssl_st, SslDeleter>;

// What was agreed, for the Received field and the log.
struct TlsInfo {
    std::string version;  // "TLSv1.3"
    std::string cipher;   // "TLS_AES_256_GCM_SHA384"
    bool verified = false;
    // As a client: SHA-256 of the server's public key (SubjectPublicKeyInfo), 64 hex digits.
    std::string key_pin;
};

// TLS 1.2 and later, server's cipher order, session tickets, no compression, no renegotiation.
// Shared by connections; a reload makes a new context and leaves running ones alone.
class TlsContext {
public:
    // PEM files. malformed: cannot be read as such, or key and certificate do not belong together.
    [[nodiscard]] static Result<std::shared_ptr<TlsContext>> server(
        const std::string& certificate_file, const std::string& key_file);
    // verify: chain against `ca_file` (PEM; "" = the system's) and the name given per connection.
    [[nodiscard]] static Result<std::shared_ptr<TlsContext>> client(bool verify,
                                                                    const std::string& ca_file);

    // A connection object; `name` is the server name to send (SNI) and, when verifying, to check.
    [[nodiscard]] Result<SslPointer> connection(std::string_view name) const;
    [[nodiscard]] bool verifies() const { return verify_; }
    // Of a server's: when its own certificate ends; nullopt where that is not known.
    [[nodiscard]] std::optional<WallTime> certificate_ends() const;

private:
    std::unique_ptr<ssl_ctx_st, SslDeleter> context_;
    bool server_ = false;
    bool verify_ = false;
};

// TlsInfo::key_pin of a connection; "" where the peer gave no certificate.
[[nodiscard]] std::string peer_key_pin(const ssl_st* ssl);

// The first failure in OpenSSL's error queue of this thread, as text; empties the queue.
[[nodiscard]] std::string tls_error();

// Writes a P-256 key (0600) and a self-signed certificate for `hostname`, valid for ten years, so
// that STARTTLS works from the first start.
Status make_self_signed(os::FileSystem& files,
                        const std::string& certificate_file,
                        const std::string& key_file,
                        std::string_view hostname);

}  // namespace sealgate::net
