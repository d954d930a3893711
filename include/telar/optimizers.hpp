// Optimisers: plain data, Keras's names, defaults and update rules (keras.io/api/optimizers).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <telar/learning_rate.hpp>
#include <telar/tensor_optimizers.hpp>

namespace telar {

/// What all of them share:
/// - learning_rate: a number or a schedule, lr in the formulas.
/// - gradient_accumulation_steps k, at least 2: only every k-th step moves the weights, by the mean of the gradients of
///   the last k. Schedules count all steps, bias corrections those that move.
/// - clipvalue: every element of the gradient g is first brought into [-clipvalue, clipvalue]. Or clipnorm: each
///   variable's gradient is divided by norm / clipnorm where its 2-norm is larger; or global_clipnorm: the same with
///   the norm of all gradients together, and if that is not finite all become NaN. Greater than 0, at most one of
///   them.
/// - weight_decay: before the step, w -= w weight_decay lr for all that is trained, biases included.
/// - exclude_from_weight_decay: but not what is named here: a variable ("dense_1/kernel"), all variables of a name
///   ("bias") or of a layer ("batch_normalization"). A name that nothing has is an error at compile.
/// - use_ema: keeps a moving average of every weight, average <- ema_momentum average + (1 - ema_momentum) w after each
///   step that moves, and w itself after the first. fit ends with the averages as weights; with an
///   ema_overwrite_frequency, every that many moving steps w becomes the average too.

/// momentum 0: w -= lr g.  Otherwise v <- momentum v - lr g, and w += v, or with nesterov w += momentum v - lr g.
struct SGD {
  LearningRate learning_rate = 0.01;
  double momentum = 0.0;
  bool nesterov = false;
  double weight_decay = 0.0;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency{};
  std::optional<int> gradient_accumulation_steps{};
  std::vector<std::string> exclude_from_weight_decay{};
};

/// Kingma & Ba in the "epsilon hat" form that Keras uses: with m, v the moving averages of g and g^2 and t from 1,
/// w -= lr sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon). amsgrad takes the largest v so far.
struct Adam {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  double weight_decay = 0.0;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency{};
  std::optional<int> gradient_accumulation_steps{};
  std::vector<std::string> exclude_from_weight_decay{};
};

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019).
struct AdamW {
  LearningRate learning_rate = 0.001;
  double weight_decay = 0.004;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency{};
  std::optional<int> gradient_accumulation_steps{};
  std::vector<std::string> exclude_from_weight_decay{};
};

/// Hinton's lecture 6e: with v the moving average of g^2, w -= lr g / sqrt(v + epsilon). centered: v - mean(g)^2 in
/// place of v. With momentum, the step is momentum times the last one + that.
struct RMSprop {
  LearningRate learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0.0;
  double epsilon = 1e-7;
  bool centered = false;
  double weight_decay = 0.0;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency{};
  std::optional<int> gradient_accumulation_steps{};
  std::vector<std::string> exclude_from_weight_decay{};
};

/// Adam with Nesterov's look-ahead (Dozat 2016): u_t = beta_1 (1 - 0.96^t / 2), P_t = u_1 ... u_t, and
/// w -= lr (u_(t+1) m / (1 - P_(t+1)) + (1 - u_t) g / (1 - P_t)) / (sqrt(v / (1 - beta_2^t)) + epsilon).
struct Nadam {
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

/// Adam with the largest gradient in place of the mean square (Kingma & Ba, section 7.1): u <- max(beta_2 u, |g|),
/// w -= lr / (1 - beta_1^t) * m / (u + epsilon).
struct Adamax {
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

/// Duchi et al. 2011: a += g^2, w -= lr g / sqrt(a + epsilon).
struct Adagrad {
  LearningRate learning_rate = 0.001;
  double initial_accumulator_value = 0.1;
  double epsilon = 1e-7;
  double weight_decay = 0.0;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency{};
  std::optional<int> gradient_accumulation_steps{};
  std::vector<std::string> exclude_from_weight_decay{};
};

/// Zeiler 2012: with a, b the moving averages of g^2 and of squared steps, step = sqrt(b + epsilon) g / sqrt(a +
/// epsilon), w -= lr step. The paper's learning rate is 1.
struct Adadelta {
  LearningRate learning_rate = 0.001;
  double rho = 0.95;
  double epsilon = 1e-7;
  double weight_decay = 0.0;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency{};
  std::optional<int> gradient_accumulation_steps{};
  std::vector<std::string> exclude_from_weight_decay{};
};

/// Chen et al. 2023: w -= lr sign(beta_1 m + (1 - beta_1) g), then m <- beta_2 m + (1 - beta_2) g.
struct Lion {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.99;
  double weight_decay = 0.0;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency{};
  std::optional<int> gradient_accumulation_steps{};
  std::vector<std::string> exclude_from_weight_decay{};
};

/// McMahan et al. 2013, "follow the regularised leader": with p = -learning_rate_power and a' = a + g^2,
/// z += g + 2 l2_shrinkage w - (a'^p - a^p) / lr * w, and w = 0 where |z| <= l1, else
/// (sign(z) l1 - z) / (a'^p / lr + 2 l2 + beta / lr). Where a schedule comes to lr = 0 nothing moves.
struct Ftrl {
  LearningRate learning_rate = 0.001;
  double learning_rate_power = -0.5;
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0.0;
  double l2_regularization_strength = 0.0;
  double l2_shrinkage_regularization_strength = 0.0;
  double beta = 0.0;
  double weight_decay = 0.0;
  std::optional<double> clipnorm{}, clipvalue{}, global_clipnorm{};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency{};
  std::optional<int> gradient_accumulation_steps{};
  std::vector<std::string> exclude_from_weight_decay{};
};

using Optimizer =
    std::variant<SGD, Adam, AdamW, RMSprop, Nadam, Adamax, Adagrad, Adadelta, Lion, Ftrl, Lamb, Adafactor, Muon>;

}  // namespace telar
