// A trained network for every program that runs ONNX models (onnx.ai).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <telar/sequential.hpp>

namespace telar {

/// What an ONNX model takes. `automatic`: uint8 where samples have two or three axes and the first layer that computes
/// is a Rescaling, as networks of raw pixels begin; float32 elsewhere.
enum class OnnxInput { automatic, uint8, float32 };

struct OnnxOptions {
  bool fold_batch_normalization = true;  ///< into the Dense beside it, where there is one, as a Predictor does
  OnnxInput input = OnnxInput::automatic;
  std::vector<std::string> class_names{};  ///< kept in the file's metadata, as a JSON list
};

/// Writes the network in inference mode, preprocessing layers included, as ONNX of opset 17 (IR version 8). Input
/// (N, shape...), called "image" where it is uint8 and "input" otherwise; output "output" (N, ...) float32; N is any
/// number of samples. Arithmetic is float32, also of a network compiled for mixed_bfloat16. The same network gives the
/// same bytes. Throws Error: usage if the weights are more than the 2 GB that a file can have, resource if it cannot be
/// written.
void export_onnx(const Sequential& model, const std::filesystem::path& file, const OnnxOptions& options = {});

}  // namespace telar
