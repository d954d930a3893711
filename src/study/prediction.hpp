// What a network's outputs say of a sample, and the document telar.predict/1.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "study/trained_network.hpp"

namespace telar {

/// How the outputs are to be read.
struct OutputMeaning {
  enum class Transform { none, sigmoid, softmax };
  std::size_t classes = 0;     ///< 0: they are numbers, as of a regression
  bool probabilities = false;  ///< whether there is one of each class; else the outputs are shown as they are
  Transform transform = Transform::none;  ///< that makes them probabilities
  float threshold = 0.5f;                 ///< of a single output: above it is the second of two classes
  std::vector<std::string> names;  ///< of the classes, numbers where they have none; else of the outputs, or none
};

/// From the loss the network was trained with: classes where evaluate counts them, and their probabilities, by softmax
/// or sigmoid where it takes logits. A network without a loss that ends in a softmax tells classes apart; of any other
/// the outputs are numbers.
[[nodiscard]] OutputMeaning meaning_of(const TrainedNetwork& network);

/// One sample's.
struct Prediction {
  std::size_t label = 0;           ///< the class
  std::vector<double> values;      ///< probabilities or outputs: of each class, or the numbers
  std::vector<std::uint32_t> top;  ///< classes, the likeliest first
};

/// Fills `prediction`, whose memory is used again. `top`: how many classes; of fewer classes all. Throws Error (data)
/// naming sample `index` of `source` if an output is not finite.
void read_outputs(const OutputMeaning& meaning, std::span<const float> outputs, std::size_t top,
                  const std::string& source, std::uint64_t index, Prediction& prediction);

/// telar.predict/1 as it grows: its begin, one of `predictions` after the other, its end. The sources may be files that
/// do not fit into memory.
class PredictionDocument {
 public:
  explicit PredictionDocument(const OutputMeaning& meaning);
  void begin(std::string& text) const;
  /// `source` as the command line has it.
  void begin_source(const std::string& source);
  void add(const Prediction& prediction, std::uint64_t index, std::string& text);
  void end(std::string& text) const;

 private:
  void add_list(const char* key, std::span<const double> values, std::string& text) const;

  const OutputMeaning& meaning_;
  std::vector<std::string> classes_;  // as JSON
  std::string source_;
  bool first_ = true;
};

}  // namespace telar
