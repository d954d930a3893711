#include "model/acts.hpp"

namespace telar {

compute::Act act_of(Activation activation) noexcept {
  using compute::Act;
  switch (activation) {
    case Activation::relu:
      return Act::relu;
    case Activation::sigmoid:
      return Act::sigmoid;
    case Activation::tanh:
      return Act::tanh;
    case Activation::leaky_relu:
      return Act::leaky_relu;
    case Activation::relu6:
      return Act::relu6;
    case Activation::elu:
      return Act::elu;
    case Activation::selu:
      return Act::selu;
    case Activation::celu:
      return Act::elu;  // with its default alpha of 1
    case Activation::softplus:
      return Act::softplus;
    case Activation::softsign:
      return Act::softsign;
    case Activation::exponential:
      return Act::exponential;
    case Activation::hard_sigmoid:
      return Act::hard_sigmoid;
    case Activation::hard_tanh:
      return Act::hard_tanh;
    case Activation::hard_shrink:
      return Act::hard_shrink;
    case Activation::soft_shrink:
      return Act::soft_shrink;
    case Activation::log_sigmoid:
      return Act::log_sigmoid;
    case Activation::squareplus:
      return Act::squareplus;
    case Activation::sparse_plus:
      return Act::sparse_plus;
    case Activation::sparse_sigmoid:
      return Act::sparse_sigmoid;
    case Activation::silu:
      return Act::silu;
    case Activation::gelu:
      return Act::gelu;
    case Activation::gelu_tanh:
      return Act::gelu_tanh;
    case Activation::hard_silu:
      return Act::hard_silu;
    case Activation::mish:
      return Act::mish;
    case Activation::tanh_shrink:
      return Act::tanh_shrink;
    case Activation::linear:
    case Activation::softmax:
    case Activation::log_softmax:
    case Activation::sparsemax:
      return Act::linear;
  }
  return Act::linear;
}

std::optional<compute::RowAct> row_act_of(Activation activation) noexcept {
  using compute::RowAct;
  switch (activation) {
    case Activation::softmax:
      return RowAct::softmax;
    case Activation::log_softmax:
      return RowAct::log_softmax;
    case Activation::sparsemax:
      return RowAct::sparsemax;
    default:
      return std::nullopt;
  }
}

}  // namespace telar
