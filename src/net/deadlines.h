#pragma once
// SPDX-License-Identifier: Apache-2.0
// Time-outs for many connections with one timer: a connection notes its deadline in a field, and a
// tick every quarter of a second looks for those that passed. Setting a deadline costs one store,
// where a timer for each operation would cost a heap operation and sometimes a system call.

#include "base/clock.h"
#include "net/asio.h"

#include <boost/intrusive/list.hpp>

namespace sealgate::net {

class Deadlines {
public:
    static constexpr std::chrono::milliseconds kTick{250};

    // Something that can run late. Registered while it lives; not movable.
    class Entry : public boost::intrusive::list_base_hook<
                      boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    public:
        explicit Entry(Deadlines& owner) { owner.entries_.push_back(*this); }
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        Entry(Entry&&) = delete;
        Entry& operator=(Entry&&) = delete;
        virtual ~Entry() = default;

        void expire_after(std::chrono::milliseconds span) {
            deadline_ = std::chrono::steady_clock::now() + span;
        }
        void expire_at(SteadyTime deadline) { deadline_ = deadline; }
        void expire_never() { deadline_ = SteadyTime::max(); }
        [[nodiscard]] bool expired() const { return expired_; }

    protected:
        // Called once, on the loop's thread, when the deadline has passed.
        virtual void on_expired() = 0;

    private:
        friend class Deadlines;
        SteadyTime deadline_ = SteadyTime::max();
        bool expired_ = false;
    };

    explicit Deadlines(asio::io_context& loop) : timer_(loop) {}
    void start();
    void stop();

private:
    void tick();

    Timer timer_;
    bool stopped_ = false;
    boost::intrusive::list<Entry, boost::intrusive::constant_time_size<false>> entries_;
};

}  // namespace sealgate::net
