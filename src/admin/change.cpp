// SPDX-License-Identifier: Apache-2.0
#include "admin/change.h"

#include "store/database.h"

namespace sealgate::admin {

Status Changer::commit(Context& context, const Actor& actor, const Work& work, bool& changed) {
    return context.database_.write([&](store::Session& session) -> Status {
        Journal journal(session, actor, context.clock_.now());
        SG_TRYV(work(session, journal));
        changed = !journal.empty();
        return {};
    });
}

Status Changer::publish(Context& context) {
    auto now = effective(context);
    if (!now) {
        return fail(now.error().kind(),
                    "admin.publish",
                    "the change is saved but not in force yet, since it could not be read back; "
                    "reload to put it in force (" +
                        now.error().detail() + ")");
    }
    {
        const std::lock_guard lock(context.settings_mutex_);
        context.published_ = *now;
    }
    if (context.publish_) context.publish_(*std::move(now));
    return {};
}

Status Changer::run(Context& context, const Actor& actor, const Work& work) {
    const std::lock_guard lock(context.change_mutex_);
    bool changed = false;
    SG_TRYV(commit(context, actor, work, changed));
    return changed ? publish(context) : Status{};
}

Status Changer::run(Context& context,
                    const Actor& actor,
                    std::shared_ptr<const config::Settings> settings,
                    const Work& work) {
    const std::lock_guard lock(context.change_mutex_);
    bool changed = false;
    SG_TRYV(commit(context, actor, work, changed));
    {
        const std::lock_guard settings_lock(context.settings_mutex_);
        context.settings_ = std::move(settings);
    }
    return publish(context);
}

Status Changer::record(Context& context, const Actor& actor, const Work& work) {
    const std::lock_guard lock(context.change_mutex_);
    bool changed = false;
    return commit(context, actor, work, changed);
}

}  // namespace sealgate::admin
