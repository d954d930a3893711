// The real Keras, oldest and newest, reads what telar writes and goes on from there as telar does, and the reverse.
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <stdlib.h>
#include <string>
#include <type_traits>
#include <vector>

#include <telar/telar.hpp>

#include "support/script.hpp"
#include "support/temporary_folder.hpp"

namespace telar::test {
namespace {

struct Side {
  std::string name, python;
};

ScriptResult keras_side(const std::string& python, const std::string& folder) {
  return run_script("'" + python + "' -B '" TELAR_TESTS_DIR "/interop/keras_side.py' " +
                    (folder.empty() ? "" : "'" + folder + "'") + " 2>&1");
}

std::vector<float> pixels(const Dataset& data) {
  const auto& all = std::get<std::vector<std::uint8_t>>(data.storage().features);
  std::vector<float> x;
  for (const std::uint32_t row : data.rows()) x.insert(x.end(), all.begin() + row * 784, all.begin() + (row + 1) * 784);
  return x;
}

template <class T>
void put_numbers(const std::filesystem::path& file, const std::vector<T>& numbers) {
  put(file, {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)});
}

void expect_near(const nlohmann::json& theirs, const std::vector<float>& ours, const std::string& what) {
  ASSERT_EQ(theirs.size(), ours.size()) << what;
  double worst = 0;
  for (std::size_t i = 0; i < ours.size(); ++i)
    worst = std::max(worst, std::abs(theirs[i].get<double>() - static_cast<double>(ours[i])));
  EXPECT_LE(worst, 1e-5) << what;
}

void expect_losses(const nlohmann::json& theirs, const std::vector<double>& ours, const std::string& what) {
  ASSERT_EQ(theirs.size(), ours.size()) << what;
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(theirs[i].get<double>(), ours[i], 1e-4) << what << i;
}

const FitOptions kThreeEpochs{.batch_size = 100, .epochs = 3, .shuffle = false, .training_score = false};

class KerasFiles : public testing::TestWithParam<Side> {
 protected:
  void SetUp() override {
    if (keras_side(GetParam().python, "").status == 0) return;
    const char* ci = getenv("CI");
    const std::string hint = GetParam().python + " has no Keras; scripts/setup --ci installs it";
    if (ci != nullptr && std::string(ci) == "true") FAIL() << hint;
    GTEST_SKIP() << hint;
  }

  Dataset images_ = datasets::fashion_mnist().test.slice(0, 1000);
  TemporaryFolder folder_;
};

TEST_P(KerasFiles, PredictAndTrainTheSameOnBothSides) {
  const std::vector<float> x = pixels(images_);
  std::vector<std::int32_t> y;
  for (std::size_t i = 0; i < images_.size(); ++i) y.push_back(images_.label(i));
  const Dataset data = from_arrays({28, 28}, x, y, 10);
  std::vector<float> vector;
  for (int i = 0; i < 60; ++i) vector.push_back(static_cast<float>((i * 37) % 41) / 20.0f - 1.0f);
  put_numbers(folder_ / "x.f32", x);
  put_numbers(folder_ / "y.i32", y);
  put_numbers(folder_ / "vector.f32", vector);

  Sequential model(Input{28, 28},
                   {Rescaling{1 / 255.0}, Flatten{}, Dense{.units = 24, .activation = Activation::relu},
                    BatchNormalization{}, Dropout{0.0}, Dense{.units = 10, .activation = Activation::softmax}});
  model.compile({.optimizer = Adam{},
                 .loss = SparseCategoricalCrossentropy{},
                 .metrics = {Accuracy{}},
                 .weighted_metrics = {Accuracy{}, MeanIoU{.num_classes = 10, .sparse_y_pred = false}}});
  model.fit(data, kThreeEpochs);
  model.save(folder_ / "telar.keras");
  model.save(folder_ / "telar.h5");
  model.save_weights(folder_ / "telar.weights.h5");
  const std::vector<float> predictions = model.predict(data);

  Sequential layers(Input{6}, {Normalization{},
                               Rescaling{0.5, 0.1},
                               Dense{.units = 5},
                               LeakyReLU{},
                               PReLU{HeNormal{}},
                               LayerNormalization{},
                               ReLU{3.0},
                               ELU{},
                               UnitNormalization{},
                               GaussianNoise{0.1},
                               GaussianDropout{0.1},
                               Dense{.units = 4, .activation = Activation::gelu, .kernel_regularizer = L1L2{0.1, 0.1}},
                               Reshape{{4, 1}},
                               LayerNormalization{.axis = {1, 2}, .center = false},
                               Dropout{.rate = 0.1, .noise_shape = {-1, 4, 1}, .seed = 7},
                               UnitNormalization{.axis = {1, 2}},
                               Reshape{{2, 2}},
                               LayerNormalization{.axis = 1},
                               BatchNormalization{.axis = 1},
                               Normalization{.axis = 1},
                               Softmax{.axis = 1},
                               Flatten{},
                               ActivationLayer{Activation::silu},
                               Dense{.units = 3, .kernel_constraint = UnitNorm{}},
                               Softmax{}});
  layers.save(folder_ / "layers.keras");
  Sequential residual(
      Input{6}, {Dense{.units = 4}, Residual{{Dense{.units = 4, .activation = Activation::tanh}, BatchNormalization{}}},
                 Dense{.units = 2}});
  residual.save(folder_ / "residual.keras");
  Sequential newer(Input{6}, {Reshape{{2, 3}}, RMSNormalization{}, RMSNormalization{.axis = {1, 2}}, Flatten{}});
  newer.save(folder_ / "newer.keras");  // layers that Keras has not had from 3.0 on
  const Dataset vectors = from_arrays({6}, vector, std::vector<std::int32_t>(10));

  const ScriptResult result = keras_side(GetParam().python, folder_.path().string());
  ASSERT_EQ(result.status, 0) << result.output;
  const nlohmann::json theirs = nlohmann::json::parse(get(folder_ / "keras.json"));

  expect_near(theirs["predictions"], predictions, "telar.keras");
  expect_near(theirs["legacy_predictions"], predictions, "telar.h5");
  expect_near(theirs["weights_predictions"], predictions, "telar.weights.h5");
  expect_near(theirs["layers_predictions"], layers.predict(vectors), "layers.keras");
  expect_near(theirs["residual_predictions"], residual.predict(vectors), "residual.keras");
  if (GetParam().name == "newest") expect_near(theirs["newer_predictions"], newer.predict(vectors), "newer.keras");
  EXPECT_EQ(theirs["iterations"], 30);
  expect_losses(theirs["losses"], model.fit(data, kThreeEpochs)["loss"], "telar.keras, epoch ");

  Sequential own = Sequential::load(folder_ / "keras.keras");
  expect_near(theirs["own_predictions"], own.predict(data), "keras.keras");
  expect_near(theirs["own_predictions"], Sequential::load(folder_ / "keras.h5").predict(data), "keras.h5");
  model.load_weights(folder_ / "keras.weights.h5");
  expect_near(theirs["own_predictions"], model.predict(data), "keras.weights.h5");
  expect_losses(theirs["own_losses"], own.fit(data, kThreeEpochs)["loss"], "keras.keras, epoch ");
}

std::string newest_python() {
  const char* named = getenv("TELAR_TEST_PYTHON");
  return named != nullptr && *named != '\0' ? named : "python3";
}

INSTANTIATE_TEST_SUITE_P(, KerasFiles,
                         testing::Values(Side{"newest", newest_python()},
                                         Side{"3_0", TELAR_TESTS_DIR "/../.venv-keras-3.0/bin/python3"}),
                         [](const auto& side) { return side.param.name; });

}  // namespace
}  // namespace telar::test
