// relu, sigmoid, tanh, linear and softmax, through predict.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include <telar/sequential.hpp>

#include "golden/golden.hpp"

namespace telar::golden {
namespace {

/// One row of x after another through the activation.
std::vector<float> apply(Activation activation, int columns, const std::vector<float>& x) {
  const Sequential model(Input{columns}, {ActivationLayer{activation}});
  return model.predict(from_arrays({columns}, x, std::vector<std::int32_t>(x.size() / columns, 0)));
}

void expect_close(const std::vector<float>& got, const std::vector<float>& keras) {
  ASSERT_EQ(got.size(), keras.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], keras[i], 1e-6 * std::max(1.0f, std::abs(keras[i]))) << "element " << i;
}

TEST(Golden, ActivationsAreKerass) {
  TELAR_NEEDS_GOLDEN("activations");
  NotCovered not_covered("activations");
  const Json& all = values().at("activations");
  const std::vector<float> x = floats(all.at("x"));
  for (const auto& item : all.items()) {
    SCOPED_TRACE(item.key());
    if (item.key() == "x") continue;
    bool known = false;
    for (const auto& entry : enum_names<Activation>)
      if (entry.name == item.key()) {
        known = true;
        expect_close(apply(entry.value, static_cast<int>(x.size()), x), floats(item.value()));
      }
    if (!known) not_covered.add(item.key());
  }
}

TEST(Golden, SoftmaxIsKerass) {
  TELAR_NEEDS_GOLDEN("softmax");
  const Json& c = values().at("softmax");
  expect_close(apply(Activation::softmax, c.at("shape").at(1).get<int>(), floats(c.at("x"))), floats(c.at("softmax")));
}

}  // namespace
}  // namespace telar::golden
