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
    library.check = [](std::string_view name, const TemplateText& text) {
        return delivery::Templates::check(name, {text.text, text.html});
    };
    library.preview = [](std::string_view /*name*/,
                         const TemplateText& text) -> Result<TemplateText> {
        SG_TRY(const auto message, delivery::Templates::preview({text.text, text.html}));
        return TemplateText{"Subject: " + message.subject + "\n\n" + message.text, message.html};
    };
    return library;
}

}  // namespace sealgate::admin
