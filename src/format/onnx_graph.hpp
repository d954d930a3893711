// A graph of ONNX operators as it grows, and its bytes (onnx/onnx.proto of github.com/onnx/onnx, IR version 8).
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace telar {

/// TensorProto.DataType.
enum class OnnxType : std::int32_t { float32 = 1, uint8 = 2, int64 = 7 };

struct OnnxAttribute {
  std::string_view name;
  std::variant<float, std::int64_t, std::vector<std::int64_t>> value;
};

/// What a file says beside its operators.
struct OnnxDocument {
  std::string producer_version;
  OnnxType input_type = OnnxType::float32;
  std::vector<int> input_shape, output_shape;  ///< of one sample
  std::vector<std::pair<std::string, std::string>> metadata;
};

class OnnxGraph {
 public:
  explicit OnnxGraph(std::string input) : input_(std::move(input)), taken_{input_, "output"} {}

  [[nodiscard]] const std::string& input() const noexcept { return input_; }

  /// Where the names of what is added next begin: a layer's.
  void enter(const std::string& layer) { layer_ = layer; }
  [[nodiscard]] const std::string& layer() const noexcept { return layer_; }

  /// Adds an operator and returns the name of its first output, its only one unless `outputs` says otherwise.
  std::string add(std::string_view op, std::vector<std::string> inputs, std::vector<OnnxAttribute> attributes = {},
                  int outputs = 1);

  /// Adds a tensor of constants and returns its name.
  using Values = std::variant<std::vector<float>, std::vector<std::int64_t>>;
  std::string constant(std::string_view name, std::vector<std::int64_t> shape, Values values);
  /// A single number, which goes with a tensor of any shape.
  std::string constant(std::string_view name, double value);

  /// The bytes of the model whose outputs are `output`, the first output of the operator that was added last, or the
  /// input.
  [[nodiscard]] std::string bytes(const std::string& output, const OnnxDocument& document) &&;

 private:
  struct Node {
    std::string name, op;
    std::vector<std::string> inputs, outputs;
    std::vector<OnnxAttribute> attributes;
  };
  struct Constant {
    std::string name;
    std::vector<std::int64_t> shape;
    Values values;
  };

  /// "layer/what", or "layer/what_1" and so on if that is taken.
  std::string new_name(std::string_view what);

  std::string input_, layer_;
  std::vector<Node> nodes_;
  std::vector<Constant> constants_;
  std::set<std::string> taken_;
};

}  // namespace telar
