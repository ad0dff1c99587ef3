#pragma once
// SPDX-License-Identifier: Apache-2.0
// Watches the gateway and tells the sinks. One thread of its own: it may wait for the store, for
// the I/O thread's answer and for a slow webhook, and nothing waits for it.

#include "admin/context.h"
#include "alert/sink.h"
#include "alert/watch.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace sealgate::alert {

struct EngineOptions {
    // The state of now; called on the engine's thread, may block for milliseconds.
    std::function<Observation()> observe;
    // The sinks that the settings name; called when they may have changed.
    std::function<std::vector<std::unique_ptr<Sink>>(const config::Settings& settings)> sinks;
    // One sentence for the logs: what began, what ended, which notice was given up.
    std::function<void(const std::string& line, bool good)> report;
};

class Engine {
public:
    static constexpr std::chrono::seconds kEvery{1};  // a round
    static constexpr std::chrono::seconds kObserveEvery{5};
    static constexpr std::chrono::seconds kBetweenEvents{60};  // alerts of new domains
    static constexpr std::size_t kMaxNotices = 20;             // of a sink, in a round
    // After these waits a notice that fails is tried again, and then given up.
    [[nodiscard]] static const std::vector<std::chrono::seconds>& retry_waits();

    // `context` must outlive the engine. Nothing runs before start().
    Engine(admin::Context& context, EngineOptions options);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    Engine(Engine&&) = delete;
    Engine& operator=(Engine&&) = delete;
    ~Engine();

    void start();
    // Any thread: what is under way comes to its end soon, tests included. stop() must follow.
    void begin_stop() { stopping_.request_stop(); }
    // Ends what is under way and the thread. What is not sent yet is sent after the next start.
    // Again: writes down the domains that were noted since.
    void stop();

    // Any thread; never blocks. The first at once, those that follow together about once a minute.
    void note_domain(NewDomain domain);
    // A test notice of this kind to each sink, now; any thread, blocks.
    [[nodiscard]] Result<std::vector<admin::SinkAnswer>> test(std::string_view name);

    // One round at the clock's time; for the thread, and for tests, which have none.
    void round();

private:
    void run(const std::stop_token& stop);
    void refresh_sinks();
    void watch();
    void tell_domains(bool all);
    void send_due(Sink& sink);
    void settle(Sink& sink, const admin::AlertNotice& notice, const Status& sent);
    void record(const Changes& changes, const std::vector<admin::Alert>& active);
    [[nodiscard]] std::vector<std::string> sink_names() const;

    admin::Context& context_;
    EngineOptions options_;
    std::stop_source stopping_;
    std::shared_ptr<const config::Settings> settings_;  // those that the sinks are of
    std::vector<std::unique_ptr<Sink>> sinks_;
    SteadyTime observed_{};
    bool observed_once_ = false;
    SteadyTime told_domains_{};
    bool told_domains_once_ = false;

    std::mutex mutex_;  // for what follows
    std::condition_variable_any wake_;
    std::vector<NewDomain> domains_;
    std::size_t domain_count_ = 0;
    std::thread thread_;
};

}  // namespace sealgate::alert
