#include "model/weight_rules.hpp"

#include <string>
#include <type_traits>
#include <variant>

#include <telar/error.hpp>

namespace telar {

namespace {

template <class T>
const T* pointer(const std::optional<T>& value) noexcept {
  return value ? &*value : nullptr;
}

}  // namespace

const Regularizer* regularizer_of(const Layer& layer, std::string_view name) noexcept {
  return std::visit(
      [name](const auto& l) -> const Regularizer* {
        if constexpr (requires { l.kernel_regularizer; })
          return pointer(name == "kernel" ? l.kernel_regularizer : l.bias_regularizer);
        if constexpr (requires { l.gamma_regularizer; }) {
          if (name == "gamma") return pointer(l.gamma_regularizer);
          if (name == "beta") return pointer(l.beta_regularizer);
        }
        if constexpr (requires { l.alpha_regularizer; }) return pointer(l.alpha_regularizer);
        return nullptr;
      },
      static_cast<const Layer::Alternatives&>(layer));
}

const Constraint* constraint_of(const Layer& layer, std::string_view name) noexcept {
  return std::visit(
      [name](const auto& l) -> const Constraint* {
        if constexpr (requires { l.kernel_constraint; })
          return pointer(name == "kernel" ? l.kernel_constraint : l.bias_constraint);
        if constexpr (requires { l.gamma_constraint; }) {
          if (name == "gamma") return pointer(l.gamma_constraint);
          if (name == "beta") return pointer(l.beta_constraint);
        }
        if constexpr (requires { l.alpha_constraint; }) return pointer(l.alpha_constraint);
        return nullptr;
      },
      static_cast<const Layer::Alternatives&>(layer));
}

compute::Penalty penalty_of(const Regularizer& regularizer) noexcept {
  return std::visit(
      [](const auto& r) {
        compute::Penalty penalty;
        if constexpr (requires { r.l1; }) penalty.l1 = static_cast<float>(r.l1);
        if constexpr (requires { r.l2; }) penalty.l2 = static_cast<float>(r.l2);
        return penalty;
      },
      regularizer);
}

compute::ConstrainOp constrain_op(const Constraint& constraint, const compute::Kernel& kernel,
                                  bool is_vector) noexcept {
  compute::ConstrainOp op{kernel};
  std::visit(
      [&]<class T>(const T& c) {
        if constexpr (std::is_same_v<T, NonNeg>) {
          op.not_negative = true;
          return;
        } else {
          op.of_rows = is_vector || c.axis == 1;
          if constexpr (std::is_same_v<T, UnitNorm>) op.low = op.high = 1;
          if constexpr (requires { c.max_value; }) op.high = static_cast<float>(c.max_value);
          if constexpr (requires { c.rate; })
            op.low = static_cast<float>(c.min_value), op.rate = static_cast<float>(c.rate);
        }
      },
      constraint);
  return op;
}

void check_constraint(const Constraint& constraint, std::string_view name, std::size_t axes, const std::string& where) {
  const int axis = std::visit(
      [](const auto& c) {
        if constexpr (requires { c.axis; })
          return c.axis;
        else
          return 0;
      },
      constraint);
  if (axes > 1 && name != "kernel" && !std::holds_alternative<NonNeg>(constraint))
    throw Error(ErrorCode::usage, where,
                std::string(name) + "_constraint is one of norms, but " + std::string(name) + " has " +
                    std::to_string(axes) + " axes, and only those of kernels are told apart",
                "NonNeg, or a Flatten before the layer");
  if (static_cast<std::size_t>(axis) >= axes)
    throw Error(ErrorCode::usage, where,
                std::string(name) + "_constraint has axis = " + std::to_string(axis) + ", but " + std::string(name) +
                    " has one axis",
                "leave axis out");
}

}  // namespace telar
