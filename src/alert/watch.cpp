// SPDX-License-Identifier: Apache-2.0
#include "alert/watch.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::alert {

namespace {

using admin::Alert;
using admin::AlertEnd;
using admin::NewAlert;
using std::chrono::seconds;

// One failure may be a restart of the next hop; and what nobody has tried for so long, with nothing
// waiting for it, is not known to be down any more.
constexpr unsigned kFewestFailures = 2;
constexpr std::chrono::hours kForgetHop{1};
constexpr std::chrono::hours kForgetBusyHop{12};  // with mail waiting, perhaps for it
constexpr std::size_t kMaxNote = 300;

std::string mebibytes(std::uint64_t octets) {
    return fmt::format("{} MiB", octets / (1024UL * 1024));
}

class Judge {
public:
    Judge(const Observation& seen,
          const std::vector<Alert>& active,
          const config::Settings& settings,
          WallTime now)
        : seen_(seen),
          active_(active),
          settings_(settings),
          now_(now) {}

    Changes run() {
        stores();
        disk();
        hops();
        queue_age();
        certificate();
        return std::move(changes_);
    }

private:
    [[nodiscard]] const Alert* find(std::string_view name, std::string_view subject = "") const {
        const auto found = std::ranges::find_if(
            active_, [&](const Alert& one) { return one.name == name && one.subject == subject; });
        return found == active_.end() ? nullptr : &*found;
    }

    void begin(std::string_view name, std::string subject, std::string title, std::string detail) {
        if (find(name, subject) != nullptr) return;
        changes_.begun.push_back(
            {std::string(name), std::move(subject), std::move(title), std::move(detail), false});
    }

    void end(std::string_view name, std::string detail, std::string_view subject = "") {
        if (const Alert* alert = find(name, subject)) {
            changes_.ended.push_back({alert->id, std::move(detail)});
        }
    }

    void stores() {
        if (seen_.mail_log_healthy) {
            end(admin::kAlertMailLog, "The mail log can be written again.");
        } else {
            const bool stop = settings_.mail_log.on_failure == config::OnFailure::stop;
            begin(admin::kAlertMailLog,
                  "",
                  "the mail log cannot be written",
                  std::string(stop ? "New mail is told to come later until it can "
                                     "(mail_log.on_failure = \"stop\")."
                                   : "Mail is carried without a trace "
                                     "(mail_log.on_failure = \"continue\").") +
                      " Look at the disk and the permissions of " + settings_.path("maillog") +
                      ".");
        }
        if (seen_.spool_healthy) {
            end(admin::kAlertSpool, "The spool can be written again.");
        } else {
            begin(admin::kAlertSpool,
                  "",
                  "the spool cannot be written",
                  "New mail is told to come later; what was accepted is kept. Look at the disk and "
                  "the permissions of " +
                      settings_.path("spool") + ".");
        }
    }

    void disk() {
        const std::uint64_t limit = settings_.alerts.disk_free;
        if (limit == 0) return end(admin::kAlertDisk, "This is not watched any more.");
        if (!seen_.disk_free) return;
        const std::uint64_t free = *seen_.disk_free;
        if (free < limit) {
            begin(admin::kAlertDisk,
                  "",
                  fmt::format("only {} of disk space are free", mebibytes(free)),
                  fmt::format("On the disk of {} less than {} are free (alerts.disk_free). When "
                              "only limits.free_disk, {}, is left, new mail is told to come later.",
                              settings_.data_dir,
                              mebibytes(limit),
                              mebibytes(settings_.limits.free_disk)));
        } else if (free >= limit + limit / 10) {
            end(admin::kAlertDisk, fmt::format("{} are free again.", mebibytes(free)));
        }
    }

    void hops() {
        const seconds limit = settings_.alerts.next_hop_down;
        for (const HopSeen& hop : seen_.hops) {
            if (limit == seconds(0) || hop.reachable || hop.failures < kFewestFailures ||
                hop.failing_for < limit || forgotten(hop)) {
                continue;
            }
            begin(admin::kAlertNextHop,
                  hop.name,
                  "next hop " + hop.name + " is not reachable",
                  fmt::format("It has not been reachable for {}, in {} attempts: {}. Mail for it "
                              "waits in the queue ('sealgate queue stats').",
                              in_words(hop.failing_for),
                              hop.failures,
                              escape_for_log(hop.note, kMaxNote)));
        }
        for (const Alert& alert : active_) {
            if (alert.name != admin::kAlertNextHop) continue;
            if (limit == seconds(0)) {
                end(alert.name, "This is not watched any more.", alert.subject);
                continue;
            }
            // Routes that differ in TLS alone have one name: one that answers is enough.
            bool reachable = false;
            bool failing = false;
            bool known = false;
            for (const HopSeen& hop : seen_.hops) {
                if (hop.name != alert.subject) continue;
                known = true;
                reachable = reachable || hop.reachable;
                failing = failing || (!hop.reachable && !forgotten(hop));
            }
            if (reachable && !failing) {
                end(alert.name, "It is reachable again.", alert.subject);
            } else if (!failing && (known || !seen_.oldest_waiting)) {
                end(alert.name,
                    seen_.oldest_waiting ? "Nobody has asked it for half a day."
                                         : "Nothing waits for it any more.",
                    alert.subject);
            }
        }
    }

    [[nodiscard]] bool forgotten(const HopSeen& hop) const {
        return hop.last_tried > (seen_.oldest_waiting ? kForgetBusyHop : kForgetHop);
    }

    void queue_age() {
        const seconds limit = settings_.alerts.queue_age;
        if (limit == seconds(0)) return end(admin::kAlertQueueAge, "This is not watched any more.");
        const auto age = seen_.oldest_waiting
                             ? std::chrono::duration_cast<seconds>(now_ - *seen_.oldest_waiting)
                             : seconds(0);
        if (seen_.oldest_waiting && age >= limit) {
            begin(admin::kAlertQueueAge,
                  "",
                  "mail has been waiting for " + in_words(age),
                  fmt::format("The oldest message that waits is {}. 'sealgate queue stats' says "
                              "where mail is stuck, and why.",
                              seen_.oldest_trace));
        } else {
            end(admin::kAlertQueueAge,
                seen_.oldest_waiting ? "The oldest message that waits is younger now."
                                     : "No message waits any more.");
        }
    }

    void certificate() {
        const seconds limit = settings_.alerts.certificate_ends;
        if (limit == seconds(0)) {
            return end(admin::kAlertCertificate, "This is not watched any more.");
        }
        if (!seen_.certificate_ends) return;
        const auto left = std::chrono::duration_cast<seconds>(*seen_.certificate_ends - now_);
        if (left >= limit) {
            end(admin::kAlertCertificate,
                "The certificate in use is good until " + to_rfc3339(*seen_.certificate_ends) +
                    ".");
            return;
        }
        const std::string file = settings_.tls.certificate_file.empty()
                                     ? settings_.path("tls/selfsigned.crt")
                                     : settings_.path(settings_.tls.certificate_file);
        begin(admin::kAlertCertificate,
              "",
              left <= seconds(0) ? "the certificate of the listeners has ended"
                                 : "the certificate of the listeners ends in " + in_words(left),
              fmt::format("It is good until {}. Renew {} and reload (SIGHUP).",
                          to_rfc3339(*seen_.certificate_ends),
                          file));
    }

    const Observation& seen_;
    const std::vector<Alert>& active_;
    const config::Settings& settings_;
    WallTime now_;
    Changes changes_;
};

}  // namespace

Changes judge(const Observation& seen,
              const std::vector<Alert>& active,
              const config::Settings& settings,
              WallTime now) {
    return Judge(seen, active, settings, now).run();
}

std::string in_words(seconds span) {
    using std::chrono::days;
    using std::chrono::duration_cast;
    using std::chrono::hours;
    using std::chrono::minutes;
    if (span < minutes(2)) return fmt::format("{} s", span.count());
    if (span < hours(2)) return fmt::format("{} min", duration_cast<minutes>(span).count());
    if (span < days(2)) return fmt::format("{} h", duration_cast<hours>(span).count());
    return fmt::format("{} days", duration_cast<days>(span).count());
}

NewAlert first_mail(const std::vector<NewDomain>& domains, std::size_t all) {
    NewAlert alert;
    alert.name = admin::kAlertUnmanagedDomain;
    alert.event = true;
    const NewDomain& first = domains.front();
    alert.subject = all == 1 ? first.domain : fmt::format("{} domains", all);
    alert.title = all == 1 ? "first mail of unmanaged domain " + first.domain
                           : fmt::format("first mail of {} unmanaged domains", all);
    for (std::size_t i = 0; i < std::min(domains.size(), kMaxNamed); ++i) {
        const NewDomain& one = domains[i];
        alert.detail += fmt::format("{}: from {}, action {}, connection {}\n",
                                    one.domain,
                                    one.source,
                                    one.action,
                                    one.connection);
    }
    if (all > kMaxNamed) {
        alert.detail +=
            fmt::format("and {} more: 'sealgate unmanaged list' has all\n", all - kMaxNamed);
    }
    alert.detail += "A domain of yours is added with 'sealgate unmanaged adopt DOMAIN'.";
    return alert;
}

}  // namespace sealgate::alert
