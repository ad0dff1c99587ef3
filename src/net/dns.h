#pragma once
// SPDX-License-Identifier: Apache-2.0
// Questions to the DNS, with a cache. Many who ask the same at the same time are one question.
// Loop's thread only.

#include "net/dns_cache.h"
#include "net/dns_channel.h"

#include <memory>
#include <string>
#include <unordered_map>

namespace sealgate::net {

struct DnsOptions {
    DnsServers servers;
    std::size_t cache = 10'000;  // answers kept; 0: none
    AddressFamily family = AddressFamily::any;
    bool operator==(const DnsOptions&) const = default;
};

class Dns {
public:
    // Nobody waits longer for an answer, whatever the servers do.
    static constexpr std::chrono::seconds kPatience{45};
    static constexpr std::size_t kMostLongAnswers = 100;  // by TCP at a time

    explicit Dns(asio::io_context& loop) : loop_(loop), cache_(0) {}
    Dns(const Dns&) = delete;
    Dns& operator=(const Dns&) = delete;
    Dns(Dns&&) = delete;
    Dns& operator=(Dns&&) = delete;
    ~Dns();

    // Takes effect for what is asked from now on. An error leaves everything as it was.
    Status configure(const DnsOptions& options);
    [[nodiscard]] const DnsOptions& options() const { return options_; }

    Task<DnsAnswer> ask(std::string name, DnsType type);
    // Addresses of `name` in the DNS and nowhere else, of the families that the options allow, in
    // the order in which they are to be tried: the families take turns.
    Task<DnsAnswer> addresses(std::string name);
    // The same for a host that our own configuration names: the hosts file first, search list. When
    // nothing can be found out, the addresses known before still count.
    Task<DnsAnswer> host(std::string name);

private:
    struct Question;
    std::shared_ptr<Question> begin(const std::string& name, DnsType type);
    std::shared_ptr<Question> begin_host(const std::string& name);
    std::shared_ptr<Question> join(const std::string& key);
    void ask_by_tcp(const std::string& name, DnsType type, DnsChannel::Answered done);
    void end_channels();
    void answer(const std::string& key, const std::shared_ptr<Question>& question, DnsAnswer got);
    Task<DnsAnswer> wait(std::shared_ptr<Question> question);
    [[nodiscard]] DnsAnswer in_order(DnsAnswer answer) const;

    asio::io_context& loop_;
    DnsOptions options_;
    DnsCache cache_;
    std::unordered_map<std::string, std::shared_ptr<Question>> open_;
    // Their end answers what is open. Names of others are asked for by UDP; an answer that is too
    // long for it comes on a connection of its own: on a shared one, a server that stops in the
    // middle of one answer would keep back all that follow.
    std::unique_ptr<DnsChannel> channel_;
    std::unique_ptr<DnsChannel> hosts_;  // of names in our own configuration
    std::unordered_map<std::uint64_t, std::unique_ptr<DnsChannel>> long_answers_;
    std::uint64_t last_long_answer_ = 0;
};

}  // namespace sealgate::net
