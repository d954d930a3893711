// The small network of the golden trainings: 6 -> Dense 5 relu -> BatchNormalization -> Dense 3 softmax.
#pragma once

#include <string>
#include <vector>

#include <telar/sequential.hpp>

#include "golden/golden.hpp"

namespace telar::golden {

/// With the fixed weights that every training starts from.
inline Sequential end_to_end_model() {
  Sequential model(Input{6}, {Dense{.units = 5, .activation = Activation::relu}, BatchNormalization{},
                              Dense{.units = 3, .activation = Activation::softmax}});
  model.set_weights(floats(values().at("e2e_init")));
  return model;
}

/// The training set ("X", "Y") or the validation set ("XV", "YV").
inline Dataset end_to_end_data(const std::string& x, const std::string& y) {
  const Json& data = values().at("e2e_data");
  return from_arrays({6}, floats(data.at(x)), data.at(y).get<std::vector<std::int32_t>>(), 3);
}

}  // namespace telar::golden
