// Sequential::save: what comes back, and that a training goes on as if it had not been saved.
#include <algorithm>
#include <cstring>
#include <filesystem>

#include "format/keras_file.hpp"
#include "format/keras_fixture.hpp"
#include "support/custom_layers.hpp"
#include "support/expect_error.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

Dataset blobs() {
  std::vector<float> x;
  std::vector<std::int32_t> y;
  for (int i = 0; i < 30; ++i) {
    for (int k = 0; k < 6; ++k) x.push_back(static_cast<float>((i * 7 + k * 5) % 11) / 11.0f);
    y.push_back(i % 3);
  }
  return from_arrays({6}, x, y, 3);
}

Sequential network() {
  return {Input{6},
          {Normalization{}, Dense{.units = 5, .activation = Activation::relu, .kernel_regularizer = L2{0.01}},
           BatchNormalization{}, PReLU{}, Dense{.units = 4, .kernel_constraint = MaxNorm{}, .name = "own"},
           LayerNormalization{}, RMSNormalization{}, Dense{.units = 3, .activation = Activation::softmax}},
          3};
}

const FitOptions kFit{.batch_size = 8, .epochs = 2, .training_score = false, .threads = 1};

class KerasSave : public ::testing::Test {
 protected:
  Sequential again(const Sequential& model, const std::string& name = "m.keras") {
    model.save(folder_ / name,
               {.class_names = {"a", "b", "c"}, .feature_names = {"x", "y\n"}, .target_names = {"kind"}});
    return Sequential::load(folder_ / name);
  }
  const TemporaryFolder folder_;
};

TEST_F(KerasSave, BringsBackNetworkSeedAndNames) {
  const Sequential model = network();
  const Sequential loaded = again(model);
  EXPECT_EQ(loaded.weights_sha256(), model.weights_sha256());
  EXPECT_EQ(loaded.seed(), 3U);
  EXPECT_EQ(loaded.compiled().loss, std::nullopt);
  ASSERT_EQ(loaded.variables().size(), model.variables().size());
  for (std::size_t i = 0; i < model.variables().size(); ++i)
    EXPECT_EQ(loaded.variables()[i].path, model.variables()[i].path);
  EXPECT_EQ(std::get<MaxNorm>(*std::get<Dense>(loaded.layers()[4]).kernel_constraint).max_value, 2.0);
  const SaveOptions names = names_in(folder_ / "m.keras");
  EXPECT_EQ(names.class_names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(names.feature_names, (std::vector<std::string>{"x", "y\n"}));
  EXPECT_EQ(names.target_names, std::vector<std::string>{"kind"});
}

TEST_F(KerasSave, WritesTheSameBytesForTheSameModel) {
  network().save(folder_ / "a.keras");
  network().save(folder_ / "b.keras");
  EXPECT_EQ(get(folder_ / "a.keras"), get(folder_ / "b.keras"));
}

TEST_F(KerasSave, KeepsEveryOptimisersStateSoThatTrainingGoesOnBitByBit) {
  const std::vector<Optimizer> optimizers{SGD{},
                                          SGD{.momentum = 0.9, .nesterov = true},
                                          Adam{},
                                          Adam{.amsgrad = true},
                                          AdamW{},
                                          Adam{.use_ema = true, .gradient_accumulation_steps = 2},
                                          RMSprop{.momentum = 0.5, .centered = true},
                                          RMSprop{.momentum = 0.5},
                                          RMSprop{.centered = true},
                                          Nadam{},
                                          Adamax{},
                                          Adagrad{},
                                          Adadelta{},
                                          Lion{},
                                          Ftrl{},
                                          Lamb{},
                                          Adafactor{},
                                          Muon{},
                                          SGD{.learning_rate = CosineDecay{0.1, 20}},
                                          Adam{.learning_rate = OneCycle{0.1, 20}}};
  const Dataset data = blobs();
  for (const Optimizer& optimizer : optimizers) {
    Sequential model = network();
    model.compile({.optimizer = optimizer, .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
    model.fit(data, kFit);
    Sequential loaded = again(model);
    EXPECT_EQ(loaded.compiled().optimizer.index(), optimizer.index());
    model.fit(data, kFit);
    loaded.fit(data, kFit);
    EXPECT_EQ(loaded.weights_sha256(), model.weights_sha256()) << optimizer.index();
  }
}

TEST_F(KerasSave, KeepsLossAndMetricsThatKerasDoesNotHaveForTelarAlone) {
  Sequential model = network();
  model.compile({.optimizer = Adam{},
                 .loss = SparseCategoricalCrossentropy{.label_smoothing = 0.1},
                 .metrics = {Accuracy{}, MatthewsCorrelation{}, TopKCategoricalAccuracy{.k = 2}}});
  const Sequential loaded = again(model);
  EXPECT_EQ(std::get<SparseCategoricalCrossentropy>(*loaded.compiled().loss).label_smoothing, 0.1);
  ASSERT_EQ(loaded.compiled().metrics.size(), 3U);
  EXPECT_EQ(std::get<TopKCategoricalAccuracy>(loaded.compiled().metrics[2]).k, 2);
  EXPECT_TRUE(read_keras_file(folder_ / "m.keras").config["compile_config"].empty());
}

TEST_F(KerasSave, KeepsWeightedMetrics) {
  Sequential model = network();
  model.compile({.optimizer = Adam{},
                 .loss = SparseCategoricalCrossentropy{},
                 .metrics = {Accuracy{}},
                 .weighted_metrics = {Accuracy{}, MeanIoU{.num_classes = 3, .sparse_y_pred = false},
                                      OneHotIoU{.num_classes = 3, .target_class_ids = {0, 2}}, BinaryIoU{}}});
  const Sequential loaded = again(model);
  ASSERT_EQ(loaded.compiled().metrics.size(), 1U);
  ASSERT_EQ(loaded.compiled().weighted_metrics.size(), 4U);
  EXPECT_EQ(std::get<MeanIoU>(loaded.compiled().weighted_metrics[1]).num_classes, 3);
  EXPECT_FALSE(std::get<MeanIoU>(loaded.compiled().weighted_metrics[1]).sparse_y_pred);
  EXPECT_EQ(std::get<OneHotIoU>(loaded.compiled().weighted_metrics[2]).target_class_ids, (std::vector<int>{0, 2}));
  const auto compile = read_keras_file(folder_ / "m.keras").config["compile_config"];
  EXPECT_EQ(compile["weighted_metrics"].size(), 4U) << "Keras knows them too";
}

TEST_F(KerasSave, KeepsAxesNoiseShapesAndSeeds) {
  const Sequential model(Input{2, 3}, {LayerNormalization{.axis = {1, 2}}, RMSNormalization{.axis = {-2, -1}},
                                       UnitNormalization{.axis = {1, 2}}, Softmax{.axis = {1, 2}},
                                       Dropout{.rate = 0.5, .noise_shape = {-1, 2, 1}, .seed = 5}, Flatten{},
                                       GaussianNoise{.stddev = 1, .seed = 6}, Softmax{}});
  const Sequential loaded = again(model);
  EXPECT_EQ(loaded.weights_sha256(), model.weights_sha256());
  EXPECT_EQ(std::get<LayerNormalization>(loaded.layers()[0]).axis.list, (std::vector<int>{1, 2}));
  EXPECT_EQ(std::get<Softmax>(loaded.layers()[3]).axis.list, (std::vector<int>{1, 2}));
  EXPECT_EQ(std::get<Dropout>(loaded.layers()[4]).noise_shape, (std::vector<int>{-1, 2, 1}));
  EXPECT_EQ(std::get<Dropout>(loaded.layers()[4]).seed, 5U);
  EXPECT_EQ(std::get<GaussianNoise>(loaded.layers()[6]).seed, 6U);
  EXPECT_EQ(std::get<Softmax>(loaded.layers()[7]).axis.list, std::vector<int>{-1});
  const auto dropout = read_keras_file(folder_ / "m.keras").config["config"]["layers"][5]["config"];
  EXPECT_TRUE(dropout["noise_shape"][0].is_null()) << "None, as Keras says it";
}

TEST_F(KerasSave, KeepsNormalisationsAlongSomeOfSeveralAxes) {
  const Sequential model(
      Input{2, 3, 4},
      {BatchNormalization{.axis = 1}, LayerNormalization{.axis = 2}, RMSNormalization{}, Normalization{.axis = {1, 3}},
       Residual{{LayerNormalization{.axis = {3, 1}}}}, BatchNormalization{.axis = -2}, Softmax{}});
  const Sequential loaded = again(model);
  EXPECT_EQ(loaded.weights_sha256(), model.weights_sha256());
  EXPECT_EQ(std::get<BatchNormalization>(loaded.layers()[0]).axis, 1);
  EXPECT_EQ(std::get<LayerNormalization>(loaded.layers()[1]).axis.list, std::vector<int>{2});
  EXPECT_EQ(std::get<Normalization>(loaded.layers()[3]).axis.list, (std::vector<int>{1, 3}));
  EXPECT_EQ(std::get<BatchNormalization>(loaded.layers()[5]).axis, -2);
}

TEST_F(KerasSave, KeepsLayersOfImagesAndWhatGoesTheOtherWay) {
  const Sequential model(Input{4, 4, 1}, {RandomFlip{.mode = FlipMode::vertical, .seed = 7},
                                          RandomTranslation{.height_factor = 0.1,
                                                            .width_factor = {-0.2, 0.3},
                                                            .fill_mode = FillMode::constant,
                                                            .seed = 8,
                                                            .fill_value = 0.5},
                                          Flatten{}, Normalization{.invert = true}, Dense{.units = 2}});
  const Sequential loaded = again(model);
  EXPECT_EQ(std::get<RandomFlip>(loaded.layers()[0]).mode, FlipMode::vertical);
  EXPECT_EQ(std::get<RandomFlip>(loaded.layers()[0]).seed, 7U);
  const auto& shift = std::get<RandomTranslation>(loaded.layers()[1]);
  EXPECT_EQ(shift.height_factor.low, -0.1);
  EXPECT_EQ(shift.height_factor.high, 0.1);
  EXPECT_EQ(shift.width_factor.low, -0.2);
  EXPECT_EQ(shift.width_factor.high, 0.3);
  EXPECT_EQ(shift.fill_mode, FillMode::constant);
  EXPECT_EQ(shift.fill_value, 0.5);
  EXPECT_EQ(shift.seed, 8U);
  EXPECT_TRUE(std::get<Normalization>(loaded.layers()[3]).invert);
}

TEST_F(KerasSave, LeavesOutACompilationWithCodeOfTheUsers) {
  Sequential model = network();
  const CustomMetric first{"first", [](std::span<const double> y, std::span<const double>) { return y[0]; }};
  model.compile({.optimizer = Adam{}, .loss = SparseCategoricalCrossentropy{}, .metrics = {first}});
  EXPECT_EQ(again(model).compiled().loss, std::nullopt);
}

TEST_F(KerasSave, RefusesALayerOfTheUsersByName) {
  const Sequential model(Input{4}, {Dense{.units = 4}, OwnDense{3}, Residual{{Dense{.units = 3}, OwnPRelu{}}}});
  for (const char* file : {"m.keras", "m.h5"}) {
    expect_error(ErrorCode::usage, "layer 1, custom (Custom)", "it is a layer of your own, which is code",
                 [&] { model.save(folder_ / file); });
    EXPECT_FALSE(std::filesystem::exists(folder_ / file));
  }
  expect_error(ErrorCode::usage, "layer 1, custom (Custom)", "save the weights alone, as .npz",
               [&] { model.save_weights(folder_ / "m.weights.h5"); });
  const Sequential deep(Input{4}, {Residual{{Dense{.units = 4}, OwnPRelu{}}}});
  expect_error(ErrorCode::usage, "layer 0, residual (Residual), layer 1, own_p_relu (OwnPRelu)",
               "Keras's files hold none", [&] { deep.save(folder_ / "m.keras"); });
}

TEST_F(KerasSave, MakesAResidualAFunctionalModelAndBack) {
  Sequential model(Input{6}, {Dense{.units = 4},
                              Residual{{Dense{.units = 4, .activation = Activation::relu},
                                        Residual{{Dense{.units = 4}, PReLU{}}}, Dense{.units = 4}}},
                              Dense{.units = 3, .activation = Activation::softmax}});
  model.compile({.optimizer = Adam{}, .loss = SparseCategoricalCrossentropy{}});
  const Dataset data = blobs();
  model.fit(data, kFit);
  Sequential loaded = again(model);
  for (std::size_t i = 0; i < model.variables().size(); ++i)
    EXPECT_EQ(loaded.variables()[i].path, model.variables()[i].path);
  model.fit(data, kFit);
  loaded.fit(data, kFit);
  EXPECT_EQ(loaded.weights_sha256(), model.weights_sha256());
}

TEST_F(KerasSave, WritesKerassOtherFormatsToo) {
  Sequential model = network();
  EXPECT_EQ(again(model, "m.h5").weights_sha256(), model.weights_sha256());
  model.save_weights(folder_ / "m.weights.h5");
  Sequential other = network();
  other.set_weights(std::vector<float>(other.get_weights().size()));
  other.load_weights(folder_ / "m.weights.h5");
  EXPECT_EQ(other.weights_sha256(), model.weights_sha256());
}

TEST_F(KerasSave, HoldsHundredsOfLayersInOneGroup) {
  std::vector<Layer> layers(300, Dense{.units = 1});
  const Sequential model(Input{1}, std::move(layers));
  EXPECT_EQ(again(model).weights_sha256(), model.weights_sha256());
}

TEST_F(KerasSave, RefusesWhatHasNoNameInKeras) {
  const Sequential model(Input{2}, {Dense{.units = 2, .activation = Activation::gelu_tanh}});
  const Error error = thrown_by([&] { model.save(folder_ / "m.keras"); });
  EXPECT_EQ(error.code(), ErrorCode::usage);
  EXPECT_EQ(error.where(), "layer 0, dense (Dense)");
  EXPECT_EQ(thrown_by([&] { network().save(folder_ / "m.onnx"); }).message(), "a model is saved as .keras or .h5");
}

TEST_F(KerasSave, NoticesWeightsThatAnotherProgramChanged) {
  const Sequential model = network();
  model.save(folder_ / "m.keras");
  std::string bytes = get(folder_ / "m.keras");
  const std::span<const float> weights = model.get_weights("dense/kernel");
  std::string kernel(weights.size_bytes(), '\0');
  std::memcpy(kernel.data(), weights.data(), kernel.size());
  const std::size_t at = bytes.find(kernel);
  ASSERT_NE(at, std::string::npos);
  bytes[at + 3] = static_cast<char>(bytes[at + 3] ^ 0x40);
  put(folder_ / "m.keras", bytes);
  const Error error = thrown_by([&] { static_cast<void>(Sequential::load(folder_ / "m.keras")); });
  EXPECT_EQ(error.code(), ErrorCode::data);
  EXPECT_NE(error.message().find("model.weights.h5"), std::string::npos) << error.message();
}

}  // namespace
}  // namespace telar::test
