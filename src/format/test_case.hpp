// The small test case that a .keras file of telar's carries, and that loading it repeats.
#pragma once

#include <string>

#include <telar/sequential.hpp>

#include "format/keras_names.hpp"

namespace telar {

/// The outputs of one sample that both sides can make: number i is the fraction of i times the golden ratio.
[[nodiscard]] KerasJson make_test_case(const Sequential& model);
/// Throws Error (data) at `file` unless the model has these outputs, as far as float32 goes.
void check_test_case(const Sequential& model, const KerasJson& test_case, const std::string& file);

}  // namespace telar
