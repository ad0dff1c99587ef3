#pragma once
// SPDX-License-Identifier: Apache-2.0
// admin::Gateway over the running flow::Gateway: each call asks the I/O thread and waits.

#include "admin/gateway.h"
#include "flow/gateway.h"
#include "syslog/sender.h"

#include <atomic>
#include <memory>

namespace sealgate::app {

class GatewayAdmin final : public admin::Gateway {
public:
    // `ready` turns true when every listener and the control socket answer.
    GatewayAdmin(flow::Gateway& gateway,
                 maillog::MailLog& log,
                 const Clock& clock,
                 std::string hostname,
                 const std::atomic<bool>& ready,
                 const syslog::Sender* syslog);  // null: there is none

    [[nodiscard]] admin::GatewayStatus status() override;
    [[nodiscard]] Result<admin::QueuePage> list_queue(const admin::QueueFilter& filter,
                                                      const std::string& cursor,
                                                      std::size_t limit) override;
    [[nodiscard]] Result<admin::QueueItem> show_queued(MessageId id) override;
    [[nodiscard]] std::vector<MessageId> find_queued(const ConnectionId& connection,
                                                     std::optional<std::uint64_t> number) override;
    [[nodiscard]] admin::QueueStats queue_stats() override;
    [[nodiscard]] Result<admin::QueueChange> retry_queued(
        const admin::QueueSelection& selection) override;
    [[nodiscard]] Result<admin::QueueChange> hold_queued(
        const admin::QueueSelection& selection) override;
    [[nodiscard]] Result<admin::QueueChange> release_queued(
        const admin::QueueSelection& selection) override;
    [[nodiscard]] Result<admin::QueueChange> delete_queued(
        const admin::QueueSelection& selection) override;

private:
    enum class Verb : std::uint8_t { retry, hold, release, remove };
    [[nodiscard]] Result<admin::QueueChange> change(const admin::QueueSelection& selection,
                                                    Verb verb,
                                                    std::string_view done);
    [[nodiscard]] static bool would_change(const flow::Live& live, Verb verb);
    [[nodiscard]] static bool has_held(const flow::Live& live);

    flow::Gateway& gateway_;
    maillog::MailLog& log_;
    const Clock& clock_;
    std::string hostname_;
    const std::atomic<bool>& ready_;
    const syslog::Sender* syslog_;
    WallTime started_;
    SteadyTime started_steady_;
};

}  // namespace sealgate::app
