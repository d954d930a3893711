// Files that the real Keras wrote (keras/generate.py), and what it computed with them.
#pragma once

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <telar/telar.hpp>

namespace telar::test {

inline std::filesystem::path keras_fixture(const std::string& name) {
  return std::filesystem::path(TELAR_TESTS_DIR) / "format/keras" / name;
}

struct KerasFacts {
  std::vector<float> x, predictions, training_x;
  std::vector<std::int32_t> training_y;
  std::vector<double> losses;
};

inline KerasFacts keras_facts(const std::string& name) {
  std::ifstream file(keras_fixture(name + ".json"));
  const nlohmann::json json = nlohmann::json::parse(file);
  return {json["x"], json["predictions"], json["training_x"], json["training_y"], json["losses"]};
}

inline Dataset samples(const Sequential& model, const std::vector<float>& x) {
  std::size_t width = 1;
  for (const int extent : model.input().shape) width *= static_cast<std::size_t>(extent);
  return from_arrays(model.input().shape, x, std::vector<std::int32_t>(x.size() / width), model.outputs());
}

/// Expects what Keras predicted.
inline void expect_predictions(const Sequential& model, const KerasFacts& facts) {
  const std::vector<float> own = model.predict(samples(model, facts.x));
  ASSERT_EQ(own.size(), facts.predictions.size());
  for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(own[i], facts.predictions[i], 1e-5) << i;
}

}  // namespace telar::test
