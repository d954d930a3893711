// The definition of LossFormula in plain loops, for any scalar: what the loss operation means, and what metrics add up.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "compute/program.hpp"

namespace telar::compute {

namespace row_loss_detail {

template <class T>
struct Term {
  T loss, slope;  ///< slope: in the output
};

template <class T>
inline constexpr T kEpsilon = static_cast<T>(1e-7f);
template <class T>
inline constexpr T kBelowOne = static_cast<T>(1.0f - 1e-7f);

template <class T>
T smoothed(T t, T smoothing, std::size_t classes) {
  return t * (T(1) - smoothing) + smoothing / static_cast<T>(classes);
}

/// Cross-entropy of a probability or a logit, and the probability that counts.
template <class T>
struct Binary : Term<T> {
  T p;
  bool inside;  ///< not clipped
};
template <class T>
Binary<T> binary(T y, T t, bool logits) {
  if (logits) {
    const T loss = std::max(y, T(0)) - y * t + std::log1p(std::exp(-std::abs(y))), p = T(1) / (T(1) + std::exp(-y));
    return {{std::isnan(y) ? y : loss, p - t}, std::clamp(p, kEpsilon<T>, kBelowOne<T>), true};
  }
  const T p = std::clamp(y, kEpsilon<T>, kBelowOne<T>);
  const bool inside = p == y;
  return {
      {-t * std::log(p) - (T(1) - t) * std::log(T(1) - p), inside ? (T(1) - t) / (T(1) - p) - t / p : T(0)}, p, inside};
}

template <class T>
Term<T> binary_focal(const LossFormula& f, T y, T t) {
  const Binary<T> b = binary(y, t, f.logits);
  const T gamma = static_cast<T>(f.gamma), alpha = static_cast<T>(f.alpha);
  const T balance = f.balanced ? t * alpha + (T(1) - t) * (T(1) - alpha) : T(1);
  const T x = T(1) - (t * b.p + (T(1) - t) * (T(1) - b.p)), power = std::pow(x, gamma);
  const T through_p = f.logits ? b.p * (T(1) - b.p) : b.inside ? T(1) : T(0);
  const T slope = gamma * std::pow(x, gamma - T(1)) * (T(1) - T(2) * t) * through_p * b.loss + power * b.slope;
  return {balance * power * b.loss, balance * slope};
}

/// Kinds that go element by element.
template <class T>
Term<T> element(const LossFormula& f, T y, T t) {
  using Kind = LossFormula::Kind;
  constexpr T epsilon = kEpsilon<T>;
  const T e = y - t, size = std::abs(e), sign = e > 0 ? T(1) : e < 0 ? T(-1) : e;
  switch (f.kind) {
    case Kind::squared:
      return {e * e, T(2) * e};
    case Kind::absolute:
      return {size, sign};
    case Kind::percentage: {
      const T unit = T(100) / std::max(std::abs(t), epsilon);
      return {size * unit, sign * unit};
    }
    case Kind::logarithmic: {
      const T floor = y < epsilon ? epsilon : y;
      const T difference = std::log(floor + T(1)) - std::log(std::max(t, epsilon) + T(1));
      return {difference * difference, floor == y ? T(2) * difference / (floor + T(1)) : T(0)};
    }
    case Kind::huber: {
      const T delta = static_cast<T>(f.delta);
      return size > delta ? Term<T>{delta * size - delta * delta / T(2), sign * delta} : Term<T>{e * e / T(2), e};
    }
    case Kind::log_cosh:
      return {size + std::log1p(std::exp(T(-2) * size)) - std::log(T(2)), std::tanh(e)};
    case Kind::poisson:
      return {y - t * std::log(y + epsilon), T(1) - t / (y + epsilon)};
    case Kind::hinge:
    case Kind::squared_hinge: {
      const T label = t == 0 ? T(-1) : t, margin = T(1) - label * y, m = margin < 0 ? T(0) : margin;
      if (f.kind == Kind::squared_hinge) return {m * m, T(-2) * label * m};
      return {m, margin > 0 ? -label : T(0)};
    }
    case Kind::binary: {
      return binary(y, t, f.logits);
    }
    case Kind::binary_focal:
      return binary_focal(f, y, t);
    case Kind::kl_divergence: {
      const T p = std::clamp(y, epsilon, T(1)), q = std::clamp(t, epsilon, T(1));
      return {q * std::log(q / p), p == y ? -q / p : T(0)};
    }
    default:
      return {T(0), T(0)};
  }
}

template <class T>
T categorical_focal(const LossFormula& f, const T* y, const T* t, std::size_t columns, T* slope) {
  const T alpha = static_cast<T>(f.alpha), gamma = static_cast<T>(f.gamma), smoothing = static_cast<T>(f.smoothing);
  const T largest = f.logits ? *std::max_element(y, y + columns) : T(0);
  const auto mass = [&](std::size_t c) { return f.logits ? std::exp(y[c] - largest) : y[c]; };
  T total = 0, loss = 0, dot = 0;
  for (std::size_t c = 0; c < columns; ++c) total += mass(c);
  for (std::size_t c = 0; c < columns; ++c) {
    const T share = mass(c) / total, p = std::clamp(share, kEpsilon<T>, kBelowOne<T>);
    const T weight = alpha * smoothed(t[c], smoothing, columns), rest = T(1) - p, log_p = std::log(p);
    loss -= weight * std::pow(rest, gamma) * log_p;
    const T s = p == share ? weight * (gamma * std::pow(rest, gamma - T(1)) * log_p - std::pow(rest, gamma) / p) : T(0);
    dot += s * share;
    if (slope != nullptr) slope[c] = s;
  }
  for (std::size_t c = 0; slope != nullptr && c < columns; ++c)
    slope[c] = (slope[c] - dot) * (f.logits ? mass(c) / total : T(1) / total);
  return loss;
}

template <class T>
T categorical_hinge(const T* y, const T* t, std::size_t columns, T* slope) {
  T positive = 0;
  std::size_t worst = 0;
  const auto negative = [&](std::size_t c) { return (T(1) - t[c]) * y[c]; };
  for (std::size_t c = 0; c < columns; ++c) {
    positive += t[c] * y[c];
    if (negative(c) > negative(worst)) worst = c;
  }
  const T margin = negative(worst) - positive + T(1);
  for (std::size_t c = 0; slope != nullptr && c < columns; ++c)
    slope[c] = margin > 0 ? (c == worst ? T(1) - t[c] : T(0)) - t[c] : T(0);
  return margin < 0 ? T(0) : margin;
}

template <class T>
T cosine(const T* y, const T* t, std::size_t columns, T* slope) {
  T yy = 0, tt = 0, yt = 0;
  for (std::size_t c = 0; c < columns; ++c) yy += y[c] * y[c], tt += t[c] * t[c], yt += y[c] * t[c];
  const T long_y = std::sqrt(yy), y_length = std::max(long_y, kEpsilon<T>);
  const T scale = std::max(std::sqrt(tt), kEpsilon<T>) * y_length, similarity = yt / scale;
  const T own = long_y == y_length ? similarity / yy : T(0);
  for (std::size_t c = 0; slope != nullptr && c < columns; ++c) slope[c] = own * y[c] - t[c] / scale;
  return -similarity;
}

template <class T>
T generalized(const LossFormula& f, const T* y, const T* t, std::size_t columns, T* slope) {
  const T q = static_cast<T>(f.gamma);
  T p = 0;
  for (std::size_t c = 0; c < columns; ++c) p += t[c] * y[c];
  const bool inside = !(p < kEpsilon<T>);
  const T power = std::pow(p, q);
  for (std::size_t c = 0; slope != nullptr && c < columns; ++c) slope[c] = inside ? -power / p * t[c] : T(0);
  return (T(1) - power) / q;
}

/// From the sums of t y, y and t, of the row or of a batch that it is of.
template <class T>
T overlap(const LossFormula& f, const T* t, std::size_t columns, T both, T outputs, T targets, T* slope) {
  const T alpha = static_cast<T>(f.alpha), beta = static_cast<T>(f.delta);
  const T all = both + alpha * (outputs - both) + beta * (targets - both) + static_cast<T>(f.gamma);
  for (std::size_t c = 0; slope != nullptr && c < columns; ++c)
    slope[c] = (both / all * (t[c] + alpha * (T(1) - t[c]) - beta * t[c]) - t[c]) / all;
  return T(1) - both / all;
}

}  // namespace row_loss_detail

/// Loss of a row of outputs `y` against targets `t`, and its gradient in y into `slope` (may be null).
template <class T>
T row_loss(const LossFormula& f, const T* y, const T* t, std::size_t columns, T* slope) {
  using Kind = LossFormula::Kind;
  switch (f.kind) {
    case Kind::categorical_focal:
      return row_loss_detail::categorical_focal(f, y, t, columns, slope);
    case Kind::categorical_hinge:
      return row_loss_detail::categorical_hinge(y, t, columns, slope);
    case Kind::cosine:
      return row_loss_detail::cosine(y, t, columns, slope);
    case Kind::generalized:
      return row_loss_detail::generalized(f, y, t, columns, slope);
    case Kind::overlap: {
      T both = 0, outputs = 0, targets = 0;
      for (std::size_t c = 0; c < columns; ++c) both += t[c] * y[c], outputs += y[c], targets += t[c];
      return row_loss_detail::overlap(f, t, columns, both, outputs, targets, slope);
    }
    default: {
      const T share = f.kind == Kind::kl_divergence ? T(1) : T(1) / static_cast<T>(columns);
      T loss = 0;
      for (std::size_t c = 0; c < columns; ++c) {
        const auto term =
            row_loss_detail::element(f, y[c], row_loss_detail::smoothed(t[c], static_cast<T>(f.smoothing), 2));
        loss += term.loss;
        if (slope != nullptr) slope[c] = term.slope * share;
      }
      return loss * share;
    }
  }
}

}  // namespace telar::compute
