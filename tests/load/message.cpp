// SPDX-License-Identifier: Apache-2.0
#include "message.h"

namespace sealgate::load {
namespace {
constexpr std::string_view kLine =
    "The quick brown fox jumps over the lazy dog; pack my box with five dozen jugs.\r\n";
constexpr std::size_t kIdSize = 24;  // typical, so that messages come out at the size asked for
}  // namespace

MessageTemplate::MessageTemplate(std::string_view from, std::string_view rcpt, std::size_t size) {
    before_.append("From: <").append(from).append(">\r\nTo: <").append(rcpt);
    before_.append(">\r\nDate: Tue, 25 Nov 2025 10:00:00 +0000\r\n");
    before_.append("Subject: load\r\nMIME-Version: 1.0\r\n");
    before_.append("Content-Type: text/plain; charset=us-ascii\r\n");
    before_.append(kIdField).append(": ");
    between_ = "\r\nMessage-ID: <";
    after_ = "@load.example>\r\n\r\n";
    const std::size_t fixed = before_.size() + between_.size() + after_.size() + 2 * kIdSize;
    std::size_t left = size > fixed ? size - fixed : 0;
    for (; left >= kLine.size(); left -= kLine.size())
        after_.append(kLine);
    if (left > 2) after_.append(kLine.substr(0, left - 2)).append("\r\n");
    after_.append(".\r\n");
}

void MessageTemplate::append(std::string_view id, std::string& out) const {
    out.append(before_).append(id).append(between_).append(id).append(after_);
}

std::string_view find_id(std::string_view head) {
    std::size_t at = 0;
    while ((at = head.find(kIdField, at)) != std::string_view::npos) {
        const auto value = at + kIdField.size();
        if ((at == 0 || head[at - 1] == '\n') && head.substr(value, 2) == ": ") {
            const auto end = head.find('\r', value);
            if (end == std::string_view::npos) return {};
            return head.substr(value + 2, end - value - 2);
        }
        at = value;
    }
    return {};
}

}  // namespace sealgate::load
