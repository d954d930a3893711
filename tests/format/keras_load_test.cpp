// Sequential::load: files of the real Keras, and what is said of those that telar has no layers for.
#include "format/keras_fixture.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

/// Expects Keras's predictions, and its losses when the training goes on from the stored state.
void expect_same_network(const std::string& file, const std::string& facts_of) {
  SCOPED_TRACE(file);
  const KerasFacts facts = keras_facts(facts_of);
  Sequential model = Sequential::load(keras_fixture(file));
  expect_predictions(model, facts);
  const Dataset training = from_arrays(model.input().shape, facts.training_x, facts.training_y);
  const History history =
      model.fit(training, {.batch_size = 8, .epochs = 2, .shuffle = false, .training_score = false, .threads = 1});
  for (std::size_t epoch = 0; epoch < facts.losses.size(); ++epoch)
    EXPECT_NEAR(history["loss"][epoch], facts.losses[epoch], 1e-4) << epoch;
}

TEST(KerasLoad, TakesWeightsOptimiserAndItsStateFromOldAndNewVersions) {
  expect_same_network("mlp_3.0.5.keras", "mlp_3.0.5");
  expect_same_network("mlp_3.15.1.keras", "mlp_3.15.1");
  expect_same_network("deflated.keras", "mlp_3.15.1");
}

TEST(KerasLoad, TakesAWholeModelFromALegacyFile) {
  expect_same_network("mlp_legacy.h5", "mlp_3.15.1");
  expect_same_network("latest_legacy.h5", "mlp_3.15.1");
}

TEST(KerasLoad, TakesEveryOtherLayer) { expect_same_network("layers.keras", "layers"); }

TEST(KerasLoad, TakesAFunctionalChainWithAResidualBranch) {
  expect_same_network("residual.keras", "residual");
  const Sequential model = Sequential::load(keras_fixture("residual.keras"));
  ASSERT_EQ(model.layers().size(), 3U);
  const auto* residual = std::get_if<Residual>(&model.layers()[1]);
  ASSERT_NE(residual, nullptr);
  EXPECT_EQ(residual->name, "sum");
  EXPECT_EQ(std::get<Dense>(residual->layers.front()).name, "inner");
}

TEST(KerasLoad, KnowsWhatTheFileSays) {
  const Sequential model = Sequential::load(keras_fixture("mlp_3.15.1.keras"));
  EXPECT_EQ(model.input().shape, (std::vector{3, 4}));
  EXPECT_EQ(std::get<Dense>(model.layers()[1]).activation, Activation::relu);
  EXPECT_NEAR(std::get<double>(std::get<Adam>(model.compiled().optimizer).learning_rate.value), 0.01, 1e-8);
  EXPECT_TRUE(std::holds_alternative<SparseCategoricalCrossentropy>(*model.compiled().loss));
  ASSERT_EQ(model.compiled().metrics.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Accuracy>(model.compiled().metrics.front()));
}

TEST(KerasLoad, TakesWeightsAloneInEveryLayoutThatHdf5Has) {
  const KerasFacts facts = keras_facts("mlp_3.15.1");
  for (const char* file : {"mlp.weights.h5", "latest.weights.h5", "v108.weights.h5", "chunked.weights.h5",
                           "latest_chunked.weights.h5", "small_chunks.weights.h5", "mlp_legacy.h5", "deflated.keras"}) {
    SCOPED_TRACE(file);
    Sequential model = Sequential::load(keras_fixture("mlp_3.15.1.keras"), {.compile = false});
    model.set_weights(std::vector<float>(model.get_weights().size()));
    model.load_weights(keras_fixture(file));
    expect_predictions(model, facts);
  }
}

TEST(KerasLoad, NamesTheLayerThatTelarDoesNotHave) {
  const Error conv = thrown_by([] { static_cast<void>(Sequential::load(keras_fixture("conv.keras"))); });
  EXPECT_EQ(conv.code(), ErrorCode::data);
  EXPECT_EQ(conv.where(), keras_fixture("conv.keras").string());
  EXPECT_EQ(conv.message(), "layer 0, edges (Conv2D): telar has no layer of this class");
  const Error lambda = thrown_by([] { static_cast<void>(Sequential::load(keras_fixture("lambda.keras"))); });
  EXPECT_EQ(lambda.message(), "layer 1, twice (Lambda): it is code, which telar never runs");
}

TEST(KerasLoad, NamesTheLayerWhoseWeightsDoNotFit) {
  Sequential other(Input{3, 4}, {Flatten{}, Dense{.units = 6}, BatchNormalization{}, Dropout{}, Dense{.units = 3}});
  const Error error = thrown_by([&] { other.load_weights(keras_fixture("mlp.weights.h5")); });
  EXPECT_EQ(error.code(), ErrorCode::data);
  EXPECT_EQ(error.message(), "layer 1, dense (Dense): its kernel has shape (12, 5) in the file, but must have (12, 6)");
}

}  // namespace
}  // namespace telar::test
