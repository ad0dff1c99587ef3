// SPDX-License-Identifier: Apache-2.0
// The first octet says how the others become a message: as they are, or encrypted here, since no
// fuzzer guesses a tag. Properties: what opens, opens the same twice; text only on success, and
// nobody looked before; a limit of one octet less than the text refuses it.
#include "openpgp/message.h"
#include "openpgp/test_messages.h"

#include <cstdint>

namespace sealgate::openpgp {
namespace {

const SessionKey& session() {
    static const SessionKey key = test::session_key(test::kAes128, "session");
    return key;
}

const std::vector<CertificatePtr>& certificates() {
    static const std::vector<CertificatePtr> made{
        test::ordinary_v4("alice", "Alice <alice@example.org>").checked(),
        test::ordinary_v6("bob", "Bob <bob@example.org>").checked()};
    return made;
}

// Keys, and a passphrase where it costs little.
class Secrets final : public SessionKeySource {
public:
    Secrets() {
        local_.add_key(test::unlocked(test::TestKey::curve25519_v4("ecdh")));
        local_.add_key(test::unlocked(test::TestKey::x25519_v6("x25519")));
        local_.add_passphrase(SecretBytes("sesame"));
        local_.add_session_key(test::same(session()));
    }
    std::vector<SessionKey> find(const EncryptedSessionKeys& wrapped, std::size_t most) override {
        EncryptedSessionKeys cheap = wrapped;
        std::erase_if(cheap.for_passphrases, [](const PassphraseSessionKey& one) {
            return one.s2k.iterated_octets() > 65'536 || one.s2k.memory_exponent() > 7 ||
                   one.s2k.passes() > 2;
        });
        return local_.find(cheap, most);
    }

private:
    LocalSecrets local_;
};

struct Outcome {
    bool opened = false;
    bool encrypted = false;
    std::string words;  // the error, or the text
    std::string fields;
    std::uint64_t size = 0;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome open(std::string_view message, const MessageLimits& limits) {
    static Secrets secrets;
    static const Policy policy;
    test::CountingHoldings holdings;
    auto opened = open_message(
        message,
        secrets,
        {.policy = policy, .holdings = holdings, .limits = limits, .ocb_packets = true});
    Outcome out;
    if (!opened) {
        SG_CHECK(opened.error().kind() != ErrorKind::internal);
        // What could not be decrypted was not looked at.
        SG_CHECK(opened.error().kind() != ErrorKind::refused || holdings.counts.looks == 0);
        out.words = std::string(to_string(opened.error().kind())) + opened.error().detail();
        return out;
    }
    SG_CHECK(opened->text != nullptr);
    out.opened = true;
    out.encrypted = opened->encrypted;
    out.words = opened->text->view().value_or("");
    out.fields = opened->literal.file_name + opened->literal.format;
    out.size = opened->text->size();
    SG_CHECK(out.size == out.words.size());
    for (const SignatureVerdict& one :
         judge_signatures(*opened, certificates(), {.policy = policy, .now = test::kT0 + 1}))
        out.fields += to_string(one.findings);
    return out;
}

std::string message_of(std::string_view octets) {
    if (octets.empty()) return {};
    const auto how = static_cast<std::uint8_t>(octets.front());
    octets.remove_prefix(1);
    switch (how) {
        case 1:
            return test::seipd1(session(), octets);
        case 2:
            return test::seipd2(session(), octets, test::kOcb, 0);
        case 3:
            return test::ocb_packet(session(), octets, test::kEax, 0);
        case 4:
            return test::compressed(test::kZip, octets);
        default:
            return std::string(octets);
    }
}

}  // namespace
}  // namespace sealgate::openpgp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sealgate::openpgp;
    const std::string message = message_of({reinterpret_cast<const char*>(data), size});
    MessageLimits limits;
    limits.text_octets = 1U << 22U;
    const Outcome first = open(message, limits);
    SG_CHECK(open(message, limits) == first);
    if (first.opened && first.size > 0) {
        limits.text_octets = first.size;
        SG_CHECK(open(message, limits) == first);
        limits.text_octets = first.size - 1;
        SG_CHECK(!open(message, limits).opened);
    }
    return 0;
}
