#include <telar/dataset.hpp>
#include <telar/error.hpp>

#include "data/classes.hpp"

namespace telar {

namespace {

using Features = decltype(Dataset::Storage::features);

/// The samples of `rows`, one after the other.
template <class T>
std::vector<T> gather(const std::vector<T>& features, std::size_t sample, std::span<const std::uint32_t> rows) {
  std::vector<T> result;
  result.reserve(rows.size() * sample);
  for (const std::uint32_t row : rows) {
    const auto first = features.begin() + static_cast<std::ptrdiff_t>(row * sample);
    result.insert(result.end(), first, first + static_cast<std::ptrdiff_t>(sample));
  }
  return result;
}

}  // namespace

std::vector<float> to_categorical(std::span<const std::int32_t> labels, int classes) {
  if (classes < 0) throw Error(ErrorCode::usage, "to_categorical", std::to_string(classes) + " classes");
  if (classes == 0) classes = count_classes(labels);
  const auto width = static_cast<std::size_t>(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= classes)
      throw Error(ErrorCode::usage, "to_categorical",
                  "label " + std::to_string(labels[i]) + " of sample " + std::to_string(i) + " is outside 0 to " +
                      std::to_string(classes - 1));
  }
  std::vector<float> rows(labels.size() * width);
  for (std::size_t i = 0; i < labels.size(); ++i) rows[i * width + static_cast<std::size_t>(labels[i])] = 1.0f;
  return rows;
}

Dataset to_categorical(const Dataset& data) {
  const Dataset::Storage& old = data.storage();
  if (!data.has_labels())
    throw Error(ErrorCode::usage, data.name(), "to_categorical needs integer labels; this set has none");
  Dataset::Storage storage;
  storage.shape = old.shape;
  storage.features = std::visit(
      [&](const auto& features) { return Features(gather(features, data.sample_size(), data.rows())); }, old.features);
  std::vector<std::int32_t> labels(data.size());
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = data.label(i);
  // Of all labels, so that two parts of one set agree.
  storage.classes = old.classes == 0 ? count_classes(old.labels) : old.classes;
  storage.targets = to_categorical(labels, storage.classes);
  storage.target_width = storage.classes;
  storage.class_names = old.class_names;
  storage.name = old.name;
  return Dataset(std::move(storage));
}

}  // namespace telar
