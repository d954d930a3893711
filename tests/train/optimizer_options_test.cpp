// What the options of optimisers do to a training.
#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <optional>

#include <telar/telar.hpp>

namespace telar {
namespace {

Dataset points() {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 60; ++i) {
    for (int c = 0; c < 4; ++c)
      features.push_back(static_cast<float>(c == i % 3) + 0.3f * static_cast<float>((i * 7 + c * 13) % 11) / 11);
    labels.push_back(i % 3);
  }
  return from_arrays({4}, features, labels, 3);
}

Sequential optimized_network(const Optimizer& optimizer) {
  Sequential model{Input{4},
                   {Dense{.units = 8, .activation = Activation::relu}, BatchNormalization{},
                    Dense{.units = 3, .activation = Activation::softmax}}};
  model.compile({.optimizer = optimizer, .loss = SparseCategoricalCrossentropy{}});
  return model;
}

std::vector<float> trained(const Optimizer& optimizer, const FitOptions& options = {.batch_size = 20, .epochs = 2}) {
  Sequential model = optimized_network(optimizer);
  model.fit(points(), options);
  return {model.get_weights().begin(), model.get_weights().end()};
}

std::string refusal_to_train(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return {};
}

TEST(Optimizers, AllMakeTheLossSmaller) {
  const std::vector<Optimizer> optimizers{SGD{.learning_rate = 0.1},
                                          RMSprop{.learning_rate = 0.01},
                                          RMSprop{.learning_rate = 0.01, .momentum = 0.5, .centered = true},
                                          Nadam{.learning_rate = 0.01},
                                          Adamax{.learning_rate = 0.01},
                                          Adagrad{.learning_rate = 0.1},
                                          Adadelta{.learning_rate = 1},
                                          Lion{.learning_rate = 0.003},
                                          AdamW{.learning_rate = 0.01},
                                          Lamb{.learning_rate = 0.01},
                                          Adafactor{.learning_rate = 0.05},
                                          Muon{.learning_rate = 0.01}};
  for (const Optimizer& optimizer : optimizers) {
    Sequential model = optimized_network(optimizer);
    const History history = model.fit(points(), {.batch_size = 20, .epochs = 20});
    EXPECT_LT(history["loss"].back(), 0.7 * history["loss"].front()) << optimizer.index();
  }
}

TEST(Optimizers, GoOnWhereTheLastFitEnded) {
  for (const Optimizer& optimizer :
       std::vector<Optimizer>{Nadam{}, Adagrad{}, Ftrl{}, Lion{}, RMSprop{}, Lamb{}, Adafactor{}, Muon{}}) {
    Sequential twice = optimized_network(optimizer);
    twice.fit(points(), {.batch_size = 20, .epochs = 1});
    twice.fit(points(), {.batch_size = 20, .epochs = 1});
    EXPECT_TRUE(std::ranges::equal(twice.get_weights(), trained(optimizer))) << optimizer.index();
  }
}

TEST(ClipValue, BoundsEveryStepOfPlainDescent) {
  const float clip = 0.001f;
  Sequential model = optimized_network(SGD{.learning_rate = 1, .clipvalue = static_cast<double>(clip)});
  const std::vector<float> before(model.get_weights().begin(), model.get_weights().end());
  model.fit(points(), {.batch_size = 60});
  int at_the_bound = 0;
  for (const Variable& v : model.variables()) {
    if (!v.trainable) continue;
    for (std::size_t i = v.offset; i < v.offset + v.size(); ++i) {
      const float step = std::abs(model.get_weights()[i] - before[i]);
      EXPECT_LE(step, clip * 1.001f);
      at_the_bound += step > clip * 0.999f ? 1 : 0;
    }
  }
  EXPECT_GT(at_the_bound, 10);
}

TEST(ClipValue, ThatIsNeverReachedChangesNothing) { EXPECT_EQ(trained(Adam{.clipvalue = 1e30}), trained(Adam{})); }

TEST(WeightDecay, LeavesOutWhatIsNamed) {
  const auto changed = [](std::vector<std::string> names) {
    const auto optimizer = [](double decay, std::vector<std::string> excluded) {
      return SGD{.learning_rate = 0.5, .weight_decay = decay, .exclude_from_weight_decay = std::move(excluded)};
    };
    const FitOptions one_step{.batch_size = 60};
    const std::vector<float> plain = trained(optimizer(0, {}), one_step),
                             other = trained(optimizer(0.5, std::move(names)), one_step);
    std::string paths;
    const Sequential model = optimized_network(SGD{});
    for (const Variable& v : model.variables()) {
      const auto begin = static_cast<std::ptrdiff_t>(v.offset), end = begin + static_cast<std::ptrdiff_t>(v.size());
      if (!std::equal(plain.begin() + begin, plain.begin() + end, other.begin() + begin)) paths += v.path + " ";
    }
    return paths;
  };
  // Biases and beta are zero at first, so nothing of them can decay in one step.
  EXPECT_EQ(changed({}), "dense/kernel batch_normalization/gamma dense_1/kernel ");
  EXPECT_EQ(changed({"gamma"}), "dense/kernel dense_1/kernel ");
  EXPECT_EQ(changed({"dense_1"}), "dense/kernel batch_normalization/gamma ");
  EXPECT_EQ(changed({"dense/kernel", "batch_normalization"}), "dense_1/kernel ");
  EXPECT_EQ(changed({"kernel", "gamma"}), "");
}

TEST(WeightDecay, RefusesANameThatNothingHas) {
  EXPECT_EQ(refusal_to_train([] { optimized_network(AdamW{.exclude_from_weight_decay = {"bais"}}); }),
            "[optimizer (AdamW)] exclude_from_weight_decay has \"bais\", but nothing with weights is called so\n"
            "  did you mean \"bias\"?");
}

TEST(Adafactor, StandsUnitsAndInputsThatNeverSaySomething) {
  // Input 3 is 0 in all samples, and so are most units: neither its row nor their columns have a gradient.
  Sequential model{
      Input{4},
      {Dense{.units = 4, .activation = Activation::relu}, Dense{.units = 3, .activation = Activation::softmax}}};
  model.set_weights("dense/bias", std::vector<float>{5, -100, -100, -100});
  model.compile({.optimizer = Adafactor{}, .loss = SparseCategoricalCrossentropy{}});
  const std::vector<float> features{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
  EXPECT_EQ(model.fit(from_arrays({4}, features, {0, 1, 2}, 3), {.epochs = 5}).ended, Ended::completed);
}

TEST(ExcludeLayers, RefusesANameThatNothingHas) {
  EXPECT_EQ(refusal_to_train([] { optimized_network(Muon{.exclude_layers = {"dense_2"}}); }),
            "[optimizer (Muon)] exclude_layers has \"dense_2\", but nothing with weights is called so\n"
            "  did you mean \"dense_1\"?");
}

TEST(Schedules, DecideTheRateOfEveryStep) {
  // Steps 0 and 1 have a rate, the others none.
  const LearningRate two = PiecewiseConstantDecay{.boundaries = {1}, .values = {0.1, 0.0}};
  const FitOptions three_steps{.batch_size = 20, .epochs = 1, .shuffle = false};
  Sequential model = optimized_network(SGD{.learning_rate = two});
  LambdaCallback watch;
  std::vector<std::vector<float>> kernels;
  std::vector<double> rates;
  watch.on_train_batch_end = [&](Training& training, int, const Logs&) {
    kernels.push_back(training.weights());
    kernels.back().resize(32);
    rates.push_back(training.learning_rate());
  };
  FitOptions options = three_steps;
  options.callbacks = {watch};
  model.fit(points(), options);
  ASSERT_EQ(kernels.size(), 3u);
  EXPECT_NE(kernels[0], kernels[1]);
  EXPECT_EQ(kernels[1], kernels[2]);
  EXPECT_EQ(rates, (std::vector<double>{static_cast<double>(0.1f), static_cast<double>(0.1f), 0}));
}

TEST(Schedules, ThatComeToNothingLeaveFtrlWhereItIs) {
  const auto after = [](int steps) {
    const LearningRate two = PiecewiseConstantDecay{.boundaries = {1}, .values = {0.1, 0.0}};
    return trained(Ftrl{.learning_rate = two, .beta = 0.1},
                   {.batch_size = 20, .epochs = 1, .steps_per_epoch = steps, .shuffle = false});
  };
  const std::vector<float> two = after(2), three = after(3);
  // The statistics of the normalisation, (8) each, go on.
  const std::size_t moving = 4 * 8 + 8 + 8 + 8;
  for (std::size_t i = 0; i < two.size(); ++i) {
    if (i < moving || i >= moving + 16) {
      EXPECT_EQ(two[i], three[i]) << i;
    }
  }
}

TEST(Schedules, GoOnThroughFits) {
  const Optimizer optimizer = Adam{.learning_rate = CosineDecay{.initial_learning_rate = 0.01, .decay_steps = 6}};
  Sequential twice = optimized_network(optimizer);
  twice.fit(points(), {.batch_size = 20, .epochs = 1});
  twice.fit(points(), {.batch_size = 20, .epochs = 1});
  EXPECT_TRUE(std::ranges::equal(twice.get_weights(), trained(optimizer)));
}

TEST(Schedules, LeaveNothingForReduceLROnPlateau) {
  const Optimizer optimizer = Adam{.learning_rate = LinearWarmup{.learning_rate = 0.01, .warmup_steps = 6}};
  EXPECT_EQ(refusal_to_train([&] { trained(optimizer, {.callbacks = {ReduceLROnPlateau{.monitor = "loss"}}}); }),
            "[callback (ReduceLROnPlateau)] the learning rate follows a schedule (LinearWarmup), so nothing else can "
            "change it\n  give the optimizer a number as learning_rate, or leave the callback out");
}

TEST(Schedules, CannotBeOverruledByACallback) {
  const Optimizer optimizer = Adam{.learning_rate = LinearWarmup{.learning_rate = 0.01, .warmup_steps = 6}};
  LambdaCallback callback;
  callback.on_epoch_end = [](Training& training, int, Logs&) { training.set_learning_rate(1); };
  EXPECT_EQ(refusal_to_train([&] { trained(optimizer, {.callbacks = {callback}}); }),
            "[callback] the learning rate follows a schedule, so it cannot be set\n"
            "  give the optimizer a number as learning_rate");
}

TEST(ClipNorm, ThatIsNeverReachedChangesNothing) {
  EXPECT_EQ(trained(Adam{.clipnorm = 1e30}), trained(Adam{}));
  EXPECT_EQ(trained(Lion{.global_clipnorm = 1e30}), trained(Lion{}));
}

/// 2-norm of what a step of size 1 moved, of each trained variable.
std::vector<double> norms_of_step(const SGD& optimizer) {
  Sequential model = optimized_network(optimizer);
  const std::vector<float> before(model.get_weights().begin(), model.get_weights().end());
  model.fit(points(), {.batch_size = 60});
  std::vector<double> norms;
  for (const Variable& v : model.variables()) {
    if (!v.trainable) continue;
    double sum = 0;
    for (std::size_t i = v.offset; i < v.offset + v.size(); ++i)
      sum += std::pow(static_cast<double>(model.get_weights()[i] - before[i]), 2);
    norms.push_back(std::sqrt(sum));
  }
  return norms;
}

TEST(ClipNorm, BoundsTheGradientOfEachVariable) {
  const std::vector<double> free = norms_of_step({.learning_rate = 1}),
                            bound = norms_of_step({.learning_rate = 1, .clipnorm = 0.05});
  for (std::size_t i = 0; i < free.size(); ++i) EXPECT_NEAR(bound[i], std::min(free[i], 0.05), 1e-6) << i;
}

TEST(GlobalClipNorm, BoundsAllGradientsTogetherAndKeepsTheirDirection) {
  const std::vector<double> free = norms_of_step({.learning_rate = 1}),
                            bound = norms_of_step({.learning_rate = 1, .global_clipnorm = 0.05});
  double all = 0;
  for (const double norm : free) all += norm * norm;
  ASSERT_GT(all, 0.05 * 0.05);
  for (std::size_t i = 0; i < free.size(); ++i) EXPECT_NEAR(bound[i], free[i] * 0.05 / std::sqrt(all), 1e-6) << i;
}

TEST(Clipping, IsDoneInOneWayOnly) {
  EXPECT_EQ(refusal_to_train([] { optimized_network(Adam{.clipnorm = 1, .clipvalue = 1}); }),
            "[optimizer (Adam)] more than one of clipnorm, clipvalue and global_clipnorm is given\n"
            "  keep one of them");
}

TEST(Accumulation, MovesAfterEveryKthStepByTheMeanGradient) {
  // Three batches of 20 whose gradients are averaged are one of 60, but for batch statistics: so no normalisation.
  const auto weights = [](const Optimizer& optimizer, int batch_size, int epochs) {
    Sequential model{Input{4}, {Dense{.units = 8, .activation = Activation::relu}, Dense{.units = 3}}};
    model.compile({.optimizer = optimizer, .loss = SparseCategoricalCrossentropy{.from_logits = true}});
    model.fit(points(), {.batch_size = batch_size, .epochs = epochs});
    return std::vector<float>(model.get_weights().begin(), model.get_weights().end());
  };
  for (const std::optional<double> clip : {std::optional<double>{}, std::optional<double>{0.1}}) {
    const std::vector<float> whole = weights(SGD{.learning_rate = 0.5, .global_clipnorm = clip}, 60, 2),
                             parts = weights(
                                 SGD{.learning_rate = 0.5, .global_clipnorm = clip, .gradient_accumulation_steps = 3},
                                 20, 2);
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(parts[i], whole[i], 1e-6) << i;
  }
}

TEST(Accumulation, GoesOnThroughFits) {
  const Optimizer optimizer = Adam{.gradient_accumulation_steps = 4};
  Sequential twice = optimized_network(optimizer);
  twice.fit(points(), {.batch_size = 20, .epochs = 1});
  twice.fit(points(), {.batch_size = 20, .epochs = 1});
  EXPECT_TRUE(std::ranges::equal(twice.get_weights(), trained(optimizer)));
}

TEST(MovingAverages, AreTheWeightsThatATrainingEndsWith) {
  Sequential model = optimized_network(SGD{.learning_rate = 0.1, .use_ema = true, .ema_momentum = 0.5});
  std::vector<float> average;
  LambdaCallback watch;
  watch.on_train_batch_end = [&](Training& training, int, const Logs&) {
    const std::vector<float> now = training.weights();
    if (average.empty()) average = now;
    for (std::size_t i = 0; i < now.size(); ++i) average[i] = 0.5f * average[i] + 0.5f * now[i];
  };
  model.fit(points(), {.batch_size = 20, .epochs = 2, .callbacks = {watch}});
  for (const Variable& v : model.variables()) {
    if (!v.trainable) continue;
    for (std::size_t i = v.offset; i < v.offset + v.size(); ++i)
      EXPECT_NEAR(model.get_weights()[i], average[i], 1e-6) << v.path;
  }
}

TEST(MovingAverages, LeaveStatisticsAndFrozenWeightsAlone) {
  const auto weights = [](bool averages) {
    Sequential model = optimized_network(SGD{.learning_rate = 0.1, .use_ema = averages});
    model.set_trainable("dense_1", false);
    model.fit(points(), {.batch_size = 60});
    return std::vector<float>(model.get_weights().begin(), model.get_weights().end());
  };
  EXPECT_EQ(weights(true), weights(false));  // after one step the average is the weight
}

}  // namespace
}  // namespace telar
