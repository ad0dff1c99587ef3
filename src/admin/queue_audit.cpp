// SPDX-License-Identifier: Apache-2.0
#include "admin/queue_audit.h"

#include "admin/change.h"
#include "admin/values.h"

#include <algorithm>

namespace sealgate::admin {

namespace {

// Messages a transaction: others who change something need not wait for a large queue.
constexpr std::size_t kAtOnce = 1000;

std::string_view state_after(std::string_view verb) {
    if (verb == "hold") return "held";
    return verb == "delete" ? "discarded" : "pending";
}

}  // namespace

Status record_queue_action(Context& context,
                           const Actor& actor,
                           std::string_view verb,
                           std::span<const QueueSubject> subjects,
                           std::string_view reason) {
    const std::string action = "queue." + std::string(verb);
    const std::string after = queue_state_json(state_after(verb), reason);
    while (!subjects.empty()) {
        const auto part = subjects.first(std::min(kAtOnce, subjects.size()));
        SG_TRYV(Changer::record(context, actor, [&](store::Session&, Journal& journal) -> Status {
            for (const QueueSubject& subject : part) {
                SG_TRYV(journal.add(action, to_string(subject.id), to_json(subject), after));
            }
            return {};
        }));
        subjects = subjects.subspan(part.size());
    }
    return {};
}

}  // namespace sealgate::admin
