// SPDX-License-Identifier: Apache-2.0
#include "net/dns_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sealgate::net::DnsAnswer;
    using sealgate::net::DnsType;
    for (const DnsType type : {DnsType::a, DnsType::mx, DnsType::aaaa}) {
        const auto answer = sealgate::net::read_dns_answer({data, size}, "partner.example", type);
        if (!answer) continue;
        const bool found = answer->kind == DnsAnswer::Kind::found;
        if (found == answer->records.empty()) __builtin_trap();
        if (answer->records.size() > sealgate::net::kMaxDnsRecords) __builtin_trap();
    }
    return 0;
}
