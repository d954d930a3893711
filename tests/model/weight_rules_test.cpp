// What a layer's variables are held to, and which constraints they cannot have.
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/expect_error.hpp"

namespace telar {
namespace {

std::string refusal_of(const Layer& layer) {
  try {
    Sequential(Input{4}, {layer});
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    return error.what();
  }
  return "nothing was refused";
}

TEST(Constraints, OfOneAxisKnowNoOther) {
  EXPECT_EQ(refusal_of(Dense{.units = 3, .bias_constraint = UnitNorm{.axis = 1}}),
            "[layer 0, dense (Dense)] bias_constraint has axis = 1, but bias has one axis\n  leave axis out");
  EXPECT_EQ(
      refusal_of(BatchNormalization{.gamma_constraint = MaxNorm{.axis = 1}}),
      "[layer 0, batch_normalization (BatchNormalization)] gamma_constraint has axis = 1, but gamma has one axis\n"
      "  leave axis out");
  EXPECT_EQ(refusal_of(Dense{.units = 3, .kernel_constraint = UnitNorm{.axis = 1}}), "nothing was refused");
}

TEST(Constraints, AndPenaltiesHaveRanges) {
  EXPECT_EQ(refusal_of(Dense{.units = 3, .kernel_constraint = MinMaxNorm{.rate = 2}}),
            "[layer 0, dense (Dense), kernel_constraint (MinMaxNorm)] rate = 2, but must be in [0, 1]");
  EXPECT_EQ(refusal_of(Dense{.units = 3, .kernel_regularizer = L2{.l2 = -1}}),
            "[layer 0, dense (Dense), kernel_regularizer (L2)] l2 = -1, but must be at least 0");
}

TEST(Penalties, OfNothingAreRefused) {
  EXPECT_EQ(refusal_of(Dense{.units = 3, .activity_regularizer = L1L2{}}),
            "[layer 0, dense (Dense), activity_regularizer (L1L2)] l1 and l2 are 0, so nothing is penalised\n"
            "  give one of them, such as l2 = 0.01");
}

/// One sample that a network of one weight w gets wrong by w - 1.
Score score_of(const Dense& layer) {
  Sequential model(Input{1}, {layer});
  model.compile({.loss = MeanSquaredError{}});
  return model.evaluate(from_arrays({1}, {1.0f}, Targets{{1.0f}, 1}));
}

TEST(Penalties, AreInTheLossOfEvaluate) {
  const Dense plain{.units = 1, .use_bias = false, .kernel_initializer = Constant{3}};
  Dense held = plain;
  held.kernel_regularizer = L1L2{.l1 = 0.5, .l2 = 0.25};
  held.activity_regularizer = L2{.l2 = 2};
  EXPECT_FLOAT_EQ(static_cast<float>(score_of(plain).loss.value), 4);
  EXPECT_FLOAT_EQ(static_cast<float>(score_of(held).loss.value), 4 + 1.5f + 2.25f + 18);
}

TEST(PenaltiesAndConstraints, AreThoseOfPReLUAndLayerNormalizationToo) {
  Sequential model(
      Input{2}, {PReLU{.alpha_initializer = Constant{-0.5}, .alpha_regularizer = L2{4}, .alpha_constraint = NonNeg{}},
                 LayerNormalization{.beta_initializer = Constant{2},
                                    .gamma_initializer = Constant{3},
                                    .beta_regularizer = L1{1},
                                    .gamma_regularizer = L1{1},
                                    .beta_constraint = MaxNorm{1},
                                    .gamma_constraint = UnitNorm{}}});
  model.compile({.optimizer = SGD{.learning_rate = 0}, .loss = MeanSquaredError{}});
  const Dataset data = from_arrays({2}, {1, 2}, Targets{{1, 2}, 2});
  Sequential plain(Input{2}, {PReLU{.alpha_initializer = Constant{-0.5}},
                              LayerNormalization{.beta_initializer = Constant{2}, .gamma_initializer = Constant{3}}});
  plain.compile({.loss = MeanSquaredError{}});
  EXPECT_NEAR(model.evaluate(data).loss.value, plain.evaluate(data).loss.value + 4 * 0.5 + 2 * 2 + 2 * 3, 1e-5);
  model.fit(data);
  EXPECT_EQ(model.get_weights("p_re_lu/alpha")[0], 0);
  EXPECT_NEAR(model.get_weights("layer_normalization/gamma")[0], std::sqrt(0.5), 1e-6);
  EXPECT_NEAR(model.get_weights("layer_normalization/beta")[0], std::sqrt(0.5), 1e-6);
}

TEST(Penalties, LeaveFrozenWeightsOut) {
  Dense held{.units = 1, .use_bias = false, .kernel_initializer = Constant{3}, .kernel_regularizer = L2{}};
  held.trainable = false;
  EXPECT_FLOAT_EQ(static_cast<float>(score_of(held).loss.value), 4);
}

}  // namespace
}  // namespace telar
