// What a step makes of a gradient.
#pragma once

#include <cstdint>
#include <limits>

namespace telar::compute {

/// What is done with a gradient g of a weight w, after g is brought into [-clip, clip] and w -= decay w. m, v, h: the
/// weight's first, second, third slot. Further arrays follow, in this order: sums of gradients (`accumulates`), moving
/// averages of weights (`averages`), gradients that wait for their norm (`waits`).
struct UpdateRule {
  enum class Kind : std::uint8_t {
    gradient,  ///< m = g, not clipped: for whoever wants gradients; the weight stays
    sgd,       ///< w -= rate g
    momentum,  ///< m = momentum m - rate g; w += m
    nesterov,  ///< m = momentum m - rate g; w += momentum m - rate g
    adam,      ///< m += (g - m) one_minus_beta_1; v += (g^2 - v) one_minus_beta_2; w -= rate m / (sqrt(v) + epsilon)
    amsgrad,   ///< the same with h = max(h, v) in place of v
    rmsprop,   ///< m += (g^2 - m) one_minus_beta_2; w -= rate g / sqrt(m + epsilon)
    rmsprop_momentum,           ///< the same with v = momentum v + rate g / sqrt(m + epsilon); w -= v
    centered_rmsprop,           ///< rmsprop with v += (g - v) one_minus_beta_2, and m - v^2 in place of m
    centered_rmsprop_momentum,  ///< both, where the momentum is v and the mean of gradients h
    nadam,                      ///< adam with w -= (rate m + gradient_rate g) / (sqrt(v correction) + epsilon)
    adamax,                     ///< m as adam; v = max(v - v one_minus_beta_2, |g|); w -= rate m / (v + epsilon)
    adagrad,                    ///< m += g^2; w -= rate g / sqrt(m + epsilon)
    adadelta,  ///< m as rmsprop; s = sqrt(v + epsilon) g / sqrt(m + epsilon); v += (s^2 - v) one_minus_beta_2; w -=
               ///< rate s
    lion,      ///< w -= rate sign(m + (g - m) one_minus_beta_1); m += (g - m) one_minus_beta_2
    ftrl,      ///< a = m + g^2; v += g + shrinkage w - (a^power - m^power) / rate w; m = a; w = 0 where |v| <= l1, else
               ///< (sign(v) l1 - v) / ((a^power + beta) / rate + l2); nothing at a rate of 0
    // These direct: g is the direction times what FactorOp found.
    lamb,       ///< m and v as adam; u = gradient_rate m / (sqrt(v correction) + epsilon); w -= rate u
    adafactor,  ///< of a vector m += (g^2 + epsilon - m) correction; u = g / sqrt(m); of a kernel r / mean(r) c in
                ///< place of m, by MeansOp; w -= rate u
    muon        ///< m = momentum m + g; u = m, or g + momentum m if `looks_ahead`; w -= rate u
  };
  Kind kind = Kind::gradient;
  float momentum = 0, one_minus_beta_1 = 0, one_minus_beta_2 = 0, epsilon = 0;
  float power = 0, l1 = 0, l2 = 0, shrinkage = 0, beta = 0;  ///< of ftrl
  float first_slot = 0;                                      ///< what m is before the first step; v and h are 0
  float smallest = 0, threshold = 1;                         ///< of adafactor (FactorOp)
  bool looks_ahead = false;                                  ///< of muon
  float clip = std::numeric_limits<float>::infinity();

  bool accumulates = false;  ///< gradients of several steps make one (StepInput::accumulation)
  bool averages = false;     ///< average = average average_keep + w (1 - average_keep) after each step (StepInput);
                             ///< with `accumulates` only if it waits, and then also in steps that only accumulate
  bool waits = false;        ///< a gradient is only kept; UpdateOp takes the step

  /// Gradients become directions before the step (DirectionOp).
  [[nodiscard]] constexpr bool directs() const noexcept { return kind >= Kind::lamb; }
  /// Arrays that last from step to step.
  [[nodiscard]] constexpr int slots() const noexcept { return own_slots() + accumulates + averages; }
  [[nodiscard]] constexpr int arrays() const noexcept { return slots() + (waits && !accumulates); }
  /// Where kept gradients are: the sums, if there are any.
  [[nodiscard]] constexpr int gradient_slot() const noexcept { return accumulates ? own_slots() : slots(); }
  [[nodiscard]] constexpr int average_slot() const noexcept { return own_slots() + accumulates; }

  /// m, v, h: as many as the kind has.
  [[nodiscard]] constexpr int own_slots() const noexcept {
    switch (kind) {
      case Kind::sgd:
        return 0;
      case Kind::gradient:
      case Kind::momentum:
      case Kind::nesterov:
      case Kind::rmsprop:
      case Kind::adagrad:
      case Kind::lion:
        return 1;
      case Kind::adam:
      case Kind::rmsprop_momentum:
      case Kind::centered_rmsprop:
      case Kind::nadam:
      case Kind::adamax:
      case Kind::adadelta:
      case Kind::ftrl:
      case Kind::lamb:
      case Kind::adafactor:
      case Kind::muon:
        return 2;
      case Kind::amsgrad:
      case Kind::centered_rmsprop_momentum:
        return 3;
    }
    return 0;
  }
};

}  // namespace telar::compute
