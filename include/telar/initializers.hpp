// How a variable gets its first values. Names and defaults are Keras's (keras.io/api/layers/initializers).
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

namespace telar {

/// All zeros.
struct Zeros {};
/// All ones.
struct Ones {};
struct Constant {
  double value = 0;
};

// A `seed` makes the numbers those of the seed alone: two variables of one shape then start equal, in any network.
// Without one they follow from the network's seed and the variable's name.

/// U(-l, l), l = sqrt(6 / (fan_in + fan_out)). Keras's default for a Dense kernel.
struct GlorotUniform {
  std::optional<std::uint64_t> seed{};
};
/// Normal cut at two standard deviations, variance 2 / (fan_in + fan_out) after the cut.
struct GlorotNormal {
  std::optional<std::uint64_t> seed{};
};
/// U(-l, l), l = sqrt(6 / fan_in).
struct HeUniform {
  std::optional<std::uint64_t> seed{};
};
/// Normal cut at two standard deviations, variance 2 / fan_in after the cut.
struct HeNormal {
  std::optional<std::uint64_t> seed{};
};
/// U(-l, l), l = sqrt(3 / fan_in).
struct LecunUniform {
  std::optional<std::uint64_t> seed{};
};
/// Normal cut at two standard deviations, variance 1 / fan_in after the cut.
struct LecunNormal {
  std::optional<std::uint64_t> seed{};
};

struct RandomNormal {
  double mean = 0;
  double stddev = 0.05;
  std::optional<std::uint64_t> seed{};
};
/// U(minval, maxval).
struct RandomUniform {
  double minval = -0.05;
  double maxval = 0.05;
  std::optional<std::uint64_t> seed{};
};
/// Normal cut at two standard deviations; `stddev` is that before the cut.
struct TruncatedNormal {
  double mean = 0;
  double stddev = 0.05;
  std::optional<std::uint64_t> seed{};
};

/// Variance scale / fan, with the fan of `mode`; fan_avg is the mean of both. A truncated normal has it after the cut.
struct VarianceScaling {
  enum class Mode { fan_in, fan_out, fan_avg };
  enum class Distribution { truncated_normal, untruncated_normal, uniform };
  double scale = 1;
  Mode mode = Mode::fan_in;
  Distribution distribution = Distribution::truncated_normal;
  std::optional<std::uint64_t> seed{};
};

/// gain times a matrix whose shorter side's rows or columns are orthonormal, uniformly among those (Saxe et al. 2014).
/// For kernels only.
struct Orthogonal {
  double gain = 1;
  std::optional<std::uint64_t> seed{};
};
/// gain on the diagonal, 0 elsewhere. For kernels only.
struct Identity {
  double gain = 1;
};

using Initializer =
    std::variant<GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Zeros, Ones, Constant,
                 RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling, Orthogonal, Identity>;

}  // namespace telar
