// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/indirect.h"

#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <optional>
#include <system_error>

namespace sealgate::cli::sop {

namespace {

constexpr std::string_view kEnvironment = "@ENV:";
constexpr std::string_view kDescriptor = "@FD:";

std::string shown(std::string_view name) {
    return escape_for_log(name, 256);
}

std::string reason(int code) {
    return std::generic_category().message(code);
}

bool exists(const std::string& name) {
    struct stat info{};
    return ::lstat(name.c_str(), &info) == 0;
}

template <class Call>
auto retried(Call call) {
    auto result = call();
    while (result == -1 && errno == EINTR)
        result = call();
    return result;
}

// A descriptor, closed at the end when it is ours.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

Outcome<int> descriptor_of(const std::string& name) {
    const auto number = parse_number(std::string_view(name).substr(kDescriptor.size()));
    if (!number || *number > INT_MAX) {
        return give_up(Exit::missing_input, fmt::format("{}: not a number.", shown(name)));
    }
    return static_cast<int>(*number);
}

Outcome<std::string> read_descriptor(int descriptor, const std::string& name) {
    std::string out;
    struct stat info{};
    // Reserved at once, so that no copies of a secret are left where it lay before.
    if (::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
        out.reserve(std::min(static_cast<std::size_t>(info.st_size), kInputLimit) + 1);
    }
    constexpr std::size_t kPiece = 65536;
    for (;;) {
        const std::size_t have = out.size();
        out.resize(have + std::min(kPiece, std::max<std::size_t>(out.capacity() - have, 4096)));
        const ssize_t count =
            retried([&] { return ::read(descriptor, out.data() + have, out.size() - have); });
        if (count < 0) {
            return give_up(Exit::missing_input,
                           fmt::format("cannot read {}: {}.", shown(name), reason(errno)));
        }
        out.resize(have + static_cast<std::size_t>(count));
        if (count == 0) return out;
        if (out.size() > kInputLimit) {
            return give_up(Exit::bad_data,
                           fmt::format("{} is larger than {} octets.", shown(name), kInputLimit));
        }
    }
}

std::unexpected<Failure> ambiguous(const std::string& name) {
    return give_up(Exit::ambiguous_input,
                   fmt::format("there is a file {0}; write ./{0} if you mean it.", shown(name)));
}

std::unexpected<Failure> unsupported(const std::string& name, std::string_view allowed) {
    return give_up(Exit::unsupported_special_prefix,
                   fmt::format("{}: of names that begin with @, {} here.", shown(name), allowed));
}

Outcome<void> write_descriptor(int descriptor, const std::string& name, std::string_view octets) {
    while (!octets.empty()) {
        const ssize_t count =
            retried([&] { return ::write(descriptor, octets.data(), octets.size()); });
        if (count <= 0) {
            return give_up(Exit::unspecified_failure,
                           fmt::format("cannot write {}: {}.", shown(name), reason(errno)));
        }
        octets.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace

Outcome<std::string> read_input(const std::string& name) {
    if (name.starts_with('@')) {
        if (exists(name)) return ambiguous(name);
        if (name.starts_with(kEnvironment)) {
            // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment
            const char* const value = std::getenv(name.c_str() + kEnvironment.size());
            if (value != nullptr) return std::string(value);
            return give_up(Exit::missing_input, fmt::format("{} is not set.", shown(name)));
        }
        if (!name.starts_with(kDescriptor)) return unsupported(name, "@ENV: and @FD: are known");
        SG_TRY(const int number, descriptor_of(name));
        return read_descriptor(number, name);
    }
    const Descriptor file(retried([&] { return ::open(name.c_str(), O_RDONLY | O_CLOEXEC); }));
    if (file.number() < 0) {
        return give_up(Exit::missing_input,
                       fmt::format("cannot open {}: {}.", shown(name), reason(errno)));
    }
    return read_descriptor(file.number(), name);
}

Outcome<std::string> read_stdin(Surroundings& surroundings) {
    auto all = surroundings.console.read_all(kInputLimit);
    if (all) return *std::move(all);
    return give_up(Exit::bad_data,
                   fmt::format("the standard input is larger than {} octets.", kInputLimit));
}

Outcome<void> check_output(const std::string& name) {
    if (name.starts_with('@')) {
        if (exists(name)) return ambiguous(name);
        if (!name.starts_with(kDescriptor)) return unsupported(name, "only @FD: can be written to");
        SG_TRY(const int number, descriptor_of(name));
        if (::fcntl(number, F_GETFD) >= 0) return {};
        return give_up(Exit::missing_input, fmt::format("{}: {}.", shown(name), reason(errno)));
    }
    if (!exists(name)) return {};
    return give_up(Exit::output_exists, fmt::format("{} is there already.", shown(name)));
}

Outcome<void> write_output(const std::string& name, std::string_view octets, Privacy privacy) {
    SG_TRYV(check_output(name));
    if (name.starts_with('@')) {
        SG_TRY(const int number, descriptor_of(name));
        return write_descriptor(number, name, octets);
    }
    const mode_t mode = privacy == Privacy::only_owner ? 0600 : 0666;
    const Descriptor file(retried(
        [&] { return ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode); }));
    if (file.number() < 0) {
        return give_up(errno == EEXIST ? Exit::output_exists : Exit::unspecified_failure,
                       fmt::format("cannot make {}: {}.", shown(name), reason(errno)));
    }
    return write_descriptor(file.number(), name, octets);
}

Outcome<void> write_stdout(Surroundings& surroundings, std::string_view octets) {
    surroundings.console.out(octets);
    if (surroundings.console.flush()) return {};
    return give_up(Exit::unspecified_failure, "the standard output could not be written.");
}

}  // namespace sealgate::cli::sop
