#pragma once
// SPDX-License-Identifier: Apache-2.0
// The running gateway: listeners, sessions, queue and spool on one I/O thread. Wires the stages
// together and knows how to start, reload and stop.

#include "base/clock.h"
#include "config/settings.h"
#include "flow/notice.h"
#include "flow/queue.h"
#include "flow/services.h"
#include "flow/session.h"
#include "maillog/mail_log.h"
#include "os/file_system.h"
#include "os/service_manager.h"
#include "spool/spool.h"

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace sealgate::flow {

struct GatewayOptions {
    std::shared_ptr<const config::Settings> settings;
    SitePointer site;
    std::function<void(UnmanagedSighting)>
        on_unmanaged;  // called on the I/O thread; must not block
    // Listening sockets that a service manager opened, by listener. Their descriptors become the
    // gateway's.
    std::vector<os::InheritedSocket> inherited;
    // Called on the I/O thread when it serves, and about once a second from then on; must not
    // block.
    std::function<void()> heartbeat;
};

struct ListenerView {
    std::string name;
    std::string address;  // with the real port
    std::uint16_t port = 0;
    config::Direction direction = config::Direction::outbound;
    config::Mode mode = config::Mode::store;
    std::size_t sessions = 0;
};

class Gateway {
public:
    // All references must outlive the gateway.
    Gateway(GatewayOptions options,
            os::FileSystem& files,
            const Clock& clock,
            maillog::MailLog& log);
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;
    Gateway(Gateway&&) = delete;
    Gateway& operator=(Gateway&&) = delete;
    ~Gateway();

    // Keys, TLS, spool with recovery, and the listeners' sockets; nothing is accepted yet. The
    // error's detail is a sentence for the administrator.
    Status open();
    // Serves until stop() has done its work. The calling thread is the I/O thread.
    void run();
    // Any thread: no new connections, what is under way ends (at most `kStopPatience`), then run
    // returns.
    void stop();
    static constexpr std::chrono::seconds kStopPatience{8};

    // Any thread: swaps the whole.
    void set_site(SitePointer site);
    // Any thread: a domain that never sent through us before has, with `first`; for the log.
    void note_new_domain(std::string domain, UnmanagedSighting first);
    // Any thread: a line of the house in the log.
    void note_house(maillog::Level level, std::string text);
    // After run() has returned: what other threads still had to say.
    void run_posted();
    // Any thread. Limits, time-outs, TLS files and the like; listeners' sockets stay as they are.
    // The future tells what could not be taken over; the old setting then stays in force.
    std::future<Status> set_settings(std::shared_ptr<const config::Settings> settings);

    // Runs `work` on the I/O thread and gives its result; for other threads than that one.
    // transient: the gateway is stopping.
    template <class F>
    auto call(F work) -> std::invoke_result_t<F> {
        std::promise<std::invoke_result_t<F>> promise;
        auto future = promise.get_future();
        net::asio::post(loop_, [&] { promise.set_value(work()); });
        return future.get();
    }
    // The same for a coroutine.
    template <class T>
    T await(std::function<net::Task<T>()> work) {
        std::promise<T> promise;
        auto future = promise.get_future();
        net::asio::co_spawn(
            loop_.get_executor(),
            [&]() -> net::Task<void> {
                T result = co_await work();
                promise.set_value(std::move(result));
            },
            net::asio::detached);
        return future.get();
    }

    // I/O thread only.
    [[nodiscard]] Queue& queue() { return *queue_; }
    [[nodiscard]] std::vector<ListenerView> listeners() const;
    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] const Budget& budget() const { return budget_; }
    [[nodiscard]] const spool::RecoveryReport& recovery() const { return recovery_; }
    [[nodiscard]] SpoolPort& spool() { return spool_; }
    [[nodiscard]] std::vector<delivery::HopReach> hop_reach() const { return upstreams_->reach(); }
    // Of the listeners' certificate.
    [[nodiscard]] std::optional<WallTime> certificate_ends() const {
        return server_tls_->certificate_ends();
    }
    // Mail of our own, durable when the call returns. transient: not stored.
    net::Task<Status> send_notice(NoticeMail mail);
    [[nodiscard]] const Journal& journal() const { return journal_; }

private:
    struct Port;

    Status open_keys();
    Status open_spool();
    Status open_listeners();
    Status open_listener(const config::Listener& listener, const os::InheritedSocket* given);
    Status load_tls(const config::Settings& settings);
    [[nodiscard]] std::shared_ptr<const ListenerSetup> setup_for(
        const config::Listener& listener, const config::Settings& settings) const;
    void recover();
    net::Task<void> accept(Port& port);
    net::Task<void> housekeeping();
    net::Task<void> shut_down();
    net::Task<void> serve(Port& port, net::Socket socket);
    // Its header is read first where the listener has it so. nullopt: refused or broken; the log
    // knows.
    net::Task<std::optional<Origin>> find_origin(const Port& port,
                                                 net::Stream& stream,
                                                 ConnectionId connection);
    [[nodiscard]] bool refuse_connection(const Port& port, const Origin& origin) const;

    std::shared_ptr<const config::Settings> settings_;
    os::FileSystem& files_;
    const Clock& clock_;
    maillog::MailLog& log_;
    net::asio::io_context loop_{1};
    net::asio::executor_work_guard<net::Executor> work_;
    net::asio::thread_pool pool_{2};
    net::Deadlines deadlines_;
    Journal journal_;
    SpoolPort spool_;
    Budget budget_;
    Counters counters_;
    std::unique_ptr<TraceGuard> trace_;
    net::Dns dns_;
    std::unique_ptr<delivery::UpstreamPool> upstreams_;
    std::unique_ptr<delivery::Carrier> carrier_;
    std::shared_ptr<net::TlsContext> server_tls_;
    SitePointer site_;
    std::function<void(UnmanagedSighting)> on_unmanaged_;
    std::vector<os::InheritedSocket> inherited_;
    std::function<void()> heartbeat_;
    std::unique_ptr<Services> services_;
    std::unique_ptr<Queue> queue_;
    std::unique_ptr<Pipeline> pipeline_;
    std::vector<std::unique_ptr<Port>> ports_;
    std::map<std::string, std::size_t> per_source_;
    std::size_t sessions_ = 0;
    spool::RecoveryReport recovery_;
    bool stopping_ = false;
};

}  // namespace sealgate::flow
