// Layers that golden.json does not have, against layers.json (generate_layers.py): names of weights, outputs,
// gradients.
#include <fstream>
#include <gtest/gtest.h>
#include <numeric>

#include <telar/telar.hpp>

#include "golden/golden.hpp"
#include "model/plan.hpp"
#include "spec/validate.hpp"
#include "support/engine.hpp"

namespace telar::golden {
namespace {

const Json& layer_cases() {
  static const Json v = Json::parse(std::ifstream(TELAR_TESTS_DIR "/golden/layers.json"));
  return v;
}

/// The layer of that class with Keras's arguments.
template <class... A>
std::optional<Layer> layer_of(const Json& c, const std::variant<A...>&) {
  std::optional<Layer> layer;
  const auto made = [&]<class T>(const T&) {
    if (type_name<T> != c.at("class").get<std::string>()) return;
    if (const auto with_arguments = settings<T>(c.at("args"))) layer = *with_arguments;
  };
  (made(A{}), ...);
  return layer;
}

/// x^T d for (rows, n) matrices: the gradient of a kernel in front of a layer whose inputs have the gradient d.
std::vector<float> kernel_gradient(const std::vector<float>& x, const std::vector<float>& d, std::size_t n) {
  std::vector<float> product;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t o = 0; o < n; ++o) {
      double sum = 0;
      for (std::size_t r = 0; r < x.size() / n; ++r)
        sum += static_cast<double>(x[r * n + i]) * static_cast<double>(d[r * n + o]);
      product.push_back(static_cast<float>(sum));
    }
  return product;
}

// In front of the layer stands a Dense that changes nothing, so that its kernel's gradient tells that of the inputs.
// `all`: shape, inputs and targets; with a target_shape, that of a sample as the layer takes it.
void expect_as_keras(const Json& c, const Layer& layer, const Json& all = layer_cases()) {
  const int columns = all.at("shape")[1].get<int>();
  const auto n = static_cast<std::size_t>(columns);
  std::vector<Layer> layers{
      Dense{.units = columns, .use_bias = false, .kernel_initializer = Identity{}, .name = "in_front"}};
  if (all.contains("target_shape")) layers.emplace_back(Reshape{all.at("target_shape").get<std::vector<int>>()});
  layers.push_back(layer);
  if (all.contains("target_shape")) layers.emplace_back(Flatten{});
  const Model model(Input{columns}, layers, 0);
  // Keras has no variables for the mean and variance that a Normalization is given.
  const bool given = std::holds_alternative<Normalization>(layer);
  ASSERT_EQ(model.variables().size(), 1 + c.at("weights").size() + (given ? 2 : 0));
  std::vector<float> weights(model.weights().begin(), given ? model.weights().end() : model.weights().begin() + n * n);
  for (std::size_t i = 0; i < c.at("weights").size(); ++i) {
    EXPECT_TRUE(model.variables()[i + 1].path.ends_with("/" + c.at("weights")[i][0].get<std::string>()));
    if (c.contains("shapes")) {
      EXPECT_EQ(model.variables()[i + 1].shape, c.at("shapes")[i].get<std::vector<int>>());
    }
    for (const float w : floats(c.at("weights")[i][1])) weights.push_back(w);
  }
  const EngineBatch batch{columns, floats(all.at("x")), {}, floats(all.at("targets")), {}};
  Engine engine(plan(model, {.max_rows = batch.rows(), .loss = MeanSquaredError{}, .rule = compute::UpdateRule{}}));
  engine.set_weights(weights);
  engine.run(compute::Phase::predict, batch);
  EXPECT_LE(max_norm_error(engine.output(), floats(c.at("outputs"))), 1e-6);

  const double loss = c.at("loss").get<double>();
  EXPECT_NEAR(engine.run(compute::Phase::evaluate, batch).loss, loss, 1e-6 * (1 + loss));
  const double training_loss = c.value("training_loss", loss);
  EXPECT_NEAR(engine.run(compute::Phase::train, batch).loss, training_loss, 1e-6 * (1 + training_loss));
  const std::vector<float> gradient = engine.slot(0);
  const auto part = [&](const Variable& v) {
    return std::vector<float>(gradient.begin() + v.offset, gradient.begin() + v.offset + v.size());
  };
  EXPECT_LE(
      max_norm_error(part(model.variables()[0]), kernel_gradient(batch.samples, floats(c.at("input_gradient")), n)),
      2e-5);
  for (std::size_t i = 0; i < c.at("gradients").size(); ++i)
    EXPECT_LE(max_norm_error(part(model.variables()[i + 1]), floats(c.at("gradients")[i])), 2e-5)
        << model.variables()[i + 1].path;
  std::vector<float> moved;  // moving averages: the last variables
  for (const Json& variable : c.value("moved", Json::array()))
    for (const float number : floats(variable)) moved.push_back(number);
  const std::vector<float> after = engine.weights();
  EXPECT_LE(max_norm_error({after.end() - static_cast<std::ptrdiff_t>(moved.size()), after.end()}, moved), 1e-6);
}

TEST(Golden, LayersAreKerass) {
  for (const Json& c : layer_cases().at("cases")) {
    SCOPED_TRACE(c.at("class").get<std::string>() + " " + c.at("args").dump());
    const std::optional<Layer> layer = layer_of(c, Layer::Alternatives{});
    ASSERT_TRUE(layer);
    expect_as_keras(c, *layer);
  }
}

TEST(Golden, LayersOverSeveralAxesAreKerass) {
  const Json& shaped = layer_cases().at("shaped");
  for (const Json& c : shaped.at("cases")) {
    SCOPED_TRACE(c.at("class").get<std::string>() + " " + c.at("args").dump());
    const std::optional<Layer> layer = layer_of(c, Layer::Alternatives{});
    ASSERT_TRUE(layer);
    expect_as_keras(c, *layer, shaped);
  }
}

TEST(Golden, LayersAlongSomeOfSeveralAxesAreKerass) {
  const Json& more = layer_cases().at("more");
  for (const Json& c : more.at("cases")) {
    SCOPED_TRACE(c.at("class").get<std::string>() + " " + c.at("args").dump());
    const std::optional<Layer> layer = layer_of(c, Layer::Alternatives{});
    ASSERT_TRUE(layer);
    expect_as_keras(c, *layer, more);
  }
}

TEST(Golden, WhatANormalizationAdaptsToOnSomeOfSeveralAxesIsKerass) {
  const Json& more = layer_cases().at("more");
  const std::vector<float> x = floats(more.at("x"));
  const auto shape = more.at("target_shape").get<std::vector<int>>();
  for (const Json& c : more.at("adapted")) {
    SCOPED_TRACE(c.at("axis").dump());
    const auto layer = settings<Normalization>(Json{{"axis", c.at("axis")}});
    ASSERT_TRUE(layer);
    Sequential model(Input(shape), {*layer});
    model.adapt(from_arrays(shape, x, std::vector<std::int32_t>(more.at("shape")[0].get<std::size_t>()), 1));
    std::vector<float> adapted = floats(c.at("mean"));
    for (const float variance : floats(c.at("variance"))) adapted.push_back(variance);
    EXPECT_LE(max_norm_error({model.get_weights().begin(), model.get_weights().end()}, adapted), 1e-6);
  }
}

TEST(Golden, AResidualIsKerassAddOfTheInputsAndWhatItsLayersMakeOfThem) {
  expect_as_keras(layer_cases().at("residual"), Residual{{Dense{.units = 7, .activation = Activation::tanh},
                                                          LayerNormalization{}, Dense{.units = 5}}});
}

}  // namespace
}  // namespace telar::golden
