#include "format/keras_graph.hpp"

#include <algorithm>

namespace telar {

namespace {

constexpr int kDeepestBranch = 16, kDeepestArgument = 8;

std::string name_in(const KerasJson& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

KerasGraph::KerasGraph(const KerasJson& layers, const KerasJson& config, const KerasPlace& place) : place_(place) {
  for (const KerasJson& layer : layers) {
    const std::string own = name_in(layer["config"], "name");
    const std::string name = own.empty() ? name_in(layer, "name") : own;
    Node node{&layer, {}, {}};
    if (const auto calls = layer.find("inbound_nodes"); calls != layer.end() && calls->is_array()) {
      if (calls->size() > 1) place_.refuse("the layer '" + name.substr(0, 64) + "' is used more than once");
      for (const KerasJson& call : *calls) add_inputs(call, node, 0);
    }
    if (name.empty() || !nodes_.emplace(name, std::move(node)).second)
      place_.refuse("a layer has no name, or that of another");
  }
  for (auto& [name, node] : nodes_)
    for (const std::string& from : node.inputs) {
      const auto found = nodes_.find(from);
      if (found == nodes_.end()) place_.refuse("the layer '" + name.substr(0, 64) + "' takes what no layer makes");
      found->second.outputs.push_back(name);
    }
  const std::string first = only_end(config, "input_layers"), last = only_end(config, "output_layers");
  input_ = nodes_.at(first).layer;
  if (input_->value("class_name", KerasJson()) != "InputLayer") place_.refuse("its input is no InputLayer");
  std::size_t steps = 0;
  chain_ = follow(first, "", last, steps, 0);
  if (steps + 1 != nodes_.size()) place_.refuse("it is no chain of layers");
}

/// Names of the layers whose outputs a call takes, in order.
void KerasGraph::add_inputs(const KerasJson& json, Node& node, int depth) const {
  if (depth > kDeepestArgument || node.inputs.size() > 2) place_.refuse("a layer takes more than telar's layers do");
  if (json.is_object() && json.value("class_name", KerasJson()) == "__keras_tensor__") {
    const auto history = json.find("config");
    const KerasJson from =
        history != json.end() && history->is_object() ? history->value("keras_history", KerasJson()) : KerasJson();
    if (!from.is_array() || from.size() != 3 || !from[0].is_string() || from[1] != 0 || from[2] != 0)
      place_.refuse("a layer takes what is no layer's only output");
    node.inputs.push_back(from[0].get<std::string>());
  } else if (json.is_array() || json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      static_cast<void>(key);
      add_inputs(value, node, depth + 1);
    }
  }
}

std::string KerasGraph::only_end(const KerasJson& config, const char* key) const {
  // ["name", 0, 0], or a list with one of these.
  KerasJson end = config.value(key, KerasJson());
  if (end.is_array() && end.size() == 1) end = KerasJson(end.front());
  if (!end.is_array() || end.size() != 3 || !end[0].is_string() || !nodes_.contains(end[0].get<std::string>()))
    place_.refuse("it has not one input and one output");
  return end[0].get<std::string>();
}

std::vector<KerasLink> KerasGraph::follow(const std::string& from, const std::string& first, const std::string& end,
                                          std::size_t& steps, int depth) const {
  std::vector<KerasLink> chain;
  std::string at = from;
  if (depth > kDeepestBranch) place_.refuse("its branches are nested too deep");
  while (at != end) {
    const std::vector<std::string> next = at == from && !first.empty() ? std::vector{first} : nodes_.at(at).outputs;
    if (++steps > nodes_.size() || next.empty() || next.size() > 2) place_.refuse("it is no chain of layers");
    if (next.size() == 1) {
      const Node& node = nodes_.at(next[0]);
      if (node.inputs.size() != 1) place_.refuse("the layer '" + next[0].substr(0, 64) + "' takes two inputs");
      chain.push_back({node.layer, {}});
      at = next[0];
      continue;
    }
    // x + f(x): one of the two that take x adds it to what the other ends in.
    const auto is_sum = [&](const std::string& name) {
      const Node& node = nodes_.at(name);
      return name_in(*node.layer, "class_name") == "Add" && node.inputs.size() == 2 &&
             std::ranges::find(node.inputs, at) != node.inputs.end();
    };
    const std::string sum = is_sum(next[0]) ? next[0] : next[1];
    if (next[0] == next[1] || !is_sum(sum)) place_.refuse("it branches, and not into x + f(x)");
    const Node& node = nodes_.at(sum);
    const std::string& other = node.inputs[0] == at ? node.inputs[1] : node.inputs[0];
    KerasLink link{node.layer, {}};
    link.branch = follow(at, next[0] == sum ? next[1] : next[0], other, steps, depth + 1);
    chain.push_back(std::move(link));
    at = sum;
  }
  return chain;
}

}  // namespace telar
