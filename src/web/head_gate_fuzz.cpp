// SPDX-License-Identifier: Apache-2.0
// Whatever the gate lets through has one reading: the library's parser finds the same framing or
// refuses it, however the bytes arrive.
#include "base/result.h"
#include "web/head_gate.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <string_view>

namespace {

namespace http = boost::beast::http;
namespace web = sealgate::web;

std::optional<std::size_t> in_pieces(std::string_view bytes, std::size_t step) {
    web::HeadGate gate;
    for (std::size_t have = 0; have < bytes.size();) {
        have = std::min(bytes.size(), have + step);
        const auto end = gate.find_end(bytes.substr(0, have));
        if (!end) return std::nullopt;
        if (*end) return *end;
    }
    return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto whole = in_pieces(bytes, bytes.size());
    SG_CHECK(whole == in_pieces(bytes, 1));
    if (!whole) return 0;
    const auto head = bytes.substr(0, *whole);
    const auto framing = web::check_head(head);
    if (!framing) return 0;
    SG_CHECK(!(framing->chunked && framing->content_length));

    http::request_parser<http::string_body> parser;
    parser.eager(false);
    parser.header_limit(1U << 20U);
    parser.body_limit(boost::none);
    boost::beast::error_code error;
    const auto used = parser.put(boost::asio::buffer(head.data(), head.size()), error);
    if (error) return 0;
    SG_CHECK(used == head.size());
    SG_CHECK(parser.is_header_done());
    SG_CHECK(parser.chunked() == framing->chunked);
    const auto length = parser.content_length();
    SG_CHECK(length.has_value() == framing->content_length.has_value());
    SG_CHECK(!length || *length == *framing->content_length);
    return 0;
}
