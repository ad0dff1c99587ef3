// SPDX-License-Identifier: Apache-2.0
#include "flow/pipeline.h"

#include <gtest/gtest.h>

namespace sealgate::flow {
namespace {

using policy::UnmanagedAction;

TEST(UnmanagedActionTest, AClientWithoutAnAddressIsNotPassed) {
    Site site;
    policy::UnmanagedOverride inside;
    inside.network = Network::parse("10.0.0.0/8").value();
    inside.action = UnmanagedAction::pass;
    policy::UnmanagedOverride reports;
    reports.listener = "reports";
    reports.action = UnmanagedAction::bounce;
    site.unmanaged.overrides = {inside, reports};
    const mime::Domain sender = mime::Domain::parse("elsewhere.example").value();
    Source source;
    source.listener = "outbound";
    source.address = IpAddress::parse("10.1.2.3").value();
    EXPECT_EQ(unmanaged_action(site, source, sender), UnmanagedAction::pass);
    source.address_known = false;  // the address is the balancer's
    EXPECT_EQ(unmanaged_action(site, source, sender), UnmanagedAction::reject);
    site.unmanaged.overrides = {reports};
    site.unmanaged.action = UnmanagedAction::pass;
    EXPECT_EQ(unmanaged_action(site, source, sender), UnmanagedAction::reject);
    source.listener = "reports";
    EXPECT_EQ(unmanaged_action(site, source, sender), UnmanagedAction::bounce);
}

}  // namespace
}  // namespace sealgate::flow
