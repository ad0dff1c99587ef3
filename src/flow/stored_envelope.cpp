// SPDX-License-Identifier: Apache-2.0
#include "flow/stored_envelope.h"

namespace sealgate::flow {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kMaxRecipients = 100'000;

class Writer {
public:
    void number(std::uint64_t value) {
        while (value >= 0x80) {
            out_ += static_cast<char>((value & 0x7FU) | 0x80U);
            value >>= 7U;
        }
        out_ += static_cast<char>(value);
    }
    void text(std::string_view value) {
        number(value.size());
        out_ += value;
    }
    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    std::string out_;
};

// After a failed read every further one gives nothing; ok() says so once at the end.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (rest_.empty()) break;
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if ((byte & 0x80U) == 0) return value;
        }
        ok_ = false;
        rest_ = {};
        return 0;
    }
    std::string_view text() {
        const std::uint64_t length = number();
        if (length > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const std::string_view value = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return value;
    }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

constexpr unsigned kOutbound = 1;
constexpr unsigned kTrusted = 2;
constexpr unsigned kEsmtp = 4;
constexpr unsigned kEightBit = 8;
constexpr unsigned kSmtputf8 = 16;
constexpr unsigned kNullSender = 32;
constexpr unsigned kBodyEightBit = 64;
constexpr unsigned kParameterUtf8 = 128;

unsigned flags_of(const Live& live) {
    unsigned flags = 0;
    if (live.source->direction == policy::MailDirection::outbound) flags |= kOutbound;
    if (live.source->trusted) flags |= kTrusted;
    if (live.source->esmtp) flags |= kEsmtp;
    if (live.has_eight_bit) flags |= kEightBit;
    if (live.needs_smtputf8) flags |= kSmtputf8;
    if (!live.envelope.sender) flags |= kNullSender;
    if (live.envelope.parameters.body == smtp::BodyType::eight_bit_mime) flags |= kBodyEightBit;
    if (live.envelope.parameters.smtputf8) flags |= kParameterUtf8;
    return flags;
}

unsigned notify_bits(const smtp::Notify& notify) {
    return (notify.never ? 1U : 0U) | (notify.success ? 2U : 0U) | (notify.failure ? 4U : 0U) |
           (notify.delay ? 8U : 0U);
}

Status read_recipients(Reader& reader, Live& live) {
    const std::uint64_t count = reader.number();
    if (count > kMaxRecipients) {
        return fail(ErrorKind::exhausted, "flow.envelope", "too many recipients");
    }
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
        smtp::Recipient recipient;
        SG_TRY(recipient.address, mime::Address::parse(reader.text()));
        const std::uint64_t notify = reader.number();
        recipient.notify = {
            (notify & 1U) != 0, (notify & 2U) != 0, (notify & 4U) != 0, (notify & 8U) != 0};
        recipient.orcpt = reader.text();
        const std::uint64_t action = reader.number();
        if (action > static_cast<std::uint64_t>(policy::Action::reject_null_sender)) {
            return fail(ErrorKind::malformed, "flow.envelope", "unknown action");
        }
        live.envelope.recipients.push_back(std::move(recipient));
        live.decisions.push_back({static_cast<policy::Action>(action)});
    }
    return {};
}

}  // namespace

std::string encode_envelope(const Live& live) {
    Writer writer;
    writer.number(kVersion);
    writer.number(flags_of(live));
    writer.number(static_cast<std::uint64_t>(live.source->connection.node));
    writer.number(live.source->connection.number);
    writer.text(live.source->listener);
    writer.text(live.source->address.to_string());
    writer.text(live.source->helo);
    writer.text(live.source->tls);
    writer.text(live.message_id);
    writer.text(live.prefix);
    if (live.envelope.sender) writer.text(live.envelope.sender->text());
    writer.number(static_cast<std::uint64_t>(live.envelope.parameters.ret));
    writer.text(live.envelope.parameters.envid);
    writer.number(live.envelope.recipients.size());
    for (std::size_t i = 0; i < live.envelope.recipients.size(); ++i) {
        const smtp::Recipient& recipient = live.envelope.recipients[i];
        writer.text(recipient.address.text());
        writer.number(notify_bits(recipient.notify));
        writer.text(recipient.orcpt);
        writer.number(static_cast<std::uint64_t>(live.decisions[i].action));
    }
    return writer.take();
}

spool::NewMessage to_spool(const Live& live) {
    spool::NewMessage message;
    message.id = live.id;
    message.received = live.received;
    message.envelope = encode_envelope(live);
    message.recipients = live.status;
    message.content = live.content;
    return message;
}

Result<Live> decode_envelope(std::string_view bytes) {
    Reader reader(bytes);
    if (reader.number() != kVersion) {
        return fail(ErrorKind::malformed, "flow.envelope", "unknown version");
    }
    Live live;
    auto source = std::make_shared<Source>();
    const std::uint64_t flags = reader.number();
    source->direction =
        (flags & kOutbound) != 0 ? policy::MailDirection::outbound : policy::MailDirection::inbound;
    source->trusted = (flags & kTrusted) != 0;
    source->esmtp = (flags & kEsmtp) != 0;
    live.has_eight_bit = (flags & kEightBit) != 0;
    live.needs_smtputf8 = (flags & kSmtputf8) != 0;
    source->connection.node = static_cast<char>(reader.number());
    source->connection.number = reader.number();
    source->listener = reader.text();
    const std::string_view address = reader.text();
    if (reader.ok()) {
        SG_TRY(source->address, IpAddress::parse(address));
    }
    source->helo = reader.text();
    source->tls = reader.text();
    live.source = std::move(source);
    live.message_id = reader.text();
    live.prefix = reader.text();
    if ((flags & kNullSender) == 0) {
        SG_TRY(mime::Address sender, mime::Address::parse(reader.text()));
        live.envelope.sender = std::move(sender);
    }
    live.envelope.parameters.body =
        (flags & kBodyEightBit) != 0 ? smtp::BodyType::eight_bit_mime : smtp::BodyType::seven_bit;
    live.envelope.parameters.smtputf8 = (flags & kParameterUtf8) != 0;
    const std::uint64_t ret = reader.number();
    if (ret > static_cast<std::uint64_t>(smtp::Ret::headers)) {
        return fail(ErrorKind::malformed, "flow.envelope", "unknown RET");
    }
    live.envelope.parameters.ret = static_cast<smtp::Ret>(ret);
    live.envelope.parameters.envid = reader.text();
    SG_TRYV(read_recipients(reader, live));
    if (!reader.ok() || !reader.at_end()) {
        return fail(ErrorKind::malformed, "flow.envelope", "cut short or with something behind");
    }
    return live;
}

}  // namespace sealgate::flow
