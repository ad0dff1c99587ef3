// SPDX-License-Identifier: Apache-2.0
// Properties: the pieces in which bytes arrive change nothing; a reply that was read can be written
// and read again without a further change; what is written keeps the limits of a reply line.
#include "smtp/reply.h"

#include <cstdint>
#include <string>
#include <vector>

namespace {

using sealgate::smtp::Reply;
using sealgate::smtp::ReplyParser;

struct Parsed {
    std::vector<Reply> replies;
    bool failed = false;
    bool operator==(const Parsed&) const = default;
};

Parsed parse(std::string_view bytes, std::size_t step) {
    Parsed out;
    ReplyParser parser;
    while (!bytes.empty() && !out.failed) {
        const std::string_view piece = bytes.substr(0, step);
        bytes.remove_prefix(piece.size());
        parser.feed(piece);
        for (;;) {
            auto reply = parser.next();
            out.failed = !reply;
            if (out.failed || !*reply) break;
            out.replies.push_back(**reply);
        }
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const Parsed whole = parse(bytes, bytes.size());
    SG_CHECK(parse(bytes, 1) == whole);
    SG_CHECK(parse(bytes, 7) == whole);
    for (const Reply& reply : whole.replies) {
        const std::string wire = sealgate::smtp::render(reply);
        for (std::size_t start = 0; start < wire.size();) {
            const std::size_t end = wire.find('\n', start);
            SG_CHECK(end != std::string::npos && end - start < 512 && wire[end - 1] == '\r');
            start = end + 1;
        }
        const Parsed again = parse(wire, wire.size());
        SG_CHECK(!again.failed && again.replies.size() == 1);
        SG_CHECK(render(again.replies[0]) == wire);
        SG_CHECK(reply.line().find_first_of("\r\n") == std::string::npos);
    }
    return 0;
}
