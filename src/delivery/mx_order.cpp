// SPDX-License-Identifier: Apache-2.0
#include "delivery/mx_order.h"

#include "base/text.h"
#include "mime/address.h"

#include <algorithm>
#include <optional>

namespace sealgate::delivery {

namespace {

// A host name in the form we compare, or "": an address written as a name is none.
std::string host_name(const std::string& name) {
    const auto domain = mime::Domain::parse(name);
    if (!domain || domain->is_literal()) return "";
    const std::string_view last = split(domain->ascii(), '.').back();
    return std::ranges::all_of(last, is_digit) ? "" : domain->ascii();
}

}  // namespace

MxOrder order_mx(std::vector<net::DnsRecord> records,
                 std::string_view own_name,
                 std::minstd_rand& dice) {
    MxOrder order;
    const bool null_mx = !records.empty() && std::ranges::all_of(records, [](const auto& record) {
        return record.name.empty();
    });
    if (null_mx) {
        order.kind = MxOrder::Kind::null_mx;
        return order;
    }
    for (net::DnsRecord& record : records)
        record.name = host_name(record.name);
    std::erase_if(records, [](const net::DnsRecord& record) { return record.name.empty(); });
    if (records.empty()) return order;

    std::optional<std::uint16_t> ours;
    for (const net::DnsRecord& record : records) {
        if (!iequals(record.name, own_name)) continue;
        ours = std::min(ours.value_or(record.preference), record.preference);
    }
    if (ours) {
        std::erase_if(records, [&](const auto& record) { return record.preference >= *ours; });
    }
    std::ranges::shuffle(records, dice);
    std::ranges::sort(records, {}, &net::DnsRecord::preference);
    for (const net::DnsRecord& record : records) {
        if (order.hosts.size() == kMaxMailHosts) break;
        if (std::ranges::count(order.hosts, record.name) == 0) order.hosts.push_back(record.name);
    }
    order.kind = order.hosts.empty() ? MxOrder::Kind::only_us : MxOrder::Kind::hosts;
    return order;
}

}  // namespace sealgate::delivery
