// SPDX-License-Identifier: Apache-2.0
#include "maillog/searcher.h"

#include "maillog/counter.h"
#include "maillog/message_lister.h"
#include "maillog/record_walk.h"

#include <utility>

namespace sealgate::maillog {

Result<Page> Searcher::search(const Query& query, SteadyTime deadline) const {
    SG_TRY(const Matcher matcher, Matcher::compile(query, now_));
    Page page;
    Cursor last;
    RecordWalk walk(store_, matcher, deadline);
    if (query.patience.count() > 0) {
        walk.end_at(std::chrono::steady_clock::now() + query.patience);
    }
    SG_TRYV(walk.run([&](const RecordView& record, const Cursor& place) {
        // One more than the page holds tells that there is more.
        if (page.records.size() == matcher.limit()) {
            page.next_cursor = to_string(last);
            return false;
        }
        record.copy_to(page.records.emplace_back());
        last = place;
        return true;
    }));
    if (walk.ended_at()) page.next_cursor = to_string(*walk.ended_at());
    page.not_indexed = walk.not_indexed();
    return page;
}

Result<Counts> Searcher::count(const Query& query, CountBy by, SteadyTime deadline) const {
    SG_TRY(const Matcher matcher, Matcher::compile(query, now_));
    return count_records(store_, matcher, by, deadline);
}

Result<MessagePage> Searcher::messages(const Query& query, SteadyTime deadline) const {
    SG_TRY(Matcher matcher, Matcher::compile(query, now_));
    return MessageLister(store_, std::move(matcher), deadline).list();
}

}  // namespace sealgate::maillog
