// A trial is as good as what is near it.
#include "tune/neighbours.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace telar::test {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

const SearchSpace& neighbourhood() {
  static const SearchSpace space({{"x", FloatRange{}}, {"kind", Choice{{"a", "b", "c"}}}});
  return space;
}

struct Result {
  Coordinates at;
  double score;
  Trial::State state = Trial::State::completed;
};

/// The results are given from the best on; the numbers of them in the order that they come into.
std::vector<std::size_t> order_of(const std::vector<Result>& results, const std::string& objective = "val_accuracy") {
  std::vector<Trial> trials;
  std::vector<Coordinates> at;
  for (const Result& result : results) {
    Trial& trial = trials.emplace_back();
    trial.state = result.state;
    trial.estimate = {result.score};
    at.push_back(result.at);
  }
  std::vector<std::size_t> ranking(results.size());
  std::iota(ranking.begin(), ranking.end(), std::size_t{0});
  order_by_neighbours(neighbourhood(), Objectives({objective}), trials, at, ranking);
  return ranking;
}

using Order = std::vector<std::size_t>;

TEST(Neighbours, ALuckyTrialIsAsGoodAsThoseBesideIt) {
  EXPECT_EQ(order_of({{{0.1, 0}, 0.95}, {{0.8, 0}, 0.90}, {{0.81, 0}, 0.89}, {{0.11, 0}, 0.70}, {{0.12, 0}, 0.70}}),
            (Order{1, 2, 0, 3, 4}));
}

TEST(Neighbours, ThoseFarAwayDoNotChangeTheOrder) {
  EXPECT_EQ(order_of({{{0.0, 0}, 0.95}, {{1.0, 0}, 0.94}, {{0.0, 1}, 0.93}, {{0.0, 2}, 0.1}}), (Order{0, 1, 2, 3}));
}

TEST(Neighbours, AnotherOptionIsFarAway) {
  EXPECT_EQ(order_of({{{0.1, 0}, 0.95}, {{0.9, 0}, 0.94}, {{0.1, 1}, 0.2}}), (Order{0, 1, 2}));
}

TEST(Neighbours, WhatIsNotCompleteSaysNothingOfOthers) {
  EXPECT_EQ(order_of({{{0.1, 0}, 0.95}, {{0.9, 0}, 0.94}, {{0.1, 0}, 0.2, Trial::State::paused}}), (Order{0, 1, 2}));
}

TEST(Neighbours, LessIsBetterWhereItIs) {
  EXPECT_EQ(order_of({{{0.1, 0}, 0.20}, {{0.8, 0}, 0.25}, {{0.81, 0}, 0.26}, {{0.11, 0}, 0.9}}, "val_loss"),
            (Order{1, 2, 0, 3}));
}

TEST(Neighbours, OneLargeLossDoesNotDecide) {
  for (const double loss : {10.0, 1e6})
    EXPECT_EQ(order_of({{{0.10, 0}, 0.25}, {{0.50, 0}, 0.40}, {{0.52, 0}, 0.41}, {{0.54, 0}, 0.42}, {{0.1, 1}, loss}},
                       "val_loss")
                  .front(),
              0u)
        << loss;
}

TEST(Neighbours, WithoutACompletedOneTheOrderStays) {
  const Trial::State paused = Trial::State::paused;
  EXPECT_EQ(order_of({{{0.1, 0}, 0.9, paused}, {{0.1, 0}, 0.8, paused}}), (Order{0, 1}));
  EXPECT_EQ(order_of({}), Order{});
}

TEST(Neighbours, BehindTheBestTheOrderStays) {
  std::vector<Result> results;
  for (int i = 0; i < 300; ++i) results.push_back({{std::fmod(0.618 * i, 1), 0}, 0.9 - i * 0.001});
  const Order order = order_of(results);
  for (std::size_t i = 256; i < 300; ++i) EXPECT_EQ(order[i], i);
}

TEST(Neighbours, TheEdgeIsOneLongAndWhatIsMissingHalf) {
  EXPECT_DOUBLE_EQ(squared_distance(neighbourhood(), {0.2, 0}, {0.5, 0}), 0.3 * 0.3);
  EXPECT_DOUBLE_EQ(squared_distance(neighbourhood(), {0.2, 0}, {0.2, 2}), 0.25);
  EXPECT_DOUBLE_EQ(squared_distance(neighbourhood(), {kNone, 1}, {0.2, 1}), 0.25);
  EXPECT_DOUBLE_EQ(squared_distance(neighbourhood(), {kNone, 1}, {kNone, 1}), 0);
}

}  // namespace
}  // namespace telar::test
