// Construction: names, shapes, initial weights, and what is refused.
#include <cmath>
#include <gtest/gtest.h>

#include <telar/telar.hpp>

namespace telar {
namespace {

std::string refusal(const std::function<void()>& action, ErrorCode code = ErrorCode::usage) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return {};
}

std::string name_of_layer(const Sequential& model, std::size_t i) {
  return std::visit([](const auto& layer) { return layer.name; },
                    static_cast<const Layer::Alternatives&>(model.layers()[i]));
}

TEST(Model, GivesLayersKerassNames) {
  const Sequential model{Input{4},
                         {Dense{.units = 3}, BatchNormalization{}, Dense{.units = 3, .name = "middle"},
                          Dense{.units = 3}, BatchNormalization{}, ActivationLayer{.activation = Activation::relu}}};
  EXPECT_EQ(name_of_layer(model, 0), "dense");
  EXPECT_EQ(name_of_layer(model, 1), "batch_normalization");
  EXPECT_EQ(name_of_layer(model, 2), "middle");
  EXPECT_EQ(name_of_layer(model, 3), "dense_1");
  EXPECT_EQ(name_of_layer(model, 4), "batch_normalization_1");
  EXPECT_EQ(name_of_layer(model, 5), "activation");
}

TEST(Model, ListsVariablesInKerassOrder) {
  const Sequential model{Input{4}, {Dense{.units = 3}, BatchNormalization{}, Dense{.units = 2, .use_bias = false}}};
  std::vector<std::string> paths;
  for (const Variable& variable : model.variables()) paths.push_back(variable.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"dense/kernel", "dense/bias", "batch_normalization/gamma",
                                             "batch_normalization/beta", "batch_normalization/moving_mean",
                                             "batch_normalization/moving_variance", "dense_1/kernel"}));
  EXPECT_EQ(model.get_weights().size(), 12u + 3 + 4 * 3 + 6);
}

TEST(Model, InsertingALayerWithoutDenseMovesNoOtherLayersWeights) {
  const Sequential without{Input{40}, {Dense{.units = 30}, Dense{.units = 20}}, 7};
  const Sequential with{Input{40}, {Dense{.units = 30}, BatchNormalization{}, Dense{.units = 20}}, 7};
  for (const char* path : {"dense/kernel", "dense_1/kernel"}) {
    const auto a = without.get_weights(path), b = with.get_weights(path);
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end())) << path;
  }
}

struct Moments {
  double mean = 0, sd = 0, largest = 0;
};
Moments kernel_moments(const Initializer& initializer, int in, int out) {
  const Sequential model{Input{in}, {Dense{.units = out, .kernel_initializer = initializer}}};
  const auto kernel = model.get_weights("dense/kernel");
  Moments m;
  for (const float w : kernel) m.mean += static_cast<double>(w) / static_cast<double>(kernel.size());
  for (const float w : kernel) {
    m.sd += std::pow(static_cast<double>(w) - m.mean, 2) / static_cast<double>(kernel.size());
    m.largest = std::max(m.largest, std::abs(static_cast<double>(w)));
  }
  m.sd = std::sqrt(m.sd);
  return m;
}

TEST(Initializers, HaveTheVarianceAndTheBoundsOfTheirDefinition) {
  constexpr int kIn = 300, kOut = 200;
  const struct {
    Initializer initializer;
    double variance;
    bool uniform;
  } cases[]{
      {GlorotUniform{}, 2.0 / (kIn + kOut), true}, {HeUniform{}, 2.0 / kIn, true}, {LecunUniform{}, 1.0 / kIn, true},
      {GlorotNormal{}, 2.0 / (kIn + kOut), false}, {HeNormal{}, 2.0 / kIn, false}, {LecunNormal{}, 1.0 / kIn, false}};
  for (const auto& c : cases) {
    const Moments m = kernel_moments(c.initializer, kIn, kOut);
    const double sd = std::sqrt(c.variance), bound = c.uniform ? std::sqrt(3.0) * sd : 2 * sd / 0.87962566103423978;
    EXPECT_NEAR(m.mean, 0, 4 * sd / std::sqrt(kIn * kOut));
    EXPECT_NEAR(m.sd, sd, 0.02 * sd);
    EXPECT_LE(m.largest, bound * 1.0000001);
    EXPECT_GT(m.largest, bound * 0.98);
  }
}

TEST(Initializers, ZerosAndOnesAreThat) {
  EXPECT_EQ(kernel_moments(Zeros{}, 5, 5).largest, 0);
  EXPECT_DOUBLE_EQ(kernel_moments(Ones{}, 5, 5).mean, 1);
}

TEST(Refused, ANetworkWithoutLayers) {
  EXPECT_NE(refusal([] { Sequential model(Input{4}, {}); }).find("no layers"), std::string::npos);
}
TEST(Refused, UnitsBelowOne) {
  const std::string text = refusal([] { Sequential model(Input{4}, {Dense{.units = 3}, Dense{}}); });
  EXPECT_NE(text.find("layer 1, dense_1 (Dense)"), std::string::npos) << text;
  EXPECT_NE(text.find("units"), std::string::npos) << text;
}
TEST(Refused, ARateAboveOne) {
  EXPECT_NE(refusal([] { Sequential model(Input{4}, {Dropout{.rate = 1.5}}); }).find("rate = 1.5"), std::string::npos);
}
TEST(Refused, ADenseLayerOnImagesNamingTheShapeAndTheCure) {
  const std::string text = refusal([] { Sequential model(Input{28, 28}, {Dense{.units = 3}}); });
  EXPECT_NE(text.find("(28, 28)"), std::string::npos) << text;
  EXPECT_NE(text.find("Flatten"), std::string::npos) << text;
}
TEST(Refused, TwoLayersOfOneName) {
  EXPECT_NE(refusal([] {
              Sequential model(Input{4}, {Dense{.units = 3, .name = "a"}, Dense{.units = 3, .name = "a"}});
            }).find("'a'"),
            std::string::npos);
}
TEST(Refused, AnEmptyOrHugeInput) {
  refusal([] { Sequential model(Input{}, {Flatten{}}); });
  refusal([] { Sequential model(Input{0}, {Flatten{}}); });
  refusal([] { Sequential model(Input{1 << 20, 1 << 20}, {Flatten{}}); });
}

}  // namespace
}  // namespace telar
