#include "study/contact_sheet.hpp"

#include <gtest/gtest.h>

#include "support/expect_error.hpp"

namespace telar {
namespace {

using test::expect_error;

/// Pictures of one pixel whose brightness is their number.
Dataset numbered(std::vector<std::int32_t> labels, int classes) {
  Dataset::Storage storage;
  storage.shape = {1, 1};
  std::vector<std::uint8_t> pixels;
  for (std::size_t i = 0; i < labels.size(); ++i) pixels.push_back(static_cast<std::uint8_t>(i));
  storage.features = std::move(pixels);
  storage.labels = std::move(labels);
  storage.classes = classes;
  return Dataset(std::move(storage));
}

/// The brightness of the pictures in a row, 128 where there is none.
std::vector<int> row_of(const ContactSheet& sheet, int row) {
  std::vector<int> row_values;
  for (int k = 0; k < kSheetColumns; ++k) {
    const int at = (2 + 3 * row) * sheet.picture.width + 2 + 3 * k;
    row_values.push_back(sheet.picture.bytes.at(static_cast<std::size_t>(at)));
  }
  return row_values;
}

TEST(ContactSheet, has_a_row_of_ten_for_each_class) {
  std::vector<std::int32_t> labels(20, 0);
  labels.insert(labels.end(), {2, 2, 2});
  const ContactSheet sheet = contact_sheet(numbered(labels, 3));
  EXPECT_EQ(sheet.rows, (std::vector<std::string>{"0", "2"}));
  EXPECT_EQ(sheet.picture.width, 32);
  EXPECT_EQ(sheet.picture.height, 8);
  EXPECT_EQ(row_of(sheet, 0), (std::vector<int>{0, 2, 4, 6, 8, 10, 12, 14, 16, 18}));
  EXPECT_EQ(row_of(sheet, 1), (std::vector<int>{20, 21, 22, 128, 128, 128, 128, 128, 128, 128}));
}

TEST(ContactSheet, knows_the_class_of_one_hot_targets_and_of_a_part) {
  const Dataset data = to_categorical(numbered({1, 0, 1, 0}, 2));
  const std::vector<std::uint32_t> last_two{2, 3};
  const ContactSheet sheet = contact_sheet(data.subset(last_two));
  EXPECT_EQ(row_of(sheet, 0).front(), 3);
  EXPECT_EQ(row_of(sheet, 1).front(), 2);
}

TEST(ContactSheet, has_one_row_without_classes) {
  Dataset::Storage storage = numbered({0, 0}, 1).storage();
  storage.labels.clear();
  storage.classes = 0;
  storage.targets = {0.5f, 0.25f};
  storage.target_width = 1;
  const ContactSheet sheet = contact_sheet(Dataset(std::move(storage)));
  EXPECT_TRUE(sheet.rows.empty());
  EXPECT_EQ(row_of(sheet, 0)[1], 1);
}

TEST(ContactSheet, shows_pictures_alone) {
  Dataset::Storage storage;
  storage.shape = {2};
  storage.features = std::vector<float>{1, 2};
  storage.labels = {0};
  storage.name = "table";
  expect_error(ErrorCode::usage, "table", "samples of shape (2) are no pictures",
               [&] { static_cast<void>(contact_sheet(Dataset(std::move(storage)))); });
}

}  // namespace
}  // namespace telar
