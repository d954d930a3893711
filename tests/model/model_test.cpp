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

TEST(Model, ReshapesInCOrderAndInfersOneExtent) {
  const auto shape = [](std::vector<int> target) {
    return Sequential(Input{2, 6}, {Reshape{.target_shape = std::move(target)}, Flatten{}}).outputs();
  };
  EXPECT_EQ(shape({3, 4}), 12);
  EXPECT_EQ(shape({-1, 2}), 12);
  EXPECT_EQ(shape({12}), 12);
  const Sequential model(Input{2, 2}, {Reshape{.target_shape = {4}}});
  EXPECT_EQ(model.predict(from_arrays({2, 2}, std::vector<float>{1, 2, 3, 4}, std::vector<std::int32_t>{0})),
            (std::vector<float>{1, 2, 3, 4}));
}

TEST(Model, RefusesShapesThatDoNotHoldTheNumbers) {
  const auto reshaped = [](std::vector<int> target) {
    return refusal([&] { Sequential(Input{2, 6}, {Reshape{.target_shape = target}}); });
  };
  EXPECT_EQ(reshaped({5}),
            "[layer 0, reshape (Reshape)] target_shape (5) cannot hold the 12 numbers of samples (2, 6)");
  EXPECT_EQ(reshaped({-1, 5}),
            "[layer 0, reshape (Reshape)] target_shape (-1, 5) cannot hold the 12 numbers of samples (2, 6)");
  EXPECT_EQ(reshaped({-1, -1}), "[layer 0, reshape (Reshape)] the shape (1, -1) has an extent below 1");
  EXPECT_EQ(reshaped({0, 12}), "[layer 0, reshape (Reshape)] the shape (0, 12) has an extent below 1");
  EXPECT_EQ(reshaped({}), "[layer 0, reshape (Reshape)] target_shape is empty\n  such as {28, 28}");
}

TEST(Model, NamesTheVariablesOfAResidualAfterIt) {
  const Sequential model{Input{4},
                         {Dense{.units = 3}, Residual{{Dense{.units = 2}, Dense{.units = 3}}},
                          Residual{{Residual{{Dense{.units = 3, .use_bias = false, .name = "deep"}}}}}}};
  std::vector<std::string> paths;
  for (const Variable& variable : model.variables()) paths.push_back(variable.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"dense/kernel", "dense/bias", "residual/dense/kernel",
                                             "residual/dense/bias", "residual/dense_1/kernel", "residual/dense_1/bias",
                                             "residual_1/residual/deep/kernel"}));
}

TEST(Model, FreezesAResidualOrALayerWithin) {
  Sequential model{Input{3}, {Residual{{Dense{.units = 2}, ActivationLayer{}, Dense{.units = 3}}}, Dense{.units = 1}}};
  const auto trained = [&model] {
    std::string text;
    for (const Variable& variable : model.variables()) text += variable.trainable ? "t" : "f";
    return text;
  };
  model.set_trainable("residual/dense_1", false);
  EXPECT_EQ(trained(), "ttfftt");
  model.set_trainable("residual", false);
  EXPECT_EQ(trained(), "fffftt");
  model.set_trainable("residual", true);
  EXPECT_EQ(trained(), "tttttt");
  EXPECT_EQ(refusal([&] { model.set_trainable("residual/dense_2", false); }),
            "[residual/dense_2] there is no layer of that name\n  the layers are: residual, residual/dense, "
            "residual/activation, residual/dense_1, dense");
}

TEST(Model, RefusesAResidualThatChangesTheShape) {
  EXPECT_EQ(refusal([] { Sequential(Input{4}, {Residual{{Dense{.units = 3}}}}); }),
            "[layer 0, residual (Residual)] its layers make (3) of (4), but what is added to the inputs must have "
            "their shape\n  end it with a Dense layer of units = 4");
  EXPECT_EQ(refusal([] {
              Sequential(Input{2, 2}, {Residual{{Flatten{}}}});
            }),
            "[layer 0, residual (Residual)] its layers make (4) of (2, 2), but what is added to the inputs must have "
            "their shape\n  end it with a Reshape");
  EXPECT_EQ(refusal([] { Sequential(Input{4}, {Residual{}}); }),
            "[layer 0, residual (Residual)] it has no layers\n  give it at least one, such as a Dense");
  EXPECT_EQ(refusal([] {
              Sequential(Input{4}, {Residual{{Dense{.units = 4}, Dense{}}}});
            }),
            "[layer 0, residual (Residual), layer 1, dense_1 (Dense)] units = 0, but must be at least 1");
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

TEST(Initializers, RandomOnesHaveTheirMeanAndDeviation) {
  const struct {
    Initializer initializer;
    double mean, sd, largest;
  } cases[]{
      {Constant{.value = 0.25}, 0.25, 0, 0.25},
      {RandomNormal{.mean = 0.5, .stddev = 0.1}, 0.5, 0.1, 1.2},
      {RandomNormal{}, 0, 0.05, 0.33},
      {RandomUniform{.minval = -1, .maxval = 3}, 1, 4 / std::sqrt(12.0), 3},
      {RandomUniform{}, 0, 0.1 / std::sqrt(12.0), 0.05},
      {TruncatedNormal{.mean = 1, .stddev = 0.1}, 1, 0.1 * 0.87962566103423978, 1.2 * 1.0000001},
      {VarianceScaling{}, 0, std::sqrt(1.0 / 300), 2 * std::sqrt(1.0 / 300) / 0.87962566103423978 * 1.0000001},
      {VarianceScaling{
           .scale = 3, .mode = VarianceScaling::Mode::fan_out, .distribution = VarianceScaling::Distribution::uniform},
       0, std::sqrt(3.0 / 200), std::sqrt(9.0 / 200) * 1.0000001},
      {VarianceScaling{.mode = VarianceScaling::Mode::fan_avg,
                       .distribution = VarianceScaling::Distribution::untruncated_normal},
       0, std::sqrt(1.0 / 250), 0.42}};
  for (const auto& c : cases) {
    const Moments m = kernel_moments(c.initializer, 300, 200);
    EXPECT_NEAR(m.mean, c.mean, 4 * c.sd / std::sqrt(300 * 200) + 1e-9);
    EXPECT_NEAR(m.sd, c.sd, 0.02 * c.sd + 1e-9);
    EXPECT_LE(m.largest, c.largest);
  }
}

TEST(Initializers, AnOrthogonalKernelHasOrthonormalRowsOrColumns) {
  for (const auto& shape : {std::pair{5, 3}, {3, 5}, {40, 40}, {1, 7}}) {
    const int in = shape.first, out = shape.second;
    const Sequential model{Input{in}, {Dense{.units = out, .kernel_initializer = Orthogonal{.gain = 2}}}};
    const auto kernel = model.get_weights("dense/kernel");
    const int count = std::min(in, out), length = std::max(in, out);
    const auto at = [&](int vector, int k) {
      return static_cast<double>(in >= out ? kernel[static_cast<std::size_t>(k * out + vector)]
                                           : kernel[static_cast<std::size_t>(vector * out + k)]);
    };
    for (int a = 0; a < count; ++a)
      for (int b = 0; b < count; ++b) {
        double dot = 0;
        for (int k = 0; k < length; ++k) dot += at(a, k) * at(b, k);
        EXPECT_NEAR(dot, a == b ? 4 : 0, 1e-6) << in << " x " << out;
      }
  }
}

TEST(Initializers, AnIdentityKernelPassesItsInputsOn) {
  const Sequential model{Input{3}, {Dense{.units = 2, .kernel_initializer = Identity{.gain = 3}}}};
  const auto kernel = model.get_weights("dense/kernel");
  EXPECT_EQ(std::vector<float>(kernel.begin(), kernel.end()), (std::vector<float>{3, 0, 0, 3, 0, 0}));
}

TEST(Initializers, ASeedMakesKernelsOfOneShapeEqualInAnyNetwork) {
  const auto kernels = [](const Initializer& initializer, std::uint64_t network) {
    const Dense dense{.units = 4, .kernel_initializer = initializer};
    const Sequential model(Input{4}, {dense, dense}, network);
    const auto values = [&](const char* path) {
      const auto kernel = model.get_weights(path);
      return std::vector<float>(kernel.begin(), kernel.end());
    };
    return std::pair{values("dense/kernel"), values("dense_1/kernel")};
  };
  for (const Initializer& seeded :
       {Initializer(GlorotUniform{.seed = 5}), Initializer(Orthogonal{.seed = 5}), Initializer(HeNormal{.seed = 5})}) {
    const auto [first, second] = kernels(seeded, 1);
    EXPECT_EQ(first, second);
    EXPECT_EQ(first, kernels(seeded, 2).first);
  }
  EXPECT_NE(kernels(GlorotUniform{.seed = 5}, 1).first, kernels(GlorotUniform{.seed = 6}, 1).first);
  EXPECT_NE(kernels(GlorotUniform{}, 1).first, kernels(GlorotUniform{}, 1).second);
}

TEST(Refused, AnInitialiserOfKernelsForABias) {
  const std::string text =
      refusal([] { Sequential model(Input{4}, {Dense{.units = 3, .bias_initializer = Identity{}}}); });
  EXPECT_NE(text.find("layer 0, dense (Dense), bias"), std::string::npos) << text;
}
TEST(Refused, AUniformInitialiserWithItsEndsSwapped) {
  const RandomUniform swapped{.minval = 1, .maxval = 0};
  EXPECT_NE(
      refusal([&] { Sequential model(Input{4}, {Dense{.units = 3, .kernel_initializer = swapped}}); }).find("minval"),
      std::string::npos);
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
