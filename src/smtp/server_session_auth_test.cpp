// SPDX-License-Identifier: Apache-2.0
// AUTH (RFC 4954).
#include "smtp/test_dialogue.h"

namespace sealgate::smtp {
namespace {

ServerOptions offering() {
    ServerOptions out = options();
    out.offer_starttls = true;
    out.offer_auth = true;
    return out;
}

// Under TLS and greeted.
void begin(Player& player) {
    player.greet();
    player.feed("EHLO client.example\r\nSTARTTLS\r\n");
    player.tls_started();
    player.feed("EHLO client.example\r\n");
}

void dialogue_over_tls(std::string_view script) {
    Player player(offering());
    begin(player);
    EXPECT_TRUE(player.take_transcript().contains("250-AUTH PLAIN LOGIN\r\n"));
    play(player, script);
}

TEST(ServerSessionAuth, IsForTlsAlone) {
    Player player(offering());
    player.greet();
    player.feed("EHLO client.example\r\n");
    EXPECT_FALSE(player.take_transcript().contains("AUTH"));
    play(player, R"(
C: AUTH PLAIN AGFsaWNlAHB3
S: 538 5.7.11
C: MAIL FROM:<a@example.com> AUTH=<>
S: 555 5.5.4
)");
    ASSERT_EQ(player.refusals().size(), 2U);
    EXPECT_EQ(player.refusals()[0].what, Refused::What::auth);
    EXPECT_EQ(player.refusals()[0].argument, "") << "never a word of what may be a password";
}

TEST(ServerSessionAuth, IsNotThereWhereItIsNotOffered) {
    dialogue(options(), R"(
C: AUTH PLAIN AGFsaWNlAHB3
S: 502 5.5.1
)");
}

TEST(ServerSessionAuth, TakesPlainWithAndWithoutInitialResponse) {
    dialogue_over_tls(R"(
C: AUTH PLAIN AGFsaWNlAHB3
* auth alice pw
S: 235 2.7.0 signed in
C: AUTH PLAIN AGFsaWNlAHB3
S: 503 5.5.1
C: MAIL FROM:<a@example.com> AUTH=a+40example.com
S: 250
)");
    dialogue_over_tls(R"(
C: auth plain
S: 334 
C: AGFsaWNlAHB3
* auth alice pw
S: 235
)");
}

TEST(ServerSessionAuth, IsOfferedWhereTlsIsThereFromTheStart) {
    Player player(offering());
    player.session().tls_started();
    player.greet();
    player.feed("EHLO client.example\r\n");
    const std::string said = player.take_transcript();
    EXPECT_TRUE(said.contains("250-AUTH PLAIN LOGIN\r\n"));
    EXPECT_FALSE(said.contains("STARTTLS"));
    play(player, R"(
C: AUTH PLAIN AGFsaWNlAHB3
* auth alice pw
S: 235
)");
}

TEST(ServerSessionAuth, TakesLogin) {
    dialogue_over_tls(R"(
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: YWxpY2U=
S: 334 UGFzc3dvcmQ6
C: cHc=
* auth alice pw
S: 235
)");
    dialogue_over_tls(R"(
C: AUTH LOGIN YWxpY2U=
S: 334 UGFzc3dvcmQ6
C: cHc=
* auth alice pw
S: 235
)");
}

TEST(ServerSessionAuth, RefusesWhatIsNotOne) {
    dialogue_over_tls(R"(
C: AUTH
S: 504 5.5.4
C: AUTH CRAM-MD5
S: 504 5.5.4
C: AUTH PLAIN
S: 334
C: *
S: 501 5.7.0 Cancelled
C: AUTH PLAIN AGFsaWNlAHB
S: 501 5.5.2
C: AUTH PLAIN =
S: 501 5.5.2
C: AUTH PLAIN AGFsaWNlAHB3 x
S: 501 5.5.2
C: AUTH LOGIN
S: 334
C: not base 64
S: 501 5.5.2
C: AUTH LOGIN =
S: 334
C: cHc=
S: 501 5.5.2
C: MAIL FROM:<a@example.com>
S: 250
C: AUTH PLAIN AGFsaWNlAHB3
S: 503 5.5.1
)");
}

TEST(ServerSessionAuth, LinesMayBeLongWithinTheirLimit) {
    Player player(offering());
    begin(player);
    player.take_transcript();
    player.feed("AUTH PLAIN\r\n" + std::string(kMaxAuthLine - 2, 'A') + "\r\n");
    expect_lines(player.take_transcript(), {"334", "501 5.5.2"});
    player.feed("AUTH PLAIN\r\n" + std::string(kMaxAuthLine - 1, 'A') + "\r\nNOOP\r\n");
    expect_lines(player.take_transcript(), {"334", "500 5.5.6", "250"});
    player.feed("AUTH PLAIN\r\nAGFs\naWNl\r\nNOOP\r\n");
    expect_lines(player.take_transcript(), {"334", "500 5.5.6", "250"});
    player.feed("NOOP " + std::string(options().limits.command_line, 'x') + "\r\n");
    expect_lines(player.take_transcript(), {"500 5.5.2"});
}

TEST(ServerSessionAuth, FailuresCount) {
    ServerOptions few = offering();
    few.limits.errors = 3;
    Player player(few);
    begin(player);
    player.auth_answer = {535, "5.7.8", "no"};
    player.take_transcript();
    for (int i = 0; i < 4; ++i)
        player.feed("AUTH PLAIN AGFsaWNlAHB3\r\n");
    EXPECT_TRUE(player.closed());
    EXPECT_TRUE(player.transcript().contains("535 5.7.8 no\r\n421 4.7.0"));
}

TEST(ServerSessionAuth, OnlyA235SignsIn) {
    Player player(offering());
    begin(player);
    player.auth_answer = {250, "2.0.0", "fine"};
    player.take_transcript();
    play(player, R"(
C: AUTH PLAIN AGFsaWNlAHB3
* auth alice pw
S: 454 4.7.0
)");
    player.auth_answer = {235, "2.7.0", "yes"};
    play(player, R"(
C: AUTH PLAIN AGFsaWNlAHB3
* auth alice pw
S: 235
)");
}

}  // namespace
}  // namespace sealgate::smtp
