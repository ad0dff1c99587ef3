#pragma once
// SPDX-License-Identifier: Apache-2.0
// Makes rows of messages out of records: walks to records of recipients that answer, newest first,
// fetches the trails of their messages, and takes each recipient once: at the newest of its records
// that answers. So pages fit together without anything being remembered between them.

#include "base/clock.h"
#include "maillog/query.h"
#include "maillog/segment_store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::maillog {

class MessageLister {
public:
    MessageLister(SegmentStore& store, Matcher matcher, SteadyTime deadline);

    // exhausted: not done at the deadline.
    Result<MessagePage> list();

private:
    using RowKey = std::pair<MessageKey, std::string>;  // with the recipient
    // A record that a row may stand for.
    struct Candidate {
        std::uint64_t sequence = 0;
        Cursor place;
        RowKey row;
    };

    // False: there are no more. `resume_` is set where it took too long.
    Result<bool> find_candidates();
    Status fetch_rows();
    // False: the page is full.
    bool take_candidates();
    [[nodiscard]] bool is_candidate(const RecordView& record) const;
    [[nodiscard]] bool wanted(const MessageRow& row, std::uint64_t sequence) const;

    SegmentStore& store_;
    Matcher matcher_;                // of the records that may stand for a row
    std::vector<Term> statuses_;     // must be true of what became of it
    std::optional<Matcher> texts_;   // one of the row's records must answer
    std::vector<Matcher> unwanted_;  // none of the row's records may answer one
    bool any_record_ = false;        // records that decide nothing may stand for a row, too
    SteadyTime deadline_;
    std::optional<Cursor> resume_;
    std::vector<Candidate> candidates_;
    std::set<RowKey> seen_;
    std::map<RowKey, MessageRow> rows_;
    MessagePage page_;
};

}  // namespace sealgate::maillog
