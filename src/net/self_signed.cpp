// SPDX-License-Identifier: Apache-2.0
#include "net/tls.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>

namespace sealgate::net {

namespace {

constexpr long kValidSeconds = 10L * 365 * 86'400;

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(BIO* bio) const { BIO_free_all(bio); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};

std::string contents(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Free> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::unique_ptr<X509, Free> build_certificate(EVP_PKEY* key, const std::string& hostname) {
    std::unique_ptr<X509, Free> certificate(X509_new());
    if (!certificate) return nullptr;
    X509* x = certificate.get();
    std::uint64_t serial = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return nullptr;
    serial >>= 1U;  // positive, as RFC 5280 section 4.1.2.2 asks
    X509_NAME* name = X509_get_subject_name(x);
    // A common name is at most 64 octets; the subjectAltName is what clients compare.
    const std::string common_name = hostname.substr(0, 64);
    const bool ok =
        X509_set_version(x, X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(x), -3600) != nullptr &&
        X509_gmtime_adj(X509_getm_notAfter(x), kValidSeconds) != nullptr &&
        X509_set_pubkey(x, key) == 1 &&
        X509_NAME_add_entry_by_txt(name,
                                   "CN",
                                   MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(common_name.c_str()),
                                   -1,
                                   -1,
                                   0) == 1 &&
        X509_set_issuer_name(x, name) == 1 &&
        add_extension(x, NID_subject_alt_name, "DNS:" + hostname) &&
        add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(x, NID_ext_key_usage, "serverAuth,clientAuth") &&
        X509_sign(x, key, EVP_sha256()) != 0;
    if (!ok) return nullptr;
    return certificate;
}

}  // namespace

Status make_self_signed(os::FileSystem& files,
                        const std::string& certificate_file,
                        const std::string& key_file,
                        std::string_view hostname) {
    const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
    if (!key) return fail(ErrorKind::internal, "net.tls", tls_error());
    const auto certificate = build_certificate(key.get(), std::string(hostname));
    if (!certificate) return fail(ErrorKind::internal, "net.tls", tls_error());

    const std::unique_ptr<BIO, Free> key_pem(BIO_new(BIO_s_secmem()));
    const std::unique_ptr<BIO, Free> certificate_pem(BIO_new(BIO_s_mem()));
    if (!key_pem || !certificate_pem ||
        PEM_write_bio_PKCS8PrivateKey(
            key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
        PEM_write_bio_X509(certificate_pem.get(), certificate.get()) != 1) {
        return fail(ErrorKind::internal, "net.tls", tls_error());
    }
    SG_TRYV(os::write_file_durably(files, key_file, contents(key_pem.get())));
    return os::write_file_durably(files, certificate_file, contents(certificate_pem.get()));
}

}  // namespace sealgate::net
