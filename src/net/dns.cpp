// SPDX-License-Identifier: Apache-2.0
#include "net/dns.h"

#include <algorithm>
#include <utility>

namespace sealgate::net {

struct Dns::Question {
    explicit Question(asio::io_context& loop) : answered(loop) {}
    Timer answered;  // cancelled by the answer
    bool done = false;
    DnsAnswer answer;
};

Dns::~Dns() {
    end_channels();
}

// Each end answers what is open on it, which may look at the members.
void Dns::end_channels() {
    const auto ending = std::move(long_answers_);
    long_answers_.clear();
    const auto channel = std::move(channel_);
    const auto hosts = std::move(hosts_);
}

Status Dns::configure(const DnsOptions& options) {
    if (channel_ && options_ == options) return {};
    if (!channel_ || options_.servers != options.servers) {
        SG_TRY(auto channel, DnsChannel::open(loop_, options.servers, DnsTransport::datagrams));
        SG_TRY(auto hosts, DnsChannel::open(loop_, options.servers));
        end_channels();
        channel_ = std::move(channel);
        hosts_ = std::move(hosts);
        open_.clear();
    }
    options_ = options;
    cache_ = DnsCache(options.cache);
    return {};
}

// An open question with this key, or an answer that is still good; nullptr: it has to be asked.
std::shared_ptr<Dns::Question> Dns::join(const std::string& key) {
    if (const auto open = open_.find(key); open != open_.end()) return open->second;
    const DnsAnswer* known = cache_.find(key, std::chrono::steady_clock::now());
    if (known == nullptr) return nullptr;
    auto question = std::make_shared<Question>(loop_);
    question->done = true;
    question->answer = *known;
    return question;
}

void Dns::answer(const std::string& key, const std::shared_ptr<Question>& question, DnsAnswer got) {
    question->done = true;
    question->answer = got;
    cache_.put(key, std::move(got), std::chrono::steady_clock::now());
    if (const auto open = open_.find(key); open != open_.end() && open->second == question) {
        open_.erase(open);
    }
    question->answered.cancel();
}

std::shared_ptr<Dns::Question> Dns::begin(const std::string& name, DnsType type) {
    std::string key = std::to_string(static_cast<unsigned>(type)) + ' ' + name;
    if (auto joined = join(key)) return joined;
    auto question = std::make_shared<Question>(loop_);
    question->answered.expires_after(kPatience);
    open_[key] = question;
    const auto done = [this, key, name, type, question](std::span<const std::uint8_t> octets,
                                                        std::string why) {
        DnsAnswer got;
        got.why = std::move(why);
        if (!octets.empty()) {
            auto read = read_dns_answer(octets, name, type);
            if (read) {
                got = *std::move(read);
            } else {
                got.why = read.error().detail();
            }
        }
        answer(key, question, std::move(got));
    };
    channel_->ask(name,
                  type,
                  [this, name, type, done](std::span<const std::uint8_t> octets, std::string why) {
                      if (DnsChannel::cut_off(octets)) return ask_by_tcp(name, type, done);
                      done(octets, std::move(why));
                  });
    return question;
}

void Dns::ask_by_tcp(const std::string& name, DnsType type, DnsChannel::Answered done) {
    if (long_answers_.size() >= kMostLongAnswers) {
        return done({}, "too many long answers are waited for");
    }
    auto channel = DnsChannel::open(loop_, options_.servers, DnsTransport::stream);
    if (!channel) return done({}, channel.error().detail());
    const std::uint64_t id = ++last_long_answer_;
    DnsChannel& opened = **channel;
    long_answers_[id] = *std::move(channel);
    opened.ask(
        name,
        type,
        [this, id, done = std::move(done)](std::span<const std::uint8_t> octets, std::string why) {
            done(octets, std::move(why));
            const auto found = long_answers_.find(id);
            if (found == long_answers_.end()) return;  // all of them end
            // Not from within what it calls itself.
            asio::post(loop_, [ended = std::move(found->second)] {});
            long_answers_.erase(found);
        });
}

std::shared_ptr<Dns::Question> Dns::begin_host(const std::string& name) {
    const std::string key = "host " + name;
    if (auto joined = join(key)) return joined;
    auto question = std::make_shared<Question>(loop_);
    question->answered.expires_after(kPatience);
    open_[key] = question;
    hosts_->look_up(name, [this, key, question](DnsAnswer got) {
        // The hosts file has no times.
        got.ttl = std::max(got.ttl, std::chrono::seconds(5));
        answer(key, question, std::move(got));
    });
    return question;
}

Task<DnsAnswer> Dns::wait(std::shared_ptr<Question> question) {
    while (!question->done) {
        auto [error] = co_await question->answered.async_wait(kUse);
        if (!error) break;
    }
    if (question->done) co_return question->answer;
    DnsAnswer late;
    late.why = "no answer from the DNS in time";
    co_return late;
}

Task<DnsAnswer> Dns::ask(std::string name, DnsType type) {
    auto question = begin(name, type);
    auto answer = co_await wait(std::move(question));
    co_return answer;
}

// RFC 8305 section 4: the families take turns, so that a broken one costs little.
DnsAnswer Dns::in_order(DnsAnswer answer) const {
    std::vector<DnsRecord> first;
    std::vector<DnsRecord> second;
    const bool v4_first = options_.family == AddressFamily::prefer_ipv4;
    for (DnsRecord& record : answer.records) {
        const bool v4 = record.address.is_v4();
        if (options_.family == AddressFamily::ipv4 && !v4) continue;
        if (options_.family == AddressFamily::ipv6 && v4) continue;
        (v4 == v4_first ? first : second).push_back(std::move(record));
    }
    answer.records.clear();
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) answer.records.push_back(std::move(first[i]));
        if (i < second.size()) answer.records.push_back(std::move(second[i]));
    }
    if (answer.kind == DnsAnswer::Kind::found && answer.records.empty()) {
        answer.kind = DnsAnswer::Kind::no_data;
    }
    return answer;
}

Task<DnsAnswer> Dns::addresses(std::string name) {
    std::shared_ptr<Question> v6;
    std::shared_ptr<Question> v4;
    if (options_.family != AddressFamily::ipv4) v6 = begin(name, DnsType::aaaa);
    if (options_.family != AddressFamily::ipv6) v4 = begin(name, DnsType::a);
    DnsAnswer all;
    bool failed = false;
    bool no_name = false;
    for (std::shared_ptr<Question>& question : {std::ref(v6), std::ref(v4)}) {
        if (!question) continue;
        auto one = co_await wait(question);
        if (one.kind == DnsAnswer::Kind::failed) {
            failed = true;
            all.why = one.why;
        }
        no_name = no_name || one.kind == DnsAnswer::Kind::no_name;
        all.records.insert(all.records.end(), one.records.begin(), one.records.end());
    }
    if (!all.records.empty()) {
        all.kind = DnsAnswer::Kind::found;
    } else if (failed) {
        all.kind = DnsAnswer::Kind::failed;
    } else {
        all.kind = no_name ? DnsAnswer::Kind::no_name : DnsAnswer::Kind::no_data;
    }
    co_return in_order(std::move(all));
}

Task<DnsAnswer> Dns::host(std::string name) {
    auto question = begin_host(name);
    auto answer = co_await wait(std::move(question));
    if (answer.kind == DnsAnswer::Kind::failed) {
        if (const DnsAnswer* known = cache_.find_stale("host " + name)) {
            co_return in_order(*known);
        }
    }
    co_return in_order(std::move(answer));
}

}  // namespace sealgate::net
