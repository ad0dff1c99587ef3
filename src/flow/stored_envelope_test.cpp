// SPDX-License-Identifier: Apache-2.0
#include "flow/stored_envelope.h"

#include "flow/test_message.h"

#include <gtest/gtest.h>

namespace sealgate::flow {
namespace {

Live full_message() {
    Live live = test::live({"bob@partner.example", "\"odd local\"@b\xC3\xBC.example"});
    live.envelope.recipients[0].notify = {false, true, true, false};
    live.envelope.recipients[0].orcpt = "rfc822;bob+40partner.example";
    live.envelope.parameters.ret = smtp::Ret::full;
    live.envelope.parameters.envid = "QQ314159";
    live.envelope.parameters.body = smtp::BodyType::eight_bit_mime;
    live.envelope.parameters.smtputf8 = true;
    live.decisions[1] = {policy::Action::bounce_unmanaged};
    live.prefix = "Received: from x by y\r\n";
    live.has_eight_bit = true;
    return live;
}

TEST(StoredEnvelope, GivesBackWhatWasStored) {
    const Live live = full_message();
    const auto back = decode_envelope(encode_envelope(live));
    ASSERT_TRUE(back.has_value()) << back.error().detail();
    EXPECT_EQ(back->envelope.sender, live.envelope.sender);
    EXPECT_EQ(back->envelope.recipients, live.envelope.recipients);
    EXPECT_EQ(back->envelope.parameters.envid, "QQ314159");
    EXPECT_EQ(back->envelope.parameters.ret, smtp::Ret::full);
    EXPECT_EQ(back->envelope.parameters.body, smtp::BodyType::eight_bit_mime);
    EXPECT_TRUE(back->envelope.parameters.smtputf8);
    EXPECT_EQ(back->decisions[0].action, policy::Action::relay);
    EXPECT_EQ(back->decisions[1].action, policy::Action::bounce_unmanaged);
    EXPECT_EQ(back->prefix, live.prefix);
    EXPECT_EQ(back->message_id, live.message_id);
    EXPECT_EQ(back->source->connection, live.source->connection);
    EXPECT_EQ(back->source->helo, "client.example");
    EXPECT_TRUE(back->source->trusted);
    EXPECT_TRUE(back->has_eight_bit);
}

TEST(StoredEnvelope, KeepsTheNullSender) {
    Live live = test::live({"bob@partner.example"});
    live.envelope.sender.reset();
    const auto back = decode_envelope(encode_envelope(live));
    ASSERT_TRUE(back.has_value());
    EXPECT_FALSE(back->envelope.sender.has_value());
}

TEST(StoredEnvelope, RefusesEveryCut) {
    const std::string bytes = encode_envelope(full_message());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(decode_envelope(bytes.substr(0, length)).has_value()) << length;
    }
    EXPECT_FALSE(decode_envelope(bytes + "x").has_value());
}

TEST(StoredEnvelope, RefusesAnUnknownVersion) {
    std::string bytes = encode_envelope(full_message());
    bytes[0] = 9;
    EXPECT_FALSE(decode_envelope(bytes).has_value());
}

}  // namespace
}  // namespace sealgate::flow
