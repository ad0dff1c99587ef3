// SPDX-License-Identifier: Apache-2.0
#include "delivery/carrier.h"

#include "delivery/maildir.h"
#include "net/offload.h"

#include <algorithm>

namespace sealgate::delivery {

using net::Task;

namespace {

constexpr unsigned kMostMoves = 3;  // from one mail server to another within an attempt

}  // namespace

Carrier::Carrier(UpstreamPool& upstreams,
                 net::asio::thread_pool& pool,
                 os::FileSystem& files,
                 std::string data_dir,
                 std::string hostname)
    : upstreams_(upstreams),
      pool_(pool),
      files_(files),
      data_dir_(std::move(data_dir)),
      hostname_(std::move(hostname)) {}

bool Carrier::reaches(const policy::Route& route) const {
    return upstreams_.reaches(route);
}

Task<Carried> Carrier::deliver(const policy::Route& route, const Released& released) {
    if (route.next_hop.kind == policy::NextHop::Kind::mailbox) {
        auto carried = co_await to_mailbox(route, released.shipment());
        co_return carried;
    }
    auto carried = co_await by_smtp(route, released);
    co_return carried;
}

Task<Carried> Carrier::by_smtp(const policy::Route& route, const Released& released) {
    Carried carried;
    unsigned moves = 0;
    for (bool fresh = false;; fresh = true) {
        auto lease = co_await upstreams_.acquire(route, fresh);
        if (!lease) {
            carried.outcomes.assign(released.shipment().recipients.size(), lease.error());
            carried.reached = false;
            carried.through = route.next_hop.to_string();
            co_return carried;
        }
        Upstream& upstream = *lease->upstream;
        carried.through = upstream.description();
        carried.outcomes = co_await upstream.send(released);
        const bool all_refused = std::ranges::all_of(carried.outcomes, [](const Outcome& one) {
            return one.kind == Outcome::Kind::refused;
        });
        const bool died_early = !upstream.usable() && upstream.before_content() && !all_refused;
        const bool chunk_unknown = upstream.chunk_unknown();
        const bool silent = std::ranges::none_of(carried.outcomes, &Outcome::remote);
        const std::string host = upstream.host();
        const bool reused = lease->reused;
        upstreams_.give_back(route, std::move(lease->upstream));
        // A connection that died while it lay idle says nothing about the message or the next hop;
        // neither does a command that is offered and not known. Once more, with another connection.
        if (!fresh && ((died_early && reused) || chunk_unknown)) continue;
        // One of several mail servers that takes connections and then does not talk: the next one.
        const bool by_dns = route.next_hop.kind == policy::NextHop::Kind::mx;
        if (!by_dns || !died_early || !silent || chunk_unknown) co_return carried;
        upstreams_.avoid(host);
        if (++moves > kMostMoves) co_return carried;
    }
}

Task<Carried> Carrier::to_mailbox(const policy::Route& route, const Shipment& shipment) {
    Carried carried;
    carried.through = route.next_hop.to_string();
    const std::string& where = route.next_hop.directory;
    const std::string directory = where.starts_with('/') ? where : data_dir_ + "/" + where;
    for (const smtp::Recipient& recipient : shipment.recipients) {
        const std::string envelope = "Return-Path: <" +
                                     (shipment.sender ? shipment.sender->wire() : "") +
                                     ">\r\nDelivered-To: " + recipient.address.wire() + "\r\n";
        auto stored = co_await net::offload(pool_, [&, this] {
            return deliver_to_maildir(
                files_, directory, hostname_, {envelope, shipment.prefix, *shipment.content});
        });
        if (stored) {
            Outcome outcome =
                local_outcome(Outcome::Kind::delivered, "2.0.0", "stored in the mailbox");
            carried.outcomes.push_back(std::move(outcome));
        } else {
            carried.outcomes.push_back(local_outcome(
                Outcome::Kind::deferred, "4.3.0", "mailbox: " + stored.error().detail()));
        }
    }
    co_return carried;
}

}  // namespace sealgate::delivery
