// What a run folder says of its training: the documents read back.
#pragma once

#include <filesystem>
#include <initializer_list>

#include "study/documents.hpp"

namespace telar {

/// The value at the end of a path of keys; null where there is none.
[[nodiscard]] const Json& json_at(const Json& document, std::initializer_list<const char*> path);

/// train_document read back, as far as it says it: `threads`, `class_names`, the scores with their intervals and the
/// confusion of the test set. All metrics are in Score::metrics. What is missing or no number is NaN. Never throws for
/// what the document holds.
[[nodiscard]] TrainResult read_train_document(const Json& document);

/// The result of the run in this folder, from result.json, or where there is none the epochs of history.jsonl, as of a
/// training that was interrupted. Throws Error (data) if the folder is no run, or its documents are damaged.
[[nodiscard]] TrainResult read_result(const std::filesystem::path& directory);

}  // namespace telar
