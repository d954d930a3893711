// What metrics measure, how sure they are of it, and what they are called.
#include "train/metrics.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "model/model.hpp"
#include "support/thrown.hpp"

namespace telar {
namespace {

/// Samples of one output with targets 0 or 1, or of three outputs with classes.
struct Samples {
  std::vector<std::vector<double>> y, t;
};

double measure(const Metric& metric, const Samples& samples) {
  const std::size_t columns = samples.y.front().size();
  const Model model(Input{static_cast<int>(columns)}, {ActivationLayer{}}, 0);
  const Loss loss = columns == 1 ? Loss{BinaryCrossentropy{}} : Loss{CategoricalCrossentropy{}};
  const Dataset data = from_arrays({static_cast<int>(columns)}, std::vector<float>(columns),
                                   Targets{std::vector<float>(columns), static_cast<int>(columns)});
  MetricSums sums({{metric, "metric"}}, model, loss, data);
  const auto largest = [](const std::vector<double>& v) {
    return v.size() == 1 ? int{v[0] > 0.5} : static_cast<int>(std::max_element(v.begin(), v.end()) - v.begin());
  };
  for (std::size_t i = 0; i < samples.y.size(); ++i)
    sums.add({samples.y[i].data(), samples.t[i].data(), columns, largest(samples.t[i]), largest(samples.y[i])});
  return sums.estimates().front().second.value;
}

const Samples kDecisions{{{0.9}, {0.8}, {0.3}, {0.6}, {0.1}, {0.4}}, {{1}, {0}, {1}, {1}, {0}, {0}}};
// True classes 0 0 0 1 1 2, predicted 0 0 1 1 2 2.
const Samples kClasses{{{.8, .1, .1}, {.6, .2, .2}, {.3, .5, .2}, {.2, .7, .1}, {.1, .4, .5}, {.0, .1, .9}},
                       {{1, 0, 0}, {1, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 1, 0}, {0, 0, 1}}};

TEST(Metrics, OfDecisions) {
  EXPECT_DOUBLE_EQ(measure(Precision{}, kDecisions), 2.0 / 3);
  EXPECT_DOUBLE_EQ(measure(Precision{.threshold = 0.85}, kDecisions), 1);
  EXPECT_DOUBLE_EQ(measure(Recall{}, kDecisions), 2.0 / 3);
  EXPECT_DOUBLE_EQ(measure(Recall{.threshold = 0.2}, kDecisions), 1);
  EXPECT_DOUBLE_EQ(measure(BinaryAccuracy{}, kDecisions), 4.0 / 6);
  // Of the nine pairs of a positive and a negative, 0.3 loses to 0.8 and 0.4, and 0.6 to 0.8.
  EXPECT_NEAR(measure(AUC{}, kDecisions), 6.0 / 9, 1e-12);
  EXPECT_GT(measure(AUC{.curve = Curve::pr}, kDecisions), 0.5);
  EXPECT_LT(measure(AUC{.curve = Curve::pr}, kDecisions), 1);
}

TEST(Metrics, OfPerfectOutputs) {
  const Samples perfect{{{1}, {0}, {1}, {0}}, {{1}, {0}, {1}, {0}}};
  for (const Metric& metric :
       {Metric{AUC{}}, Metric{AUC{.curve = Curve::pr}}, Metric{Precision{}}, Metric{Recall{}},
        Metric{MatthewsCorrelation{}}, Metric{F1Score{}}, Metric{R2Score{}}, Metric{BalancedAccuracy{}}})
    EXPECT_NEAR(measure(metric, perfect), 1, 1e-12) << metric.index();
  for (const Metric& metric :
       {Metric{ExpectedCalibrationError{}}, Metric{MeanSquaredError{}}, Metric{RootMeanSquaredError{}}})
    EXPECT_NEAR(measure(metric, perfect), 0, 1e-12) << metric.index();
}

TEST(Metrics, OfClasses) {
  EXPECT_DOUBLE_EQ(measure(Accuracy{}, kClasses), 4.0 / 6);
  EXPECT_DOUBLE_EQ(measure(BalancedAccuracy{}, kClasses), (2.0 / 3 + 1.0 / 2 + 1) / 3);
  const double f0 = 2 * 2.0 / 5, f1 = 2 * 1.0 / 4, f2 = 2 * 1.0 / 3;  // 2 hits / (true + predicted)
  EXPECT_DOUBLE_EQ(measure(F1Score{}, kClasses), (f0 + f1 + f2) / 3);
  EXPECT_DOUBLE_EQ(measure(F1Score{.average = Average::weighted}, kClasses), (3 * f0 + 2 * f1 + f2) / 6);
  EXPECT_DOUBLE_EQ(measure(F1Score{.average = Average::micro}, kClasses), 4.0 / 6);
  EXPECT_DOUBLE_EQ(measure(FBetaScore{.beta = 1}, kClasses), measure(F1Score{}, kClasses));
  // (hits n - sum true predicted) / sqrt((n^2 - sum true^2) (n^2 - sum predicted^2))
  EXPECT_DOUBLE_EQ(measure(MatthewsCorrelation{}, kClasses), (4 * 6 - 12) / std::sqrt((36.0 - 14) * (36 - 12)));
  EXPECT_DOUBLE_EQ(measure(TopKCategoricalAccuracy{.k = 2}, kClasses), 1);
  EXPECT_DOUBLE_EQ(measure(SparseTopKCategoricalAccuracy{.k = 1}, kClasses), 4.0 / 6);
}

TEST(Metrics, OfIntersectionsOverUnions) {
  // Of class 0 two of three are told and nothing else, of class 1 one of two and one of class 0, of class 2 its one and
  // one of class 1.
  EXPECT_NEAR(measure(OneHotMeanIoU{.num_classes = 3}, kClasses), (2.0 / 3 + 1.0 / 3 + 1.0 / 2) / 3, 1e-6);
  EXPECT_NEAR(measure(OneHotIoU{.num_classes = 3, .target_class_ids = {1}}, kClasses), 1.0 / 3, 1e-6);
  EXPECT_NEAR(measure(OneHotMeanIoU{.num_classes = 3, .ignore_class = 1}, kClasses), (2.0 / 3 + 0 + 1) / 3, 1e-6);
  EXPECT_NEAR(measure(BinaryIoU{}, kDecisions), (2.0 / 4 + 2.0 / 4) / 2, 1e-6);
  EXPECT_NEAR(measure(BinaryIoU{.target_class_ids = {1}, .threshold = 0.3}, kDecisions), 3.0 / 5, 1e-6)
      << "from the threshold on";
}

TEST(Metrics, OfIntersectionsSayWhatTheyCannotRead) {
  const auto refusal = [](const Metric& metric, int outputs, bool labels) {
    Sequential model(Input{2}, {Dense{.units = outputs, .activation = Activation::softmax}});
    model.compile({.loss = labels ? Loss{SparseCategoricalCrossentropy{}} : Loss{CategoricalCrossentropy{}},
                   .metrics = {metric}});
    const Dataset data = from_arrays({2}, {1, 2, 3, 4}, std::vector<std::int32_t>{0, 1}, std::max(outputs, 2));
    const Dataset one = from_arrays({2}, {1, 2, 3, 4}, Targets{{0, 1}});
    return std::string(test::thrown_by([&] {
                         static_cast<void>(model.evaluate(labels ? data : outputs == 1 ? one : to_categorical(data)));
                       }).what());
  };
  EXPECT_EQ(refusal(MeanIoU{.num_classes = 3}, 3, true),
            "[metrics] mean_io_u takes an output for the number of a class, but the network has one for each class\n"
            "  say sparse_y_pred = false");
  EXPECT_EQ(refusal(MeanIoU{.num_classes = 3, .sparse_y_pred = false}, 3, false),
            "[metrics] mean_io_u takes targets for numbers of classes, but they are one-hot\n"
            "  say sparse_y_true = false");
  EXPECT_EQ(refusal(OneHotMeanIoU{.num_classes = 2}, 1, false),
            "[metrics] one_hot_mean_io_u takes the largest of several outputs, but the network has one\n"
            "  BinaryIoU says what one output means");
}

TEST(Metrics, OfCalibration) {
  // Above a half the confidences add up to 3 and 4 samples are recognised; up to a half, to 1 and none.
  EXPECT_NEAR(measure(ExpectedCalibrationError{.bins = 2}, kClasses), (1.0 + 1.0) / 6, 1e-12);
}

TEST(Metrics, OfRegression) {
  const Samples line{{{1, 0}, {2, 0}, {4, 0}}, {{1, 1}, {2, -1}, {3, 0}}};
  EXPECT_DOUBLE_EQ(measure(R2Score{}, line), ((1 - 1.0 / 2) + (1 - 2.0 / 2)) / 2);
  EXPECT_DOUBLE_EQ(measure(MeanSquaredError{}, line), 0.5);
  EXPECT_DOUBLE_EQ(measure(RootMeanSquaredError{}, line), std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(measure(MeanAbsoluteError{}, line), 0.5);
  EXPECT_DOUBLE_EQ(measure(CosineSimilarity{}, {{{1, 0}, {0, 2}}, {{3, 0}, {0, 1}}}), 1);
}

// ---- through fit and evaluate ---------------------------------------------------------------------------------------

Dataset two_blobs(int samples = 90) {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < samples; ++i) {
    labels.push_back(i % 3);
    for (int c = 0; c < 4; ++c)
      features.push_back(static_cast<float>(c == i % 3) + 0.5f * static_cast<float>((i * 7 + c * 13) % 11) / 11);
  }
  return from_arrays({4}, features, labels, 3);
}

Sequential measured_network(const std::vector<Metric>& metrics) {
  Sequential model{Input{4}, {Dense{.units = 3, .activation = Activation::softmax}}};
  model.compile(
      {.optimizer = Adam{.learning_rate = 0.02}, .loss = SparseCategoricalCrossentropy{}, .metrics = metrics});
  return model;
}

TEST(Metrics, TakeASingleOutputOfALossOverClassesForTheOnlyClass) {
  const Dataset data = from_arrays({2}, std::vector<float>{1, 2, 3, 4}, std::vector<std::int32_t>{0, 0}, 1);
  for (const Loss& loss : {Loss(CategoricalHinge{}), Loss(CategoricalFocalCrossentropy{})}) {
    Sequential model{Input{2}, {Dense{.units = 1, .activation = Activation::softmax}}};
    model.compile({.loss = loss, .metrics = {Accuracy{}}});
    EXPECT_EQ(model.evaluate(data).confusion, std::vector<std::int64_t>{2});
  }
}

TEST(Metrics, AreLoggedUnderKerassNames) {
  Sequential model = measured_network({Accuracy{}, AUC{}, Precision{}, Precision{.threshold = 0.9}, FBetaScore{},
                                       LogCosh{}, SparseTopKCategoricalAccuracy{.k = 2}});
  const History history = model.fit(two_blobs(), {.epochs = 2, .validation_data = two_blobs(30)});
  std::vector<std::string> expected{"accuracy", "auc",       "fbeta_score", "logcosh",
                                    "loss",     "precision", "precision_1", "sparse_top_k_categorical_accuracy"};
  for (std::size_t i = 0; i < 8; ++i) expected.push_back("val_" + expected[i]);
  EXPECT_EQ(history.names(), expected);
}

TEST(Metrics, OfTheLossItselfIsTheLoss) {
  Sequential model = measured_network({SparseCategoricalCrossentropy{}});
  const History history = model.fit(two_blobs(), {.epochs = 3, .validation_data = two_blobs(30)});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(history["sparse_categorical_crossentropy"][i], history["loss"][i], 1e-6);
    EXPECT_NEAR(history["val_sparse_categorical_crossentropy"][i], history["val_loss"][i], 1e-6);
  }
}

TEST(Metrics, DoNotChangeTheTraining) {
  Sequential with = measured_network({AUC{}, ExpectedCalibrationError{}}), without = measured_network({});
  with.fit(two_blobs(), {.epochs = 3});
  without.fit(two_blobs(), {.epochs = 3});
  EXPECT_EQ(with.weights_sha256(), without.weights_sha256());
}

TEST(Metrics, HaveIntervalsAroundTheirValues) {
  Sequential model =
      measured_network({Accuracy{}, AUC{}, Precision{}, F1Score{}, MatthewsCorrelation{}, BalancedAccuracy{},
                        RootMeanSquaredError{}, R2Score{}, SparseCategoricalCrossentropy{}});
  model.fit(two_blobs(), {.epochs = 2});
  const Score score = model.evaluate(two_blobs());
  EXPECT_EQ(score.metrics.size(), 9u);
  for (const auto& [name, estimate] : score.metrics) {
    EXPECT_LT(estimate.low, estimate.high) << name;
    EXPECT_LE(estimate.low, estimate.value) << name;
    EXPECT_GE(estimate.high, estimate.value) << name;
  }
  const Score again = model.evaluate(two_blobs(), {.batch_size = 7});
  for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(again.metrics[i].second.low, score.metrics[i].second.low, 1e-9);
}

TEST(Refused, MetricsThatTheTaskDoesNotHave) {
  Sequential model{Input{4}, {Dense{.units = 2}}};
  model.compile({.loss = MeanSquaredError{}, .metrics = {Accuracy{}}});
  const Dataset data = from_arrays({4}, std::vector<float>(8), Targets{{1, 2, 3, 4}, 2});
  const std::string accuracy = test::thrown_by([&] { model.fit(data); }).what();
  EXPECT_NE(accuracy.find("accuracy needs classes"), std::string::npos) << accuracy;
  const std::string reduction =
      test::thrown_by([&] { model.compile({.metrics = {MeanSquaredError{.reduction = Reduction::sum}}}); }).what();
  EXPECT_NE(reduction.find("no other reduction"), std::string::npos) << reduction;
}

}  // namespace
}  // namespace telar
