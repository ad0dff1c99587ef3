#pragma once
// SPDX-License-Identifier: Apache-2.0
// HTTP requests and answers as the resources see them: no sockets, no library types.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::web {

enum class Method : std::uint8_t { get, head, post, put, patch, del, other };
[[nodiscard]] std::string_view to_string(Method method);
[[nodiscard]] Method parse_method(std::string_view text);

// Who asks, from the listener and the peer's credentials; never from the request.
enum class Trust : std::uint8_t {
    nobody,         // over TCP from outside public_networks
    visitor,        // over TCP: health, metrics, the API's description
    reader,         // over the control socket, any other user whom its file mode lets in
    administrator,  // over the control socket: root, or the user the daemon runs as
};

struct Caller {
    Trust trust = Trust::nobody;
    std::string name;    // "root", "uid 1000", "192.0.2.1": the actor of the audit record
    std::string source;  // "unix:<pid>" or the address
};

struct Request {
    Method method = Method::get;
    std::string target;  // path and query, still percent-encoded
    std::string content_type;
    std::string if_match;
    std::string user_agent;
    std::string body;
    Caller caller;
};

struct Response {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> fields = {};  // ETag, Location, Allow ...
};

}  // namespace sealgate::web
