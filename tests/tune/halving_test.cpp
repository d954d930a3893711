// Rungs, who goes on, and which trials are good.
#include "tune/halving.hpp"

#include <random>
#include <span>

#include "tune/standings.hpp"

namespace telar::test {
namespace {

const Objectives& accuracy() {
  static const Objectives objectives({"val_accuracy"});
  return objectives;
}

Trial waiting(int number, std::vector<double> scores, int first = 0) {
  Trial trial;
  trial.number = number;
  trial.state = Trial::State::paused;
  for (const double score : scores) {
    const int rung = first + static_cast<int>(trial.rungs.size());
    trial.rungs.push_back({.rung = rung, .epochs = rung + 1, .values = {score}});
  }
  return trial;
}

std::optional<std::size_t> goes_on(std::span<const Trial> trials) {
  Standings standings(accuracy(), 3);
  for (const Trial& trial : trials) standings.update(trial);
  return standings.promotable(3, [](std::size_t) { return true; });
}

TEST(Halving, RungsHaveAThirdOfTheEpochsOfTheNext) {
  const Halving ladder(27, 3, 1);
  EXPECT_EQ(ladder.rungs(), 4);
  EXPECT_EQ(ladder.epochs_at(0, 27), 1);
  EXPECT_EQ(ladder.epochs_at(1, 27), 3);
  EXPECT_EQ(ladder.epochs_at(3, 27), 27);
  EXPECT_EQ(ladder.epochs_at(3, 9), 9) << "a shorter training";
  EXPECT_EQ(ladder.epochs_at(0, 9), 1);
  EXPECT_EQ(Halving(10, 3, 1).rungs(), 3);
  EXPECT_EQ(Halving(10, 3, 5).rungs(), 1);
  EXPECT_EQ(Halving(100, 1, 1).rungs(), 1) << "no halving";
}

TEST(Halving, OneInEtaGoesOn) {
  std::vector<Trial> trials{waiting(0, {0.5}), waiting(1, {0.7}), waiting(2, {0.6})};
  EXPECT_EQ(goes_on(std::span(trials).first(2)), std::nullopt) << "one in three is not yet one";
  EXPECT_EQ(goes_on(trials), 1u);
  trials[1].state = Trial::State::running;
  EXPECT_EQ(goes_on(trials), std::nullopt);
}

TEST(Halving, TheHighestRungComesFirst) {
  std::vector<Trial> trials{waiting(0, {0.5, 0.6}), waiting(1, {0.7, 0.8}), waiting(2, {0.6, 0.7}),
                            waiting(3, {0.9}),      waiting(4, {0.1}),      waiting(5, {0.2})};
  EXPECT_EQ(goes_on(trials), 1u);
  trials[1].state = Trial::State::completed;
  EXPECT_EQ(goes_on(trials), 3u);
}

TEST(Halving, WhatDivergedCountsAsOneThatCame) {
  std::vector<Trial> trials{waiting(0, {0.5}), waiting(1, {0.7}), waiting(2, {0.0})};
  trials[2].state = Trial::State::diverged;
  trials[2].rungs[0].values.clear();
  EXPECT_EQ(goes_on(trials), 1u);
}

TEST(Halving, MostTrialsBeginAtTheBottom) {
  const Halving ladder(9, 3, 1);
  std::vector<int> begun(3);
  for (int trial = 0; trial < 30; ++trial) EXPECT_EQ(ladder.first_rung(trial), 0);
  for (int trial = 30; trial < 1030; ++trial) ++begun[static_cast<std::size_t>(ladder.first_rung(trial))];
  // Hyperband's brackets of 9, 4.5 and 3 trials.
  EXPECT_NEAR(begun[0], 545, 5);
  EXPECT_NEAR(begun[1], 273, 5);
  EXPECT_NEAR(begun[2], 182, 5);
}

TEST(Ranking, ATrialIsNotBadForWaitingAtALowRung) {
  std::vector<Trial> trials{waiting(0, {0.70, 0.80}), waiting(1, {0.74, 0.86}), waiting(2, {0.73})};
  estimate_trials(trials);
  EXPECT_NEAR(trials[2].estimate.at(0), 0.73 + 0.11, 1e-12) << "others gained .10 and .12";
  EXPECT_NEAR(trials[0].estimate.at(0), 0.80, 1e-12);
}

TEST(Ranking, OneObjectiveIsAnOrder) {
  EXPECT_EQ(best_first(std::vector<Merits>{{1}, {3}, {2}}), (std::vector<std::size_t>{1, 2, 0}));
}

TEST(Ranking, SeveralObjectivesMakeFronts) {
  const std::vector<Merits> merits{{0.9, -100}, {0.8, -10}, {0.85, -200}, {0.7, -20}};
  EXPECT_EQ(pareto_front(merits), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(best_first(merits), (std::vector<std::size_t>{0, 1, 2, 3}));
}

TEST(Ranking, AFrontIsWhatNothingLeftIsBetterThan) {
  std::mt19937 random(5);
  for (const std::size_t objectives : {2u, 3u}) {
    std::vector<Merits> merits(120);
    for (Merits& m : merits)
      for (std::size_t o = 0; o < objectives; ++o) m.push_back(static_cast<double>(random() % 12));
    std::vector<std::size_t> order = best_first(merits);
    while (!order.empty()) {  // the definition: front after front is taken away
      std::vector<Merits> left;
      for (const std::size_t i : order) left.push_back(merits[i]);
      const std::vector<std::size_t> front = pareto_front(left);
      for (std::size_t place = 0; place < front.size(); ++place) ASSERT_EQ(front[place], place);
      for (std::size_t place = 1; place < front.size(); ++place) ASSERT_GE(left[place - 1][0], left[place][0]);
      order.erase(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(front.size()));
    }
  }
}

TEST(Objectives, LessIsBetterOfALossAndOfASize) {
  const Objectives objectives({"val_loss", "weights"});
  EXPECT_EQ(objectives.merits(std::vector<double>{0.5, 100}), (Merits{-0.5, -100}));
  EXPECT_TRUE(accuracy().more_is_better(0));
}

}  // namespace
}  // namespace telar::test
