#include "format/onnx_graph.hpp"

#include <bit>
#include <protozero/pbf_builder.hpp>
#include <type_traits>

namespace telar {

namespace {

// The numbers of the messages' fields in onnx.proto.
enum class ModelField : protozero::pbf_tag_type {
  ir_version = 1,
  producer_name = 2,
  producer_version = 3,
  graph = 7,
  opset_import = 8,
  metadata_props = 14
};
enum class OpsetField : protozero::pbf_tag_type { domain = 1, version = 2 };
enum class EntryField : protozero::pbf_tag_type { key = 1, value = 2 };
enum class GraphField : protozero::pbf_tag_type { node = 1, name = 2, initializer = 5, input = 11, output = 12 };
enum class NodeField : protozero::pbf_tag_type { input = 1, output = 2, name = 3, op_type = 4, attribute = 5 };
enum class AttributeField : protozero::pbf_tag_type { name = 1, f = 2, i = 3, ints = 8, type = 20 };
enum class TensorField : protozero::pbf_tag_type { dims = 1, data_type = 2, name = 8, raw_data = 9 };
enum class ValueField : protozero::pbf_tag_type { name = 1, type = 2 };
enum class TypeField : protozero::pbf_tag_type { tensor_type = 1 };
enum class TensorTypeField : protozero::pbf_tag_type { elem_type = 1, shape = 2 };
enum class ShapeField : protozero::pbf_tag_type { dim = 1 };
enum class DimensionField : protozero::pbf_tag_type { value = 1, param = 2 };

// Operators of opset 17 are the first to have LayerNormalization, and all that came after 17 are composed here: every
// ONNX Runtime from 1.12 (2022) on has them. IR version 8 is what goes with it.
constexpr std::int64_t kIrVersion = 8, kOpset = 17;

template <class Field>
using Message = protozero::pbf_builder<Field>;
using Graph = Message<GraphField>;

void put_attribute(Message<NodeField>& node, const OnnxAttribute& attribute) {
  constexpr std::int32_t kFloat = 1, kInt = 2, kInts = 7;  // AttributeProto.AttributeType
  Message<AttributeField> message(node, NodeField::attribute);
  message.add_string(AttributeField::name, attribute.name.data(), attribute.name.size());
  if (const auto* number = std::get_if<float>(&attribute.value)) {
    message.add_float(AttributeField::f, *number);
    message.add_enum(AttributeField::type, kFloat);
  } else if (const auto* integer = std::get_if<std::int64_t>(&attribute.value)) {
    message.add_int64(AttributeField::i, *integer);
    message.add_enum(AttributeField::type, kInt);
  } else {
    for (const std::int64_t each : std::get<std::vector<std::int64_t>>(attribute.value))
      message.add_int64(AttributeField::ints, each);
    message.add_enum(AttributeField::type, kInts);
  }
}

template <class T>
void put_tensor(Graph& graph, const std::string& name, const std::vector<std::int64_t>& shape,
                const std::vector<T>& values) {
  static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");
  Message<TensorField> tensor(graph, GraphField::initializer);
  for (const std::int64_t extent : shape) tensor.add_int64(TensorField::dims, extent);
  constexpr OnnxType kType = std::is_same_v<T, float> ? OnnxType::float32 : OnnxType::int64;
  tensor.add_int32(TensorField::data_type, static_cast<std::int32_t>(kType));
  tensor.add_string(TensorField::name, name);
  tensor.add_bytes(TensorField::raw_data, reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

/// Name, type and shape (N, ...) of the graph's input or output.
void put_value(Graph& graph, GraphField field, const std::string& name, OnnxType type, const std::vector<int>& sample) {
  Message<ValueField> value(graph, field);
  value.add_string(ValueField::name, name);
  Message<TypeField> any(value, ValueField::type);
  Message<TensorTypeField> tensor(any, TypeField::tensor_type);
  tensor.add_int32(TensorTypeField::elem_type, static_cast<std::int32_t>(type));
  Message<ShapeField> shape(tensor, TensorTypeField::shape);
  Message<DimensionField>(shape, ShapeField::dim).add_string(DimensionField::param, "N");
  for (const int extent : sample)
    Message<DimensionField>(shape, ShapeField::dim).add_int64(DimensionField::value, extent);
}

}  // namespace

std::string OnnxGraph::new_name(std::string_view what) {
  const std::string name = layer_ + "/" + std::string(what);
  std::string unique = name;
  for (int i = 1; !taken_.insert(unique).second; ++i) unique = name + "_" + std::to_string(i);
  return unique;
}

std::string OnnxGraph::add(std::string_view op, std::vector<std::string> inputs, std::vector<OnnxAttribute> attributes,
                           int outputs) {
  Node node{new_name(op), std::string(op), std::move(inputs), {}, std::move(attributes)};
  node.outputs.push_back(node.name);
  for (int i = 1; i < outputs; ++i) node.outputs.push_back(new_name(op));
  nodes_.push_back(std::move(node));
  return nodes_.back().outputs.front();
}

std::string OnnxGraph::constant(std::string_view name, std::vector<std::int64_t> shape, Values values) {
  constants_.push_back({new_name(name), std::move(shape), std::move(values)});
  return constants_.back().name;
}

std::string OnnxGraph::constant(std::string_view name, double value) {
  return constant(name, {}, std::vector<float>{static_cast<float>(value)});
}

std::string OnnxGraph::bytes(const std::string& output, const OnnxDocument& document) && {
  if (output == input_) add("Identity", {input_});
  nodes_.back().outputs.front() = "output";
  std::string all;
  Message<ModelField> model(all);
  model.add_int64(ModelField::ir_version, kIrVersion);
  model.add_string(ModelField::producer_name, "telar");
  model.add_string(ModelField::producer_version, document.producer_version);
  {
    Graph graph(model, ModelField::graph);
    for (const Node& node : nodes_) {
      Message<NodeField> message(graph, GraphField::node);
      for (const std::string& name : node.inputs) message.add_string(NodeField::input, name);
      for (const std::string& name : node.outputs) message.add_string(NodeField::output, name);
      message.add_string(NodeField::name, node.name);
      message.add_string(NodeField::op_type, node.op);
      for (const OnnxAttribute& attribute : node.attributes) put_attribute(message, attribute);
    }
    graph.add_string(GraphField::name, "telar");
    for (const Constant& constant : constants_)
      std::visit([&](const auto& values) { put_tensor(graph, constant.name, constant.shape, values); },
                 constant.values);
    put_value(graph, GraphField::input, input_, document.input_type, document.input_shape);
    put_value(graph, GraphField::output, "output", OnnxType::float32, document.output_shape);
  }
  {
    Message<OpsetField> opset(model, ModelField::opset_import);
    opset.add_string(OpsetField::domain, "");
    opset.add_int64(OpsetField::version, kOpset);
  }
  for (const auto& [key, value] : document.metadata) {
    Message<EntryField> entry(model, ModelField::metadata_props);
    entry.add_string(EntryField::key, key);
    entry.add_string(EntryField::value, value);
  }
  return all;
}

}  // namespace telar
