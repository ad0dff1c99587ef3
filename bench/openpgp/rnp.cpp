// SPDX-License-Identifier: Apache-2.0
#include "measure.h"

#include <stdexcept>

#ifdef SEALGATE_HAS_RNP
#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#include <cstring>
#include <memory>
#endif

namespace sealgate::bench {

#ifdef SEALGATE_HAS_RNP
namespace {

void must(rnp_result_t result, const char* what) {
    if (result != RNP_SUCCESS) {
        throw std::runtime_error(std::string("librnp: ") + what + ": " +
                                 rnp_result_to_string(result));
    }
}

const uint8_t* octets(const std::string& text) {
    return reinterpret_cast<const uint8_t*>(text.data());
}

class Input {
public:
    explicit Input(const std::string& text) {
        must(rnp_input_from_memory(&input_, octets(text), text.size(), false), "input");
    }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    Input(Input&&) = delete;
    Input& operator=(Input&&) = delete;
    ~Input() { rnp_input_destroy(input_); }
    [[nodiscard]] rnp_input_t get() const { return input_; }

private:
    rnp_input_t input_ = nullptr;
};

}  // namespace

Operation rnp(const Case& one) {
    rnp_ffi_t made = nullptr;
    must(rnp_ffi_create(&made, "GPG", "GPG"), "create");
    const std::shared_ptr<rnp_ffi_st> ffi(made, [](rnp_ffi_t ffi) { rnp_ffi_destroy(ffi); });
    for (const std::string* keys : {&one.certificate, &one.key}) {
        if (keys->empty()) continue;
        const Input input(*keys);
        const rnp_result_t imported = rnp_import_keys(
            ffi.get(), input.get(), RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_SECRET_KEYS, nullptr);
        if (imported != RNP_SUCCESS) return {};  // of a version it does not know
    }
    auto shared = std::make_shared<Case>(one);
    const auto run = [ffi, shared] {
        const Input message(shared->message);
        rnp_op_verify_t operation = nullptr;
        rnp_output_t output = nullptr;
        std::unique_ptr<Input> document;
        if (shared->operation == "verify") {
            document = std::make_unique<Input>(shared->document);
            must(rnp_op_verify_detached_create(
                     &operation, ffi.get(), document->get(), message.get()),
                 "verify");
        } else {
            must(rnp_output_to_memory(&output, 0), "output");
            must(rnp_op_verify_create(&operation, ffi.get(), message.get(), output), "decrypt");
        }
        const rnp_result_t result = rnp_op_verify_execute(operation);
        rnp_op_verify_destroy(operation);
        if (output != nullptr) rnp_output_destroy(output);
        must(result, "execute");
    };
    try {
        run();
    } catch (const std::runtime_error&) {
        return {};  // it cannot read this
    }
    return run;
}

#else

Operation rnp(const Case& /*one*/) {
    return {};
}

#endif

}  // namespace sealgate::bench
