// SPDX-License-Identifier: Apache-2.0
#include "syslog/sender.h"

#include "base/text.h"
#include "syslog/transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace sealgate::syslog {

namespace {

using net::Task;

constexpr std::size_t kBatch = 256;
constexpr std::chrono::milliseconds kIdle{200};
constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::seconds kLongestPause{60};
constexpr std::chrono::seconds kSavePosition{5};
constexpr std::chrono::seconds kGoodbye{2};
constexpr std::size_t kPositionLimit = 64;

class SenderImpl final : public Sender {
public:
    SenderImpl(SenderOptions options, maillog::MailLog& log, os::FileSystem& files)
        : options_(std::move(options)),
          log_(log),
          files_(files),
          deadlines_(loop_),
          dns_(loop_),
          waiting_(loop_),
          last_word_(loop_) {}
    SenderImpl(const SenderImpl&) = delete;
    SenderImpl& operator=(const SenderImpl&) = delete;
    SenderImpl(SenderImpl&&) = delete;
    SenderImpl& operator=(SenderImpl&&) = delete;
    ~SenderImpl() override {  // NOLINT(bugprone-exception-escape): without memory it ends here
        if (!thread_.joinable()) return;
        net::asio::post(loop_, [this] {
            stopping_ = true;
            goodbye_ = std::chrono::steady_clock::now() + kGoodbye;
            waiting_.cancel();
            // A connection or a look-up that hangs is not waited for.
            last_word_.expires_after(kGoodbye);
            last_word_.async_wait([this](const boost::system::error_code&) { loop_.stop(); });
        });
        thread_.join();
        save_position();
    }

    Status start() {
        SG_TRYV(dns_.configure(options_.dns));
        if (options_.target.kind == config::SyslogTarget::Kind::tls) {
            SG_TRY(tls_, net::TlsContext::client(options_.verify, options_.ca_file));
        }
        load_position();
        thread_ = std::thread([this] {
            deadlines_.start();
            net::asio::co_spawn(loop_.get_executor(), run(), net::asio::detached);
            loop_.run();
        });
        return {};
    }

    [[nodiscard]] SenderStats stats() const override {
        const std::uint64_t last = log_.last_sequence();
        const std::uint64_t at = position_;
        return {connected_, sent_, dropped_, last > at ? last - at : 0};
    }

private:
    Task<void> run() {
        auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(kFirstPause);
        while (!out_of_time()) {
            auto transport = co_await connect({loop_, deadlines_, dns_, tls_}, options_.target);
            if (!transport) {
                say(false, transport.error().detail());
                skip_backlog();
                if (stopping_) break;
                co_await wait(pause);
                pause = std::min<std::chrono::milliseconds>(pause * 2, kLongestPause);
                continue;
            }
            pause = kFirstPause;
            say(true, "");
            auto ended = co_await feed(**transport);
            if (ended) break;
            say(false, ended.error().detail());
            co_await wait(pause);
        }
        connected_ = false;
        deadlines_.stop();
        loop_.stop();
    }

    // Until the receiver is lost (an error), or everything is sent and we are to end.
    Task<Status> feed(Transport& transport) {
        while (!out_of_time()) {
            skip_backlog();
            if (transport.lost()) {
                co_return fail(ErrorKind::transient, "syslog.sender", "it closed the connection");
            }
            auto records = log_.after(position_, kBatch);
            if (!records) co_return std::unexpected(std::move(records).error());
            std::vector<std::string> messages;
            if (untold_ > 0) messages.push_back(gap_notice());
            for (const maillog::Record& record : *records)
                messages.push_back(render(record, options_.origin));
            if (messages.empty()) {
                if (stopping_) co_return Status();
                save_position_sometimes();
                co_await wait(kIdle);
                continue;
            }
            auto sent = co_await transport.send(messages);
            if (!sent) co_return sent;
            untold_ = 0;
            if (records->empty()) continue;
            position_ = records->back().sequence;
            sent_ += records->size();
            save_position_sometimes();
        }
        co_return Status();
    }

    [[nodiscard]] bool out_of_time() const {
        return stopping_ && std::chrono::steady_clock::now() > goodbye_;
    }

    Task<void> wait(std::chrono::milliseconds time) {
        if (stopping_) co_return;
        waiting_.expires_after(time);
        auto [ignored] = co_await waiting_.async_wait(net::kUse);
        (void)ignored;
    }

    // What is further behind than the backlog is left out, and counted.
    void skip_backlog() {
        const std::uint64_t last = log_.last_sequence();
        const std::uint64_t at = position_;
        if (last <= at || last - at <= options_.backlog) return;
        const std::uint64_t missed = last - at - options_.backlog;
        dropped_ += missed;
        untold_ += missed;
        position_ = last - options_.backlog;
    }

    std::string gap_notice() const {
        maillog::Record record;
        record.event.time = SystemClock().now();
        record.event.level = maillog::Level::warning;
        record.event.text = fmt::format(
            "syslog: {} records of the mail log were not sent; they are in the log itself",
            untold_);
        return render(record, options_.origin);
    }

    // Says only what is news.
    void say(bool connected, const std::string& problem) {
        const bool news = connected != connected_ || !spoken_;
        connected_ = connected;
        spoken_ = true;
        if (!news || !options_.report) return;
        options_.report(connected ? "syslog: the receiver is reached"
                                  : "syslog: the receiver is not reached: " +
                                        escape_for_log(problem) + "; records wait in the mail log");
    }

    void load_position() {
        position_ = log_.last_sequence();
        const auto text = os::read_file(files_, options_.position_file, kPositionLimit);
        if (!text) return;
        const auto kept = parse_number(trim(*text));
        // A number from another life of the log says nothing about this one.
        if (kept && *kept <= position_) position_ = *kept;
        saved_ = position_;
    }

    void save_position_sometimes() {
        const SteadyTime now = std::chrono::steady_clock::now();
        if (now < save_next_) return;
        save_next_ = now + kSavePosition;
        save_position();
    }

    void save_position() {
        if (saved_ == position_) return;
        const auto saved = os::write_file_durably(
            files_, options_.position_file, std::to_string(position_.load()) + "\n");
        if (saved) saved_ = position_;
    }

    const SenderOptions options_;
    maillog::MailLog& log_;
    os::FileSystem& files_;
    net::asio::io_context loop_{1};
    net::Deadlines deadlines_;
    net::Dns dns_;
    net::Timer waiting_;
    net::Timer last_word_;
    std::shared_ptr<net::TlsContext> tls_;
    std::atomic<bool> connected_ = false;
    std::atomic<std::uint64_t> position_ = 0;  // sequence of the last record sent or left out
    std::atomic<std::uint64_t> sent_ = 0;
    std::atomic<std::uint64_t> dropped_ = 0;
    std::uint64_t untold_ = 0;  // left out, and the receiver does not know
    std::uint64_t saved_ = 0;
    SteadyTime save_next_{};
    SteadyTime goodbye_{};
    bool stopping_ = false;
    bool spoken_ = false;
    std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Sender>> Sender::start(SenderOptions options,
                                              maillog::MailLog& log,
                                              os::FileSystem& files) {
    auto sender = std::make_unique<SenderImpl>(std::move(options), log, files);
    SG_TRYV(sender->start());
    return sender;
}

}  // namespace sealgate::syslog
