// SPDX-License-Identifier: Apache-2.0
#include "flow/user_places.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace sealgate::flow {
namespace {

config::Delivery limits(std::size_t here, std::size_t all) {
    config::Delivery delivery;
    delivery.connections_per_next_hop = here;
    delivery.connections = all;
    return delivery;
}

// As many as can be had.
std::vector<UserPlacePointer> take_all(UserPlaces& places,
                                       const std::string& hop,
                                       std::size_t others,
                                       const config::Delivery& delivery) {
    std::vector<UserPlacePointer> taken;
    while (UserPlacePointer place = places.take(hop, others, delivery))
        taken.push_back(std::move(place));
    return taken;
}

TEST(UserPlaces, LeavesAQuarterToTheQueue) {
    for (const auto& [limit, wanted] : {std::pair{2, 1}, {3, 2}, {4, 3}, {20, 15}}) {
        UserPlaces places;
        const auto taken = take_all(places, "a", 0, limits(static_cast<std::size_t>(limit), 1000));
        EXPECT_EQ(taken.size(), static_cast<std::size_t>(wanted)) << limit;
        EXPECT_EQ(places.at("a"), taken.size());
    }
}

TEST(UserPlaces, NeverGoesBeyondTheLimitTogetherWithTheQueue) {
    UserPlaces places;
    EXPECT_EQ(take_all(places, "a", 15, limits(20, 1000)).size(), 5U);
    EXPECT_EQ(take_all(places, "a", 20, limits(20, 1000)).size(), 0U);
    EXPECT_EQ(take_all(places, "a", 25, limits(20, 1000)).size(), 0U) << "lowered meanwhile";
}

TEST(UserPlaces, KeepsTheLimitOfAllNextHops) {
    UserPlaces places;
    const auto few = take_all(places, "a", 0, limits(20, 8));
    EXPECT_EQ(few.size(), 6U) << "the smaller limit counts";
    EXPECT_EQ(places.take("b", 0, limits(20, 8)), nullptr);
    EXPECT_NE(places.take("b", 0, limits(20, 100)), nullptr);
}

TEST(UserPlaces, APlaceIsFreeWhenItIsGivenBack) {
    std::optional<UserPlaces> places(std::in_place);
    UserPlacePointer place = places->take("a", 0, limits(2, 1000));
    ASSERT_NE(place, nullptr);
    EXPECT_EQ(places->take("a", 0, limits(2, 1000)), nullptr);
    const UserPlacePointer other = places->take("b", 0, limits(2, 1000));
    EXPECT_NE(other, nullptr) << "another next hop";
    EXPECT_EQ(places->all(), 2U);
    place.reset();
    EXPECT_EQ(places->at("a"), 0U);
    EXPECT_EQ(places->all(), 1U);
    EXPECT_NE(places->take("a", 0, limits(2, 1000)), nullptr);
    places.reset();  // `other` goes after it
}

}  // namespace
}  // namespace sealgate::flow
