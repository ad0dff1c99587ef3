// SPDX-License-Identifier: Apache-2.0
// `sealgate sop` on keys and messages that other programs made (tests/data/openpgp).
#include "cli/sop/sop.h"

#include "cli/sop/exit_code.h"
#include "cli/test_console.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sealgate::cli::sop {
namespace {

using Words = std::vector<std::string>;

const std::string kData = SEALGATE_SOURCE_DIR "/tests/data/openpgp/";
const std::string kAlice = kData + "bre_samples/alice_certificate.asc";
const std::string kAliceKey = kData + "bre_samples/alice_secret_key.asc";
const std::string kCert = kData + "made/sqop_v4-25519legacy_cert.asc";
const std::string kKey = kData + "made/sqop_v4-25519legacy_key.asc";
const std::string kFingerprint = "E5A6FB5D288804326190979E88BFBD9123327FF6";

std::string content(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    EXPECT_TRUE(stream) << file;
    std::ostringstream out;
    out << stream.rdbuf();
    return out.str();
}

class SopTest : public ::testing::Test {
protected:
    SopTest() {
        std::string pattern = std::filesystem::temp_directory_path() / "sealgate-sop-XXXXXX";
        directory_ = mkdtemp(pattern.data());
    }
    ~SopTest() override { std::filesystem::remove_all(directory_); }

    int sop(const Words& words, std::string input = {}) {
        console_.written.clear();
        console_.talked.clear();
        console_.input = std::move(input);
        return run(words, console_, clock_);
    }
    // With a file of the test data as the input.
    int sop_on(const std::string& file, const Words& words) {
        return sop(words, content(kData + file));
    }
    std::string file(const std::string& name, std::string_view octets) {
        std::ofstream(path(name), std::ios::binary) << octets;
        return path(name);
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return directory_ + "/" + name;
    }
    static std::string text() { return content(kData + "made/text.txt"); }
    static std::string binary() { return content(kData + "made/binary.bin"); }

    std::string directory_;
    TestConsole console_;
    ManualClock clock_{WallTime(std::chrono::seconds(1796000000))};  // 2026-11-30
};

#define EXPECT_EXIT_IS(call, code) EXPECT_EQ((call), static_cast<int>(code)) << console_.talked

TEST_F(SopTest, VerifiesADetachedSignature) {
    EXPECT_EXIT_IS(
        sop({"verify", kData + "made/sqop_v4-25519legacy_detached.asc", kAlice, kCert}, binary()),
        Exit::done);
    EXPECT_TRUE(console_.written.ends_with(kFingerprint + " mode:binary {\"signers\":[\"" + kCert +
                                           "\"]}\n"))
        << console_.written;
    EXPECT_EQ(console_.written.find("2026-11-2"), 0U) << console_.written;
    EXPECT_EXIT_IS(sop({"verify", kData + "made/sqop_v4-25519legacy_text.asc", kCert}, text()),
                   Exit::done);
    EXPECT_NE(console_.written.find(" mode:text "), std::string::npos);
}

TEST_F(SopTest, ASignatureThatDoesNotCountIsNone) {
    const std::string signature = kData + "made/sqop_v4-25519legacy_detached.asc";
    EXPECT_EXIT_IS(sop({"verify", signature, kCert}, binary() + "x"), Exit::no_signature);
    EXPECT_NE(console_.talked.find("bad signature"), std::string::npos) << console_.talked;
    EXPECT_EXIT_IS(sop({"verify", signature, kAlice}, binary()), Exit::no_signature);
    EXPECT_EQ(console_.written, "");
}

TEST_F(SopTest, SignaturesCountInTheTimeThatIsWanted) {
    const std::string signature = kData + "made/sqop_v4-25519legacy_detached.asc";
    const auto with = [&](const std::string& option) {
        return sop({"verify", option, signature, kCert}, binary());
    };
    EXPECT_EXIT_IS(with("--not-before=2026-11-01"), Exit::done);
    EXPECT_EXIT_IS(with("--not-before=20261101T000000Z"), Exit::done);
    EXPECT_EXIT_IS(with("--not-before=-"), Exit::done);
    EXPECT_EXIT_IS(with("--not-before=now"), Exit::no_signature);
    EXPECT_EXIT_IS(with("--not-after=2026-11-01T10:00:00+02:00"), Exit::no_signature);
    EXPECT_EXIT_IS(with("--not-after=now"), Exit::done);
    EXPECT_EXIT_IS(with("--not-after=yesterday"), Exit::unsupported_option);
    // The clock before the signature: it is of the future, unless one says that this is no matter.
    ManualClock early(WallTime(std::chrono::seconds(1795895540 - 86400)));
    console_.input = binary();
    EXPECT_EXIT_IS(run({"verify", signature, kCert}, console_, early), Exit::no_signature);
    EXPECT_EXIT_IS(run({"verify", "--not-after=-", signature, kCert}, console_, early), Exit::done);
}

TEST_F(SopTest, WhatIsNotASignatureOrACertificateIsBadData) {
    const std::string signature = kData + "made/sqop_v4-25519legacy_detached.asc";
    EXPECT_EXIT_IS(sop({"verify", kCert, kCert}, binary()), Exit::bad_data);
    EXPECT_EXIT_IS(sop({"verify", signature, signature}, binary()), Exit::bad_data);
    EXPECT_EXIT_IS(sop({"verify", signature, kKey}, binary()), Exit::bad_data);
    EXPECT_EXIT_IS(sop({"verify", signature, file("empty", "")}, binary()), Exit::bad_data);
    EXPECT_EXIT_IS(sop({"verify", file("junk", "hello\n"), kCert}, binary()), Exit::bad_data);
}

TEST_F(SopTest, CommandLinesAreReadByTheRules) {
    const std::string signature = kData + "made/sqop_v4-25519legacy_detached.asc";
    EXPECT_EXIT_IS(sop({"verify", signature}, binary()), Exit::missing_arg);
    EXPECT_EXIT_IS(sop({"verify"}), Exit::missing_arg);
    EXPECT_EXIT_IS(sop({"verify", "--not-befor=-", signature, kCert}), Exit::unsupported_option);
    EXPECT_NE(console_.talked.find("did you mean --not-before?"), std::string::npos);
    EXPECT_EXIT_IS(sop({"verify", "--not-before", "-", signature, kCert}), Exit::missing_arg);
    EXPECT_EXIT_IS(sop({"verify", "-x", signature, kCert}), Exit::unsupported_option);
    EXPECT_EXIT_IS(sop({"armor", "--no-armor"}), Exit::unsupported_option);
    EXPECT_EXIT_IS(sop({"armor", "surplus"}), Exit::unsupported_option);
    EXPECT_EXIT_IS(sop({"extract-cert", "--no-armor=yes"}), Exit::unsupported_option);
    EXPECT_EXIT_IS(sop({"verify", "--not-before=-", "--not-before=-", signature, kCert}),
                   Exit::incompatible_options);
    EXPECT_EXIT_IS(sop({"verify", "--debug", "--", signature, kCert}, binary()), Exit::done);
    EXPECT_EXIT_IS(sop({"verify", "--", "--not-before=-", kCert}), Exit::missing_input);
    EXPECT_EXIT_IS(sop({"sign", kKey}), Exit::unsupported_subcommand);
    EXPECT_EXIT_IS(sop({"verifi"}), Exit::unsupported_subcommand);
    EXPECT_NE(console_.talked.find("did you mean 'verify'?"), std::string::npos);
    EXPECT_EXIT_IS(sop({}), Exit::missing_arg);
    EXPECT_EXIT_IS(sop({"--help"}), Exit::done);
    EXPECT_NE(console_.written.find("  inline-detach "), std::string::npos);
    EXPECT_EXIT_IS(sop({"verify", "--help"}), Exit::done);
    EXPECT_NE(console_.written.find("--not-before=DATE"), std::string::npos);
    EXPECT_EXIT_IS(sop({"help", "decrypt"}), Exit::done);
    EXPECT_NE(console_.written.find("[--with-password=PASSWORD]..."), std::string::npos);
}

TEST_F(SopTest, DecryptsAndSaysWhoSigned) {
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_sealed.asc",
                          {"decrypt",
                           "--verify-with=" + kCert,
                           "--verifications-out=" + path("by"),
                           "--session-key-out=" + path("session"),
                           kKey}),
                   Exit::done);
    EXPECT_EQ(console_.written, text());
    EXPECT_NE(content(path("by")).find(kFingerprint + " mode:"), std::string::npos);
    EXPECT_EQ(content(path("session")).find("9:"), 0U);
    EXPECT_EQ(std::filesystem::status(path("session")).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    // The session key opens the message without the key.
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_sealed.asc",
                          {"decrypt", "--with-session-key=" + path("session")}),
                   Exit::done);
    EXPECT_EQ(console_.written, text());
    // Who has not signed is not named, and the text comes nevertheless.
    EXPECT_EXIT_IS(
        sop_on("made/sqop_v4-25519legacy_sealed.asc",
               {"decrypt", "--verify-with=" + kAlice, "--verify-out=" + path("none"), kKey}),
        Exit::done);
    EXPECT_EQ(content(path("none")), "");
    EXPECT_EQ(console_.written, text());
}

TEST_F(SopTest, DecryptsWithAPassword) {
    const std::string right = file("right", "correct horse\n");
    EXPECT_EXIT_IS(sop_on("made/sqop_password.asc", {"decrypt", "--with-password=" + right}),
                   Exit::done);
    EXPECT_EQ(console_.written, text());
    EXPECT_EXIT_IS(
        sop_on("made/sqop_password.asc", {"decrypt", "--with-password=" + file("no", "wrong")}),
        Exit::cannot_decrypt);
    EXPECT_EQ(console_.written, "");
}

TEST_F(SopTest, UnlocksKeys) {
    const std::string key = kData + "made/sqop_locked_key.asc";
    const std::string right = file("right", "correct horse \r\n");
    const std::string wrong = file("wrong", "battery staple");
    EXPECT_EXIT_IS(sop_on("made/sqop_locked_sealed.asc", {"decrypt", key}), Exit::key_is_protected);
    EXPECT_EXIT_IS(
        sop_on("made/sqop_locked_sealed.asc", {"decrypt", "--with-key-password=" + wrong, key}),
        Exit::key_is_protected);
    EXPECT_EQ(console_.written, "");
    EXPECT_EXIT_IS(
        sop_on("made/sqop_locked_sealed.asc",
               {"decrypt", "--with-key-password=" + wrong, "--with-key-password=" + right, key}),
        Exit::done);
    EXPECT_EQ(console_.written, text());
    // A locked key that the message is not for is no matter.
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_sealed.asc", {"decrypt", key, kKey}),
                   Exit::done);
}

TEST_F(SopTest, NothingComesOutOfWhatCannotBeDecrypted) {
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_sealed.asc", {"decrypt", kAliceKey}),
                   Exit::cannot_decrypt);
    EXPECT_EXIT_IS(
        sop_on("made/shape_changed.pgp", {"decrypt", kData + "made/gpg_v4-25519legacy_key.asc"}),
        Exit::cannot_decrypt);
    EXPECT_EQ(console_.written, "");
    EXPECT_EXIT_IS(
        sop_on("made/shape_cut.pgp", {"decrypt", kData + "made/gpg_v4-25519legacy_key.asc"}),
        Exit::bad_data);
    EXPECT_EXIT_IS(sop_on("made/gpg_choice_cast5_sed.asc",
                          {"decrypt", kData + "made/gpg_v4-25519legacy_key.asc"}),
                   Exit::cannot_decrypt)
        << "without integrity protection";
    EXPECT_EXIT_IS(sop({"decrypt", kKey}, "hello"), Exit::bad_data);
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_inline.asc", {"decrypt", kKey}),
                   Exit::bad_data);
    EXPECT_EQ(console_.written, "");
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_sealed.asc", {"decrypt", kCert}),
                   Exit::bad_data);
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_sealed.asc", {"decrypt"}), Exit::missing_arg);
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_sealed.asc",
                          {"decrypt", "--with-session-key=" + file("bad", "9-ABCD")}),
                   Exit::bad_data);
}

TEST_F(SopTest, VerificationNeedsBothOptions) {
    EXPECT_EXIT_IS(sop({"decrypt", "--verify-with=" + kCert, kKey}), Exit::incomplete_verification);
    EXPECT_EXIT_IS(sop({"decrypt", "--verifications-out=" + path("x"), kKey}),
                   Exit::incomplete_verification);
    EXPECT_EXIT_IS(sop({"decrypt",
                        "--verifications-out=" + path("x"),
                        "--verify-out=" + path("y"),
                        "--verify-with=" + kCert,
                        kKey}),
                   Exit::incompatible_options);
}

TEST_F(SopTest, AnOutputThatIsThereIsLeftAlone) {
    const std::string taken = file("taken", "mine");
    const std::string option = "--verifications-out=" + taken;
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_inline.asc", {"inline-verify", option, kCert}),
                   Exit::output_exists);
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_sealed.asc",
                          {"decrypt", "--session-key-out=" + taken, kKey}),
                   Exit::output_exists);
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_inline.asc",
                          {"inline-detach", "--signatures-out=" + taken}),
                   Exit::output_exists);
    EXPECT_EQ(console_.written, "");
    EXPECT_EQ(content(taken), "mine");
}

TEST_F(SopTest, AFullDiskIsAFailure) {
    console_.output_fails = true;
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_sealed.asc", {"decrypt", kKey}),
                   Exit::unspecified_failure);
    EXPECT_EXIT_IS(sop({"version"}), Exit::unspecified_failure);
}

TEST_F(SopTest, InputsComeFromTheEnvironmentAndFromDescriptors) {
    // NOLINTBEGIN(concurrency-mt-unsafe): one thread
    setenv("SEALGATE_TEST_CERT", content(kCert).c_str(), 1);
    const std::string signature = kData + "made/sqop_v4-25519legacy_detached.asc";
    EXPECT_EXIT_IS(sop({"verify", signature, "@ENV:SEALGATE_TEST_CERT"}, binary()), Exit::done);
    EXPECT_EXIT_IS(sop({"verify", signature, "@ENV:SEALGATE_TEST_NONE"}, binary()),
                   Exit::missing_input);
    unsetenv("SEALGATE_TEST_CERT");
    // NOLINTEND(concurrency-mt-unsafe)
    const int descriptor = ::open(kCert.c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_GE(descriptor, 0);
    EXPECT_EXIT_IS(sop({"verify", signature, "@FD:" + std::to_string(descriptor)}, binary()),
                   Exit::done);
    ::close(descriptor);
    EXPECT_EXIT_IS(sop({"verify", signature, "@FD:999"}, binary()), Exit::missing_input);
    EXPECT_EXIT_IS(sop({"verify", signature, "@FD:x"}, binary()), Exit::missing_input);
    EXPECT_EXIT_IS(sop({"verify", signature, "@HARDWARE:card"}, binary()),
                   Exit::unsupported_special_prefix);
    EXPECT_EXIT_IS(sop({"verify", signature, path("none")}, binary()), Exit::missing_input);
    EXPECT_EXIT_IS(sop({"verify", signature, directory_}, binary()), Exit::missing_input);
}

TEST_F(SopTest, OutputsMayBeDescriptorsButNothingElseSpecial) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    EXPECT_EXIT_IS(
        sop_on("made/sqop_v4-25519legacy_inline.asc",
               {"inline-verify", "--verifications-out=@FD:" + std::to_string(ends[1]), kCert}),
        Exit::done);
    ::close(ends[1]);
    std::array<char, 1000> read{};
    const ssize_t count = ::read(ends[0], read.data(), read.size());
    ::close(ends[0]);
    ASSERT_GT(count, 0);
    EXPECT_NE(std::string(read.data(), static_cast<std::size_t>(count)).find(kFingerprint),
              std::string::npos);
    EXPECT_EXIT_IS(sop({"inline-verify", "--verifications-out=@ENV:X", kCert}),
                   Exit::unsupported_special_prefix);
    EXPECT_EXIT_IS(sop({"inline-verify", "--verifications-out=@FD:999", kCert}),
                   Exit::missing_input);
}

TEST_F(SopTest, ASpecialNameThatIsAlsoAFileIsAmbiguous) {
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(directory_);
    file("@ENV:HOME", "x");
    EXPECT_EXIT_IS(sop({"verify", "@ENV:HOME", kCert}), Exit::ambiguous_input);
    EXPECT_EXIT_IS(sop({"verify", "./@ENV:HOME", kCert}), Exit::bad_data);
    std::filesystem::current_path(before);
}

TEST_F(SopTest, AVerificationIsOneLineWhateverTheNamesAre) {
    const std::string name = file("evil\n2020-01-01T00:00:00Z \x1b[2J\xff\"", content(kCert));
    EXPECT_EXIT_IS(sop({"verify", kData + "made/sqop_v4-25519legacy_detached.asc", name}, binary()),
                   Exit::done);
    EXPECT_EQ(std::count(console_.written.begin(), console_.written.end(), '\n'), 1);
    for (const char c : console_.written) {
        EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7F)) << static_cast<int>(c);
    }
}

TEST_F(SopTest, VerifiesSignedMessages) {
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_inline.asc",
                          {"inline-verify", "--verifications-out=" + path("by"), kCert}),
                   Exit::done);
    EXPECT_EQ(console_.written, binary());
    EXPECT_NE(content(path("by")).find(kFingerprint), std::string::npos);
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_inline.asc", {"inline-verify", kAlice}),
                   Exit::no_signature);
    EXPECT_EQ(console_.written, "");
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_sealed.asc", {"inline-verify", kCert}),
                   Exit::bad_data);
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_detached.asc", {"inline-verify", kCert}),
                   Exit::bad_data);
    EXPECT_EXIT_IS(sop({"inline-verify", kCert}, "hello"), Exit::bad_data);
}

TEST_F(SopTest, VerifiesSignedCleartext) {
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_clear.asc", {"inline-verify", kCert}),
                   Exit::done);
    EXPECT_EQ(console_.written.find("From the start a line that mail software likes to quote,\n- "),
              0U);
    EXPECT_EQ(console_.written.back(), '\n');
    std::string changed = content(kData + "made/sqop_v4-25519legacy_clear.asc");
    changed.replace(changed.find("From the"), 4, "from");
    EXPECT_EXIT_IS(sop({"inline-verify", kCert}, changed), Exit::no_signature);
    EXPECT_EQ(console_.written, "");
}

TEST_F(SopTest, DetachesWhatCanThenBeVerified) {
    for (const std::string kind : {"inline", "inline_text", "clear"}) {
        const std::string out = path(kind);
        EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_" + kind + ".asc",
                              {"inline-detach", "--signatures-out=" + out}),
                       Exit::done);
        EXPECT_EQ(content(out).find("-----BEGIN PGP SIGNATURE-----\n"), 0U);
        EXPECT_EXIT_IS(sop({"verify", out, kCert}, console_.written), Exit::done) << kind;
    }
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_inline.asc",
                          {"inline-detach", "--no-armor", "--signatures-out=" + path("binary")}),
                   Exit::done);
    EXPECT_EXIT_IS(sop({"verify", path("binary"), kCert}, console_.written), Exit::done);
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_inline.asc", {"inline-detach"}),
                   Exit::missing_arg);
    EXPECT_EXIT_IS(sop({"inline-detach", "--signatures-out=" + path("new")}, "hello"),
                   Exit::bad_data);
    EXPECT_FALSE(std::filesystem::exists(path("new")));
}

TEST_F(SopTest, ArmoursAndDearmoursEveryKind) {
    for (const std::string name :
         {"key", "cert", "detached", "inline", "sealed", "encrypted", "text"}) {
        const std::string asc = content(kData + "made/sqop_v4-25519legacy_" + name + ".asc");
        EXPECT_EXIT_IS(sop({"dearmor"}, asc), Exit::done);
        const std::string octets = console_.written;
        EXPECT_NE(octets, asc);
        EXPECT_EXIT_IS(sop({"dearmor"}, octets), Exit::done);
        EXPECT_TRUE(console_.written == octets) << "binary stays binary";
        EXPECT_EXIT_IS(sop({"armor"}, octets), Exit::done);
        const std::string again = console_.written;
        EXPECT_EQ(again.substr(0, again.find('\n')), asc.substr(0, asc.find('\n'))) << name;
        EXPECT_EXIT_IS(sop({"armor"}, again), Exit::done);
        EXPECT_EQ(console_.written, again) << "armour stays armour";
        EXPECT_EXIT_IS(sop({"dearmor"}, again), Exit::done);
        EXPECT_TRUE(console_.written == octets) << name;
    }
    EXPECT_EXIT_IS(sop({"armor"}, "hello"), Exit::bad_data);
    EXPECT_EXIT_IS(sop({"armor"}, ""), Exit::bad_data);
    EXPECT_EXIT_IS(sop({"armor"}, "\xFF\xFF\xFF"), Exit::bad_data);
    EXPECT_EXIT_IS(sop({"dearmor"}, "hello"), Exit::bad_data);
    EXPECT_EXIT_IS(sop_on("made/sqop_v4-25519legacy_clear.asc", {"armor"}), Exit::done);
}

TEST_F(SopTest, TheChecksumOfArmourIsWrittenForReadersOfVersion4) {
    EXPECT_EXIT_IS(sop({"dearmor"}, content(kCert)), Exit::done);
    EXPECT_EXIT_IS(sop({"armor"}, console_.written), Exit::done);
    EXPECT_NE(console_.written.find("\n="), std::string::npos);
    EXPECT_EXIT_IS(sop_on("rfc9580/a3_v6_certificate.asc", {"dearmor"}), Exit::done);
    EXPECT_EXIT_IS(sop({"armor"}, console_.written), Exit::done);
    EXPECT_EQ(console_.written.find("\n="), std::string::npos);
}

TEST_F(SopTest, ALabelIsChecked) {
    EXPECT_EXIT_IS(sop({"dearmor"}, content(kCert)), Exit::done);
    const std::string octets = console_.written;
    EXPECT_EXIT_IS(sop({"armor", "--label=cert"}, octets), Exit::done);
    EXPECT_EXIT_IS(sop({"armor", "--label=auto"}, octets), Exit::done);
    EXPECT_EXIT_IS(sop({"armor", "--label=sig"}, octets), Exit::bad_data);
    EXPECT_EXIT_IS(sop({"armor", "--label=other"}, octets), Exit::unsupported_option);
}

TEST_F(SopTest, ExtractsCertificates) {
    EXPECT_EXIT_IS(sop({"extract-cert"}, content(kKey)), Exit::done);
    EXPECT_EQ(console_.written.find("-----BEGIN PGP PUBLIC KEY BLOCK-----\n"), 0U);
    const std::string made = file("made", console_.written);
    EXPECT_EXIT_IS(sop({"verify", kData + "made/sqop_v4-25519legacy_detached.asc", made}, binary()),
                   Exit::done);
    EXPECT_EXIT_IS(sop({"extract-cert", "--no-armor"}, content(kKey)), Exit::done);
    EXPECT_EQ(console_.written.front(), '\xC6');
    EXPECT_EXIT_IS(sop({"extract-cert"}, content(kCert)), Exit::bad_data);
    EXPECT_EXIT_IS(sop({"extract-cert"}, "hello"), Exit::bad_data);
}

TEST_F(SopTest, MergesCertificates) {
    const std::string plain = content(kData + "certified/bob.asc");
    EXPECT_EXIT_IS(sop({"merge-certs", kData + "certified/bob_certified.asc", kCert}, plain),
                   Exit::done);
    const std::string merged = console_.written;
    const Words ask{
        "validate-userid", "--addr-spec-only", "bob@certified.example", kData + "certified/ca.asc"};
    EXPECT_EXIT_IS(sop(ask, plain), Exit::cert_userid_no_match);
    EXPECT_EXIT_IS(sop(ask, merged), Exit::done);
    // Only what was on stdin comes out, each certificate once.
    EXPECT_EXIT_IS(sop({"merge-certs"}, plain + plain), Exit::done);
    const std::string once = console_.written;
    EXPECT_EXIT_IS(sop({"merge-certs", "--no-armor", kCert, kAlice}, plain), Exit::done);
    EXPECT_EXIT_IS(sop({"armor"}, console_.written), Exit::done);
    EXPECT_EQ(console_.written, once);
    EXPECT_EXIT_IS(sop({"merge-certs"}, content(kKey)), Exit::bad_data);
    EXPECT_EXIT_IS(sop({"merge-certs", kKey}, content(kCert)), Exit::bad_data);
}

TEST_F(SopTest, ValidatesUserIds) {
    const std::string bob = "bob certified <bob@certified.example>";
    const auto ask = [&](const std::string& user_id, const std::string& authority) {
        return Words{"validate-userid", user_id, kData + "certified/" + authority};
    };
    const auto on = [&](const std::string& name, const Words& words) {
        return sop_on("certified/" + name, words);
    };
    EXPECT_EXIT_IS(on("bob.asc", ask(bob, "bob.asc")), Exit::done);
    EXPECT_EXIT_IS(on("bob.asc", ask(bob, "ca.asc")), Exit::cert_userid_no_match);
    EXPECT_EXIT_IS(on("bob_certified.asc", ask(bob, "ca.asc")), Exit::done);
    EXPECT_EXIT_IS(on("bob_certification_revoked.asc", ask(bob, "ca.asc")),
                   Exit::cert_userid_no_match);
    EXPECT_EXIT_IS(on("bob_certified.asc", ask("bob@certified.example", "ca.asc")),
                   Exit::cert_userid_no_match);
    EXPECT_EXIT_IS(on("bob_certified.asc", ask("Somebody", "ca.asc")), Exit::cert_userid_no_match);
    Words words = ask("bob@certified.example", "ca.asc");
    words.emplace_back("--addr-spec-only");
    EXPECT_EXIT_IS(on("bob_certified.asc", words), Exit::done);
    words.emplace_back("--validate-at=2020-01-01");
    EXPECT_EXIT_IS(on("bob_certified.asc", words), Exit::cert_userid_no_match) << "before the key";
    words.back() = "--validate-at=soon";
    EXPECT_EXIT_IS(on("bob_certified.asc", words), Exit::unsupported_option);
    EXPECT_EXIT_IS(on("bob.asc", ask("\xFF", "ca.asc")), Exit::expected_text);
    EXPECT_EXIT_IS(sop(ask(bob, "ca.asc"), content(kCert) + content(kData + "certified/ca.asc")),
                   Exit::cert_userid_no_match);
    EXPECT_EXIT_IS(sop(ask(bob, "ca.asc"), "hello"), Exit::bad_data);
}

TEST_F(SopTest, SaysItsVersion) {
    EXPECT_EXIT_IS(sop({"version"}), Exit::done);
    EXPECT_EQ(console_.written.find("sealgate "), 0U);
    EXPECT_EQ(std::count(console_.written.begin(), console_.written.end(), '\n'), 1);
    const std::string first = console_.written;
    EXPECT_EXIT_IS(sop({"version", "--extended"}), Exit::done);
    EXPECT_EQ(console_.written.find(first), 0U);
    EXPECT_EXIT_IS(sop({"version", "--backend"}), Exit::done);
    EXPECT_EQ(console_.written.find("OpenSSL 3."), 0U);
    EXPECT_EXIT_IS(sop({"version", "--sop-spec"}), Exit::done);
    EXPECT_EQ(console_.written.find("~draft-dkg-openpgp-stateless-cli-"), 0U);
    EXPECT_EXIT_IS(sop({"version", "--sopv"}), Exit::done);
    EXPECT_EQ(console_.written, "1.0\n");
    EXPECT_EXIT_IS(sop({"version", "--sopv", "--backend"}), Exit::incompatible_options);
    EXPECT_EXIT_IS(sop({"list-profiles", "encrypt"}), Exit::unsupported_profile);
}

TEST_F(SopTest, EveryExitStatusHasItsNumber) {
    for (const ExitStatus& status : exit_statuses())
        EXPECT_FALSE(status.name.empty());
    // Of draft-dkg-openpgp-stateless-cli-14.
    EXPECT_EQ(static_cast<int>(Exit::no_signature), 3);
    EXPECT_EQ(static_cast<int>(Exit::cannot_decrypt), 29);
    EXPECT_EQ(static_cast<int>(Exit::bad_data), 41);
    EXPECT_EQ(static_cast<int>(Exit::cert_userid_no_match), 107);
}

}  // namespace
}  // namespace sealgate::cli::sop
