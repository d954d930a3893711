// Folds of a cross-validation.
#include <algorithm>
#include <gtest/gtest.h>
#include <map>

#include <telar/dataset.hpp>

#include "support/thrown.hpp"

namespace telar::test {
namespace {

/// `n` samples that are their own numbers, of three classes: half of class 0, the rest in turn of 1 and 2.
Dataset numbered(int n) {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < n; ++i)
    features.push_back(static_cast<float>(i)), labels.push_back(i % 2 == 0 ? 0 : i / 2 % 2 + 1);
  return from_arrays({1}, features, labels, 3);
}

std::vector<int> numbers_of(const Dataset& data) {
  const auto& all = std::get<std::vector<float>>(data.storage().features);
  std::vector<int> numbers;
  for (const std::uint32_t row : data.rows()) numbers.push_back(static_cast<int>(all[row]));
  return numbers;
}

TEST(KFold, HoldsEverySampleOutOnceAndTrainsOnAllOthers) {
  for (const FoldOrder order : {FoldOrder::consecutive, FoldOrder::shuffled, FoldOrder::stratified}) {
    std::vector<int> held_out;
    for (const auto& [training, out] : k_fold(numbered(23), 4, order)) {
      EXPECT_TRUE(out.size() == 5 || out.size() == 6);
      std::vector<int> both = numbers_of(training), own = numbers_of(out);
      EXPECT_TRUE(std::ranges::is_sorted(both) && std::ranges::is_sorted(own));
      held_out.insert(held_out.end(), own.begin(), own.end());
      both.insert(both.end(), own.begin(), own.end());
      std::ranges::sort(both);
      EXPECT_EQ(both, numbers_of(numbered(23)));
    }
    std::ranges::sort(held_out);
    EXPECT_EQ(held_out, numbers_of(numbered(23)));
  }
}

TEST(KFold, ConsecutiveFoldsFollowTheData) {
  const auto folds = k_fold(numbered(6), 3, FoldOrder::consecutive);
  EXPECT_EQ(numbers_of(folds[0].second), (std::vector{0, 1}));
  EXPECT_EQ(numbers_of(folds[2].second), (std::vector{4, 5}));
}

TEST(KFold, ShuffledFoldsAreTheSeeds) {
  const auto fold = [](std::uint64_t seed) {
    return numbers_of(k_fold(numbered(40), 5, FoldOrder::shuffled, seed)[0].second);
  };
  EXPECT_EQ(fold(1), fold(1));
  EXPECT_NE(fold(1), fold(2));
}

TEST(KFold, StratifiedFoldsHaveTheSharesOfTheClasses) {
  for (const auto& [training, out] : k_fold(numbered(42), 4, FoldOrder::stratified, 3)) {
    std::map<int, int> counts;
    for (std::size_t i = 0; i < out.size(); ++i) ++counts[out.label(i)];
    EXPECT_TRUE(counts[0] == 5 || counts[0] == 6);
    EXPECT_TRUE(counts[1] == 2 || counts[1] == 3);
    EXPECT_TRUE(counts[2] == 2 || counts[2] == 3);
  }
}

TEST(KFold, NeedsFoldsThatTheDataCanFill) {
  const auto refusal = [](int folds) {
    return std::string(thrown_by([&] { static_cast<void>(k_fold(numbered(5), folds)); }).what());
  };
  EXPECT_EQ(refusal(1), "[k_fold] folds = 1, but must be at least 2");
  EXPECT_EQ(refusal(6), "[k_fold] there are 6 folds, but only 5 samples\n  each fold holds out at least one");
  const Dataset targets = from_arrays({1}, {1, 2, 3}, Targets{{1, 2, 3}, 1});
  EXPECT_EQ(thrown_by([&] { static_cast<void>(k_fold(targets, 3, FoldOrder::stratified)); }).message(),
            "stratified folds need integer labels, which the data does not have");
}

}  // namespace
}  // namespace telar::test
