// SPDX-License-Identifier: Apache-2.0
#include "app/check_files.h"
#include "cli/main.h"

int main(int argc, char** argv) {
    return sealgate::cli::main(argc, argv, sealgate::app::check_files);
}
