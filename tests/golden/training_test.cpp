// Whole trainings: batch 16, four epochs, no shuffle.
#include <gtest/gtest.h>

#include "golden/end_to_end.hpp"

namespace telar::golden {
namespace {

/// The optimiser of the training called `tag`, if telar can do that training.
std::optional<Optimizer> optimizer_of(const std::string& tag) {
  if (tag == "adam") return Adam{.learning_rate = 0.01};
  if (tag == "sgd_mom") return SGD{.learning_rate = 0.1, .momentum = 0.9};
  return std::nullopt;
}

TEST(Golden, TrainingsEndWhereKerasDoes) {
  TELAR_NEEDS_GOLDEN("e2e");
  TELAR_NEEDS_GOLDEN("e2e_init");
  TELAR_NEEDS_GOLDEN("e2e_data");
  NotCovered not_covered("trainings");
  for (const Json& c : values().at("e2e")) {
    const std::string tag = c.at("tag").get<std::string>();
    SCOPED_TRACE(tag);
    const auto optimizer = optimizer_of(tag);
    if (!optimizer) {
      not_covered.add(tag);
      continue;
    }
    Sequential model = end_to_end_model();
    model.compile({.optimizer = *optimizer, .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
    const Dataset validation = end_to_end_data("XV", "YV");
    const History history = model.fit(end_to_end_data("X", "Y"),
                                      {.batch_size = 16, .epochs = 4, .validation_data = validation, .shuffle = false});

    EXPECT_EQ(history.ended, Ended::completed);
    for (const auto& item : c.at("history").items()) {
      const std::vector<double> ours = history[item.key()];
      ASSERT_EQ(ours.size(), item.value().size()) << item.key();
      for (std::size_t epoch = 0; epoch < ours.size(); ++epoch)
        EXPECT_NEAR(ours[epoch], number(item.value()[epoch]), 1e-4) << item.key() << " of epoch " << epoch;
    }

    const Json& weights = c.at("weights");
    ASSERT_EQ(weights.size(), model.variables().size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::string& path = model.variables()[i].path;
      const auto ours = model.get_weights(path);
      EXPECT_LE(max_norm_error({ours.begin(), ours.end()}, floats(weights[i])), 2e-5) << path;
    }

    const Score score = model.evaluate(validation, {.batch_size = 4});
    EXPECT_NEAR(score.loss.value, number(c.at("eval")[0]), 1e-4);
    EXPECT_NEAR(score["accuracy"].value, number(c.at("eval")[1]), 1e-4);
  }
}

}  // namespace
}  // namespace telar::golden
