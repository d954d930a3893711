// Optimisers whose steps look at a whole variable at once. What all optimisers share is in <telar/optimizers.hpp>.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <telar/learning_rate.hpp>

namespace telar {

/// You et al. 2020, layer-wise steps: with m, v as in Adam and t from 1, u = m / (1 - beta_1^t) / (sqrt(v / (1 -
/// beta_2^t)) + epsilon), and of each variable w -= lr |w| / |u| u; the ratio of the norms is 1 where one is 0.
struct Lamb {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0.0;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency{};
  std::optional<int> gradient_accumulation_steps{};
  std::vector<std::string> exclude_from_weight_decay{};
};

/// Shazeer & Stern 2018: of a kernel only moving averages r, c of the mean squares of its gradient's rows and columns
/// are kept, of share t^beta_2_decay, after epsilon_1 is added to every square; v = r c / mean(r), of a bias the moving
/// average itself. u = g / sqrt(v), at most clip_threshold of root mean square (rms), and
/// w -= min(lr, 1 / sqrt(t)) max(epsilon_2, rms(w)) u. u is 0 where v is too small for float32, where Keras has NaN.
struct Adafactor {
  LearningRate learning_rate = 0.001;
  double beta_2_decay = -0.8;
  double epsilon_1 = 1e-30;
  double epsilon_2 = 1e-3;
  double clip_threshold = 1.0;
  bool relative_step = true;  ///< without effect, as in Keras: the rate is at most 1 / sqrt(t) in either case
  double weight_decay = 0.0;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency{};
  std::optional<int> gradient_accumulation_steps{};
  std::vector<std::string> exclude_from_weight_decay{};
};

/// Jordan et al. 2024, as Liu et al. 2025 scale it: of a kernel m <- momentum m + g, X = m, or g + momentum m with
/// nesterov, over its norm; ns_steps times X <- a X + (b A + c A A) X with A = X X^T, so that all singular values come
/// near 1; w -= lr rms_rate sqrt(max(rows, columns)) X, where an rms_rate of 0 stands for Keras's None: w -= lr X.
/// Everything else, and what exclude_layers names (as exclude_from_weight_decay does), takes Adam's step of lr
/// adam_lr_ratio, with a decay of its own.
struct Muon {
  LearningRate learning_rate = 0.001;
  double adam_beta_1 = 0.9;
  double adam_beta_2 = 0.999;
  double adam_weight_decay = 0.004;
  double epsilon = 1e-7;
  double weight_decay = 0.004;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency{};
  std::optional<int> gradient_accumulation_steps{};
  std::vector<std::string> exclude_from_weight_decay{};
  std::vector<std::string> exclude_layers{};
  double muon_a = 3.4445;
  double muon_b = -4.7750;
  double muon_c = 2.0315;
  double adam_lr_ratio = 1.0;
  double momentum = 0.95;
  int ns_steps = 5;
  bool nesterov = true;
  double rms_rate = 0.2;
};

}  // namespace telar
