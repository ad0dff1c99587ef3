#pragma once
// SPDX-License-Identifier: Apache-2.0
// The table of routes: who may call what, with which parameters and body, and what answers. A
// handler is called only with input that fits its registration; the OpenAPI document is written
// from the same table.

#include "base/result.h"
#include "web/message.h"
#include "web/schema.h"
#include "web/target.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::web {

inline constexpr std::size_t kBodyLimit = 1024UL * 1024;  // octets, unless the route says otherwise

enum class Access : std::uint8_t {
    visit,   // everybody in public_networks, and the control socket
    read,    // the control socket
    change,  // the control socket: root and the daemon's own user
};

// What a handler gets. Lives for the call.
struct Call {
    const Request& request;
    const nlohmann::json& body;  // null when the route takes none
    std::vector<std::pair<std::string_view, std::string>> path;
    std::vector<std::pair<std::string, std::string>> query;

    // A path parameter of the route; it exists.
    [[nodiscard]] const std::string& at(std::string_view name) const;
    // A query parameter; nullopt when it was not given. Typed ones have been checked.
    [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
    [[nodiscard]] bool flag(std::string_view name) const;
    [[nodiscard]] std::size_t number(std::string_view name, std::size_t otherwise) const;
};

// Called on a worker thread; may block. What it throws becomes an internal error.
using Handler = std::function<Result<Response>(const Call&)>;

struct Answer {
    unsigned status = 200;
    std::string_view description;
    const Schema* schema = nullptr;  // nullptr: no JSON object
};

struct Route {
    Method method = Method::get;
    std::string_view path;     // "/api/v1/domains/{name}"; a literal
    std::string_view id;       // operationId
    std::string_view summary;  // one line
    Access access = Access::read;
    std::vector<Parameter> query = {};
    const Schema* request = nullptr;  // the JSON body; nullptr: none
    std::size_t text_limit = 0;       // instead of JSON: text/plain up to so many octets
    std::vector<Answer> answers;
    Handler handler;
};

class Router {
public:
    // Ends the process when the table contradicts itself: two routes of one method and path, or a
    // change by GET. That is our bug and shows at the first start.
    void add(Route route);
    [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

    // Octets of body that a request of this method and target may carry from this caller.
    [[nodiscard]] std::size_t body_limit(Method method, std::string_view target, Trust trust) const;
    // Never fails: every error is an answer. HEAD is GET; the caller drops the body.
    [[nodiscard]] Response dispatch(const Request& request) const;
    // Called with errors of kind internal, which are ours.
    void on_fault(std::function<void(const Error&)> report) { report_ = std::move(report); }

private:
    struct Match {
        const Route* route = nullptr;
        std::vector<std::pair<std::string_view, std::string>> path;
        std::vector<Method> others;  // methods of this path, when the one asked for is not there
    };
    [[nodiscard]] Match match(Method method, const Target& target) const;
    [[nodiscard]] Response run(const Route& route, const Call& call) const;

    std::vector<Route> routes_;
    std::function<void(const Error&)> report_;
};

}  // namespace sealgate::web
