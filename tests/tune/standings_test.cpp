// What is kept in order as it comes decides as what is sorted anew each time.
#include "tune/standings.hpp"

#include <gtest/gtest.h>
#include <random>

#include "tune/halving.hpp"

namespace telar::test {
namespace {

constexpr int kEta = 3, kRungs = 4;

/// The definition: every rung sorted.
std::optional<std::size_t> promotable_by_sorting(const std::vector<Trial>& trials, const Objectives& objectives) {
  for (int rung = kRungs - 2; rung >= 0; --rung) {
    std::vector<std::size_t> there;
    std::vector<Merits> merits;
    std::size_t came = 0;
    for (std::size_t i = 0; i < trials.size(); ++i)
      for (const TrialRung& at : trials[i].rungs) {
        if (at.rung != rung) continue;
        ++came;
        if (at.values.empty()) continue;
        there.push_back(i);
        merits.push_back(objectives.merits(at.values));
      }
    const std::vector<std::size_t> order = best_first(merits);
    for (std::size_t place = 0; place < std::min(came / kEta, order.size()); ++place) {
      const Trial& trial = trials[there[order[place]]];
      if (trial.state == Trial::State::paused && trial.rungs.back().rung == rung) return there[order[place]];
    }
  }
  return {};
}

/// The definition: the highest estimate of those that wait, and of equals the earlier trial.
std::optional<std::size_t> best_waiting_by_sorting(std::vector<Trial> trials, const Objectives& objectives) {
  estimate_trials(trials);
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (trials[i].state == Trial::State::paused &&
        (!best || objectives.merits(trials[i].estimate)[0] > objectives.merits(trials[*best].estimate)[0]))
      best = i;
  return best;
}

/// The definition: those without an estimate, then the others sorted.
std::vector<std::size_t> all_by_sorting(std::vector<Trial> trials, const Objectives& objectives) {
  estimate_trials(trials);
  std::vector<std::size_t> all, ranked;
  std::vector<Merits> merits;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (trials[i].estimate.empty()) {
      all.push_back(i);
    } else {
      ranked.push_back(i);
      merits.push_back(objectives.merits(trials[i].estimate));
    }
  }
  for (const std::size_t place : best_first(merits)) all.push_back(ranked[place]);
  return all;
}

/// A search whose results are drawn, in steps of 1/16 so that many are equal and sums are exact.
void search_at_random(const std::vector<std::string>& names, unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const Objectives objectives(names);
  const Halving ladder(27, kEta, 1);
  Standings standings(objectives, kEta);
  std::vector<Trial> trials;
  std::vector<std::size_t> running;
  for (int step = 0; step < 400; ++step) {
    const std::optional<std::size_t> next = standings.promotable(kRungs, [](std::size_t) { return true; });
    ASSERT_EQ(next, promotable_by_sorting(trials, objectives)) << "step " << step;
    if (names.size() == 1) {
      ASSERT_EQ(standings.best_waiting(kRungs, [](std::size_t) { return true; }),
                best_waiting_by_sorting(trials, objectives))
          << "step " << step;
    }
    if (running.size() < 3) {
      if (!next) {
        trials.push_back({.number = static_cast<int>(trials.size())});
        trials.back().first_rung = ladder.first_rung(trials.back().number);
      }
      running.push_back(next.value_or(trials.size() - 1));
      trials[running.back()].state = Trial::State::running;
      standings.update(trials[running.back()]);
    } else {
      const auto which = running.begin() + below(3);
      Trial& trial = trials[*which];
      const int rung = trial.rungs.empty() ? trial.first_rung : trial.rungs.back().rung + 1;
      TrialRung reached{.rung = rung, .epochs = 1};
      trial.state = rung + 1 == kRungs ? Trial::State::completed : Trial::State::paused;
      if (below(12) == 0) {
        trial.state = Trial::State::diverged;
      } else {
        for (std::size_t i = 0; i < names.size(); ++i) reached.values.push_back((below(40) + 8 * rung) / 16.0);
      }
      trial.rungs.push_back(reached);
      running.erase(which);
      standings.update(trial);
      std::vector<Trial> estimated = trials;
      estimate_trials(estimated);
      ASSERT_EQ(standings.estimate(trial), estimated[static_cast<std::size_t>(trial.number)].estimate);
    }
    const std::vector<std::size_t> all = all_by_sorting(trials, objectives);
    const auto without = static_cast<std::ptrdiff_t>(standings.size() - standings.ranked());
    std::vector<std::ptrdiff_t> every, some;
    for (std::ptrdiff_t i = 0; i < std::ssize(all); ++i) every.push_back(i - without);
    ASSERT_EQ(standings.at_places(every), all) << "step " << step;
    std::vector<std::size_t> of_all;
    for (std::ptrdiff_t i = below(4); i < std::ssize(all); i += 1 + below(9)) {
      some.push_back(i - without);
      of_all.push_back(all[static_cast<std::size_t>(i)]);
    }
    ASSERT_EQ(standings.at_places(some), of_all) << "step " << step;
  }
}

TEST(Standings, DecideAsSortingAllTrialsDoes) {
  for (unsigned seed = 0; seed < 8; ++seed) search_at_random({"val_accuracy"}, seed);
  for (unsigned seed = 0; seed < 4; ++seed) search_at_random({"val_loss"}, seed);
}

TEST(Standings, DecideAsSortingAllTrialsDoesWithSeveralObjectives) {
  for (unsigned seed = 0; seed < 4; ++seed) search_at_random({"val_accuracy", "weights"}, seed);
  search_at_random({"val_loss", "weights", "latency"}, 1);
}

TEST(Standings, OfferTheNextOneWhereOneIsNotWanted) {
  const Objectives objectives({"val_accuracy"});
  Standings standings(objectives, 3);
  for (int i = 0; i < 6; ++i) {
    Trial trial{.number = i, .rungs = {{.rung = 0, .epochs = 1, .values = {0.1 * i}}}, .state = Trial::State::paused};
    standings.update(trial);
  }
  EXPECT_EQ(standings.promotable(2, [](std::size_t) { return true; }), 5u);
  EXPECT_EQ(standings.promotable(2, [](std::size_t trial) { return trial != 5; }), 4u) << "two of six may go on";
  EXPECT_EQ(standings.promotable(2, [](std::size_t trial) { return trial < 4; }), std::nullopt);
  EXPECT_EQ(standings.best_waiting(2, [](std::size_t trial) { return trial < 4; }), 3u) << "any may go on";
  EXPECT_EQ(standings.best_waiting(2, [](std::size_t) { return false; }), std::nullopt);
  EXPECT_EQ(standings.best_waiting(1, [](std::size_t) { return true; }), std::nullopt) << "they are at the last rung";
}

TEST(PlacedSum, DoesNotDependOnWhoCameFirst) {
  PlacedSum one, other;
  for (std::size_t i = 0; i < 100; ++i) one.set(i, std::sin(static_cast<double>(i)));
  for (std::size_t i = 100; i-- > 0;) other.set(i, std::sin(static_cast<double>(i)));
  EXPECT_EQ(one.total(), other.total());
  EXPECT_EQ(PlacedSum().total(), 0);
}

}  // namespace
}  // namespace telar::test
