// A loss and a metric of your own, in C++ only: a recipe holds no functions.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace telar {

/// How the samples' losses l with weights w become one number.
enum class Reduction {
  sum_over_batch_size,     ///< sum(w l) / number of samples that count
  sum,                     ///< sum(w l)
  mean_with_sample_weight  ///< sum(w l) / sum(w)
};

/// A loss by a function of one sample's outputs and targets, both `units of the last layer` numbers:
///
///   CustomLoss quantile("quantile", []<class T>(std::span<const T> y, std::span<const T> t, std::span<T> slope) {
///     const T e = t[0] - y[0], tau = T(0.9);
///     if (!slope.empty()) slope[0] = e > 0 ? -tau : 1 - tau;
///     return e > 0 ? tau * e : (tau - 1) * e;
///   });
///
/// It returns the loss and, unless `slope` is empty, writes there all of its gradient in the outputs. It is called with
/// float in training and with double by check_gradients, which says whether the two fit; by several threads at the same
/// time, so it must keep no state, allocate nothing and throw nothing. A label is the target of a network of one
/// output; for more outputs the data needs targets, such as to_categorical makes of labels.
class CustomLoss {
 public:
  template <class T>
  using OfRow = std::function<T(std::span<const T> outputs, std::span<const T> targets, std::span<T> slope)>;
  struct Functions {
    OfRow<float> single_precision;
    OfRow<double> double_precision;
  };

  CustomLoss() = default;
  template <class F>
  requires std::is_invocable_r_v<float, const F&, std::span<const float>, std::span<const float>, std::span<float>> &&
      std::is_invocable_r_v<double, const F&, std::span<const double>, std::span<const double>, std::span<double>>
      CustomLoss(std::string called, F of_row, Reduction how = Reduction::sum_over_batch_size)
      : name(std::move(called)),
        functions(std::make_shared<const Functions>(Functions{of_row, of_row})),
        reduction(how) {}

  std::string name;                            ///< for messages
  std::shared_ptr<const Functions> functions;  ///< null: not a loss yet, which compile refuses
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// A metric by a function of one sample's outputs and targets (one-hot for labels, if the network has several outputs):
/// the mean over the samples, with Student's interval. Called `name` in logs; a callback that monitors it takes less
/// for better unless its `mode` says otherwise. Must allocate nothing.
struct CustomMetric {
  std::string name{};
  std::function<double(std::span<const double> outputs, std::span<const double> targets)> of_row{};
};

}  // namespace telar
