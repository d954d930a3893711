// What a run folder or a model file names: a network and the names it was trained with.
#pragma once

#include <filesystem>
#include <optional>

#include <telar/sequential.hpp>

#include "data/picture_likeness.hpp"

namespace telar {

struct TrainedNetwork {
  Sequential model;
  SaveOptions names;                        ///< of classes and columns, as far as they are known
  char separator = ',';                     ///< of the table it was trained with
  std::optional<PictureTraits> pictures{};  ///< what its training pictures were like, if the run tells
};

/// Whether a path names a Keras model rather than a run folder or a recipe.
[[nodiscard]] bool is_model_file(const std::filesystem::path& path);

/// `path`: a run folder or a Keras model (.keras, .h5). A run's network is the one it has kept, with the names it had
/// then. Only of a run without model.keras, whose environment.json is missing, are the data read: `data_dir` is where
/// they lie, if not where they were. Throws Error (data).
[[nodiscard]] TrainedNetwork open_network(const std::filesystem::path& path,
                                          const std::filesystem::path& data_dir = {});

}  // namespace telar
