// SPDX-License-Identifier: Apache-2.0
// The session gives the same output and steps however its input is cut, hands out only clean
// content, always gets on, and ends every line it writes.
#include "base/result.h"
#include "smtp/test_player.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace sealgate::smtp {
namespace {

ServerOptions options_of(unsigned flags) {
    ServerOptions options;
    options.hostname = "gw.example.com";
    options.postmaster = "it@example.com";
    options.limits.command_line = 128;
    options.limits.text_line = 200;
    options.limits.header_bytes = 500;
    options.limits.header_fields = 10;
    options.limits.message_size = 1000;
    options.limits.recipients = 5;
    options.limits.errors = 12;
    options.limits.commands = 100;
    options.limits.idle_commands = 30;
    options.limits.chunks = 10;
    options.refuse_bare_newlines = (flags & 1U) == 0;
    options.offer_starttls = (flags & 2U) != 0;
    options.offer_chunking = (flags & 4U) == 0;
    options.offer_dsn = (flags & 8U) == 0;
    options.offer_smtputf8 = (flags & 8U) == 0;
    return options;
}

void check_content(const EndOfMessage& message, bool refuse_bare_newlines) {
    const std::string& content = message.content;
    SG_CHECK(content.empty() || content.ends_with("\r\n"));
    SG_CHECK(content.size() <= 1002 && !content.contains('\0'));
    SG_CHECK(message.header_fields <= 10);
    SG_CHECK(!message.envelope.recipients.empty() && message.envelope.recipients.size() <= 5);
    if (!refuse_bare_newlines) return;
    for (std::size_t i = 0; i < content.size(); ++i) {
        if (content[i] == '\n') SG_CHECK(i > 0 && content[i - 1] == '\r');
        if (content[i] == '\r') SG_CHECK(i + 1 < content.size() && content[i + 1] == '\n');
    }
}

// After STARTTLS the rest counts as sent under TLS.
void feed_all(Player& player, std::string_view input, std::size_t piece) {
    while (!input.empty()) {
        player.feed(input.substr(0, piece));
        input.remove_prefix(std::min(piece, input.size()));
        if (player.handshake()) player.tls_started();
    }
}

void check_input(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return;
    const ServerOptions options = options_of(data[0]);
    const std::size_t piece = 1 + data[1] % 32U;
    const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);

    Player whole(options);
    whole.greet();
    feed_all(whole, input, size);
    Player pieces(options);
    pieces.greet();
    feed_all(pieces, input, piece);

    for (const EndOfMessage& message : pieces.messages())
        check_content(message, options.refuse_bare_newlines);
    SG_CHECK(pieces.transcript().ends_with("\r\n"));
    SG_CHECK(pieces.steps() <= 4 * input.size() + 8);
    if (options.offer_starttls) return;  // what follows STARTTLS in one write is refused
    SG_CHECK(pieces.transcript() == whole.transcript());
    SG_CHECK(pieces.messages().size() == whole.messages().size());
    SG_CHECK(pieces.refusals().size() == whole.refusals().size());
    SG_CHECK(pieces.refusals().size() <= 2 * options.limits.commands + 1);
    for (std::size_t i = 0; i < whole.messages().size(); ++i) {
        SG_CHECK(pieces.messages()[i].content == whole.messages()[i].content);
        SG_CHECK(pieces.messages()[i].envelope == whole.messages()[i].envelope);
    }
}

}  // namespace
}  // namespace sealgate::smtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sealgate::smtp::check_input(data, size);
    return 0;
}
