// What outputs mean, and what is said of them.
#include "study/prediction.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "study/documents.hpp"
#include "support/expect_error.hpp"

namespace telar {
namespace {

using Transform = OutputMeaning::Transform;

TrainedNetwork ending_in(Dense last, std::optional<Loss> loss, SaveOptions names = {}) {
  Sequential model(Input{2}, {last});
  if (loss) model.compile({.loss = loss});
  return {std::move(model), std::move(names)};
}

Prediction reading(const OutputMeaning& meaning, std::vector<float> outputs, std::size_t top = 3) {
  Prediction prediction;
  read_outputs(meaning, outputs, top, "x.csv", 7, prediction);
  return prediction;
}

const SaveOptions kColours{.class_names = {"red", "green", "blue"}};

TEST(Meaning, IsProbabilitiesOfClassesAfterACrossentropy) {
  const OutputMeaning meaning =
      meaning_of(ending_in({.units = 3, .activation = Activation::softmax}, SparseCategoricalCrossentropy{}, kColours));
  EXPECT_EQ(meaning.classes, 3u);
  EXPECT_TRUE(meaning.probabilities);
  EXPECT_EQ(meaning.transform, Transform::none);
  const Prediction prediction = reading(meaning, {0.25f, 0.25f, 0.5f}, 2);
  EXPECT_EQ(prediction.label, 2u);
  EXPECT_EQ(prediction.values, (std::vector<double>{0.25, 0.25, 0.5}));
  EXPECT_EQ(prediction.top, (std::vector<std::uint32_t>{2, 0})) << "of equals the first";
  EXPECT_EQ(reading(meaning, {0.25f, 0.25f, 0.5f}, 100).top, (std::vector<std::uint32_t>{2, 0, 1})) << "all there are";
}

TEST(Meaning, IsTheirSoftmaxWhereTheLossTakesLogits) {
  const OutputMeaning meaning =
      meaning_of(ending_in({.units = 3}, CategoricalCrossentropy{.from_logits = true}, kColours));
  const Prediction prediction = reading(meaning, {0, std::log(3.0f), 0});
  EXPECT_EQ(prediction.label, 1u);
  EXPECT_NEAR(prediction.values[0], 0.2, 1e-7);
  EXPECT_NEAR(prediction.values[1], 0.6, 1e-7);
  EXPECT_EQ(reading(meaning, {3e38f, -3e38f, 0}).values, (std::vector<double>{1, 0, 0})) << "no overflow";
}

TEST(Meaning, IsTwoClassesOfOneOutput) {
  const SaveOptions names{.class_names = {"no", "yes"}};
  const OutputMeaning meaning =
      meaning_of(ending_in({.units = 1, .activation = Activation::sigmoid}, BinaryCrossentropy{}, names));
  EXPECT_EQ(meaning.classes, 2u);
  EXPECT_EQ(meaning.names, names.class_names);
  EXPECT_EQ(reading(meaning, {0.75f}).label, 1u);
  EXPECT_EQ(reading(meaning, {0.75f}).values, (std::vector<double>{0.25, 0.75}));
  EXPECT_EQ(reading(meaning, {0.5f}).label, 0u) << "above the threshold, as metrics have it";
  EXPECT_EQ(reading(meaning, {0.5f}).top, (std::vector<std::uint32_t>{0, 1}));
  const OutputMeaning logits = meaning_of(ending_in({.units = 1}, BinaryCrossentropy{.from_logits = true}));
  EXPECT_EQ(reading(logits, {-0.125f}).label, 0u);
  EXPECT_EQ(reading(logits, {0.125f}).label, 1u);
  EXPECT_NEAR(reading(logits, {std::log(3.0f)}).values[1], 0.75, 1e-7);
  EXPECT_EQ(logits.names, (std::vector<std::string>{"0", "1"}));
}

TEST(Meaning, IsClassesWithoutProbabilitiesWhereOutputsMayBeAnything) {
  EXPECT_FALSE(meaning_of(ending_in({.units = 3}, SparseCategoricalCrossentropy{}, kColours)).probabilities);
  const OutputMeaning one = meaning_of(ending_in({.units = 1}, Dice{}));
  EXPECT_FALSE(one.probabilities);
  EXPECT_EQ(reading(one, {1.5f}).label, 1u);
  EXPECT_EQ(reading(one, {1.5f}).values, std::vector<double>{1.5});
}

TEST(Meaning, IsClassesWithoutProbabilitiesAfterAHinge) {
  const OutputMeaning meaning = meaning_of(ending_in({.units = 1, .activation = Activation::tanh}, Hinge{}));
  EXPECT_EQ(reading(meaning, {0.25f}).label, 1u);
  EXPECT_EQ(reading(meaning, {-0.25f}).label, 0u);
  EXPECT_EQ(reading(meaning, {-0.25f}).values, std::vector<double>{-0.25});
  const OutputMeaning several = meaning_of(ending_in({.units = 3}, CategoricalHinge{}, kColours));
  EXPECT_EQ(several.classes, 3u);
  EXPECT_FALSE(several.probabilities);
}

TEST(Meaning, IsNumbersOfARegression) {
  const OutputMeaning meaning =
      meaning_of(ending_in({.units = 2}, MeanSquaredError{}, {.target_names = {"price", "size"}}));
  EXPECT_EQ(meaning.classes, 0u);
  EXPECT_EQ(meaning.names, (std::vector<std::string>{"price", "size"}));
  EXPECT_EQ(reading(meaning, {1.5f, -2}).values, (std::vector<double>{1.5, -2}));
  EXPECT_TRUE(reading(meaning, {1.5f, -2}).top.empty());
}

TEST(Meaning, OfANetworkWithoutALossIsWhatItsOutputsAre) {
  EXPECT_EQ(meaning_of(ending_in({.units = 3}, {})).classes, 0u) << "they may be logits";
  EXPECT_EQ(meaning_of(ending_in({.units = 1, .activation = Activation::sigmoid}, {})).classes, 0u);
  EXPECT_EQ(meaning_of(ending_in({.units = 3, .activation = Activation::softmax}, {})).classes, 3u);
}

TEST(Prediction, IsOfFiniteNumbers) {
  const OutputMeaning meaning = meaning_of(ending_in({.units = 2}, MeanSquaredError{}));
  for (const float odd : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
    test::expect_error(ErrorCode::data, "x.csv", "sample 7: output 1 of the network is not finite", [&] {
      static_cast<void>(reading(meaning, {0, odd}));
    });
}

std::string document_of(const OutputMeaning& meaning, const std::vector<std::vector<float>>& rows,
                        std::size_t top = 3) {
  PredictionDocument writer(meaning);
  std::string text;
  writer.begin(text);
  writer.begin_source("a\"b\xff.csv");
  for (std::size_t i = 0; i < rows.size(); ++i) writer.add(reading(meaning, rows[i], top), i, text);
  writer.end(text);
  return text;
}

TEST(PredictionDocument, HasAnEntryForEachSample) {
  const OutputMeaning meaning =
      meaning_of(ending_in({.units = 3, .activation = Activation::softmax}, SparseCategoricalCrossentropy{}, kColours));
  EXPECT_EQ(document_of(meaning, {{0.5f, 0.1f, 0.4f}}, 2),
            "{\"schema\":\"telar.predict/1\",\"predictions\":[{\"source\":\"a\\\"b\xef\xbf\xbd.csv\",\"index\":0,"
            "\"label\":0,\"class\":\"red\",\"top\":[{\"label\":0,\"class\":\"red\",\"probability\":0.5},"
            "{\"label\":2,\"class\":\"blue\",\"probability\":0.400000006}],"
            "\"probabilities\":[0.5,0.100000001,0.400000006]}]}\n");
  const Json parsed = Json::parse(document_of(meaning, {{0.5f, 0.1f, 0.4f}, {0, 1, 0}}));
  EXPECT_EQ(parsed["predictions"][1]["class"], "green");
  EXPECT_EQ(Json::parse(document_of(meaning, {}))["predictions"], Json::array());
}

TEST(PredictionDocument, HasTheOutputsOfARegression) {
  const OutputMeaning meaning = meaning_of(ending_in({.units = 2}, MeanSquaredError{}));
  EXPECT_EQ(Json::parse(document_of(meaning, {{1.5f, -2e-20f}}))["predictions"][0],
            (Json{{"source", "a\"b\xef\xbf\xbd.csv"}, {"index", 0}, {"output", {1.5, -1.99999994e-20}}}));
}

}  // namespace
}  // namespace telar
