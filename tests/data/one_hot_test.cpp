#include <gtest/gtest.h>
#include <limits>

#include <telar/dataset.hpp>

#include "support/expect_error.hpp"

namespace telar {
namespace {

using test::expect_error;

TEST(ToCategorical, gives_one_row_a_label) {
  // The example of Keras's page of to_categorical.
  const std::vector<std::int32_t> labels{0, 1, 2, 3};
  EXPECT_EQ(to_categorical(labels, 4), (std::vector<float>{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}));
}

TEST(ToCategorical, counts_the_classes_itself) {
  const std::vector<std::int32_t> labels{2, 0};
  EXPECT_EQ(to_categorical(labels), (std::vector<float>{0, 0, 1, 1, 0, 0}));
  EXPECT_TRUE(to_categorical(std::vector<std::int32_t>{}).empty());
}

TEST(ToCategorical, refuses_labels_that_are_no_class) {
  const auto refused = [](std::vector<std::int32_t> labels, int classes, const std::string& why) {
    expect_error(ErrorCode::usage, "to_categorical", why, [&] { static_cast<void>(to_categorical(labels, classes)); });
  };
  refused({0, 3}, 3, "label 3 of sample 1 is outside 0 to 2");
  refused({-1, 3}, 0, "label -1 of sample 0 is outside 0 to 3");
  refused({0}, -2, "-2 classes");
  expect_error(ErrorCode::usage, "labels", "2147483647 is too large", [] {
    static_cast<void>(to_categorical(std::vector<std::int32_t>{std::numeric_limits<std::int32_t>::max()}));
  });
}

TEST(ToCategorical, gives_a_set_targets_in_place_of_labels) {
  const Dataset data = from_arrays({2}, {0, 1, 2, 3, 4, 5}, {1, 0, 2});
  const std::vector<std::uint32_t> positions{2, 0};
  const Dataset one_hot = to_categorical(data.subset(positions));
  EXPECT_EQ(one_hot.size(), 2u);
  EXPECT_FALSE(one_hot.has_labels());
  EXPECT_EQ(one_hot.classes(), 3);
  EXPECT_EQ(one_hot.storage().target_width, 3);
  EXPECT_EQ(one_hot.storage().targets, (std::vector<float>{0, 0, 1, 0, 1, 0}));
  EXPECT_EQ(std::get<1>(one_hot.storage().features), (std::vector<float>{4, 5, 0, 1}));
  expect_error(ErrorCode::usage, one_hot.name(), "needs integer labels",
               [&] { static_cast<void>(to_categorical(one_hot)); });
}

TEST(ToCategorical, gives_both_parts_of_a_set_the_same_width) {
  const Dataset data = from_arrays({1}, {0, 1, 2, 3}, {0, 0, 0, 5});
  const auto parts = take_first(data, 2);
  EXPECT_EQ(to_categorical(parts.first).storage().target_width, 6);
  EXPECT_EQ(to_categorical(parts.second).storage().target_width, 6);
}

}  // namespace
}  // namespace telar
