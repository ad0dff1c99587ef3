#pragma once
// SPDX-License-Identifier: Apache-2.0
// Notices by HTTPS: a POST of one JSON object, signed.
//
// The request goes where the administrator's URL leads, but not into the network of the gateway:
// the name is resolved first, every address must be public (alert/public_address.h) unless the
// setting allows others, the connection is made to an address that was checked, and a redirect is
// an error. The certificate is checked against the name of the URL.

#include "alert/lookup.h"
#include "alert/sink.h"
#include "base/clock.h"
#include "base/secret.h"
#include "config/https_url.h"

#include <string>

namespace sealgate::alert {

struct WebhookOptions {
    config::HttpsUrl url;
    std::string secret_file;
    std::string ca_file;  // "" = the system's
    bool allow_private = false;
    std::string hostname;  // of this gateway
};

class WebhookSink final : public Sink {
public:
    static constexpr std::chrono::seconds kLookupPatience{5};
    static constexpr std::chrono::seconds kConnectPatience{3};
    static constexpr std::chrono::seconds kPatience{10};  // for all that follows the look-up
    static constexpr std::size_t kLargestAnswer = 16UL * 1024;

    WebhookSink(WebhookOptions options, const Clock& clock, Lookup lookup = look_up)
        : options_(std::move(options)),
          clock_(clock),
          lookup_(std::move(lookup)) {}

    [[nodiscard]] std::string_view name() const override { return "webhook"; }
    // refused also: an address that is not public.
    [[nodiscard]] Status send(const admin::AlertNotice& notice, std::stop_token stop) override;

    // What the request of this body is; the signature is HMAC-SHA256 over TIMESTAMP "." BODY.
    [[nodiscard]] static std::string request(const config::HttpsUrl& url,
                                             const std::string& body,
                                             const SecretBytes& secret,
                                             WallTime now);

    // transient: it cannot be read, others can read it too, or its length is out of bounds.
    [[nodiscard]] static Result<SecretBytes> read_secret(const std::string& file);

private:
    [[nodiscard]] Result<std::vector<IpAddress>> addresses(const std::stop_token& stop) const;

    WebhookOptions options_;
    const Clock& clock_;
    Lookup lookup_;
};

}  // namespace sealgate::alert
