// The layers of a Functional model as a chain.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "format/keras_fields.hpp"

namespace telar {

/// A layer of a chain. With a `branch` it is an Add of what comes in and of what the branch makes of it.
struct KerasLink {
  const KerasJson* layer = nullptr;
  std::vector<KerasLink> branch{};
};

class KerasGraph {
 public:
  /// `layers` are Keras's, each with its inbound_nodes. Throws Error (data) if they are no chain with residual
  /// branches from one input to one output.
  KerasGraph(const KerasJson& layers, const KerasJson& config, const KerasPlace& place);

  [[nodiscard]] const KerasJson& input() const noexcept { return *input_; }
  [[nodiscard]] const std::vector<KerasLink>& chain() const noexcept { return chain_; }

 private:
  struct Node {
    const KerasJson* layer = nullptr;
    std::vector<std::string> inputs, outputs;
  };
  void add_inputs(const KerasJson& json, Node& node, int depth) const;
  /// From behind `from` until `end`, first to `first` if it is not empty.
  std::vector<KerasLink> follow(const std::string& from, const std::string& first, const std::string& end,
                                std::size_t& steps, int depth) const;
  [[nodiscard]] std::string only_end(const KerasJson& config, const char* key) const;

  const KerasPlace& place_;
  const KerasJson* input_ = nullptr;
  std::map<std::string, Node> nodes_;
  std::vector<KerasLink> chain_;
};

}  // namespace telar
