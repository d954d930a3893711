// Whole trainings: batch 16, four epochs, no shuffle.
#include <gtest/gtest.h>

#include "golden/end_to_end.hpp"

namespace telar::golden {
namespace {

/// The optimiser of the training called `tag`, if telar can do that training.
std::optional<Optimizer> optimizer_named(const std::string& tag) {
  if (tag == "adam" || tag == "adam_cw") return Adam{.learning_rate = 0.01};
  if (tag == "rmsprop_clip") return RMSprop{.learning_rate = 0.01, .global_clipnorm = 0.1};
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
    const auto optimizer = optimizer_named(tag);
    if (!optimizer) {
      not_covered.add(tag);
      continue;
    }
    Sequential model = end_to_end_model();
    model.compile({.optimizer = *optimizer, .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
    const Dataset validation = end_to_end_data("XV", "YV");
    FitOptions options{.batch_size = 16, .epochs = 4, .validation_data = validation, .shuffle = false};
    if (tag == "adam_cw") options.class_weight = {{0, 1}, {1, 2}, {2, 0.5}};
    const History history = model.fit(end_to_end_data("X", "Y"), options);
    expect_ends_as_keras(model, history, validation, c);
  }
}

}  // namespace
}  // namespace telar::golden
