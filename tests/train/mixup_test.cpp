// MixUp: what is drawn, what is mixed, what is refused.
#include "train/mixup.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/thrown.hpp"

namespace telar::test {
namespace {

TEST(MixUp, DrawsItsShareFromASymmetricBeta) {
  for (const double alpha : {0.2, 0.5, 1.0, 5.0}) {
    const Random random(3, Purpose::shuffle, "mixup");
    constexpr int kDraws = 20'000;
    double sum = 0, squares = 0, fourths = 0;
    for (std::uint64_t step = 0; step < kDraws; ++step) {
      const double deviation = mixup_share(alpha, random, step) - 0.5;
      ASSERT_LE(std::abs(deviation), 0.5);
      sum += deviation, squares += deviation * deviation, fourths += std::pow(deviation, 4);
    }
    // Beta(a, a): variance 1 / (4 (2 a + 1)), kurtosis 3 - 6 / (2 a + 3).
    const double variance = 1 / (4 * (2 * alpha + 1)), kurtosis = 3 - 6 / (2 * alpha + 3);
    EXPECT_NEAR(sum / kDraws, 0, 4 * std::sqrt(variance / kDraws)) << alpha;
    EXPECT_NEAR(squares / kDraws / variance, 1, 4 * std::sqrt((kurtosis - 1) / kDraws)) << alpha;
    EXPECT_NEAR(fourths / kDraws / (variance * variance), kurtosis, 0.1) << alpha;
  }
}

TEST(MixUp, HasAShareForEveryAlpha) {
  const Random random(0, Purpose::shuffle, "mixup");
  for (std::uint64_t step = 0; step < 1000; ++step) {
    const double extreme = mixup_share(1e-9, random, step), middle = mixup_share(1e12, random, step);
    EXPECT_TRUE(extreme == 0 || extreme == 1) << extreme;
    EXPECT_NEAR(middle, 0.5, 1e-5);
    EXPECT_EQ(mixup_share(0.2, random, step), mixup_share(0.2, random, step));
  }
}

/// Six samples whose features say which they are, of three classes.
template <class T>
Dataset six(T one) {
  Dataset::Storage storage;
  std::vector<T> features(36);
  for (std::size_t i = 0; i < 6; ++i) features[7 * i] = one;
  storage.features = features;
  storage.shape = {6};
  storage.labels = {0, 1, 2, 0, 1, 2};
  storage.classes = 3;
  return Dataset(std::move(storage));
}

template <class T>
void expect_mixtures(T one) {
  const Dataset data = six(one);
  const Truth truth(data, 3);
  Mixer mixer({.alpha = 1}, data, truth, 3, 4, 0);
  compute::StepInput input = bind(data);
  const std::vector<std::uint32_t> index{5, 0, 3, 1};
  input.index = index.data();
  input.rows = 4;
  bool any_mixed = false;
  for (input.step = 0; input.step < 20; ++input.step) {
    const compute::StepInput mixed = mixer.mix(input);
    ASSERT_TRUE(mixed.bytes == nullptr && mixed.labels == nullptr && mixed.floats != nullptr);
    for (std::size_t r = 0; r < 4; ++r) {
      const float* features = mixed.floats + mixed.index[r] * 6;
      const float* targets = mixed.targets + mixed.index[r] * 3;
      float classes[3] = {}, total = 0, largest = -1;
      std::size_t sample = 0;
      for (std::size_t i = 0; i < 6; ++i) {
        const float share = features[i] / static_cast<float>(one);
        classes[i % 3] += share;
        total += share;
        if (share > largest) largest = share, sample = i;
        any_mixed = any_mixed || (share > 0.1f && share < 0.9f);
      }
      EXPECT_GT(features[index[r]], 0) << "a sample is in its own row";
      EXPECT_NEAR(total, 1, 1e-5);
      for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(targets[c], classes[c], 1e-5);
      EXPECT_EQ(mixer.truth()[static_cast<std::uint32_t>(r)], static_cast<int>(sample % 3));
    }
  }
  EXPECT_TRUE(any_mixed);
}

TEST(MixUp, MixesSamplesAndLabelsByTheSameShare) {
  expect_mixtures(1.0f);
  expect_mixtures(std::uint8_t{200});
}

Dataset sixty() {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 60; ++i) {
    labels.push_back(i % 3);
    for (int c = 0; c < 4; ++c)
      features.push_back(static_cast<float>(c == i % 3) + 0.3f * static_cast<float>((i * 7 + c * 13) % 11) / 11);
  }
  return from_arrays({4}, features, labels, 3);
}

Sequential mixable(Loss loss = SparseCategoricalCrossentropy{}, Activation last = Activation::softmax) {
  Sequential model{Input{4},
                   {Dense{.units = 16, .activation = Activation::relu}, Dense{.units = 3, .activation = last}}};
  model.compile({.optimizer = Adam{.learning_rate = 0.02}, .loss = std::move(loss), .metrics = {Accuracy{}, AUC{}}});
  return model;
}

const FitOptions kMixed{.batch_size = 16, .epochs = 4, .mixup = MixUp{.alpha = 0.4}};

TEST(MixUp, TrainsWithTheSameBitsOnAnyNumberOfThreads) {
  Sequential one = mixable(), plain = mixable();
  FitOptions options = kMixed;
  options.threads = 1;
  const History history = one.fit(sixty(), options);
  for (options.threads = 2; options.threads <= 4; ++options.threads) {
    Sequential several = mixable();
    EXPECT_EQ(several.fit(sixty(), options)["loss"], history["loss"]);
    EXPECT_EQ(several.weights_sha256(), one.weights_sha256());
  }
  options.mixup.reset();
  plain.fit(sixty(), options);
  EXPECT_NE(plain.weights_sha256(), one.weights_sha256());
}

TEST(MixUp, LabelsAreOneHotTargets) {
  Sequential sparse = mixable(), categorical = mixable(CategoricalCrossentropy{}),
             logits = mixable(SparseCategoricalCrossentropy{.from_logits = true}, Activation::linear);
  const History a = sparse.fit(sixty(), kMixed), b = categorical.fit(to_categorical(sixty()), kMixed);
  logits.fit(sixty(), kMixed);
  EXPECT_EQ(a["loss"], b["loss"]);
  EXPECT_EQ(a["accuracy"], b["accuracy"]);
  EXPECT_EQ(sparse.weights_sha256(), categorical.weights_sha256());
  EXPECT_EQ(sparse.weights_sha256(), logits.weights_sha256());
  EXPECT_NO_THROW(mixable(CategoricalFocalCrossentropy{}).fit(to_categorical(sixty()), kMixed));
}

TEST(MixUp, LearnsAndIsForTrainingOnly) {
  Sequential model = mixable();
  FitOptions options = kMixed;
  options.epochs = 30;
  options.validation_data = sixty();
  const History history = model.fit(sixty(), options);
  const Score score = model.evaluate(sixty());
  EXPECT_EQ(history["val_loss"].back(), score.loss.value);
  EXPECT_EQ(history.training->loss.value, score.loss.value);
  EXPECT_GT(score["accuracy"].value, 0.95);
  EXPECT_GT(history["loss"].back(), score.loss.value) << "mixtures are harder";
}

TEST(MixUp, RefusesWhatCannotBeMixed) {
  const auto refusal = [](Sequential model, const Dataset& data, const FitOptions& options) {
    const Error error = thrown_by([&] { model.fit(data, options); });
    EXPECT_EQ(error.code(), ErrorCode::usage);
    return error.message();
  };
  EXPECT_EQ(refusal(mixable(), sixty(), {.mixup = MixUp{.alpha = 0}}), "mixup.alpha = 0, but must be greater than 0");
  EXPECT_EQ(refusal(mixable(MeanSquaredError{}), to_categorical(sixty()), kMixed),
            "mixup makes mixtures of classes, which mean_squared_error does not take");
  EXPECT_EQ(refusal(mixable(SparseCategoricalCrossentropy{.ignore_class = 1}), sixty(), kMixed),
            "mixup does not go with ignore_class: a mixture has no class to ignore");
  EXPECT_EQ(refusal(mixable(), sixty(), {.class_weight = {{0, 2.0}}, .mixup = MixUp{}}),
            "mixup does not go with class_weight or sample_weight");
}

}  // namespace
}  // namespace telar::test
