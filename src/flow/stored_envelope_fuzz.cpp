// SPDX-License-Identifier: Apache-2.0
// What decodes is encoded to something that decodes to the same again.
#include "flow/stored_envelope.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sealgate::flow::decode_envelope;
    using sealgate::flow::encode_envelope;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    auto live = decode_envelope(bytes);
    if (!live) return 0;
    const std::string again = encode_envelope(*live);
    const auto twice = decode_envelope(again);
    SG_CHECK(twice.has_value());
    SG_CHECK(twice->envelope == live->envelope);
    SG_CHECK(encode_envelope(*twice) == again);
    return 0;
}
