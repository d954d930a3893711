// Activations: an operator where ONNX has it in opset 17, simple ones otherwise, after
// compute/reference_activations.hpp.
#include <numbers>

#include "compute/program.hpp"
#include "format/onnx_layers.hpp"

namespace telar {

namespace {

/// Short names for what follows.
class Composer {
 public:
  explicit Composer(OnnxGraph& graph) : graph_(graph) {}

  using Name = std::string;
  Name op(std::string_view type, const Name& x, std::vector<OnnxAttribute> attributes = {}) {
    return graph_.add(type, {x}, std::move(attributes));
  }
  Name op(std::string_view type, const Name& a, const Name& b) { return graph_.add(type, {a, b}); }
  Name op(std::string_view type, const Name& a, double b) { return graph_.add(type, {a, number(b)}); }
  Name number(double value) { return graph_.constant("number", value); }
  Name integers(std::string_view name, std::vector<std::int64_t> shape, std::vector<std::int64_t> values) {
    return graph_.constant(name, std::move(shape), std::move(values));
  }
  Name clip(const Name& x, double low, double high) { return graph_.add("Clip", {x, number(low), number(high)}); }
  Name where(const Name& condition, const Name& yes, const Name& no) {
    return graph_.add("Where", {condition, yes, no});
  }

  /// (sqrt(x^2 + 4) + |x|) / 2 above 0, and 2 / (sqrt(x^2 + 4) + |x|) elsewhere, where (x + sqrt(x^2 + 4)) / 2, which
  /// is the same, would lose its digits.
  Name squareplus(const Name& x) {
    const Name root = op("Sqrt", op("Add", op("Mul", x, x), 4)), sum = op("Add", root, op("Abs", x));
    const Name above = op("Div", sum, 2), below = graph_.add("Div", {number(2), sum});
    return where(op("Greater", x, 0), above, below);
  }

  Name sparse_plus(const Name& x) {
    const Name ramp = clip(op("Add", x, 1), 0, 2), square = op("Mul", ramp, ramp);
    const Name parabola = op("Div", square, 4);
    return where(op("Greater", x, 1), x, parabola);
  }

  /// x (1 + erf(x / sqrt(2))) / 2.
  Name gelu(const Name& x) {
    const Name erf = op("Erf", op("Mul", x, std::numbers::sqrt2 / 2));
    return op("Mul", op("Mul", x, op("Add", erf, 1)), 0.5);
  }

  /// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
  Name gelu_tanh(const Name& x) {
    const Name cube = op("Mul", op("Mul", x, x), x);
    const Name inner =
        op("Mul", op("Add", x, op("Mul", cube, 0.044715)), std::numbers::sqrt2 * std::numbers::inv_sqrtpi);
    return op("Mul", op("Mul", x, op("Add", op("Tanh", inner), 1)), 0.5);
  }

  /// max(x - threshold, 0), where threshold = (sum of the k largest - 1) / k for the largest k whose k-th largest z has
  /// 1 + k z > sum of the k largest (Martins and Astudillo 2016).
  Name sparsemax(const Name& x, int width) {
    std::vector<float> counts;
    for (int k = 1; k <= width; ++k) counts.push_back(static_cast<float>(k));
    const Name all = integers("width", {1}, {width});
    const Name sorted = graph_.add("TopK", {x, all}, {{"axis", std::int64_t{-1}}}, 2);
    const Name sums = graph_.add("CumSum", {sorted, integers("axis", {}, {1})});
    const Name bound = op("Add", op("Mul", sorted, graph_.constant("counts", {width}, std::move(counts))), 1);
    const Name kept = op("Cast", op("Greater", bound, sums), {{"to", std::int64_t{1}}});
    const Name last = integers("axes", {1}, {-1});
    const Name sum = graph_.add("ReduceSum", {op("Mul", sorted, kept), last}),
               count = graph_.add("ReduceSum", {kept, last});
    return op("Relu", op("Sub", x, op("Div", op("Sub", sum, 1), count)));
  }

 private:
  OnnxGraph& graph_;
};

}  // namespace

std::string add_onnx_activation(OnnxGraph& graph, Activation activation, const std::string& x, int width) {
  Composer of(graph);
  const std::vector<OnnxAttribute> last_axis{{"axis", std::int64_t{-1}}};
  switch (activation) {
    case Activation::linear:
      return x;
    case Activation::relu:
      return of.op("Relu", x);
    case Activation::sigmoid:
      return of.op("Sigmoid", x);
    case Activation::tanh:
      return of.op("Tanh", x);
    case Activation::softmax:
      return of.op("Softmax", x, last_axis);
    case Activation::leaky_relu:
      return of.op("LeakyRelu", x, {{"alpha", compute::kLeakySlope}});
    case Activation::relu6:
      return of.clip(x, 0, 6);
    case Activation::elu:
    case Activation::celu:  // with its default alpha of 1
      return of.op("Elu", x, {{"alpha", 1.0f}});
    case Activation::selu:
      return of.op("Selu", x, {{"alpha", compute::kSeluAlpha}, {"gamma", compute::kSeluScale}});
    case Activation::softplus:
      return of.op("Softplus", x);
    case Activation::softsign:
      return of.op("Softsign", x);
    case Activation::exponential:
      return of.op("Exp", x);
    case Activation::hard_sigmoid:
      return of.op("HardSigmoid", x, {{"alpha", 1.0f / 6}, {"beta", 0.5f}});
    case Activation::hard_tanh:
      return of.clip(x, -1, 1);
    case Activation::hard_shrink:
      return of.op("Shrink", x, {{"bias", 0.0f}, {"lambd", 0.5f}});
    case Activation::soft_shrink:
      return of.op("Shrink", x, {{"bias", 0.5f}, {"lambd", 0.5f}});
    case Activation::log_sigmoid:
      return of.op("Neg", of.op("Softplus", of.op("Neg", x)));
    case Activation::squareplus:
      return of.squareplus(x);
    case Activation::sparse_plus:
      return of.sparse_plus(x);
    case Activation::sparse_sigmoid:
      return of.op("HardSigmoid", x, {{"alpha", 0.5f}, {"beta", 0.5f}});
    case Activation::silu:
      return of.op("Mul", x, of.op("Sigmoid", x));
    case Activation::gelu:
      return of.gelu(x);
    case Activation::gelu_tanh:
      return of.gelu_tanh(x);
    case Activation::hard_silu:
      return of.op("HardSwish", x);
    case Activation::mish:
      return of.op("Mul", x, of.op("Tanh", of.op("Softplus", x)));
    case Activation::tanh_shrink:
      return of.op("Sub", x, of.op("Tanh", x));
    case Activation::log_softmax:
      return of.op("LogSoftmax", x, last_axis);
    case Activation::sparsemax:
      return of.sparsemax(x, width);
  }
  return x;
}

}  // namespace telar
