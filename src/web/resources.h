#pragma once
// SPDX-License-Identifier: Apache-2.0
// The resources of the API, one file each below resources/. A new one needs its file, its line here
// and its line in resources.cpp.

#include "admin/context.h"
#include "admin/gateway.h"
#include "maillog/mail_log.h"
#include "web/router.h"

#include <string>

namespace sealgate::web {

// What the resources call. Outlives the router.
struct Services {
    admin::Context& admin;
    admin::Gateway& gateway;
    maillog::MailLog& log;
    std::string version;
};

namespace resources {
void alerts(Router& router, Services& services);
void audit(Router& router, Services& services);
void config(Router& router, Services& services);
void config_file(Router& router, Services& services);
void domains(Router& router, Services& services);
void log(Router& router, Services& services);
void messages(Router& router, Services& services);
void metrics(Router& router, Services& services);
void queue(Router& router, Services& services);
void routes(Router& router, Services& services);
void status(Router& router, Services& services);
void templates(Router& router, Services& services);
void unmanaged(Router& router, Services& services);
}  // namespace resources

void add_resources(Router& router, Services& services);

}  // namespace sealgate::web
