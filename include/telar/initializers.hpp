// How a variable gets its first values. Names and defaults are Keras's (keras.io/api/layers/initializers).
#pragma once

#include <variant>

namespace telar {

struct Zeros {};
struct Ones {};

/// U(-l, l), l = sqrt(6 / (fan_in + fan_out)). Keras's default for a Dense kernel.
struct GlorotUniform {};
/// Normal cut at two standard deviations, variance 2 / (fan_in + fan_out) after the cut.
struct GlorotNormal {};
/// U(-l, l), l = sqrt(6 / fan_in).
struct HeUniform {};
/// Normal cut at two standard deviations, variance 2 / fan_in after the cut.
struct HeNormal {};
/// U(-l, l), l = sqrt(3 / fan_in).
struct LecunUniform {};
/// Normal cut at two standard deviations, variance 1 / fan_in after the cut.
struct LecunNormal {};

using Initializer =
    std::variant<GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Zeros, Ones>;

}  // namespace telar
