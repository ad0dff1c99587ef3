#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "base/result.h"

#include <memory>
#include <string>

namespace sealgate::app {

// One daemon a data_dir: a locked file that holds the number of the process. The kernel lets go
// when the process ends, however it ends.
class DataLock {
public:
    // conflict: another daemon has it; the sentence names its process.
    [[nodiscard]] static Result<std::unique_ptr<DataLock>> take(const std::string& data_dir,
                                                                const std::string& file);
    explicit DataLock(int descriptor) : descriptor_(descriptor) {}
    DataLock(const DataLock&) = delete;
    DataLock& operator=(const DataLock&) = delete;
    DataLock(DataLock&&) = delete;
    DataLock& operator=(DataLock&&) = delete;
    ~DataLock();

private:
    int descriptor_;
};

}  // namespace sealgate::app
