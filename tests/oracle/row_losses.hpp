// Losses of rows as a textbook has them, written once for numbers that carry their derivative along: what no formula
// for a gradient can get wrong.
#pragma once

#include <cmath>
#include <type_traits>
#include <variant>
#include <vector>

#include <telar/losses.hpp>

namespace telar::oracle {

/// A value and its derivative.
struct Dual {
  double v = 0, d = 0;

  Dual(double value = 0, double derivative = 0) : v(value), d(derivative) {}
  friend Dual operator+(Dual a, Dual b) { return {a.v + b.v, a.d + b.d}; }
  friend Dual operator-(Dual a, Dual b) { return {a.v - b.v, a.d - b.d}; }
  friend Dual operator*(Dual a, Dual b) { return {a.v * b.v, a.d * b.v + a.v * b.d}; }
  friend Dual operator/(Dual a, Dual b) { return {a.v / b.v, (a.d - a.v / b.v * b.d) / b.v}; }
  friend bool operator<(Dual a, Dual b) { return a.v < b.v; }
};
inline Dual log(Dual a) { return {std::log(a.v), a.d / a.v}; }
inline Dual exp(Dual a) { return {std::exp(a.v), a.d * std::exp(a.v)}; }
inline Dual sqrt(Dual a) { return {std::sqrt(a.v), a.d / 2 / std::sqrt(a.v)}; }
inline Dual log_cosh(Dual a) { return {std::log(std::cosh(a.v)), a.d * std::tanh(a.v)}; }
inline Dual pow(Dual a, double p) { return {std::pow(a.v, p), a.d * p * std::pow(a.v, p - 1)}; }
inline Dual abs(Dual a) { return a < 0 ? 0 - a : a; }
inline Dual larger(Dual a, Dual b) { return a < b ? b : a; }
/// No derivative outside.
inline Dual clipped(Dual a, double low, double high) { return a.v < low ? low : a.v > high ? high : a; }

using Duals = std::vector<Dual>;

inline Duals shares(const Duals& y, bool logits) {
  Dual sum;
  Duals p = y;
  for (Dual& x : p) sum = sum + (x = logits ? exp(x) : x);
  for (Dual& x : p) x = x / sum;
  return p;
}

inline constexpr double kLow = 1e-7f, kHigh = 1.0f - 1e-7f;  // Keras clips float32 numbers by these

/// -t log p - (1 - t) log(1 - p), and p.
struct Coin {
  Dual loss, p;
};
inline Coin coin(Dual y, double t, bool logits) {
  if (!logits) {
    const Dual p = clipped(y, kLow, kHigh);
    return {0 - t * log(p) - (1 - t) * log(1 - p), p};
  }
  const Dual p = 1 / (1 + exp(0 - y));
  return {(1 - t) * y + log(1 + exp(0 - y)), p};
}

/// Loss of one row; the cross-entropies over classes are the network's own affair.
inline Dual row_loss(const Loss& loss, const Duals& y, const std::vector<double>& t) {
  const std::size_t n = y.size();
  const auto mean = [&](const auto& f) {
    Dual sum;
    for (std::size_t c = 0; c < n; ++c) sum = sum + f(y[c], t[c]);
    return sum / static_cast<double>(n);
  };
  return std::visit(
      [&](const auto& l) -> Dual {
        using L = std::remove_cvref_t<decltype(l)>;
        if constexpr (std::is_same_v<L, BinaryCrossentropy>) {
          const double s = l.label_smoothing;
          return mean([&](Dual a, double b) { return coin(a, b * (1 - s) + s / 2, l.from_logits).loss; });
        } else if constexpr (std::is_same_v<L, BinaryFocalCrossentropy>) {
          return mean([&](Dual a, double b) {
            const Coin c = coin(a, b, l.from_logits);
            const double balance = l.apply_class_balancing ? b * l.alpha + (1 - b) * (1 - l.alpha) : 1;
            return balance * pow(1 - (b * c.p + (1 - b) * (1 - c.p)), l.gamma) * c.loss;
          });
        } else if constexpr (std::is_same_v<L, CategoricalFocalCrossentropy>) {
          Dual sum;
          const Duals p = shares(y, l.from_logits);
          for (std::size_t c = 0; c < n; ++c) {
            const Dual q = clipped(p[c], kLow, kHigh);
            sum = sum - l.alpha * t[c] * pow(1 - q, l.gamma) * log(q);
          }
          return sum;
        } else if constexpr (std::is_same_v<L, MeanSquaredError>) {
          return mean([](Dual a, double b) { return (a - b) * (a - b); });
        } else if constexpr (std::is_same_v<L, MeanAbsoluteError>) {
          return mean([](Dual a, double b) { return abs(a - b); });
        } else if constexpr (std::is_same_v<L, MeanAbsolutePercentageError>) {
          return mean([](Dual a, double b) { return 100 * abs(a - b) / std::max(std::abs(b), kLow); });
        } else if constexpr (std::is_same_v<L, MeanSquaredLogarithmicError>) {
          return mean([](Dual a, double b) {
            const Dual e = log(1 + larger(a, kLow)) - std::log(1 + std::max(b, kLow));
            return e * e;
          });
        } else if constexpr (std::is_same_v<L, Huber>) {
          return mean([&](Dual a, double b) {
            const Dual e = abs(a - b);
            return l.delta < e ? l.delta * e - l.delta * l.delta / 2 : e * e / 2;
          });
        } else if constexpr (std::is_same_v<L, LogCosh>) {
          return mean([](Dual a, double b) { return log_cosh(a - b); });
        } else if constexpr (std::is_same_v<L, KLDivergence>) {
          Dual sum;
          for (std::size_t c = 0; c < n; ++c) {
            const Dual q = clipped(t[c], kLow, 1);
            sum = sum + q * log(q / clipped(y[c], kLow, 1));
          }
          return sum;
        } else if constexpr (std::is_same_v<L, Poisson>) {
          return mean([](Dual a, double b) { return a - b * log(a + kLow); });
        } else if constexpr (std::is_same_v<L, Hinge> || std::is_same_v<L, SquaredHinge>) {
          return mean([](Dual a, double b) {
            const Dual m = larger(1 - (b == 0 ? -1 : b) * a, 0);
            return std::is_same_v<L, Hinge> ? m : m * m;
          });
        } else if constexpr (std::is_same_v<L, CategoricalHinge>) {
          Dual own, other = (1 - t[0]) * y[0];
          for (std::size_t c = 0; c < n; ++c) own = own + t[c] * y[c], other = larger(other, (1 - t[c]) * y[c]);
          return larger(1 + other - own, 0);
        } else if constexpr (std::is_same_v<L, CategoricalGeneralizedCrossEntropy>) {
          Dual p;
          for (std::size_t c = 0; c < n; ++c) p = p + t[c] * y[c];
          return (1 - pow(p, l.q)) / l.q;
        } else if constexpr (std::is_same_v<L, Dice> || std::is_same_v<L, Tversky>) {  // of each sample by itself
          Dual both, outputs;
          double targets = 0;
          for (std::size_t c = 0; c < n; ++c) both = both + t[c] * y[c], outputs = outputs + y[c], targets += t[c];
          if constexpr (std::is_same_v<L, Dice>)
            return 1 - 2 * both / (outputs + targets + kLow);
          else
            return 1 - both / (both + l.alpha * (targets - both) + l.beta * (outputs - both) + kLow);
        } else if constexpr (std::is_same_v<L, CosineSimilarity>) {
          Dual yy, dot;
          double tt = 0;
          for (std::size_t c = 0; c < n; ++c) yy = yy + y[c] * y[c], dot = dot + t[c] * y[c], tt += t[c] * t[c];
          return 0 - dot / (sqrt(yy) * std::sqrt(tt));
        } else {
          return {};
        }
      },
      loss);
}

}  // namespace telar::oracle
