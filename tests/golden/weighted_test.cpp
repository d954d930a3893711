// Trainings whose samples have weights, and rates of whole epochs, against vocabulary.json: every number of History
// under Keras's name.
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "golden/golden.hpp"

namespace telar::golden {
namespace {

/// Of 5 numbers, in 4 classes.
Dataset samples_of(const Json& c, const std::string& part) {
  return from_arrays({5}, floats(c.at("x" + part)), c.at("labels" + part).get<std::vector<std::int32_t>>(), 4);
}

TEST(Golden, WeightedMetricsTakeTheWeightsOfSamplesAndClasses) {
  for (const Json& c : vocabulary().at("weighted")) {
    const bool by_class = c.at("by") == "class_weight";
    SCOPED_TRACE(c.at("by").get<std::string>());
    Sequential model(Input{5}, {Dense{.units = 4, .activation = Activation::softmax}});
    model.set_weights("dense/kernel", floats(c.at("kernel")));
    model.compile(
        {.optimizer = SGD{.learning_rate = 0.1},
         .loss = SparseCategoricalCrossentropy{},
         .metrics = {SparseCategoricalAccuracy{}},
         .weighted_metrics = {SparseCategoricalAccuracy{}, SparseCategoricalAccuracy{}, SparseCategoricalCrossentropy{},
                              MeanIoU{.num_classes = 4, .sparse_y_pred = false}}});
    FitOptions options{.batch_size = 8, .epochs = 3, .validation_data = samples_of(c, "_validation"), .shuffle = false};
    if (by_class) {
      for (const Json& entry : c.at("class_weight")) options.class_weight[entry[0]] = entry[1];
    } else {
      options.sample_weight = floats(c.at("sample_weight"));
      options.validation_sample_weight = floats(c.at("sample_weight_validation"));
    }
    const History history = model.fit(samples_of(c, ""), options);
    std::size_t logged = 0;
    for (const auto& [name, values] : c.at("history").items()) {
      SCOPED_TRACE(name);
      ++logged;
      for (std::size_t epoch = 0; epoch < values.size(); ++epoch)
        EXPECT_NEAR(history[name].at(epoch), values[epoch].get<double>(), 2e-6 * (1 + values[epoch].get<double>()));
    }
    EXPECT_EQ(history.epochs.front().entries().size(), logged) << "and no other names";
  }
}

TEST(Golden, RatesOfEpochsAreThoseOfKerassSchedules) {
  for (const Json& c : vocabulary().at("epoch_schedules")) {
    const std::string type = c.at("cls").get<std::string>();
    SCOPED_TRACE(type);
    EpochSchedule callback;
    const auto take = [&](auto schedule) {
      if (type != type_name<decltype(schedule)>) return;
      callback.schedule = *settings<decltype(schedule)>(c.at("args"));
    };
    [&]<class... S>(std::type_identity<std::variant<S...>>) { (take(S{}), ...); }(std::type_identity<Schedule>());
    ASSERT_TRUE(callback.schedule.is_given());
    Sequential model(Input{2}, {Dense{.units = 1}});
    model.compile({.optimizer = SGD{}, .loss = MeanSquaredError{}});
    const Dataset ones = from_arrays({2}, std::vector<float>(8, 1.0f), Targets{std::vector<float>(4, 1.0f)});
    const History history = model.fit(ones, {.epochs = 6, .callbacks = {callback}});
    const std::vector<float> rates = floats(c.at("learning_rate"));
    for (std::size_t epoch = 0; epoch < rates.size(); ++epoch)
      EXPECT_NEAR(history["learning_rate"].at(epoch), rates[epoch], 5e-6 * rates[epoch] + 1e-8) << epoch;
  }
}

}  // namespace
}  // namespace telar::golden
