// SPDX-License-Identifier: Apache-2.0
#include "web/resources.h"

#include "web/openapi.h"

namespace sealgate::web {

namespace {

void openapi(Router& router, const Services& services) {
    router.add({.path = "/api/v1/openapi.json",
                .id = "openapi",
                .summary = "This description of the API",
                .access = Access::visit,
                .answers = {{.description = "An OpenAPI 3.1 document"}},
                .handler = [&router, &services](const Call& /*call*/) -> Result<Response> {
                    return Response{.body = openapi_document(router, services.version)};
                }});
}

}  // namespace

void add_resources(Router& router, Services& services) {
    openapi(router, services);
    resources::alerts(router, services);
    resources::audit(router, services);
    resources::config(router, services);
    resources::config_file(router, services);
    resources::domains(router, services);
    resources::log(router, services);
    resources::messages(router, services);
    resources::metrics(router, services);
    resources::queue(router, services);
    resources::routes(router, services);
    resources::status(router, services);
    resources::templates(router, services);
    resources::unmanaged(router, services);
}

}  // namespace sealgate::web
