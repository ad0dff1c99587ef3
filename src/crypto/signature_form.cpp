// SPDX-License-Identifier: Apache-2.0
#include "crypto/signature_form.h"

#include "crypto/key_impl.h"

#include <cstring>

namespace sealgate::crypto {
namespace {

using std::string_view_literals::operator""sv;

// DigestInfo up to the digest (RFC 9580 section 5.2.2, RFC 8017 section 9.2, note 1; the object
// identifiers of SHA-3 from NIST's register).
std::string_view digest_info(HashAlgorithm hash) {
    switch (hash) {
        case HashAlgorithm::md5:
            return "\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10"sv;
        case HashAlgorithm::sha1:
            return "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"sv;
        case HashAlgorithm::ripemd160:
            return "\x30\x21\x30\x09\x06\x05\x2b\x24\x03\x02\x01\x05\x00\x04\x14"sv;
        case HashAlgorithm::sha224:
            return "\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00\x04\x1c"sv;
        case HashAlgorithm::sha256:
            return "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"sv;
        case HashAlgorithm::sha384:
            return "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"sv;
        case HashAlgorithm::sha512:
            return "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"sv;
        case HashAlgorithm::sha3_256:
            return "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x08\x05\x00\x04\x20"sv;
        case HashAlgorithm::sha3_512:
            return "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x0a\x05\x00\x04\x40"sv;
    }
    return {};
}

bool is_writable(std::string_view number) {
    return !number.empty() && number.size() < 128;
}

// Octets of an INTEGER's content: one more when the first bit would be a sign.
std::size_t integer_size(std::string_view number) {
    return number.size() + (static_cast<unsigned char>(number.front()) >> 7U);
}

void append_integer(std::string& out, std::string_view number) {
    out += '\x02';
    out += static_cast<char>(integer_size(number));
    if (integer_size(number) > number.size()) out += '\0';
    out += number;
}

}  // namespace

bool encode_emsa(HashAlgorithm hash,
                 std::string_view digest,
                 unsigned char* out,
                 std::size_t size) {
    const std::string_view info = digest_info(hash);
    const std::size_t tail = info.size() + digest.size();
    if (digest.size() != digest_size(hash) || size < tail + 11) return false;
    const std::size_t filling = size - tail - 3;
    out[0] = 0;
    out[1] = 1;
    std::memset(out + 2, 0xff, filling);
    out[2 + filling] = 0;
    std::memcpy(out + 3 + filling, info.data(), info.size());
    std::memcpy(out + 3 + filling + info.size(), digest.data(), digest.size());
    return true;
}

std::string encode_der(std::string_view r, std::string_view s) {
    r = without_zeroes(r);
    s = without_zeroes(s);
    if (!is_writable(r) || !is_writable(s)) return {};
    const std::size_t size = 4 + integer_size(r) + integer_size(s);
    if (size > 255) return {};
    std::string out;
    out.reserve(size + 3);
    out += '\x30';
    if (size >= 128) out += '\x81';
    out += static_cast<char>(size);
    append_integer(out, r);
    append_integer(out, s);
    return out;
}

}  // namespace sealgate::crypto
