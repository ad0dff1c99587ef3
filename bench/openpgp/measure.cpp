// SPDX-License-Identifier: Apache-2.0
// Measures the cases of a folder: `openpgp_measure FOLDER` reads FOLDER/cases (one line a case, its
// fields by tabs, file names relative to the folder) and prints a line of JSON for each.
#include "measure.h"

#include "openpgp/armor.h"
#include "openpgp/checked_certificate.h"
#include "openpgp/message.h"
#include "openpgp/verify.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace sealgate::bench {
namespace {

using namespace openpgp;

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// CPU microseconds of one call: the least of rounds of a tenth of a second.
double measure(const Operation& operation) {
    if (!operation) return 0;
    operation();
    double once = cpu_seconds();
    operation();
    once = std::max(cpu_seconds() - once, 1e-7);
    const auto calls = static_cast<std::size_t>(std::max(1.0, 0.1 / once));
    double least = 1e9;
    for (int round = 0; round < 7; ++round) {
        const double begin = cpu_seconds();
        for (std::size_t i = 0; i < calls; ++i)
            operation();
        least = std::min(least, (cpu_seconds() - begin) / static_cast<double>(calls));
    }
    return least * 1e6;
}

void must(bool good, const std::string& why) {
    if (!good) throw std::runtime_error(why);
}

Timestamp now() {
    return static_cast<Timestamp>(std::chrono::duration_cast<std::chrono::seconds>(
                                      std::chrono::system_clock::now().time_since_epoch())
                                      .count());
}

Operation ours(const Case& one) {
    auto policy = std::make_shared<Policy>();
    auto certificates = std::make_shared<std::vector<CertificatePtr>>();
    if (!one.certificate.empty()) {
        auto certificate = read_certificate(one.certificate);
        must(certificate.has_value(), "certificate");
        certificates->push_back(std::make_shared<CheckedCertificate>(*std::move(certificate)));
    }
    auto shared = std::make_shared<Case>(one);
    if (one.operation == "load") {
        return [shared] { must(read_certificate(shared->certificate).has_value(), "load"); };
    }
    if (one.operation == "verify") {
        return [=] {
            const auto verdicts = verify_detached(shared->message,
                                                  shared->document,
                                                  *certificates,
                                                  {.policy = *policy, .now = now()});
            must(verdicts && verdicts->size() == 1 && verdicts->front().good(), "verify");
        };
    }
    auto secrets = std::make_shared<LocalSecrets>();
    const auto key = read_certificate(one.key);
    must(key.has_value(), "key");
    for (const Subkey& subkey : key->subkeys) {
        auto unlocked = unlock(subkey.key, "");
        if (unlocked) secrets->add_key(*std::move(unlocked));
    }
    auto holdings = std::make_shared<MemoryHoldings>(1U << 30U);
    return [=] {
        auto opened =
            open_message(shared->message, *secrets, {.policy = *policy, .holdings = *holdings});
        must(opened.has_value(), opened ? "" : opened.error().detail());
        must(opened->text->size() == shared->size, "size");
        if (shared->signing_key.empty()) return;
        const auto verdicts =
            judge_signatures(*opened, *certificates, {.policy = *policy, .now = now()});
        must(verdicts.size() == 1 && verdicts.front().good(),
             verdicts.empty() ? "no signature" : to_string(verdicts.front().findings));
    };
}

std::string octets_of(const std::string& folder, const std::string& name) {
    if (name == "-") return {};
    std::ifstream in(folder + "/" + name, std::ios::binary);
    must(in.good(), name);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!name.ends_with(".document") && is_armored(text)) return dearmor(text)->octets;
    return text;
}

int run(const std::string& folder) {
    std::ifstream list(folder + "/cases");
    for (std::string line; std::getline(list, line);) {
        std::istringstream fields(line);
        std::string certificate, key, message, document, size;
        Case one;
        fields >> one.name >> one.operation >> certificate >> key >> message >> document >>
            one.public_key >> one.signing_key >> one.container >> one.cipher >> one.hash >> size;
        one.certificate = octets_of(folder, certificate);
        one.key = octets_of(folder, key);
        one.message = octets_of(folder, message);
        one.document = octets_of(folder, document);
        if (one.signing_key == "-") one.signing_key.clear();
        one.size = std::stoul(size);
        const bool loads = one.operation == "load";
        // By turns, so that a busy moment of the machine meets all.
        double mine = 1e18, bare = 1e18, theirs = 1e18;
        const Operation our_way = ours(one);
        const Operation bare_way = loads ? Operation() : primitives(one);
        const Operation their_way = loads ? Operation() : rnp(one);
        for (int turn = 0; turn < 3; ++turn) {
            mine = std::min(mine, measure(our_way));
            bare = std::min(bare, measure(bare_way));
            theirs = std::min(theirs, measure(their_way));
        }
        std::printf("{\"name\": \"%s\", \"ours\": %.2f, \"primitives\": %.2f, \"rnp\": %.2f}\n",
                    one.name.c_str(),
                    mine,
                    bare,
                    theirs);
        std::fflush(stdout);
    }
    return 0;
}

}  // namespace
}  // namespace sealgate::bench

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: openpgp_measure FOLDER\n");
        return 2;
    }
    try {
        return sealgate::bench::run(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "openpgp_measure: %s\n", error.what());
        return 1;
    }
}
