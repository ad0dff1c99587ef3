// SPDX-License-Identifier: Apache-2.0
#include "alert/lookup.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace sealgate::alert {

namespace {

struct Question {
    std::mutex mutex;
    std::condition_variable_any answered;
    bool done = false;
    std::string error;
    std::vector<IpAddress> addresses;
};

std::string text_of(const sockaddr* address) {
    char text[INET6_ADDRSTRLEN] = "";
    // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the form that sockets have
    if (address->sa_family == AF_INET) {
        (void)::inet_ntop(
            AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
    } else if (address->sa_family == AF_INET6) {
        (void)::inet_ntop(AF_INET6,
                          &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr,
                          text,
                          sizeof text);
    }
    // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
    return text;
}

void ask(const std::shared_ptr<Question>& question, const std::string& host) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    std::vector<IpAddress> addresses;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        if (auto address = IpAddress::parse(text_of(one->ai_addr))) addresses.push_back(*address);
    }
    if (found != nullptr) ::freeaddrinfo(found);
    const std::lock_guard lock(question->mutex);
    question->done = true;
    if (failed != 0) question->error = ::gai_strerror(failed);
    question->addresses = std::move(addresses);
    question->answered.notify_all();
}

}  // namespace

Result<std::vector<IpAddress>> look_up(const std::string& host,
                                       std::chrono::milliseconds patience,
                                       const std::stop_token& stop) {
    const auto question = std::make_shared<Question>();
    std::thread([question, host] { ask(question, host); }).detach();
    std::unique_lock lock(question->mutex);
    (void)question->answered.wait_for(lock, stop, patience, [&] { return question->done; });
    std::string error = question->done ? question->error : "no answer from the resolver";
    if (error.empty() && question->addresses.empty()) error = "it has no address";
    if (error.empty()) return question->addresses;
    return fail(
        ErrorKind::transient, "alert.lookup", "the name " + host + " does not resolve: " + error);
}

}  // namespace sealgate::alert
