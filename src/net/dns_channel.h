#pragma once
// SPDX-License-Identifier: Apache-2.0
// c-ares on our event loop: it gives sockets and a time-out, we watch them and tell it what became
// ready. Loop's thread only.

#include "base/result.h"
#include "net/asio.h"
#include "net/dns_message.h"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

struct ares_channeldata;
struct ares_addrinfo;  // NOLINT(readability-identifier-naming): of c-ares

namespace sealgate::net {

struct DnsServers {
    std::vector<std::string> servers;  // "IP:port", "[v6]:port"; empty: those of the system
    std::chrono::milliseconds timeout{
        std::chrono::seconds(3)};  // of the first try; later ones double
    unsigned tries = 3;            // of each server
    bool operator==(const DnsServers&) const = default;
};

// How the servers are talked to.
enum class DnsTransport : std::uint8_t {
    either,     // by UDP, and by TCP what is too long for it: all of it on one connection
    datagrams,  // by UDP alone: what is too long comes as it was cut off
    stream,     // by TCP alone
};

class DnsChannel {
public:
    // The octets of the answer, empty when none came; `why` then says what went wrong.
    using Answered = std::function<void(std::span<const std::uint8_t> answer, std::string why)>;
    // Addresses with the time that they may be kept.
    using Resolved = std::function<void(DnsAnswer answer)>;

    // malformed: a server that cannot be used. transient: no memory, no configuration.
    [[nodiscard]] static Result<std::unique_ptr<DnsChannel>> open(
        asio::io_context& loop,
        const DnsServers& servers,
        DnsTransport transport = DnsTransport::either);
    // What came by UDP is not the whole answer.
    [[nodiscard]] static bool cut_off(std::span<const std::uint8_t> answer);
    DnsChannel(const DnsChannel&) = delete;
    DnsChannel& operator=(const DnsChannel&) = delete;
    DnsChannel(DnsChannel&&) = delete;
    DnsChannel& operator=(DnsChannel&&) = delete;
    // What is still asked is answered: with nothing.
    ~DnsChannel();

    // Asks the DNS for exactly this name. `done` is called once, perhaps before ask() returns.
    void ask(const std::string& name, DnsType type, Answered done);
    // The addresses of a host as its administrator means it: the hosts file first, then the DNS,
    // with the system's search list for names without a dot.
    void look_up(const std::string& host, Resolved done);

private:
    struct Watch;
    explicit DnsChannel(asio::io_context& loop) : loop_(loop), timer_(loop) {}

    static void on_socket(void* self, int socket, int readable, int writable);
    void watch(int socket, bool read, bool write);
    void wait(const std::shared_ptr<Watch>& watch, bool write);
    void process(int read, int write);
    void set_timer();

    asio::io_context& loop_;
    Timer timer_;
    ares_channeldata* channel_ = nullptr;
    std::unordered_map<int, std::shared_ptr<Watch>> watches_;
    // Handlers that are already under way when we end must not come to us.
    std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace sealgate::net
