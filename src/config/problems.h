#pragma once
// SPDX-License-Identifier: Apache-2.0
// What the reader has found so far, and where each key stands. Internal to reading a file.

#include "config/document.h"
#include "config/settings.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::config {

class Problems {
public:
    static constexpr std::size_t kMost = 100;

    explicit Problems(std::string file) : file_(std::move(file)) {}

    void add(Place at, std::string message) {
        if (list_.size() < kMost) list_.push_back({file_, at.line, at.column, std::move(message)});
        ++count_;
    }
    // At the place of a key that the file holds; at its object, or the top, when it does not.
    void add_at(std::string_view key, std::string message) {
        add(place_of(key), std::move(message));
    }
    void remember(std::string key, Place at) { places_.emplace(std::move(key), at); }
    [[nodiscard]] bool is_written(std::string_view key) const {
        return places_.find(key) != places_.end();
    }
    [[nodiscard]] Place place_of(std::string_view key) const {
        for (;;) {
            if (const auto found = places_.find(key); found != places_.end()) return found->second;
            const std::size_t dot = key.rfind('.');
            if (dot == std::string_view::npos) return {1, 1};
            key = key.substr(0, dot);
        }
    }
    [[nodiscard]] Origin origin_of(std::string_view key) const {
        return {file_, place_of(key).line};
    }
    [[nodiscard]] const std::map<std::string, Place, std::less<>>& places() const {
        return places_;
    }
    // In the order of the file.
    [[nodiscard]] std::vector<Problem> take() &&;

private:
    std::string file_;
    std::vector<Problem> list_;
    std::size_t count_ = 0;
    std::map<std::string, Place, std::less<>> places_;
};

// What single values cannot show: names used twice, a certificate without its key, loops. Keys of
// objects are those of `object_key`.
void check_settings(const Settings& settings, Problems& problems);

// The same for objects alone: what needs the listeners is not looked at.
void check_objects(const Settings& settings, Problems& problems);

// "route.#2": under this name the place of the third route is remembered.
[[nodiscard]] std::string object_key(std::string_view kind, std::size_t index);

}  // namespace sealgate::config
