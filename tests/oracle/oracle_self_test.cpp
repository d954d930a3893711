// The oracle itself against central differences, so that it can be trusted against the engine.
#include <cmath>
#include <gtest/gtest.h>

#include "oracle/oracle.hpp"
#include "oracle/random_network.hpp"
#include "oracle/updater.hpp"

namespace telar::oracle {
namespace {

/// A fixed mask that drops about a third: a function of the place, so that it is the same in every evaluation.
double fixed_mask(std::size_t layer, int row, int column) {
  return (static_cast<unsigned>(layer) * 7 + static_cast<unsigned>(row) * 13 + static_cast<unsigned>(column) * 5) % 3 ==
                 0
             ? 0
             : 1.5;
}

double loss_of(const Case& c, const std::vector<double>& weights) {
  Network network(c.inputs, c.layers, c.weights);
  network.weights = weights;
  return network.train(c.batch, c.loss, fixed_mask).loss;
}

TEST(Oracle, GradientIsTheSlopeOfTheLossWhereverTheLossHasOne) {
  constexpr double kStep = 1e-5;
  int checked = 0, at_a_kink = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Case c = random_case(seed, {1, 2, 3, 5, 8}, {1, 2, 3, 7});
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + c.text());
    Network network(c.inputs, c.layers, c.weights);
    const std::vector<double> start = network.weights;
    const Step step = network.train(c.batch, c.loss, fixed_mask);
    for (std::size_t k = 0; k < start.size(); ++k) {
      if (!c.trained[k]) {
        ASSERT_EQ(step.gradient[k], 0) << "weight " << k << " is not trained";
        continue;
      }
      const auto at = [&](double shift) {
        std::vector<double> w = start;
        w[k] += shift;
        return loss_of(c, w);
      };
      // Two step sizes agree where the loss is smooth; a relu that switches between them, or a probability that reaches
      // the clip, makes them differ.
      const double slope = (at(kStep) - at(-kStep)) / (2 * kStep);
      const double wide = (at(4 * kStep) - at(-4 * kStep)) / (8 * kStep);
      if (std::abs(slope - wide) > 1e-6 * (1 + std::abs(slope))) {
        ++at_a_kink;
        continue;
      }
      ++checked;
      ASSERT_NEAR(step.gradient[k], slope, 1e-7 * (1 + std::abs(slope)) + 1e-6 * std::abs(slope)) << "weight " << k;
    }
  }
  EXPECT_GT(checked, 10000);
  EXPECT_LT(at_a_kink, checked / 50);
}

TEST(Oracle, MovingStatisticsFollowTheBatch) {
  Network network(1, {BatchNormalization{.momentum = 0.75}}, std::vector<float>{1, 0, 2, 3});
  Batch batch;
  batch.x = Matrix(2, 1);
  batch.x.values = {4, 8};  // mean 6, biased variance 4
  batch.labels = {0, 0};
  network.train(batch, SparseCategoricalCrossentropy{.from_logits = true});
  EXPECT_DOUBLE_EQ(network.weights[2], 2 * 0.75 + 6 * 0.25);
  EXPECT_DOUBLE_EQ(network.weights[3], 3 * 0.75 + 4 * 0.25);
}

TEST(Oracle, InferenceUsesTheMovingStatisticsAndNoDropout) {
  const Network network(1, {BatchNormalization{.epsilon = 1}, Dropout{.rate = 0.5}}, std::vector<float>{2, 1, 5, 3});
  Matrix x(1, 1);
  x.values = {9};
  EXPECT_DOUBLE_EQ(network.predict(x)(0, 0), 2 * (9 - 5) / std::sqrt(3 + 1) + 1);
}

TEST(Oracle, DecayTakesItsShareOfAWeightBeforeTheStep) {
  Updater updater(AdamW{.learning_rate = 0.5, .weight_decay = 0.25}, 1);
  std::vector<double> weights{8};
  updater.apply(weights, {0});
  EXPECT_EQ(weights[0], 7);
}

TEST(Oracle, AdamsFirstStepIsTheLearningRateWhateverTheGradient) {
  Updater updater(Adam{.learning_rate = 0.25, .beta_1 = 0.5, .beta_2 = 0.75, .epsilon = 0}, 2);
  std::vector<double> w{1, 1};
  updater.apply(w, {1e-3, -50});
  EXPECT_DOUBLE_EQ(w[0], 0.75);
  EXPECT_DOUBLE_EQ(w[1], 1.25);
}

TEST(Oracle, NesterovLooksAheadByTheMomentum) {
  Updater updater(SGD{.learning_rate = 0.5, .momentum = 0.5, .nesterov = true}, 1);
  std::vector<double> w{0};
  updater.apply(w, {2});  // v = -1; w += 0.5 * -1 - 1
  EXPECT_DOUBLE_EQ(w[0], -1.5);
  updater.apply(w, {0});  // v = -0.5; w += 0.5 * -0.5
  EXPECT_DOUBLE_EQ(w[0], -1.75);
}

}  // namespace
}  // namespace telar::oracle
