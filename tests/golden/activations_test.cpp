// Every activation, through predict.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include <telar/sequential.hpp>

#include "golden/golden.hpp"

namespace telar::golden {
namespace {

/// One row of x after another through the layer.
std::vector<float> apply(const Layer& layer, int columns, const std::vector<float>& x) {
  const Sequential model(Input{columns}, {layer});
  return model.predict(from_arrays({columns}, x, std::vector<std::int32_t>(x.size() / columns, 0)));
}

void expect_close(const std::vector<float>& got, const std::vector<float>& keras) {
  ASSERT_EQ(got.size(), keras.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], keras[i], 1e-6 * std::max(1.0f, std::abs(keras[i]))) << "element " << i;
}

TEST(Golden, ActivationsAreKerass) {
  TELAR_NEEDS_GOLDEN("activations");
  const Json& all = values().at("activations");
  const std::vector<float> x = floats(all.at("x"));
  for (const auto& item : all.items()) {
    SCOPED_TRACE(item.key());
    if (item.key() == "x") continue;
    bool known = false;
    for (const auto& entry : enum_names<Activation>)
      if (entry.name == item.key()) {
        known = true;
        expect_close(apply(ActivationLayer{entry.value}, static_cast<int>(x.size()), x), floats(item.value()));
      }
    EXPECT_TRUE(known);
  }
}

TEST(Golden, LayersThatAreActivationsAreKerassActivations) {
  TELAR_NEEDS_GOLDEN("activations");
  const Json& all = values().at("activations");
  const std::vector<float> x = floats(all.at("x"));
  const auto expect = [&](const Layer& layer, const char* name) {
    SCOPED_TRACE(name);
    expect_close(apply(layer, static_cast<int>(x.size()), x), floats(all.at(name)));
  };
  expect(ReLU{}, "relu");
  expect(ReLU{.max_value = 6}, "relu6");
  expect(ReLU{.negative_slope = 0.2}, "leaky_relu");
  expect(LeakyReLU{.negative_slope = 0.2}, "leaky_relu");
  expect(ELU{}, "elu");
  expect(PReLU{.alpha_initializer = Ones{}}, "linear");
  expect(PReLU{}, "relu");
}

TEST(Golden, SoftmaxAndItsKinAreKerass) {
  TELAR_NEEDS_GOLDEN("softmax");
  const Json& c = values().at("softmax");
  const int columns = c.at("shape").at(1).get<int>();
  for (const Activation activation : {Activation::softmax, Activation::log_softmax, Activation::sparsemax}) {
    const std::string name(name_of(activation));
    SCOPED_TRACE(name);
    std::vector<float> got = apply(ActivationLayer{activation}, columns, floats(c.at("x"))), keras = floats(c.at(name));
    // Where more than one class has a share, Keras's sparsemax gives a row that does not sum to 1: the last one here.
    if (activation == Activation::sparsemax)
      for (std::vector<float>* values : {&got, &keras})
        values->resize(values->size() - static_cast<std::size_t>(columns));
    expect_close(got, keras);
  }
  expect_close(apply(Softmax{}, columns, floats(c.at("x"))), floats(c.at("softmax")));
}

}  // namespace
}  // namespace telar::golden
