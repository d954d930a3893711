// A trained network for inference alone.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <telar/sequential.hpp>

namespace telar {

struct PredictorOptions {
  int threads = 1;      ///< that one call may use, at least 1
  int concurrency = 1;  ///< calls that run at the same time, 1 to 64; a further one waits for its turn
  bool fold = true;     ///< false: the bits of Sequential::predict, which take longer
};

/// Outputs of a network in inference mode. A copy of the network's state: what happens to the Sequential afterwards
/// does not show. BatchNormalization is folded into neighbouring Dense layers where there are any and nothing is
/// rounded to bfloat16, so that results may differ from Sequential::predict, unless `fold` is false; they do not depend
/// on threads, concurrency or the size of the batch. Thread-safe. A call allocates nothing.
class Predictor {
 public:
  /// Throws Error (usage) on an option out of range, Error (resource) if memory is short.
  explicit Predictor(const Sequential& model, const PredictorOptions& options = {});
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;
  ~Predictor();

  [[nodiscard]] int inputs() const noexcept;   ///< numbers in a sample
  [[nodiscard]] int outputs() const noexcept;  ///< numbers of the last layer

  /// samples (n, inputs()) row-major to results (n, outputs()) row-major. Throws Error (usage) unless the sizes fit.
  void predict(std::span<const float> samples, std::span<float> results) const;
  /// The same for samples of bytes, such as pixels.
  void predict(std::span<const std::uint8_t> samples, std::span<float> results) const;

  struct State;  ///< floor `model`

 private:
  std::unique_ptr<State> state_;
};

}  // namespace telar
