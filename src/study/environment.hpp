// environment.json: on what, with what and from which data a run was made.
#pragma once

#include <optional>
#include <span>
#include <string>

#include <telar/dataset.hpp>

#include "data/picture_likeness.hpp"
#include "study/documents.hpp"
#include "study/recipe.hpp"

namespace telar {

/// SHA-256 over shape, samples (as stored) and labels or targets, row by row in the set's order, then their weights, if
/// they have any: the same for the same samples, wherever they come from.
[[nodiscard]] std::string fingerprint(const Dataset& data, std::span<const float> weights = {});

/// The data's part of the document: name, samples, shape, classes and fingerprint of each set, the names of columns and
/// classes, and what training pictures are like. Reads all of the data.
[[nodiscard]] Json data_document(const RecipeData& data);

/// What telar.environment/1 tells of the training pictures; nothing if it tells nothing.
[[nodiscard]] std::optional<PictureTraits> picture_traits(const Json& environment);

/// What decides a training's result to the last bit: recipe with seed, samples, version, instruction set. Empty where
/// more decides: other weights to begin with.
[[nodiscard]] std::string run_key(const Json& environment);

/// telar.environment/1 at this moment. `data` is what data_document gave, `command` the words of the command line.
[[nodiscard]] Json environment_document(const Recipe& recipe, int threads, const Json& data,
                                        std::span<const std::string> command);

}  // namespace telar
