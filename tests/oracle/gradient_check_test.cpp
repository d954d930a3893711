// The gradient of every layer under every loss, in double through the definitions of the operations, against
// differences of the loss. The lists are the variants themselves: a layer or loss that joins one needs an example here.
#include <gtest/gtest.h>
#include <span>

#include <telar/gradient_check.hpp>

#include "oracle/random_network.hpp"
#include "spec/describe.hpp"
#include "support/custom_layers.hpp"
#include "support/thrown.hpp"

namespace telar {
namespace {

using Layers = std::vector<Layer>;

/// The layer on samples (2, 3), along one of their axes.
Layers shaped(const Layer& layer) { return {Reshape{.target_shape = {2, 3}}, layer, Flatten{}}; }

/// Layers that make (6) of (6), with every way that the layer can take.
std::vector<Layers> examples(const Rescaling&) { return {{Rescaling{.scale = 0.5, .offset = 0.25}}}; }
std::vector<Layers> examples(const Flatten&) { return {{Flatten{}}}; }
std::vector<Layers> examples(const Reshape&) { return {{Reshape{.target_shape = {3, -1}}, Flatten{}}}; }
std::vector<Layers> examples(const Dense&) {
  std::vector<Layers> all{{Dense{.units = 6, .use_bias = false}}};
  for (const auto& activation : enum_names<Activation>)
    all.push_back({Dense{.units = 6, .activation = activation.value}});
  return all;
}
std::vector<Layers> examples(const ActivationLayer&) {
  std::vector<Layers> all;
  for (const auto& activation : enum_names<Activation>) all.push_back({ActivationLayer{activation.value}});
  return all;
}
std::vector<Layers> examples(const BatchNormalization&) {
  return {{BatchNormalization{}},
          {BatchNormalization{.center = false, .scale = false}},
          {BatchNormalization{.trainable = false}},
          shaped(BatchNormalization{.axis = 1}),
          shaped(BatchNormalization{})};
}
std::vector<Layers> examples(const Dropout&) { return {{Dropout{.rate = 0.4}}}; }
std::vector<Layers> examples(const ReLU&) {
  return {{ReLU{}}, {ReLU{.max_value = 0.5, .negative_slope = 0.1, .threshold = 0.1}}};
}
std::vector<Layers> examples(const LeakyReLU&) { return {{LeakyReLU{}}}; }
std::vector<Layers> examples(const ELU&) { return {{ELU{.alpha = 0.7}}}; }
std::vector<Layers> examples(const Softmax&) { return {{Softmax{}}, shaped(Softmax{.axis = 1})}; }
std::vector<Layers> examples(const PReLU&) { return {{PReLU{.alpha_initializer = Constant{0.3}}}}; }
std::vector<Layers> examples(const GaussianNoise&) { return {{GaussianNoise{.stddev = 0.2}}}; }
std::vector<Layers> examples(const GaussianDropout&) { return {{GaussianDropout{.rate = 0.3}}}; }
std::vector<Layers> examples(const AlphaDropout&) { return {{AlphaDropout{.rate = 0.3}}}; }
std::vector<Layers> examples(const LayerNormalization&) {
  return {{LayerNormalization{}}, {LayerNormalization{.center = false, .scale = false}}, shaped(LayerNormalization{})};
}
std::vector<Layers> examples(const RMSNormalization&) { return {{RMSNormalization{}}, shaped(RMSNormalization{})}; }
std::vector<Layers> examples(const UnitNormalization&) { return {{UnitNormalization{}}, shaped(UnitNormalization{})}; }

std::vector<Layers> examples(const ActivityRegularization&) {
  return {{ActivityRegularization{.l1 = 0.1, .l2 = 0.2}},
          {ActivityRegularization{.l1 = 0.1}, Dense{.units = 6}, ActivityRegularization{.l2 = 0.3}}};
}
std::vector<Layers> examples(const Normalization&) {
  const Normalization normal{.mean = {0, 1, 2, -1, 0.5, 0}, .variance = {1, 2, 0.5, 0.1, 0.3, 3}};
  Normalization inverse = normal;
  inverse.invert = true;
  return {{normal}, {inverse}, shaped(Normalization{.axis = 1, .mean = {0, 1}, .variance = {2, 0.5}})};
}
std::vector<Layers> examples(const Custom&) {
  return {{test::OwnPRelu{}}, {test::OwnDense{5}, Residual{{test::OwnDense{5}}}, test::OwnDense{6}}};
}
// In front of all that has a gradient, images have none.
std::vector<Layers> examples(const RandomFlip&) { return {}; }
std::vector<Layers> examples(const RandomTranslation&) { return {}; }
std::vector<Layers> examples(const Residual&) {
  const Residual plain{{Dense{.units = 5, .activation = Activation::tanh}, Dropout{.rate = 0.3}, Dense{.units = 6}}};
  return {{plain},
          {Residual{{ActivationLayer{Activation::tanh}}}},
          {Residual{{plain, LayerNormalization{}}}, Dropout{.rate = 0.2}, Residual{{BatchNormalization{}}}}};
}

template <class... A>
std::vector<Layers> all_examples(const std::variant<A...>&) {
  std::vector<Layers> all;
  const auto add = [&all](std::vector<Layers> more) { all.insert(all.end(), more.begin(), more.end()); };
  (add(examples(A{})), ...);
  return all;
}

/// The loss with every way it can take; of the user's own, one.
template <class L>
std::vector<Loss> ways(const L& loss) {
  return {loss};
}
std::vector<Loss> ways(const Dice& loss) { return {loss, Dice{.axis = -1}, Dice{.reduction = Reduction::sum}}; }
std::vector<Loss> ways(const Tversky& loss) { return {loss, Tversky{.alpha = 0.3, .beta = 0.8, .axis = -1}}; }
std::vector<Loss> ways(const CustomLoss&) {
  return {CustomLoss("fourth_power", []<class T>(std::span<const T> y, std::span<const T> t, std::span<T> slope) {
    T loss = 0;
    for (std::size_t c = 0; c < y.size(); ++c) {
      const T e = y[c] - t[c];
      loss += e * e * e * e;
      if (!slope.empty()) slope[c] = 4 * e * e * e;
    }
    return loss;
  })};
}

template <class... L>
std::vector<Loss> all_losses(const std::variant<L...>&) {
  std::vector<Loss> all;
  const auto add = [&all](std::vector<Loss> more) { all.insert(all.end(), more.begin(), more.end()); };
  (add(ways(L{})), ...);
  return all;
}

/// Seven samples of four numbers, with targets of three that could be probabilities, or with labels.
Dataset samples(bool labels) {
  oracle::Generator g(5);
  std::vector<float> x;
  for (int i = 0; i < 7 * 4; ++i) x.push_back(g.normal());
  if (labels) return from_arrays({4}, x, std::vector<std::int32_t>{0, 1, 2, 1, 0, 2, 2}, 3);
  Targets targets{{}, 3};
  for (int i = 0; i < 7; ++i) targets.values.insert(targets.values.end(), {0.7f, 0.05f, 0.25f});
  return from_arrays({4}, x, targets);
}

/// Weights away from 0, so that every path shows.
void draw_weights(Sequential& model) {
  oracle::Generator g(9);
  std::vector<float> weights(model.get_weights().begin(), model.get_weights().end());
  for (const Variable& v : model.variables())
    if (v.trainable)
      for (std::size_t i = 0; i < v.size(); ++i) weights[v.offset + i] += 0.3f * g.normal();
  model.set_weights(weights);
}

TEST(GradientCheck, EveryLayerHasTheSlopeOfEveryLossAsItsGradient) {
  for (const Layers& layers : all_examples(Layer::Alternatives{}))
    for (const Loss& loss : all_losses(Loss{})) {
      std::string what(class_name(loss));
      Layers stack{Dense{.units = 6, .activation = Activation::tanh}};
      for (const Layer& layer : layers) stack.push_back(layer), what += ", " + std::string(class_name(layer));
      stack.emplace_back(Dense{.units = 3, .activation = Activation::softmax});
      SCOPED_TRACE(what);
      Sequential model(Input{4}, stack, 3);
      draw_weights(model);
      model.compile({.loss = loss});
      const GradientCheck check =
          check_gradients(model, samples(std::holds_alternative<SparseCategoricalCrossentropy>(loss)), 11);
      EXPECT_LT(check.error, 1e-6) << check.worst;
      EXPECT_GT(check.checked, 5 * check.kinks);
    }
}

TEST(GradientCheck, FindsAGradientOfAUsersLossThatIsNotItsSlope) {
  Sequential model(Input{4}, {Dense{.units = 3}}, 3);
  model.compile({.loss = CustomLoss("wrong", []<class T>(std::span<const T> y, std::span<const T>, std::span<T> slope) {
                   for (std::size_t c = 0; c < slope.size(); ++c) slope[c] = y[c];
                   return y[0] * y[0] + y[1] * y[1] + y[2] * y[2];  // of which that is half the slope
                 })});
  EXPECT_NEAR(check_gradients(model, samples(false)).error, 0.5, 1e-6);
}

/// A PReLU that forgets a factor on the way back, to its inputs or to its weights.
struct WrongPRelu : test::OwnPRelu {
  bool of_weights = false;
  template <class T>
  void backward(const CustomBackward<T>& sample) const {
    OwnPRelu::backward(sample);
    for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
      if (of_weights && sample.inputs[i] <= 0) sample.weight_gradients[0][i] += sample.output_gradient[i];
      if (!of_weights) sample.input_gradient[i] = sample.output_gradient[i];
    }
  }
};

TEST(GradientCheck, FindsAGradientOfAUsersLayerThatIsNotItsSlope) {
  for (const bool of_weights : {false, true}) {
    Sequential model(Input{4}, {Dense{.units = 6}, WrongPRelu{{}, of_weights}, Dense{.units = 3}}, 3);
    draw_weights(model);
    model.compile({.loss = MeanSquaredError{}});
    const GradientCheck check = check_gradients(model, samples(false));
    EXPECT_GT(check.error, 0.01);
    EXPECT_EQ(check.worst.substr(0, check.worst.find('/')), of_weights ? "own_p_relu" : "dense");
  }
}

TEST(GradientCheck, KnowsThePenaltyOnKernelsThatAreNotOrthogonal) {
  for (const OrthogonalMode mode : {OrthogonalMode::rows, OrthogonalMode::columns}) {
    Sequential model(Input{4},
                     {Dense{.units = 5, .kernel_regularizer = OrthogonalRegularizer{.factor = 3, .mode = mode}},
                      Dense{.units = 3, .kernel_regularizer = L2{}}},
                     3);
    draw_weights(model);
    model.compile({.loss = MeanSquaredError{}});
    const GradientCheck check = check_gradients(model, samples(false));
    EXPECT_LT(check.error, 1e-6) << check.worst;
    EXPECT_GT(check.checked, 5 * check.kinks);
  }
}

TEST(GradientCheck, KnowsPenaltiesOnWeightsThatAreNoKernels) {
  Sequential model(
      Input{4},
      {Dense{.units = 6, .bias_regularizer = L1L2{.l1 = 0.2, .l2 = 0.3}}, PReLU{.alpha_regularizer = L2{0.4}},
       LayerNormalization{.beta_regularizer = L2{0.3}, .gamma_regularizer = L1{0.2}},
       BatchNormalization{.beta_regularizer = L1{0.1}, .gamma_regularizer = L2{0.5}}, Dense{.units = 3}},
      3);
  draw_weights(model);
  model.compile({.loss = MeanSquaredError{}});
  const GradientCheck check = check_gradients(model, samples(false));
  EXPECT_LT(check.error, 1e-6) << check.worst;
  EXPECT_GT(check.checked, 5 * check.kinks);
}

TEST(GradientCheck, NamesTheWeightsThatItChecks) {
  Sequential model(Input{4}, {Dense{.units = 3, .name = "only"}});
  model.compile({.loss = MeanSquaredError{}});
  const GradientCheck check = check_gradients(model, samples(false));
  EXPECT_EQ(check.checked, 15u);
  EXPECT_EQ(check.kinks, 0u);
  EXPECT_TRUE(check.worst.starts_with("only/"));
}

TEST(GradientCheck, NeedsALossAndDataThatFit) {
  Sequential model(Input{4}, {Dense{.units = 2}});
  EXPECT_EQ(test::thrown_by([&] { static_cast<void>(check_gradients(model, samples(false))); }).message(),
            "the network has no loss");
  model.compile({.loss = MeanSquaredError{}});
  EXPECT_EQ(test::thrown_by([&] { static_cast<void>(check_gradients(model, samples(false))); }).code(),
            ErrorCode::usage);
}

}  // namespace
}  // namespace telar
