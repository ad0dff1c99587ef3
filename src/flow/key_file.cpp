// SPDX-License-Identifier: Apache-2.0
#include "flow/key_file.h"

#include "base/text.h"
#include "crypto/random.h"

namespace sealgate::flow {

namespace {
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kMaxFile = 256;
}  // namespace

Result<SecretBytes> key_from_file(os::FileSystem& files, const std::string& path, bool create) {
    auto read = os::read_file(files, path, kMaxFile);
    if (read) {
        const SecretBytes text(*std::move(read));
        auto key = from_hex(trim(text.view()));
        if (!key || key->size() != kKeySize) {
            return fail(ErrorKind::malformed,
                        "flow.key_file",
                        "key file " + path + " does not hold 64 hexadecimal digits");
        }
        return SecretBytes(*std::move(key));
    }
    if (read.error().kind() != ErrorKind::not_found || !create) {
        return fail(std::move(read).error().during("key file " + path));
    }
    SG_TRY(SecretBytes key, crypto::random_key(kKeySize));
    const SecretBytes text(to_hex(key.view()) + "\n");
    SG_TRYV(os::write_file_durably(files, path, text.view()));
    return key;
}

}  // namespace sealgate::flow
