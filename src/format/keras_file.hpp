// A .keras file: a zip archive of metadata.json, config.json and model.weights.h5.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include <telar/sequential.hpp>

#include "base/byte_buffer.hpp"
#include "format/keras_network.hpp"

namespace telar {

/// Its members, read and checked against their CRCs, but not further.
struct KerasFile {
  std::string name;  ///< for messages
  KerasJson config;
  KerasJson telar;  ///< what telar keeps in metadata.json; null in Keras's own files
  ByteBuffer weights;
};
/// Throws Error (data).
[[nodiscard]] KerasFile read_keras_file(const std::filesystem::path& file);

/// Names of classes and columns, if telar wrote the file and knew them.
[[nodiscard]] SaveOptions names_in(const std::filesystem::path& file);

/// A file's kind by its name, and where that says nothing, by its first bytes.
enum class ModelFileKind { npz, keras, hdf5 };
[[nodiscard]] ModelFileKind kind_of_model_file(const std::filesystem::path& file);

}  // namespace telar
