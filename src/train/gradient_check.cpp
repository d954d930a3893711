#include <algorithm>
#include <cmath>
#include <vector>

#include <telar/error.hpp>
#include <telar/gradient_check.hpp>

#include "compute/packing.hpp"
#include "compute/reference.hpp"
#include "model/model.hpp"
#include "model/plan.hpp"
#include "train/session.hpp"

namespace telar {

namespace {

constexpr double kStep = 1e-4;
constexpr double kLeastSlope = 1e-3;  // times the loss, whose rounding shows
constexpr double kKink = 1e-5;        // as much more or less than the slope of half the step: there is none

/// The network at its weights, in double.
class Reference {
 public:
  Reference(const Model& model, const Sequential& network, const Dataset& data, std::uint64_t step)
      : model_(model),
        machine_(plan(model, {.max_rows = static_cast<int>(data.size()),
                              .loss = network.compiled().loss,
                              .rule = compute::UpdateRule{}})),
        input_(bind(data)) {
    input_.rows = static_cast<int>(data.size());
    input_.index = data.rows().data();
    input_.step = step;
    machine_.write_weights(network.get_weights().data());
    start_ = machine_.arena();
  }

  [[nodiscard]] const std::vector<Variable>& variables() const { return model_.variables(); }
  [[nodiscard]] const compute::Program& program() const { return machine_.program(); }

  /// The loss with the number at `offset` of the arena moved by `by`.
  double loss(std::size_t offset, double by) {
    machine_.arena() = start_;
    machine_.arena()[offset] += by;
    return machine_.run(compute::Phase::train, input_).loss;
  }
  /// Flat as the weights.
  std::vector<double> gradient() {
    std::vector<double> gradient(program().weights);
    loss(0, 0);
    machine_.read_slot(0, gradient.data());
    return gradient;
  }

 private:
  const Model& model_;
  compute::reference::Machine<double> machine_;
  compute::StepInput input_;
  std::vector<double> start_;
};

}  // namespace

GradientCheck check_gradients(const Sequential& model, const Dataset& data, std::uint64_t step) {
  if (!model.compiled().loss)
    throw Error(ErrorCode::usage, "check_gradients", "the network has no loss",
                "such as compile({.loss = MeanSquaredError{}})");
  const Model checked(model.input(), model.layers(), model.seed());
  check_data(checked, data, &*model.compiled().loss, "check_gradients");
  Reference reference(checked, model, data, step);
  const std::vector<double> gradient = reference.gradient();
  const double scale = std::max(1.0, std::abs(reference.loss(0, 0)));
  GradientCheck check;
  for (std::size_t v = 0; v < reference.variables().size(); ++v) {
    const Variable& variable = reference.variables()[v];
    if (!variable.trainable) continue;
    compute::for_elements(reference.program().variables[v], [&](std::size_t packed, std::size_t canonical,
                                                                std::ptrdiff_t) {
      const auto slope = [&](double h) { return (reference.loss(packed, h) - reference.loss(packed, -h)) / (2 * h); };
      const double near = slope(kStep / 2), far = slope(kStep), value = (4 * near - far) / 3;
      const double least = std::max(std::abs(value), kLeastSlope * scale);
      if (std::abs(near - far) > kKink * least) {
        ++check.kinks;
        return;
      }
      ++check.checked;
      const double error = std::abs(gradient[canonical] - value) / least;
      if (error <= check.error) return;  // NaN shows
      check.error = error;
      check.worst = variable.path + "[" + std::to_string(canonical - variable.offset) + "]";
    });
  }
  return check;
}

}  // namespace telar
