// What holds for every network a user may build.
#include <algorithm>
#include <filesystem>
#include <unistd.h>

#include "property/properties.hpp"

namespace telar {
namespace {

TEST(Sequential, IsAValueACopyGoesItsOwnWay) {
  expect_for_networks("a copy trains as the original would, and leaves it alone",
                      [](const oracle::Case& c, std::uint64_t seed) {
                        const Dataset data = dataset_of(c);
                        Sequential original = model_of(c, Adam{}, seed);
                        original.fit(data, {.batch_size = 16});  // the copy takes over the state of the optimiser
                        const std::vector<float> before = weights_of(original);
                        Sequential copy = original;
                        copy.fit(data, {.batch_size = 16});
                        RC_ASSERT(same_bits(original.get_weights(), before));
                        original.fit(data, {.batch_size = 16});
                        RC_ASSERT(same_bits(original.get_weights(), copy.get_weights()));
                        RC_ASSERT(original.weights_sha256() == copy.weights_sha256());
                      });
}

TEST(Sequential, GivesBackTheWeightsThatWereSet) {
  expect_for_networks("get after set is identity, as a whole and by variable",
                      [](const oracle::Case& c, std::uint64_t) {
                        Sequential model(Input{c.inputs}, c.layers);
                        model.set_weights(c.weights);
                        RC_ASSERT(same_bits(model.get_weights(), c.weights));
                        for (const Variable& v : model.variables()) {
                          std::vector<float> values(v.size());
                          for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) - 0.5f;
                          model.set_weights(v.path, values);
                          RC_ASSERT(same_bits(model.get_weights(v.path), values));
                          RC_ASSERT(same_bits(model.get_weights().subspan(v.offset, v.size()), values));
                        }
                      });
}

TEST(Sequential, FindsItsWeightsAgainInAFile) {
  const auto file = std::filesystem::temp_directory_path() / ("telar-weights-" + std::to_string(getpid()) + ".npz");
  expect_for_networks("load after save is identity", [&](const oracle::Case& c, std::uint64_t seed) {
    Sequential model(Input{c.inputs}, c.layers);
    model.set_weights(c.weights);
    model.save_weights(file);
    Sequential other(Input{c.inputs}, c.layers, seed + 1);
    other.load_weights(file);
    RC_ASSERT(same_bits(other.get_weights(), c.weights));
  });
  std::filesystem::remove(file);
}

TEST(Sequential, GoesOnWhereTheLastFitEnded) {
  expect_for_networks("two fits of one epoch are one fit of two", [](const oracle::Case& c, std::uint64_t seed) {
    const Dataset data = dataset_of(c);
    Sequential once = model_of(c, Adam{}, seed), twice = once;
    const History both = once.fit(data, {.batch_size = 7, .epochs = 2});
    std::vector<double> separate = numbers_of(twice.fit(data, {.batch_size = 7}));
    for (const double x : numbers_of(twice.fit(data, {.batch_size = 7}))) separate.push_back(x);
    RC_ASSERT(same_bits(once.get_weights(), twice.get_weights()));
    RC_ASSERT(same_bits(numbers_of(both), separate));
  });
}

TEST(Sequential, TakesAShortLastBatchLikeAnyBatch) {
  expect_for_networks("the last k rows of an epoch are a batch of k", [](const oracle::Case& c, std::uint64_t seed) {
    const Dataset data = dataset_of(c);
    RC_PRE(data.size() >= 2);
    const std::size_t rest = 1 + seed % (data.size() / 2), full = data.size() - rest;
    Sequential epoch = model_of(c, Adam{}, seed), apart = epoch;
    epoch.fit(data, {.batch_size = static_cast<int>(full), .shuffle = false});
    apart.fit(data.slice(0, full), {.batch_size = static_cast<int>(full), .shuffle = false});
    apart.fit(data.slice(full, rest), {.batch_size = static_cast<int>(rest), .shuffle = false});
    RC_ASSERT(same_bits(epoch.get_weights(), apart.get_weights()));
  });
}

TEST(Sequential, LeavesFrozenLayersAsTheyAre) {
  expect_for_networks("training changes no frozen variable", [](const oracle::Case& c, std::uint64_t seed) {
    Sequential model = model_of(c, SGD{.learning_rate = 0.05, .momentum = 0.5}, seed);
    std::string frozen = "nothing that was not frozen before";
    std::vector<std::string> trained;  // a Normalization has variables too, but none that a fit would change
    for (const Variable& v : model.variables())
      if (v.trainable) trained.push_back(v.path.substr(0, v.path.find('/')));
    if (!trained.empty()) {
      frozen = trained[seed % trained.size()];
      model.set_trainable(frozen, false);
    }
    const std::vector<float> before = weights_of(model);
    model.fit(dataset_of(c), {.batch_size = 16, .epochs = 2});
    for (const Variable& v : model.variables())
      if (v.path.starts_with(frozen + "/"))
        RC_ASSERT(same_bits(model.get_weights(v.path), std::span(before).subspan(v.offset, v.size())));
  });
}

bool penalises_outputs(const std::vector<Layer>& layers) {
  return std::ranges::any_of(layers, [](const Layer& layer) {
    const auto* residual = std::get_if<Residual>(&layer);
    return std::holds_alternative<ActivityRegularization>(layer) ||
           (residual != nullptr && penalises_outputs(residual->layers));
  });
}

TEST(Sequential, EvaluatesTheSameInBatchesOfAnySizeOnAnyThreads) {
  expect_for_networks("batch_size changes speed, not results", [](oracle::Case c, std::uint64_t seed) {
    // The mean over batches of sums within them is another number for each batch size, in Keras as here.
    if (std::visit([](const auto& loss) { return loss.reduction; }, c.loss) == Reduction::sum)
      std::visit([](auto& loss) { loss.reduction = Reduction::sum_over_batch_size; }, c.loss);
    const Dataset data = dataset_of(c);
    const Sequential model = model_of(c);
    const Score whole = model.evaluate(data, {.batch_size = 256, .threads = 1});
    const int batch_size = 1 + static_cast<int>(seed % 40);
    const Score parts = model.evaluate(data, {.batch_size = batch_size, .threads = 3});
    const std::vector<double> one{whole.loss.value, whole.loss.low, whole.loss.high},
        many{parts.loss.value, parts.loss.low, parts.loss.high};
    if (!penalises_outputs(model.layers())) RC_ASSERT(same_bits(one, many));
    // A penalty of outputs is a mean over the batch, which is rounded: a few last bits of doubles.
    for (std::size_t i = 0; i < one.size(); ++i)
      RC_ASSERT(same_bits({one[i]}, {many[i]}) || std::abs(one[i] - many[i]) <= 1e-14 * std::abs(one[i]));
    for (std::size_t i = 0; i < whole.metrics.size(); ++i)
      RC_ASSERT(whole.metrics[i].second.value == parts.metrics[i].second.value);
    RC_ASSERT(whole.confusion == parts.confusion);
    RC_ASSERT(same_bits(model.predict(data, {.batch_size = 256}), model.predict(data, {.batch_size = batch_size})));
  });
}

TEST(Sequential, PredictsASampleWhateverStandsBesideIt) {
  expect_for_networks("rows do not see each other", [](const oracle::Case& c, std::uint64_t seed) {
    const Dataset data = dataset_of(c);
    const Sequential model = model_of(c);
    const std::size_t one = seed % data.size(), width = static_cast<std::size_t>(model.outputs());
    const std::vector<float> all = model.predict(data), alone = model.predict(data.slice(one, 1));
    RC_ASSERT(same_bits(alone, std::span(all).subspan(one * width, width)));
  });
}

TEST(Sequential, DrawsALayersWeightsWhateverStandsAroundIt) {
  expect_for_networks(
      "a layer put in between moves no other layer's stream", [](const oracle::Case& c, std::uint64_t seed) {
        std::vector<Layer> layers{Dense{.units = 5, .name = "first"}, Dense{.units = 3, .name = "second"}};
        const Sequential plain(Input{c.inputs}, layers, seed);
        layers.insert(layers.begin() + 1, BatchNormalization{});
        layers.insert(layers.begin() + 2, Dropout{.rate = 0.5});
        const Sequential more(Input{c.inputs}, layers, seed);
        for (const char* path : {"first/kernel", "second/kernel"})
          RC_ASSERT(same_bits(plain.get_weights(path), more.get_weights(path)));
      });
}

}  // namespace
}  // namespace telar
