#pragma once
// SPDX-License-Identifier: Apache-2.0
// The one way to change what lies in the store: a transaction that holds the change and its audit
// records, then the publication to the gateway. Internal.

#include "admin/context.h"
#include "store/session.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sealgate::admin {

// Appends to the audit log, inside the transaction of the change.
class Journal {
public:
    Journal(store::Session& session, const Actor& actor, WallTime time)
        : session_(session),
          actor_(actor),
          time_(time) {}
    // `before` and `after` are JSON; kNothing where there is none.
    Status add(std::string_view action,
               std::string_view object,
               std::string_view before,
               std::string_view after);
    [[nodiscard]] bool empty() const { return added_ == 0; }

private:
    Status find_end();

    store::Session& session_;
    const Actor& actor_;
    WallTime time_;
    std::uint64_t added_ = 0;
    std::uint64_t last_number_ = 0;
    std::string last_hash_;
};

class Changer {
public:
    using Work = std::function<Status(store::Session&, Journal&)>;

    // Runs `work` in a transaction. A change that wrote no record changed nothing, and nothing is
    // published.
    static Status run(Context& context, const Actor& actor, const Work& work);
    // The same at start and reload: `settings` is taken over with the commit, and what results is
    // published in any case.
    static Status run(Context& context,
                      const Actor& actor,
                      std::shared_ptr<const config::Settings> settings,
                      const Work& work);
    // For records of what is changed outside the store: nothing is published.
    static Status record(Context& context, const Actor& actor, const Work& work);

private:
    static Status commit(Context& context, const Actor& actor, const Work& work, bool& changed);
    static Status publish(Context& context);
};

}  // namespace sealgate::admin
