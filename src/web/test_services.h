#pragma once
// SPDX-License-Identifier: Apache-2.0
// For tests: everything that the API needs, with a real store and mail log in a folder that goes
// away, and a gateway that says what the test wants.

#include "admin/context.h"
#include "admin/gateway.h"
#include "maillog/mail_log.h"
#include "os/file_system.h"
#include "store/database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace sealgate::web {

inline WallTime test_time(std::string_view text) {
    WallTime time;
    EXPECT_TRUE(from_rfc3339(text, time));
    return time;
}

class FakeGateway final : public admin::Gateway {
public:
    admin::GatewayStatus state;
    std::vector<admin::QueueItem> queue;
    std::vector<std::string> done;  // "retry 2", "delete all: reason"

    FakeGateway() {
        state.version = "1.2.3";
        state.hostname = "gw.example.com";
        state.started = test_time("2026-01-01T00:00:00Z");
        state.ready = state.spool_healthy = state.log_healthy = true;
        state.listeners = {{.name = "out\"bound",
                            .address = "127.0.0.1:2525",
                            .direction = "outbound",
                            .mode = "store",
                            .sessions = 2}};
        for (std::uint64_t i = 1; i <= 3; ++i) {
            admin::QueueItem item;
            item.id = MessageId{i};
            item.connection = ConnectionId{0, 40 + i};
            item.received = state.started;
            item.sender = i == 2 ? "" : "a@example.com";
            item.size = 1000 * i;
            item.next_hop = "192.0.2.9:25";
            item.recipients = {
                {.address = "b@example.org",
                 .state = i == 3 ? admin::QueueState::held : admin::QueueState::pending,
                 .attempts = 1,
                 .next_attempt = i == 3 ? std::nullopt : std::optional(state.started),
                 .note = "451 \xff\x1b[2J"}};
            queue.push_back(std::move(item));
        }
    }

    admin::GatewayStatus status() override { return state; }
    Result<admin::QueuePage> list_queue(const admin::QueueFilter& filter,
                                        const std::string& cursor,
                                        std::size_t limit) override {
        admin::QueuePage page;
        const auto start = cursor.empty() ? 0 : std::strtoul(cursor.c_str(), nullptr, 10);
        for (std::size_t i = start; i < queue.size(); ++i) {
            if (filter.state && queue[i].recipients.front().state != *filter.state) continue;
            if (page.items.size() == limit) {
                page.next_cursor = std::to_string(i);
                break;
            }
            page.items.push_back(queue[i]);
        }
        return page;
    }
    Result<admin::QueueItem> show_queued(MessageId id) override {
        for (const auto& item : queue) {
            if (item.id == id) return item;
        }
        return fail(ErrorKind::not_found, "test", "no such message");
    }
    admin::QueueStats queue_stats() override {
        admin::QueueStats stats;
        stats.messages = queue.size();
        stats.oldest = state.started;
        stats.destinations = {{.next_hop = "192.0.2.9:25",
                               .messages = 3,
                               .next_attempt = state.started,
                               .note = "connection refused"}};
        return stats;
    }
    Result<admin::QueueChange> retry_queued(const admin::QueueSelection& selection) override {
        return act("retry", selection);
    }
    Result<admin::QueueChange> hold_queued(const admin::QueueSelection& selection) override {
        return act("hold", selection);
    }
    Result<admin::QueueChange> release_queued(const admin::QueueSelection& selection) override {
        return act("release", selection);
    }
    Result<admin::QueueChange> delete_queued(const admin::QueueSelection& selection) override {
        return act("delete", selection);
    }
    std::vector<MessageId> find_queued(const ConnectionId& connection,
                                       std::optional<std::uint64_t> number) override {
        std::vector<MessageId> found;
        for (const auto& item : queue) {
            if (item.connection == connection && number.value_or(1) == 1) found.push_back(item.id);
        }
        return found;
    }

private:
    Result<admin::QueueChange> act(const std::string& what,
                                   const admin::QueueSelection& selection) {
        admin::QueueChange change;
        const auto take = [&](const admin::QueueItem& item) {
            change.changed.push_back(item.id);
            change.subjects.push_back(
                {item.id, item.connection, item.sender, item.recipients.size()});
        };
        for (const auto& item : queue) {
            if (selection.all) take(item);
        }
        for (const auto id : selection.ids) {
            if (const auto item = show_queued(id)) {
                take(*item);
            } else {
                change.not_found.push_back(id);
            }
        }
        if (selection.dry_run) return change;
        const std::string reason = selection.reason.empty() ? "" : ": " + selection.reason;
        done.push_back(what + " " + std::to_string(change.changed.size()) + " by " + selection.by +
                       reason);
        return change;
    }
};

class TestServices {
public:
    explicit TestServices(const std::string& toml = "") {
        std::string pattern = std::filesystem::temp_directory_path() / "sealgate-api-XXXXXX";
        directory_ = mkdtemp(pattern.data());
        auto loaded = config::parse("data_dir = \"" + directory_ + "\"\n" + toml, "/etc/gw.toml");
        for (const auto& problem : loaded.problems)
            ADD_FAILURE() << config::to_string(problem);
        const auto settings = std::make_shared<const config::Settings>(std::move(loaded.settings));
        auto database =
            store::Database::open({.url = "sqlite:sealgate.db", .data_dir = directory_});
        EXPECT_TRUE(database) << database.error().detail();
        database_ = *std::move(database);
        admin::TemplateLibrary library;
        library.built_in = {{"Message Bounced -- Unmanaged Domain", "for blocked mail", "Sorry"}};
        library.check = [](std::string_view, const admin::TemplateText& text) -> Status {
            if (text.text.find("{{") == std::string::npos) return {};
            return fail(ErrorKind::malformed, "test", "Line 1: there is no variable 'x'.");
        };
        library.preview = [](std::string_view,
                             const admin::TemplateText& text) -> Result<admin::TemplateText> {
            return admin::TemplateText{"Subject: Message undeliverable\n\n" + text.text, text.html};
        };
        context_ =
            std::make_unique<admin::Context>(*database_,
                                             clock,
                                             settings,
                                             std::move(library),
                                             [](const std::shared_ptr<const admin::Effective>&) {});
        const auto adopted = context_->adopt_settings(settings, {"file", "start"});
        EXPECT_TRUE(adopted) << adopted.error().detail();
        maillog::Options options;
        options.directory = directory_ + "/log";
        auto log = maillog::MailLog::open(std::move(options), *files_, clock);
        EXPECT_TRUE(log) << log.error().detail();
        log_ = *std::move(log);
    }
    TestServices(const TestServices&) = delete;
    TestServices& operator=(const TestServices&) = delete;
    TestServices(TestServices&&) = delete;
    TestServices& operator=(TestServices&&) = delete;
    ~TestServices() {
        log_.reset();
        context_.reset();
        database_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    [[nodiscard]] admin::Context& context() { return *context_; }
    [[nodiscard]] maillog::MailLog& log() { return *log_; }
    [[nodiscard]] const std::string& directory() const { return directory_; }
    void write_log(std::uint64_t connection, std::string text) {
        maillog::Event event;
        event.level = maillog::Level::notice;
        event.connection = ConnectionId{0, connection};
        event.verdict = maillog::Verdict::rejected;
        event.sender = "a@unmanaged.example";
        event.text = std::move(text);
        ASSERT_TRUE(log_->append({&event, 1}));
    }

    ManualClock clock{test_time("2026-01-02T00:00:00Z")};
    FakeGateway gateway;

private:
    std::string directory_;
    std::unique_ptr<os::FileSystem> files_ = os::posix_file_system();
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<admin::Context> context_;
    std::unique_ptr<maillog::MailLog> log_;
};

}  // namespace sealgate::web
