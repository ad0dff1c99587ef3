#pragma once
// SPDX-License-Identifier: Apache-2.0
// A message for tests.

#include "flow/message.h"

namespace sealgate::flow::test {

inline smtp::Recipient recipient(const std::string& address) {
    smtp::Recipient one;
    one.address = *mime::Address::parse(address);
    return one;
}

inline Live live(const std::vector<std::string>& recipients) {
    auto source = std::make_shared<Source>();
    source->connection = {0, 42};
    source->listener = "outbound";
    source->trusted = true;
    source->address = *IpAddress::parse("192.0.2.1");
    source->helo = "client.example";
    source->esmtp = true;
    Live message;
    message.id = make_message_id(source->connection, 1);
    message.source = std::move(source);
    message.envelope.sender = *mime::Address::parse("alice@managed.example");
    for (const std::string& address : recipients) {
        message.envelope.recipients.push_back(recipient(address));
        message.decisions.push_back({policy::Action::relay});
    }
    message.status.resize(recipients.size());
    message.in_flight.assign(recipients.size(), false);
    message.message_id = "<one@managed.example>";
    message.content = std::make_shared<const std::string>(
        "Subject: Hello\r\nMessage-ID: <one@managed.example>\r\n\r\nText\r\n");
    message.content_size = message.content->size();
    return message;
}

}  // namespace sealgate::flow::test
