// SPDX-License-Identifier: Apache-2.0
// Two readers of the same packets. Properties: what the one in memory takes, the other takes as
// well, octet by octet; it takes more only where lengths are unknown; pieces make no difference.
#include "openpgp/octet_writer.h"
#include "openpgp/packet_stream.h"

#include <cstdint>
#include <vector>

namespace sealgate::openpgp {
namespace {

class Slow final : public Source {
public:
    Slow(std::string_view octets, std::size_t most) : inner_(octets), most_(most) {}
    Result<std::size_t> read(char* out, std::size_t size) override {
        return inner_.read(out, std::min(size, most_));
    }

private:
    MemorySource inner_;
    std::size_t most_;
};

struct Seen {
    Tag tag{};
    std::uint64_t offset = 0;
    std::uint64_t body_offset = 0;
    bool definite = true;
    std::string body;

    friend bool operator==(const Seen&, const Seen&) = default;
};
struct Walk {
    std::vector<Seen> packets;
    bool whole = true;

    friend bool operator==(const Walk&, const Walk&) = default;
};

Walk by_stream(std::string_view octets, std::size_t most) {
    Walk out;
    Slow source(octets, most);
    PacketStream stream(source);
    for (;;) {
        const auto header = stream.next();
        if (header && !*header) return out;
        out.whole = header.has_value();
        if (!header) return out;
        const bool definite = (*header)->kind == LengthKind::definite;
        auto body = stream.body(octets.size());
        out.whole = body.has_value();
        if (!body) return out;
        out.packets.push_back({(*header)->tag,
                               stream.packet_offset(),
                               stream.body_offset(),
                               definite,
                               *std::move(body)});
    }
}

Walk in_memory(std::string_view octets) {
    Walk out;
    PacketWalker walker(octets);
    for (;;) {
        const auto packet = walker.next();
        if (packet && !*packet) return out;
        out.whole = packet.has_value();
        if (!packet) return out;
        out.packets.push_back({(*packet)->tag,
                               (*packet)->offset,
                               (*packet)->body_offset,
                               true,
                               std::string((*packet)->body)});
    }
}

void check(std::string_view octets) {
    const Walk stream = by_stream(octets, octets.size() + 1);
    const Walk walk = in_memory(octets);
    SG_CHECK(stream.packets.size() >= walk.packets.size());
    for (std::size_t i = 0; i < walk.packets.size(); ++i)
        SG_CHECK(stream.packets[i] == walk.packets[i]);
    if (walk.whole) {
        SG_CHECK(stream == walk);
    } else if (stream.packets.size() > walk.packets.size()) {
        SG_CHECK(!stream.packets[walk.packets.size()].definite);
    }
    for (const std::size_t most : {1U, 3U, 7U})
        SG_CHECK(by_stream(octets, most) == stream);
    // Written anew with definite lengths, everybody reads the same.
    std::string written;
    for (const Seen& one : stream.packets)
        put_packet(written, one.tag, one.body);
    const Walk again = in_memory(written);
    SG_CHECK(again.whole && again.packets.size() == stream.packets.size());
    for (std::size_t i = 0; i < again.packets.size(); ++i)
        SG_CHECK(again.packets[i].tag == stream.packets[i].tag &&
                 again.packets[i].body == stream.packets[i].body);
}

}  // namespace
}  // namespace sealgate::openpgp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sealgate::openpgp::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
