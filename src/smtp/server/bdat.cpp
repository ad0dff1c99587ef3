// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

#include <fmt/format.h>

#include <utility>

namespace sealgate::smtp {

void ServerSession::Impl::on_bdat(std::string_view argument) {
    const auto command = parse_bdat(argument);
    // Without the size nobody knows where the chunk ends and the next command begins.
    if (!command) {
        tell(Refused::What::bdat, command.error(), argument);
        return hang_up(command.error());
    }
    chunk = Chunk{command->size, command->size, command->last, std::nullopt};
    phase = Phase::chunk;
    chunk.refusal = content_obstacle();
    if (!options.offer_chunking) chunk.refusal = Reply{502, "5.5.1", "CHUNKING is not offered"};
    if (chunk.refusal) return;

    if (++transaction->chunks > options.limits.chunks)
        return cut_off({421, "4.7.0", "Too many chunks, closing connection"});
    const std::uint64_t before = transaction->content ? transaction->content->octets() : 0;
    if (command->size > options.limits.message_size - before) {
        chunk.refusal = Reply{552, "5.3.4", "Message size exceeds the limit"};
        return;
    }
    idle_commands = 0;
    if (transaction->chunks == 1) ask(Question::bdat, AskData{});
}

void ServerSession::Impl::answer_bdat(const Reply& given) {
    if (given.positive() || given.intermediate()) {
        const auto& size = transaction->envelope.parameters.size;
        open_content(Framing::chunks, size.value_or(chunk.size));
    } else {
        chunk.refusal = given;
        chunk.refused_by_caller = true;
    }
}

void ServerSession::Impl::finish_chunk() {
    phase = Phase::command;
    if (chunk.refusal) {
        const Reply refusal = *std::exchange(chunk.refusal, std::nullopt);
        if (chunk.refused_by_caller) {
            reply(refusal);
        } else {
            refuse(Refused::What::bdat, refusal);
        }
        return drop_transaction();
    }
    ContentReader& content = *transaction->content;
    if (chunk.last) content.finish();
    if (chunk.last || content.faults().any()) return finish_message();
    reply({250, "2.0.0", fmt::format("{} octets received", chunk.size)});
}

}  // namespace sealgate::smtp
