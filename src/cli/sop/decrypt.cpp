// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "cli/sop/clear_text.h"
#include "cli/sop/indirect.h"
#include "cli/sop/material.h"
#include "cli/sop/secrets.h"
#include "cli/sop/verifications.h"

#include <fmt/format.h>

namespace sealgate::cli::sop {

namespace {

constexpr std::string_view kVerificationsOut = "--verifications-out";
constexpr std::string_view kVerifyOut = "--verify-out";

// "9:FCA4BEAF...", the number of the cipher and the key in hexadecimal digits.
Outcome<openpgp::SessionKey> session_key_of(std::string_view text, std::string_view name) {
    text = trim(text);
    const std::size_t colon = text.find(':');
    const auto cipher = parse_number(text.substr(0, colon));
    auto key = colon == std::string_view::npos ? std::nullopt : from_hex(text.substr(colon + 1));
    if (!cipher || *cipher > UINT8_MAX || !key || key->empty()) {
        return give_up(
            Exit::bad_data,
            fmt::format("{}: a session key looks like 9:FCA4BEAF....", escape_for_log(name, 256)));
    }
    return openpgp::SessionKey{static_cast<std::uint8_t>(*cipher), SecretBytes(*std::move(key))};
}

std::string show(const openpgp::SessionKey& key) {
    return fmt::format("{}:{}\n", key.cipher, openpgp::to_hex_upper(key.key.view()));
}

Outcome<void> read_secrets(const Given& given, Secrets& out) {
    for (const std::string& name : given.all("--with-session-key")) {
        SG_TRY(std::string input, read_input(name));
        const SecretBytes text(std::move(input));
        SG_TRY(openpgp::SessionKey key, session_key_of(text.view(), name));
        out.add_session_key(std::move(key));
    }
    for (const std::string& name : given.all("--with-password")) {
        SG_TRY(std::string input, read_input(name));
        out.add_password(SecretBytes(std::move(input)));
    }
    for (const std::string& name : given.all("--with-key-password")) {
        SG_TRY(std::string input, read_input(name));
        out.add_key_password(SecretBytes(std::move(input)));
    }
    for (const std::string& name : given.all("KEYS")) {
        SG_TRY(std::string input, read_input(name));
        SG_TRY(const auto keys, keys_of(std::move(input), name));
        for (const openpgp::Certificate& one : keys) {
            if (one.primary->is_secret()) out.add_key(one.primary);
            for (const openpgp::Subkey& subkey : one.subkeys) {
                if (subkey.key->is_secret()) out.add_key(subkey.key);
            }
        }
    }
    return {};
}

// Where verifications go; "" = they are not wanted.
Outcome<std::string> verifications_out(const Given& given) {
    if (given.has(kVerificationsOut) && given.has(kVerifyOut)) {
        return give_up(Exit::incompatible_options,
                       fmt::format("{} and {} are one option.", kVerificationsOut, kVerifyOut));
    }
    const bool wanted = given.has(kVerificationsOut) || given.has(kVerifyOut);
    if (wanted != given.has("--verify-with")) {
        return give_up(Exit::incomplete_verification,
                       fmt::format("{} and --verify-with belong together.", kVerificationsOut));
    }
    return given.get(given.has(kVerifyOut) ? kVerifyOut : kVerificationsOut);
}

Outcome<void> run_decrypt(Surroundings& surroundings, const Given& given) {
    SG_TRY(const Wanted wanted,
           wanted_of(surroundings, given, "--verify-not-before", "--verify-not-after"));
    SG_TRY(const std::string verdicts_to, verifications_out(given));
    const std::string session_key_to = given.get("--session-key-out");
    if (!verdicts_to.empty()) SG_TRYV(check_output(verdicts_to));
    if (!session_key_to.empty()) SG_TRYV(check_output(session_key_to));
    if (!given.has("KEYS") && !given.has("--with-password") && !given.has("--with-session-key")) {
        return give_up(Exit::missing_arg, "KEYS is missing, or a password, or a session key.");
    }
    SG_TRY(const Certificates certificates, read_certificates(given.all("--verify-with")));
    Secrets secrets;
    SG_TRYV(read_secrets(given, secrets));
    SG_TRY(std::string input, read_stdin(surroundings));
    SG_TRY(const std::string message,
           binary_of(std::move(input), kStdin, {openpgp::ArmorKind::message}));

    openpgp::EncryptedHoldings holdings = clear_text_holdings();
    const openpgp::OpenOptions options{
        .policy = wanted.policy,
        .holdings = holdings,
        .limits = message_limits(),
        // Whoever asks has the message and the key in his hand: nobody learns from the answer.
        .ocb_packets = true};
    const auto opened = openpgp::open_message(message, secrets, options);
    if (!opened) {
        const auto kind = opened.error().kind();
        if (secrets.met_a_locked_key() &&
            (kind == ErrorKind::not_found || kind == ErrorKind::refused)) {
            return give_up(Exit::key_is_protected,
                           "the key has a password, and none that was given fits.");
        }
        return not_opened(Exit::cannot_decrypt, opened.error());
    }
    if (!opened->encrypted) {
        return give_up(Exit::bad_data, fmt::format("{}: it is not encrypted.", kStdin));
    }
    // The text comes last: whoever sees it may rely on what was said about it.
    if (!verdicts_to.empty()) {
        const auto verdicts =
            openpgp::judge_signatures(*opened, certificates.all, wanted.options());
        tell_the_bad(surroundings, verdicts);
        SG_TRYV(write_output(
            verdicts_to, verifications(verdicts, certificates), Privacy::as_umask_says));
    }
    if (!session_key_to.empty()) {
        const SecretBytes line(show(opened->session_key));
        SG_TRYV(write_output(session_key_to, line.view(), Privacy::only_owner));
    }
    return write_text(surroundings, *opened->text);
}

}  // namespace

Subcommand decrypt() {
    return {
        .name = "decrypt",
        .summary = "Decrypt the message on stdin; its text appears when all of it is proven",
        .example =
            "sealgate sop decrypt --verifications-out=by.txt --verify-with=bob.cert "
            "alice.key < letter.pgp",
        .arguments = {{"KEYS", "Secret keys", Count::any}},
        .options =
            {{"--with-key-password", "PASSWORD", "A file with a password of keys", {}, true},
             {"--with-password", "PASSWORD", "A file with a password of the message", {}, true},
             {"--with-session-key", "SESSIONKEY", "A file with the message's own key", {}, true},
             {"--session-key-out", "SESSIONKEY", "A new file for the message's own key"},
             {"--verify-with", "CERTS", "Certificates of those who may have signed", {}, true},
             {kVerificationsOut, "VERIFICATIONS", "A new file: who has signed"},
             {kVerifyOut, "VERIFICATIONS", "The old name of it"},
             {"--verify-not-before", "DATE", "Signatures made before do not count; default -"},
             {"--verify-not-after", "DATE", "Signatures made after do not count; default now"},
             {kLegacy, "", kLegacyHelp}},
        .run = run_decrypt};
}

}  // namespace sealgate::cli::sop
