// Whole trainings with optimisers that look at whole variables, penalties and constraints: batch 16, four epochs, no
// shuffle.
#include <gtest/gtest.h>
#include <map>

#include "golden/end_to_end.hpp"

namespace telar::golden {
namespace {

/// The network of rules.json, with what a training adds to it.
struct RuledTraining {
  Optimizer optimizer;
  Dense first{};
  BatchNormalization norm{};
  Dense last{};
  std::optional<PReLU> prelu{};  ///< before the last one
};

const std::map<std::string, RuledTraining>& ruled_trainings() {
  static const std::map<std::string, RuledTraining> all{
      {"lamb", {Lamb{.learning_rate = 0.01}}},
      {"lamb_ema",
       {Lamb{.learning_rate = 0.01, .weight_decay = 0.01, .clipnorm = 0.1, .use_ema = true, .ema_momentum = 0.9}}},
      {"adafactor", {Adafactor{.learning_rate = 0.1}}},
      {"adafactor_clip", {Adafactor{.learning_rate = 0.1, .weight_decay = 0.01, .global_clipnorm = 0.1}}},
      {"muon", {Muon{.learning_rate = 0.02}}},
      {"muon_excluding",
       {Muon{.learning_rate = 0.02,
             .weight_decay = 0.1,
             .clipvalue = 0.05,
             .exclude_layers = {"dense_1"},
             .nesterov = false}}},
      {"weights_adam",
       {Adam{.learning_rate = 0.01},
        {.kernel_regularizer = L2{}, .bias_regularizer = L1{.l1 = 0.02}},
        {.beta_regularizer = L1L2{.l1 = 0.01, .l2 = 0.02}, .gamma_regularizer = L2{.l2 = 0.03}},
        {.kernel_regularizer = L1L2{.l1 = 0.01, .l2 = 0.02}}}},
      {"weights_clipped",
       {SGD{.learning_rate = 0.1, .global_clipnorm = 0.1, .gradient_accumulation_steps = 2},
        {.kernel_regularizer = L1{}},
        {},
        {.kernel_regularizer = L2{.l2 = 0.02}, .bias_regularizer = L2{.l2 = 0.1}}}},
      {"activities",
       {SGD{.learning_rate = 0.1},
        {.activity_regularizer = L1L2{.l1 = 0.01, .l2 = 0.02}},
        {},
        {.activity_regularizer = L2{.l2 = 0.1}}}},
      {"orthogonal",
       {SGD{.learning_rate = 0.1},
        {.kernel_regularizer = OrthogonalRegularizer{.factor = 0.1}},
        {},
        {.kernel_regularizer = OrthogonalRegularizer{.factor = 0.2, .mode = OrthogonalMode::columns}}}},
      {"constraints",
       {SGD{.learning_rate = 0.1},
        {.kernel_constraint = MaxNorm{.max_value = 0.8}, .bias_constraint = NonNeg{}},
        {.beta_constraint = MaxNorm{.max_value = 0.3},
         .gamma_constraint = MinMaxNorm{.min_value = 0.5, .max_value = 2, .rate = 0.5}},
        {.kernel_constraint = UnitNorm{.axis = 1}, .bias_constraint = UnitNorm{}}}},
      {"constraints_adam",
       {Adam{.learning_rate = 0.01, .global_clipnorm = 0.5, .gradient_accumulation_steps = 2},
        {.kernel_constraint = MinMaxNorm{.min_value = 0.5, .max_value = 1, .rate = 0.25, .axis = 1}},
        {},
        {.kernel_constraint = NonNeg{}}}},
      {"ema_of_sums",
       {SGD{.learning_rate = 0.1,
            .momentum = 0.9,
            .use_ema = true,
            .ema_momentum = 0.9,
            .gradient_accumulation_steps = 3}}},
      {"ema_over_sums",
       {Adam{.learning_rate = 0.01,
             .global_clipnorm = 0.5,
             .use_ema = true,
             .ema_momentum = 0.9,
             .ema_overwrite_frequency = 2,
             .gradient_accumulation_steps = 3},
        {},
        {},
        {.kernel_constraint = UnitNorm{.axis = 1}}}},
      {"prelu_penalty",
       {SGD{.learning_rate = 0.1}, {}, {}, {}, PReLU{.alpha_regularizer = L1L2{.l1 = 0.02, .l2 = 0.1}}}},
      {"prelu_norm", {SGD{.learning_rate = 0.1}, {}, {}, {}, PReLU{.alpha_constraint = MaxNorm{.max_value = 0.8}}}},
      {"prelu_both",
       {Adam{.learning_rate = 0.01},
        {},
        {},
        {},
        PReLU{.alpha_regularizer = L2{.l2 = 0.05}, .alpha_constraint = NonNeg{}}}},
  };
  return all;
}

TEST(Golden, TrainingsByRulesOfVariablesEndWhereKerasDoes) {
  TELAR_NEEDS_GOLDEN("e2e_data");
  NotCovered not_covered("trainings");
  for (const Json& c : rules().at("trainings")) {
    const std::string tag = c.at("tag").get<std::string>();
    SCOPED_TRACE(tag);
    const auto found = ruled_trainings().find(tag);
    if (found == ruled_trainings().end()) {
      not_covered.add(tag);
      continue;
    }
    auto [optimizer, first, norm, last, prelu] = found->second;
    first.units = 9, first.activation = Activation::relu;
    last.units = 3, last.activation = Activation::softmax;
    std::vector<Layer> layers{first, norm};
    if (prelu) layers.emplace_back(*prelu);
    layers.emplace_back(last);
    Sequential model(Input{6}, layers);
    model.set_weights(floats(c.at("init")));
    model.compile({.optimizer = optimizer, .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
    const Dataset validation = end_to_end_data("XV", "YV");
    const History history = model.fit(end_to_end_data("X", "Y"),
                                      {.batch_size = 16, .epochs = 4, .validation_data = validation, .shuffle = false});
    expect_ends_as_keras(model, history, validation, c);
  }
}

TEST(Golden, TrainingsByRulesOfWeightsOfNormalisationsWithTwoAxesEndWhereKerasDoes) {
  TELAR_NEEDS_GOLDEN("e2e_data");
  const std::map<std::string, Optimizer> optimizers{
      {"adafactor", Adafactor{.learning_rate = 0.1}},
      {"adafactor_clip",
       Adafactor{.learning_rate = 0.1, .weight_decay = 0.01, .global_clipnorm = 0.1, .gradient_accumulation_steps = 2}},
      {"adafactor_ema",
       Adafactor{.learning_rate = 0.1, .use_ema = true, .ema_momentum = 0.9, .ema_overwrite_frequency = 3}},
      {"muon", Muon{.learning_rate = 0.02}},
      {"muon_excluding",
       Muon{.learning_rate = 0.02, .weight_decay = 0.1, .clipvalue = 0.05, .exclude_layers = {"layer_normalization"}}},
      {"lamb", Lamb{.learning_rate = 0.01}},
  };
  for (const Json& c : rules().at("shaped_trainings")) {
    const std::string tag = c.at("tag").get<std::string>();
    SCOPED_TRACE(tag);
    LayerNormalization norm{.axis = {1, 2}};
    if (tag == "adafactor_clip") norm.gamma_regularizer = L2{.l2 = 0.05}, norm.beta_constraint = NonNeg{};
    Sequential model(Input{6},
                     {Dense{.units = 12}, Reshape{.target_shape = {3, 4}}, norm, BatchNormalization{.axis = 1},
                      RMSNormalization{}, Flatten{}, Dense{.units = 3, .activation = Activation::softmax}});
    model.set_weights(floats(c.at("init")));
    model.compile({.optimizer = optimizers.at(tag), .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
    const Dataset validation = end_to_end_data("XV", "YV");
    const History history = model.fit(end_to_end_data("X", "Y"),
                                      {.batch_size = 16, .epochs = 4, .validation_data = validation, .shuffle = false});
    expect_ends_as_keras(model, history, validation, c);
  }
}

}  // namespace
}  // namespace telar::golden
