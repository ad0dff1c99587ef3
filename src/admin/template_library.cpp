// SPDX-License-Identifier: Apache-2.0
#include "admin/template_library.h"

#include "delivery/message_template.h"

namespace sealgate::admin {

TemplateLibrary delivery_templates() {
    TemplateLibrary library;
    for (const auto& built_in : delivery::Templates::built_in()) {
        library.built_in.push_back({std::string(built_in.name),
                                    std::string(built_in.description),
                                    std::string(built_in.source)});
    }
    library.check = delivery::Templates::check;
    library.preview = [](std::string_view /*name*/, std::string_view text) {
        return delivery::Templates::preview(text);
    };
    return library;
}

}  // namespace sealgate::admin
