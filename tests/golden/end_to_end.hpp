// The small network of the golden trainings: 6 -> Dense 5 relu -> BatchNormalization -> Dense 3 softmax.
#pragma once

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include <telar/sequential.hpp>

#include "golden/golden.hpp"

namespace telar::golden {

/// With the fixed weights that every training starts from.
inline Sequential end_to_end_model() {
  Sequential model(Input{6}, {Dense{.units = 5, .activation = Activation::relu}, BatchNormalization{},
                              Dense{.units = 3, .activation = Activation::softmax}});
  model.set_weights(floats(values().at("e2e_init")));
  return model;
}

/// The training set ("X", "Y") or the validation set ("XV", "YV").
inline Dataset end_to_end_data(const std::string& x, const std::string& y) {
  const Json& data = values().at("e2e_data");
  return from_arrays({6}, floats(data.at(x)), data.at(y).get<std::vector<std::int32_t>>(), 3);
}

/// `training`: what Keras came to: "history", "weights" in the model's order, and "eval" of the validation set.
inline void expect_ends_as_keras(const Sequential& model, const History& history, const Dataset& validation,
                                 const Json& training) {
  EXPECT_EQ(history.ended, Ended::completed);
  for (const auto& item : training.at("history").items()) {
    const std::vector<double> ours = history[item.key()];
    ASSERT_EQ(ours.size(), item.value().size()) << item.key();
    for (std::size_t epoch = 0; epoch < ours.size(); ++epoch)
      EXPECT_NEAR(ours[epoch], number(item.value()[epoch]), 1e-4) << item.key() << " of epoch " << epoch;
  }

  const Json& weights = training.at("weights");
  ASSERT_EQ(weights.size(), model.variables().size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::string& path = model.variables()[i].path;
    const auto ours = model.get_weights(path);
    EXPECT_LE(max_norm_error({ours.begin(), ours.end()}, floats(weights[i])), 2e-5) << path;
  }

  const Score score = model.evaluate(validation, {.batch_size = 4});
  EXPECT_NEAR(score.loss.value, number(training.at("eval")[0]), 1e-4);
  EXPECT_NEAR(score["accuracy"].value, number(training.at("eval")[1]), 1e-4);
}

}  // namespace telar::golden
