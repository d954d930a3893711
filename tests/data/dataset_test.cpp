#include <gtest/gtest.h>

#include <telar/dataset.hpp>

#include "support/expect_error.hpp"

namespace telar {
namespace {

using test::expect_error;

/// n samples of shape (2, 3), sample i filled with i, label i % 3.
Dataset::Storage storage(int n) {
  Dataset::Storage s;
  s.shape = {2, 3};
  std::vector<std::uint8_t> features;
  for (int i = 0; i < n; ++i) {
    features.insert(features.end(), 6, static_cast<std::uint8_t>(i));
    s.labels.push_back(i % 3);
  }
  s.features = features;
  s.classes = 3;
  s.class_names = {"a", "b", "c"};
  s.name = "toy";
  return s;
}

std::vector<std::uint32_t> rows(const Dataset& data) { return {data.rows().begin(), data.rows().end()}; }

TEST(Dataset, knows_its_samples) {
  const Dataset data(storage(5));
  EXPECT_EQ(data.size(), 5u);
  EXPECT_FALSE(data.empty());
  EXPECT_EQ(data.shape(), (std::vector<int>{2, 3}));
  EXPECT_EQ(data.sample_size(), 6u);
  EXPECT_EQ(data.classes(), 3);
  EXPECT_EQ(data.class_names()[2], "c");
  EXPECT_EQ(data.name(), "toy");
  EXPECT_TRUE(data.has_labels());
  EXPECT_EQ(data.label(4), 1);
  EXPECT_EQ(rows(data), (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
}

TEST(Dataset, is_empty_by_default) {
  const Dataset data;
  EXPECT_TRUE(data.empty());
  EXPECT_TRUE(data.shape().empty());
  EXPECT_EQ(data.classes(), 0);
  EXPECT_FALSE(data.has_labels());
}

TEST(Dataset, subsets_share_the_samples) {
  const Dataset data(storage(5));
  const std::vector<std::uint32_t> positions{4, 0, 4};
  const Dataset part = data.subset(positions);
  EXPECT_EQ(rows(part), positions);
  EXPECT_EQ(&part.storage(), &data.storage());
  EXPECT_EQ(part.label(0), 1);
  EXPECT_EQ(part.label(1), 0);
}

TEST(Dataset, positions_of_a_subset_are_its_own) {
  const Dataset part = Dataset(storage(5)).slice(2, 3);
  EXPECT_EQ(rows(part), (std::vector<std::uint32_t>{2, 3, 4}));
  const std::vector<std::uint32_t> positions{2, 0};
  EXPECT_EQ(rows(part.subset(positions)), (std::vector<std::uint32_t>{4, 2}));
}

TEST(Dataset, outlives_the_set_it_was_cut_from) {
  Dataset part;
  {
    const Dataset data(storage(5));
    part = data.slice(3, 1);
  }
  EXPECT_EQ(std::get<0>(part.storage().features)[part.rows()[0] * 6], 3);
}

TEST(Dataset, refuses_positions_it_does_not_have) {
  const Dataset data(storage(5));
  const std::vector<std::uint32_t> positions{5};
  expect_error(ErrorCode::usage, "toy", "no sample 5; there are 5", [&] { static_cast<void>(data.subset(positions)); });
  expect_error(ErrorCode::usage, "toy", "cannot take 3 samples from sample 3 on; there are 5",
               [&] { static_cast<void>(data.slice(3, 3)); });
  expect_error(ErrorCode::usage, "toy", "there are 5", [&] { static_cast<void>(data.slice(6, SIZE_MAX)); });
  EXPECT_TRUE(data.slice(5, 0).empty());
}

TEST(Dataset, refuses_storage_that_does_not_fit_together) {
  const auto refused = [](const std::string& why, auto change) {
    Dataset::Storage s = storage(5);
    change(s);
    expect_error(ErrorCode::data, "toy", why, [&] { Dataset data(std::move(s)); });
  };
  refused("5 samples but 4 labels", [](auto& s) { s.labels.pop_back(); });
  refused("no whole number of samples", [](auto& s) { std::get<0>(s.features).pop_back(); });
  refused("shape of a sample is missing", [](auto& s) { s.shape.clear(); });
  refused("extent 0", [](auto& s) { s.shape[0] = 0; });
  refused("too large", [](auto& s) { s.shape.assign(3, 1 << 30); });
  refused("label 3 of sample 2 is outside 0 to 2", [](auto& s) { s.labels[2] = 3; });
  refused("label -1 of sample 0", [](auto& s) { s.labels[0] = -1; });
  refused("2 class names for 3 classes", [](auto& s) { s.class_names.pop_back(); });
  refused("both labels and targets", [](auto& s) { s.targets = {1}; });
  refused("5 samples but 4 targets in rows of 1", [](auto& s) {
    s.labels.clear();
    s.targets.assign(4, 0.0f);
    s.target_width = 1;
  });
  refused("targets in rows of 0", [](auto& s) {
    s.labels.clear();
    s.targets.assign(5, 0.0f);
  });
}

TEST(Dataset, from_arrays_counts_the_classes) {
  const Dataset data = from_arrays({2}, {1, 2, 3, 4, 5, 6}, {0, 4, 1});
  EXPECT_EQ(data.size(), 3u);
  EXPECT_EQ(data.classes(), 5);
  EXPECT_EQ(from_arrays({2}, {1, 2}, {0}, 7).classes(), 7);
  expect_error(ErrorCode::data, "dataset", "label 2 of sample 0",
               [] { static_cast<void>(from_arrays({1}, {0}, {2}, 2)); });
}

}  // namespace
}  // namespace telar
