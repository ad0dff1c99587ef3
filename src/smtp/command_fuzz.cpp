// SPDX-License-Identifier: Apache-2.0
// A command parses to a value within its limits, or to a refusal that is a whole reply.
#include "base/text.h"
#include "smtp/command.h"
#include "smtp/xtext.h"

#include <cstddef>
#include <cstdint>

namespace sealgate::smtp {
namespace {

void check(const Reply& refusal) {
    SG_CHECK(refusal.permanent() && !refusal.text.empty());
    SG_CHECK(refusal.enhanced.starts_with("5."));
}

void check_mail(std::string_view argument, const Offered& offered) {
    const auto mail = parse_mail(argument, offered);
    if (!mail) return check(mail.error());
    const MailParameters& parameters = mail->parameters;
    SG_CHECK(!parameters.size || *parameters.size <= offered.message_size);
    SG_CHECK(offered.smtputf8 || !parameters.smtputf8);
    SG_CHECK(offered.dsn || (parameters.envid.empty() && parameters.ret == Ret::unset));
    SG_CHECK(parameters.envid.size() <= 100 && is_xtext(parameters.envid));
    if (!mail->sender) return;
    SG_CHECK(parameters.smtputf8 || is_ascii(mail->sender->text()));
    // What was read can be written and read again.
    std::string again = "FROM:<" + mail->sender->wire() + ">";
    if (parameters.smtputf8) again += " SMTPUTF8";
    const auto second = parse_mail(again, offered);
    SG_CHECK(second && *second->sender == *mail->sender);
}

void check_rcpt(std::string_view argument, const Offered& offered, bool smtputf8) {
    const auto rcpt = parse_rcpt(argument, offered, smtputf8, "it@example.com");
    if (!rcpt) return check(rcpt.error());
    SG_CHECK(!rcpt->address.domain().empty());
    SG_CHECK(smtputf8 || (is_ascii(rcpt->address.text()) && is_ascii(rcpt->orcpt)));
    SG_CHECK(rcpt->orcpt.size() <= 500 && is_valid_utf8(rcpt->orcpt));
    for (const char c : rcpt->orcpt)
        SG_CHECK(static_cast<unsigned char>(c) > ' ' && c != 0x7F);
    const Notify& notify = rcpt->notify;
    SG_CHECK(!notify.never || !(notify.success || notify.failure || notify.delay));
    SG_CHECK(offered.dsn || (!notify.given() && rcpt->orcpt.empty()));
}

void check_input(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return;
    const unsigned flags = data[0];
    const std::string_view line(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Offered offered{(flags & 1U) != 0, (flags & 2U) != 0, 1000};
    const ParsedCommand command = parse_command(line);
    check_mail(command.argument, offered);
    check_rcpt(command.argument, offered, (flags & 4U) != 0);
    if (const auto name = parse_helo(command.argument); !name) check(name.error());
    const auto chunk = parse_bdat(command.argument);
    if (!chunk) check(chunk.error());
}

}  // namespace
}  // namespace sealgate::smtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sealgate::smtp::check_input(data, size);
    return 0;
}
