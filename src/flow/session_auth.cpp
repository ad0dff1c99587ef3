// SPDX-License-Identifier: Apache-2.0
// AUTH pass-through: the next hop of the route "*" says whether a user may sign in, over a
// connection that belongs to this session from then on.
#include "flow/session.h"

#include <utility>

namespace sealgate::flow {

using maillog::Level;
using net::Task;

namespace {

// RFC 4954 section 4 and 6: what a client understands as "not now".
smtp::Reply not_now() {
    return {454, "4.7.0", "signing in is not possible at the moment"};
}

smtp::Reply too_many_users() {
    return {454, "4.7.0", "too many users are signed in at the moment; try again later"};
}

// Clear text never carries a password, whatever the route says about mail.
std::optional<policy::Route> route_for_users(const Site& site) {
    const policy::Route* any = site.routes.any();
    if (any == nullptr || any->next_hop.kind != policy::NextHop::Kind::smtp) return std::nullopt;
    if (any->tls == policy::RouteTls::none) return std::nullopt;
    policy::Route route = *any;
    if (route.tls == policy::RouteTls::opportunistic) route.tls = policy::RouteTls::required;
    return route;
}

}  // namespace

bool Session::offers_auth() const {
    return setup_->listener.auth != config::Auth::none;
}

Task<smtp::Reply> Session::on_auth(smtp::AskAuth step) {
    introduce();
    if (stopping_) co_return replies::shutting_down();
    const smtp::Credentials credentials = std::move(step.credentials);
    const std::string whom = "AUTH of " + credentials.user;
    const auto failed = [&](const std::string& why) {
        journal().connection(*source_, Level::notice, whom + " failed: " + why);
        return not_now();
    };
    const SitePointer site = services_.site;
    const std::optional<policy::Route> route = route_for_users(*site);
    if (!route) co_return failed("there is no route for * to a mail server over TLS");
    const UserPlacePointer place = co_await place_for_user(*site->routes.any());
    if (!place) {
        (void)failed("there are as many connections to the next hop as users may have");
        co_return too_many_users();
    }
    auto lease = co_await services_.upstreams.acquire(*route, true);
    if (!lease) co_return failed(lease.error().reply.text);
    std::unique_ptr<delivery::Upstream> upstream = std::move(lease->upstream);
    const std::string where = upstream->description();
    auto reply = co_await upstream->sign_in(credentials);
    if (!reply) co_return failed(where + ": " + reply.error().detail());
    if (reply->code != 235) {
        journal().connection(
            *source_, Level::notice, whom + " refused by " + where + ": " + reply_text(*reply));
        leave(std::move(upstream), place);
        // Its own words, but for those that would end our session.
        co_return reply->permanent() ? pass_on(*reply) : not_now();
    }
    user_hop_ = std::make_shared<UserHop>();
    user_hop_->route = *site->routes.any();
    user_hop_->user = credentials.user;
    user_hop_->place = place;
    user_hop_->upstream = std::move(upstream);
    auto source = std::make_shared<Source>(*source_);
    source->user = credentials.user;
    source->trusted = true;
    source->direction = policy::MailDirection::outbound;
    source_ = std::move(source);
    journal().connection(
        *source_, Level::info, "signed in as " + credentials.user + " at " + where);
    smtp::Reply yes = *reply;
    if (yes.enhanced.empty()) yes.enhanced = "2.7.0";
    co_return yes;
}

bool Session::is_user_hop(const policy::Route& route) const {
    return user_hop_ && delivery::identity(user_hop_->route) == delivery::identity(route);
}

// The message before may still be on its way through it.
Task<void> Session::wait_for_user_hop() {
    if (!user_hop_ || !user_hop_->away) co_return;
    net::Timer timer(services_.loop);
    timer.expires_after(services_.settings->delivery.patience_inbound);
    const UserHopPointer hop = user_hop_;
    hop->waiter = &timer;
    auto [error] = co_await timer.async_wait(net::kUse);
    (void)error;  // cancelled: it is back
    hop->waiter = nullptr;
}

void Session::sign_out() {
    if (!user_hop_) return;
    leave(std::move(user_hop_->upstream), user_hop_->place);
    user_hop_.reset();
}

void Session::leave(std::unique_ptr<delivery::Upstream> upstream, UserPlacePointer place) {
    if (!upstream || !upstream->usable()) return;  // closed by its destructor
    std::shared_ptr<delivery::Upstream> leaving = std::move(upstream);
    net::asio::co_spawn(
        services_.loop.get_executor(),
        [leaving, place = std::move(place)]() -> Task<void> { co_await leaving->quit(); },
        net::asio::detached);
}

Task<UserPlacePointer> Session::place_for_user(const policy::Route& route) {
    const config::Delivery& limits = services_.settings->delivery;
    const std::string hop = delivery::identity(route);
    const std::size_t others = queue_.connections_to(hop);
    UserPlacePointer place = services_.user_places.take(hop, others, limits);
    if (place) {
        const std::size_t used = others + services_.user_places.at(hop);
        co_await services_.upstreams.make_room(hop, UserPlaces::limit(limits) - used);
    }
    co_return place;
}

}  // namespace sealgate::flow
