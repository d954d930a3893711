// Whole searches, with small networks.
#include <atomic>
#include <cmath>
#include <limits>
#include <set>

#include "support/thrown.hpp"
#include "tune/paused_training.hpp"

namespace telar::test {
namespace {

/// 120 samples of three classes that a small network learns in some epochs.
const Dataset& small_data() {
  static const Dataset data = [] {
    std::vector<float> features;
    std::vector<std::int32_t> labels;
    for (int i = 0; i < 120; ++i) {
      const int label = i % 3;
      for (int f = 0; f < 4; ++f)
        features.push_back(static_cast<float>(label == f) +
                           0.4F * static_cast<float>(std::sin(i * 12.9898 + f * 78.233)));
      labels.push_back(label);
    }
    return from_arrays({4}, features, labels, 3);
  }();
  return data;
}

Sequential small_network(LearningRate rate, int units = 8) {
  Sequential model(Input{4}, {Dense{.units = units, .activation = Activation::relu},
                              Dense{.units = 3, .activation = Activation::softmax}});
  model.compile(
      {.optimizer = SGD{.learning_rate = rate}, .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  return model;
}

FitOptions small_fit(int epochs) {
  return {.batch_size = 10, .epochs = epochs, .validation_data = small_data(), .training_score = false};
}

const std::vector<SearchParameter> kRates{{"rate", FloatRange{1e-4, 10, true}}};

TrialTraining by_rate(const SearchPoint& point, int) {
  return {small_network(point.number("rate")), small_data(), small_fit(9)};
}

TuneOptions small_search(int trials) { return {.objectives = {"val_loss"}, .trials = trials, .workers = 1, .seed = 3}; }

TEST(Tune, FindsARateThatLearns) {
  const Tuning found = tune(kRates, by_rate, small_search(40));
  ASSERT_EQ(found.trials.size(), 40u);
  const Trial& best = found.trials[found.ranking.front()];
  EXPECT_EQ(best.state, Trial::State::completed);
  EXPECT_EQ(best.rungs.back().epochs, 9);
  EXPECT_LT(best.rungs.back().values[0], 0.1) << "a third of the range is far from it";
  EXPECT_GT(best.point.number("rate"), 0.01);
}

TEST(Tune, FewTrialsTrainInFull) {
  const Tuning found = tune(kRates, by_rate, small_search(30));
  int full = 0, paused = 0;
  for (const Trial& trial : found.trials) {
    full += !trial.rungs.empty() && trial.rungs.back().epochs == 9 ? 1 : 0;
    paused += trial.state == Trial::State::paused ? 1 : 0;
  }
  EXPECT_GT(full, 2);
  EXPECT_LT(full, 15);
  EXPECT_GT(paused, 10);
}

TEST(Tune, LooksWhereItWasGood) {
  const Tuning found = tune(kRates, by_rate, small_search(60));
  const double best = std::log10(found.trials[found.ranking.front()].point.number("rate"));
  int near_before = 0, near_after = 0;
  for (std::size_t i = 0; i < 60; ++i)
    (i < 30 ? near_before : near_after) +=
        std::abs(std::log10(found.trials[i].point.number("rate")) - best) < 0.75 ? 1 : 0;
  EXPECT_GT(near_after, near_before);
  ASSERT_TRUE(found.importance.at(0));
  EXPECT_DOUBLE_EQ(*found.importance[0], 1) << "there is no other parameter";
}

TEST(Tune, TheSameSeedFindsTheSame) {
  const Tuning one = tune(kRates, by_rate, small_search(25)), other = tune(kRates, by_rate, small_search(25));
  ASSERT_EQ(one.trials.size(), other.trials.size());
  for (std::size_t i = 0; i < one.trials.size(); ++i) {
    EXPECT_EQ(one.trials[i].point.values, other.trials[i].point.values) << i;
    EXPECT_EQ(one.trials[i].estimate, other.trials[i].estimate) << i;
  }
}

TEST(Tune, ASearchGoesOnWhereItWasCutOff) {
  std::vector<Trial> journal;  // the last word on each
  int changes = 0;
  TuneOptions options = small_search(25);
  options.on_change = [&](const Trial& trial) {
    ++changes;
    journal.resize(std::max(journal.size(), static_cast<std::size_t>(trial.number) + 1));
    journal[static_cast<std::size_t>(trial.number)] = trial;
  };
  options.stopped = [&] { return changes > 30; };
  static_cast<void>(tune(kRates, by_rate, options));
  ASSERT_LT(journal.size(), 25u);

  TuneOptions rest = small_search(25);
  rest.earlier = journal;
  const Tuning resumed = tune(kRates, by_rate, rest), whole = tune(kRates, by_rate, small_search(25));
  ASSERT_EQ(resumed.trials.size(), 25u);
  for (std::size_t i = 0; i < 25; ++i) {
    EXPECT_EQ(resumed.trials[i].point.values, whole.trials[i].point.values) << i;
    EXPECT_EQ(resumed.trials[i].estimate, whole.trials[i].estimate)
        << i << ": a network that was in memory is trained again, to the same bits";
  }
  EXPECT_EQ(resumed.ranking, whole.ranking);
}

TEST(Tune, TrialsMayHaveEpochsOfTheirOwn) {
  const std::vector<SearchParameter> space{{"epochs", IntRange{1, 12}}};
  const auto build = [](const SearchPoint& point, int) {
    return TrialTraining{small_network(0.3), small_data(), small_fit(point.integer("epochs"))};
  };
  TuneOptions options = small_search(20);
  options.first.emplace().values["epochs"] = 9;
  std::vector<Trial> journal;
  options.on_change = [&](const Trial& trial) {
    journal.resize(std::max(journal.size(), static_cast<std::size_t>(trial.number) + 1));
    journal[static_cast<std::size_t>(trial.number)] = trial;
  };
  const Tuning whole = tune(space, build, options);
  for (const Trial& trial : whole.trials)
    if (trial.state == Trial::State::completed) {
      EXPECT_EQ(trial.rungs.back().epochs, trial.point.integer("epochs"));
    }

  // Begun anew from what half of them had at their first rung: then no network is in memory.
  options.on_change = nullptr;
  options.earlier.assign(journal.begin(), journal.begin() + 10);
  for (Trial& trial : options.earlier) {
    trial.rungs.resize(1);
    trial.state = Trial::State::paused;
  }
  const Tuning resumed = tune(space, build, options);
  for (std::size_t i = 0; i < 10; ++i)
    for (const TrialRung& rung : resumed.trials[i].rungs)
      for (const TrialRung& before : whole.trials[i].rungs)
        if (rung.rung == before.rung) {
          EXPECT_EQ(rung.values, before.values) << i;
        }
}

TEST(Tune, WhatIsNotFiniteIsNoResult) {
  const std::vector<float> features(40, std::numeric_limits<float>::quiet_NaN());
  const Dataset broken = from_arrays({4}, features, std::vector<std::int32_t>(10, 1), 3);
  TuneOptions options = small_search(2);
  options.first.emplace().values["rate"] = 0.5;
  const Tuning found = tune(
      kRates,
      [&](const SearchPoint&, int) {
        FitOptions fit = small_fit(3);
        fit.validation_data = broken;
        return TrialTraining{small_network(0.3), small_data(), fit};
      },
      options);
  EXPECT_EQ(found.trials[0].state, Trial::State::diverged);
  EXPECT_EQ(found.trials[0].reason, "val_loss is not finite");
  EXPECT_TRUE(found.ranking.empty());
}

TEST(Tune, ARungIsValidatedAtItsEndWhateverTheRecipeSays) {
  const Tuning found = tune(
      kRates,
      [](const SearchPoint& point, int) {
        FitOptions fit = small_fit(9);
        fit.validation_freq = 4;
        if (point.number("rate") > 0.01) fit.callbacks.push_back(EarlyStopping{.patience = 20});
        return TrialTraining{small_network(point.number("rate")), small_data(), fit};
      },
      small_search(8));
  for (const Trial& trial : found.trials) EXPECT_NE(trial.state, Trial::State::failed) << trial.reason;
}

TEST(Tune, SeveralThreadsTrainSideBySide) {
  TuneOptions options = small_search(30);
  options.workers = 4;
  std::atomic<int> builds = 0;
  const Tuning found = tune(
      kRates,
      [&](const SearchPoint& point, int trial) {
        ++builds;
        return by_rate(point, trial);
      },
      options);
  EXPECT_EQ(found.trials.size(), 30u);
  EXPECT_GE(builds.load(), 30);
  for (const Trial& trial : found.trials) EXPECT_NE(trial.state, Trial::State::running);
}

TEST(Tune, TrialZeroIsTheOneThatWasGiven) {
  TuneOptions options = small_search(3);
  options.first.emplace().values["rate"] = 0.5;
  EXPECT_DOUBLE_EQ(tune(kRates, by_rate, options).trials[0].point.number("rate"), 0.5);
}

TEST(Tune, WhatDivergesOrCannotBeBuiltIsAResult) {
  const std::vector<SearchParameter> space{{"what", Choice{{"good", "hot", "broken"}}}};
  TuneOptions options = small_search(20);
  options.first.emplace().values["what"] = std::string("good");
  options.sampler = TuneOptions::Sampler::random;
  const Tuning found = tune(
      space,
      [](const SearchPoint& point, int) -> TrialTraining {
        if (point.option("what") == "broken") throw Error(ErrorCode::usage, "layer 1", "it does not fit");
        return {small_network(point.option("what") == "hot" ? 1e30 : 0.5), small_data(), small_fit(3)};
      },
      options);
  std::set<Trial::State> states;
  for (const Trial& trial : found.trials) {
    states.insert(trial.state);
    if (trial.state == Trial::State::failed) {
      EXPECT_EQ(trial.reason, "[layer 1] it does not fit");
    }
    if (trial.state == Trial::State::diverged) {
      EXPECT_NE(trial.reason.find("not finite"), std::string::npos);
    }
  }
  EXPECT_TRUE(states.contains(Trial::State::failed));
  EXPECT_TRUE(states.contains(Trial::State::diverged));
  EXPECT_EQ(found.trials[found.ranking.front()].point.option("what"), "good");
}

TEST(Tune, AFiniteSpaceIsSearchedWithoutTwiceTheSame) {
  for (const int workers : {1, 3}) {
    TuneOptions options = small_search(500);
    options.workers = workers;
    const Tuning found = tune(
        {{"units", IntRange{1, 30, true}}, {"rate", Choice{{"high", "low"}}}},
        [](const SearchPoint& point, int) {
          return TrialTraining{small_network(point.option("rate") == "high" ? 0.3 : 0.03, point.integer("units")),
                               small_data(), small_fit(3)};
        },
        options);
    EXPECT_TRUE(found.exhausted);
    EXPECT_EQ(found.trials.size(), 60u) << "all there are";
    std::set<decltype(SearchPoint::values)> points;
    for (const Trial& trial : found.trials) EXPECT_TRUE(points.insert(trial.point.values).second) << trial.number;
  }
  EXPECT_FALSE(tune(kRates, by_rate, small_search(2)).exhausted);
}

TEST(Tune, HonoursACapOnTheWeightsAndShowsTheFront) {
  TuneOptions options = small_search(20);
  options.objectives = {"val_loss", "weights"};
  options.max_weights = 200;
  const Tuning found = tune(
      {{"units", IntRange{1, 64, true}}},
      [](const SearchPoint& point, int) {
        return TrialTraining{small_network(0.3, point.integer("units")), small_data(), small_fit(9)};
      },
      options);
  bool over = false;
  for (const Trial& trial : found.trials) {
    if (trial.state == Trial::State::over_cap) {
      over = true;
      EXPECT_TRUE(trial.rungs.empty()) << "it is not trained";
      EXPECT_GT(trial.weights, 200);
    } else {
      EXPECT_LE(trial.weights, 200);
    }
  }
  EXPECT_TRUE(over);
  for (const std::size_t i : found.front)
    for (const std::size_t j : found.front)
      EXPECT_FALSE(found.trials[i].estimate[0] < found.trials[j].estimate[0] &&
                   found.trials[i].estimate[1] < found.trials[j].estimate[1]);
}

TEST(Tune, EndsWithItsTime) {
  TuneOptions options = small_search(1);
  options.trials.reset();
  options.seconds = 0.5;
  const Tuning found = tune(kRates, by_rate, options);
  EXPECT_GE(found.seconds, 0.5);
  EXPECT_LT(found.seconds, 5) << "on a busy machine";
  EXPECT_GT(found.trials.size(), 3u);
}

TEST(Tune, RefusesASearchWithoutAnEndOrAnObjective) {
  const auto refusal_of = [](const TuneOptions& options) -> std::string {
    return thrown_by([&] { static_cast<void>(tune(kRates, by_rate, options)); }).what();
  };
  EXPECT_EQ(refusal_of({}), "[budget] there is no budget\n  give seconds or trials");
  TuneOptions options = small_search(2);
  options.objectives = {"weights"};
  EXPECT_EQ(
      refusal_of(options),
      "[objectives] \"weights\" cannot be objective 1\n  the first is a quantity such as val_accuracy, the others "
      "are weights or latency");
  options.objectives = {"val_acuracy"};
  EXPECT_EQ(refusal_of(options),
            "[objectives] the epochs have no val_acuracy\n  there is: accuracy,loss,val_accuracy,val_loss");
}

TEST(PausedTraining, GoesOnWithItsOptimiserAsIfNothingHadHappened) {
  PausedTraining pieces({small_network(0.3), small_data(), small_fit(9)});
  const auto never = [] { return false; };
  static_cast<void>(pieces.train_to(1, never));
  static_cast<void>(pieces.train_to(3, never));
  static_cast<void>(pieces.train_to(9, never));
  Sequential whole = small_network(0.3);
  static_cast<void>(whole.fit(small_data(), small_fit(9)));
  EXPECT_EQ(pieces.model().weights_sha256(), whole.weights_sha256());
}

TEST(PausedTraining, AScheduleEndsWithEveryRung) {
  const auto rate = [](int steps) { return CosineDecay{.initial_learning_rate = 0.5, .decay_steps = steps}; };
  // 12 batches an epoch; in full 9 epochs.
  PausedTraining piece({small_network(rate(108)), small_data(), small_fit(9)});
  static_cast<void>(piece.train_to(3, [] { return false; }));
  Sequential third = small_network(rate(36));
  static_cast<void>(third.fit(small_data(), small_fit(3)));
  EXPECT_EQ(piece.model().weights_sha256(), third.weights_sha256());
}

}  // namespace
}  // namespace telar::test
