// SPDX-License-Identifier: Apache-2.0
#include "net/certificate.h"

#include "os/file_system.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

namespace sealgate::net {

namespace {

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
};

constexpr std::size_t kMostOctets = 1024UL * 1024;

WallTime to_time(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return WallTime(std::chrono::seconds(timegm(&parts)));
}

}  // namespace

Result<CertificateFacts> read_certificate(const std::string& file, const std::string& hostname) {
    const auto files = os::posix_file_system();
    SG_TRY(const std::string text, os::read_file(*files, file, kMostOctets));
    const std::unique_ptr<BIO, Free> bio(
        BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    const std::unique_ptr<X509, Free> certificate(
        bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    if (!certificate) {
        return fail(ErrorKind::malformed, "net.certificate", file + " holds no certificate in PEM");
    }
    CertificateFacts facts;
    facts.not_before = to_time(X509_get0_notBefore(certificate.get()));
    facts.not_after = to_time(X509_get0_notAfter(certificate.get()));
    facts.self_signed = X509_NAME_cmp(X509_get_subject_name(certificate.get()),
                                      X509_get_issuer_name(certificate.get())) == 0;
    facts.names_host =
        X509_check_host(certificate.get(), hostname.data(), hostname.size(), 0, nullptr) == 1;
    return facts;
}

}  // namespace sealgate::net
