// SPDX-License-Identifier: Apache-2.0
#include "net/tls.h"

#include "base/text.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <chrono>
#include <ctime>
#include <system_error>

namespace sealgate::net {

void SslDeleter::operator()(ssl_st* ssl) const {
    SSL_free(ssl);
}
void SslDeleter::operator()(ssl_ctx_st* context) const {
    SSL_CTX_free(context);
}

std::string tls_error() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return "connection closed";
    if (ERR_SYSTEM_ERROR(code)) {
        return std::error_code(ERR_GET_REASON(code), std::generic_category()).message();
    }
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "error " + std::to_string(code);
}

namespace {

void set_common_options(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    // Partial writes with a moving buffer: our write loop advances by what was taken. Buffers are
    // released while a connection idles.
    SSL_CTX_set_mode(context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                         SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

std::string peer_key_pin(const ssl_st* ssl) {
    const std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get1_peer_certificate(ssl),
                                                             X509_free);
    if (!certificate) return "";
    unsigned char* encoded = nullptr;
    const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &encoded);
    if (length <= 0) return "";
    std::array<char, 32> digest{};
    const std::size_t size = static_cast<std::size_t>(length);
    const bool hashed = EVP_Q_digest(nullptr,
                                     "SHA256",
                                     nullptr,
                                     encoded,
                                     size,
                                     reinterpret_cast<unsigned char*>(digest.data()),
                                     nullptr) == 1;
    OPENSSL_free(encoded);
    return hashed ? to_hex({digest.data(), digest.size()}) : "";
}

Result<std::shared_ptr<TlsContext>> TlsContext::server(const std::string& certificate_file,
                                                       const std::string& key_file) {
    auto result = std::make_shared<TlsContext>();
    result->server_ = true;
    result->context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* context = result->context_.get();
    if (context == nullptr) return fail(ErrorKind::internal, "net.tls", tls_error());
    set_common_options(context);
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    // A ticket is only good for the service that gave it.
    static constexpr unsigned char kSessionContext[] = "sealgate-smtp";
    SSL_CTX_set_session_id_context(context, kSessionContext, sizeof kSessionContext - 1);
    if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
        return fail(ErrorKind::malformed,
                    "net.tls",
                    "certificate file " + certificate_file + " cannot be used: " + tls_error());
    }
    if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return fail(ErrorKind::malformed,
                    "net.tls",
                    "key file " + key_file + " cannot be used with certificate file " +
                        certificate_file + ": " + tls_error());
    }
    return result;
}

std::optional<WallTime> TlsContext::certificate_ends() const {
    const X509* certificate = SSL_CTX_get0_certificate(context_.get());
    std::tm utc{};
    if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &utc) != 1) {
        return std::nullopt;
    }
    const std::chrono::sys_days day = std::chrono::year(utc.tm_year + 1900) /
                                      std::chrono::month(static_cast<unsigned>(utc.tm_mon + 1)) /
                                      std::chrono::day(static_cast<unsigned>(utc.tm_mday));
    return WallTime(day + std::chrono::hours(utc.tm_hour) + std::chrono::minutes(utc.tm_min) +
                    std::chrono::seconds(utc.tm_sec));
}

Result<std::shared_ptr<TlsContext>> TlsContext::client(bool verify, const std::string& ca_file) {
    auto result = std::make_shared<TlsContext>();
    result->verify_ = verify;
    result->context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX* context = result->context_.get();
    if (context == nullptr) return fail(ErrorKind::internal, "net.tls", tls_error());
    set_common_options(context);
    if (!verify) return result;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    const int loaded = ca_file.empty()
                           ? SSL_CTX_set_default_verify_paths(context)
                           : SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr);
    if (loaded != 1) {
        return fail(ErrorKind::malformed,
                    "net.tls",
                    "CA file " + ca_file + " cannot be used: " + tls_error());
    }
    return result;
}

Result<SslPointer> TlsContext::connection(std::string_view name) const {
    SslPointer ssl(SSL_new(context_.get()));
    if (!ssl) return fail(ErrorKind::internal, "net.tls", tls_error());
    if (server_) return ssl;
    const std::string host(name);
    X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl.get());
    const bool is_ip = X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
    ERR_clear_error();
    if (!is_ip) {
        // SNI takes names only (RFC 6066 section 3).
        SSL_set_tlsext_host_name(ssl.get(), host.c_str());
        SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        if (verify_ && SSL_set1_host(ssl.get(), host.c_str()) != 1) {
            return fail(ErrorKind::malformed, "net.tls", "unusable TLS name " + host);
        }
    }
    return ssl;
}

}  // namespace sealgate::net
