// SPDX-License-Identifier: Apache-2.0
#include "net/dns_channel.h"

#include <ares.h>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <netdb.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <limits>

namespace sealgate::net {

namespace {

// Larger answers are fragmented on their way, and fragments can be forged: those come by TCP.
constexpr int kDatagram = 1232;

using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

// The library says the same of a server that cannot be reached and of one that answers SERVFAIL or
// REFUSED.
std::string why_none(int status) {
    if (status == ARES_ECONNREFUSED) return "no DNS server gave an answer";
    return ares_strerror(status);
}

int library() {
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    return status;
}

void on_answer(void* argument, int status, int /*timeouts*/, unsigned char* octets, int length) {
    const std::unique_ptr<DnsChannel::Answered> done(static_cast<DnsChannel::Answered*>(argument));
    if (octets == nullptr || length <= 0) {
        (*done)({}, why_none(status));
        return;
    }
    (*done)({octets, static_cast<std::size_t>(length)}, "");
}

IpAddress address_of(const ares_addrinfo_node& node) {
    std::array<char, 64> text{};
    const int status = getnameinfo(
        node.ai_addr, node.ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
    const auto parsed = IpAddress::parse(status == 0 ? text.data() : "");
    return parsed ? *parsed : IpAddress();
}

void on_resolved(void* argument, int status, int /*timeouts*/, ares_addrinfo* info) {
    const std::unique_ptr<DnsChannel::Resolved> done(static_cast<DnsChannel::Resolved*>(argument));
    const std::unique_ptr<ares_addrinfo, void (*)(ares_addrinfo*)> owner(info, ares_freeaddrinfo);
    DnsAnswer answer;
    int ttl = std::numeric_limits<int>::max();
    if (status == ARES_SUCCESS && info != nullptr) {
        for (const auto* node = info->nodes; node != nullptr; node = node->ai_next) {
            if (answer.records.size() == kMaxDnsRecords) break;
            DnsRecord record;
            record.address = address_of(*node);
            answer.records.push_back(std::move(record));
            ttl = std::min(ttl, node->ai_ttl);
        }
    }
    if (!answer.records.empty()) {
        answer.kind = DnsAnswer::Kind::found;
        answer.ttl = std::chrono::seconds(std::max(ttl, 0));
    } else if (status == ARES_ENOTFOUND) {
        answer.kind = DnsAnswer::Kind::no_name;
    } else if (status == ARES_SUCCESS || status == ARES_ENODATA) {
        answer.kind = DnsAnswer::Kind::no_data;
    } else {
        answer.why = why_none(status);
    }
    (*done)(std::move(answer));
}

}  // namespace

// A socket of the library. It closes the socket itself, after it has told us.
struct DnsChannel::Watch {
    Watch(asio::io_context& loop, int socket) : descriptor(loop, socket) {}
    Descriptor descriptor;
    bool read = false;  // wanted
    bool write = false;
    bool reading = false;  // waited for
    bool writing = false;
};

bool DnsChannel::cut_off(std::span<const std::uint8_t> answer) {
    constexpr std::size_t kFlags = 2;
    constexpr unsigned kTruncated = 0x02;
    if (answer.size() <= kFlags) return false;
    // Of a longer datagram the library gives no more than it asked for, or than RFC 1035 allows
    // once a server has refused EDNS.
    constexpr std::size_t kPlainDatagram = 512;
    return (answer[kFlags] & kTruncated) != 0 || answer.size() >= kDatagram ||
           answer.size() == kPlainDatagram;
}

Result<std::unique_ptr<DnsChannel>> DnsChannel::open(asio::io_context& loop,
                                                     const DnsServers& servers,
                                                     DnsTransport transport) {
    if (library() != ARES_SUCCESS) {
        return fail(ErrorKind::internal, "net.dns", ares_strerror(library()));
    }
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the constructor is private
    std::unique_ptr<DnsChannel> made(new DnsChannel(loop));
    std::string lookups = "fb";  // the hosts file, then the DNS
    ares_options options{};
    options.flags = ARES_FLAG_EDNS;
    if (transport == DnsTransport::datagrams) options.flags |= ARES_FLAG_IGNTC;
    if (transport == DnsTransport::stream) options.flags |= ARES_FLAG_USEVC;
    options.timeout = static_cast<int>(servers.timeout.count());
    options.tries = static_cast<int>(servers.tries);
    options.ednspsz = kDatagram;
    options.lookups = lookups.data();
    options.sock_state_cb = &DnsChannel::on_socket;
    options.sock_state_cb_data = made.get();
    const int status =
        ares_init_options(&made->channel_,
                          &options,
                          ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ |
                              ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) {
        made->channel_ = nullptr;
        return fail(ErrorKind::transient,
                    "net.dns",
                    std::string("the DNS client cannot start: ") + ares_strerror(status));
    }
    if (servers.servers.empty()) return made;
    std::string list;
    for (const std::string& server : servers.servers)
        list += (list.empty() ? "" : ",") + server;
    if (ares_set_servers_ports_csv(made->channel_, list.c_str()) != ARES_SUCCESS) {
        return fail(ErrorKind::malformed, "net.dns", "these DNS servers cannot be used: " + list);
    }
    return made;
}

DnsChannel::~DnsChannel() {
    if (channel_ != nullptr) ares_destroy(channel_);
}

void DnsChannel::ask(const std::string& name, DnsType type, Answered done) {
    auto argument = std::make_unique<Answered>(std::move(done));
    ares_query(channel_, name.c_str(), 1, static_cast<int>(type), on_answer, argument.release());
    set_timer();
}

void DnsChannel::look_up(const std::string& host, Resolved done) {
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = ARES_AI_NOSORT;
    auto argument = std::make_unique<Resolved>(std::move(done));
    ares_getaddrinfo(channel_, host.c_str(), nullptr, &hints, on_resolved, argument.release());
    set_timer();
}

void DnsChannel::on_socket(void* self, int socket, int readable, int writable) {
    static_cast<DnsChannel*>(self)->watch(socket, readable != 0, writable != 0);
}

void DnsChannel::watch(int socket, bool read, bool write) {
    const auto found = watches_.find(socket);
    if (!read && !write) {
        if (found == watches_.end()) return;
        found->second->read = found->second->write = false;
        (void)
            found->second->descriptor.release();  // ends the waits; the socket stays the library's
        watches_.erase(found);
        return;
    }
    std::shared_ptr<Watch>& one = watches_[socket];
    if (!one) one = std::make_shared<Watch>(loop_, socket);
    one->read = read;
    one->write = write;
    const std::shared_ptr<Watch> kept = one;
    wait(kept, false);
    wait(kept, true);
}

void DnsChannel::wait(const std::shared_ptr<Watch>& watch, bool write) {
    bool& waiting = write ? watch->writing : watch->reading;
    if (waiting || !(write ? watch->write : watch->read)) return;
    waiting = true;
    watch->descriptor.async_wait(write ? Descriptor::wait_write : Descriptor::wait_read,
                                 [this, watch, write](const boost::system::error_code& error) {
                                     (write ? watch->writing : watch->reading) = false;
                                     // Released: this channel may be gone as well.
                                     if (error || !watch->descriptor.is_open()) return;
                                     const int socket = watch->descriptor.native_handle();
                                     process(write ? static_cast<int>(ARES_SOCKET_BAD) : socket,
                                             write ? socket : static_cast<int>(ARES_SOCKET_BAD));
                                     if (watch->descriptor.is_open()) wait(watch, write);
                                 });
}

void DnsChannel::process(int read, int write) {
    ares_process_fd(channel_, read, write);
    set_timer();
}

void DnsChannel::set_timer() {
    timeval left{};
    if (ares_timeout(channel_, nullptr, &left) == nullptr) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(std::chrono::seconds(left.tv_sec) +
                         std::chrono::microseconds(left.tv_usec));
    timer_.async_wait(
        [this, alive = std::weak_ptr<char>(alive_)](const boost::system::error_code& error) {
            if (!error && !alive.expired()) process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        });
}

}  // namespace sealgate::net
