#include "format/npy_set.hpp"

#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include <telar/error.hpp>

#include "base/number_text.hpp"
#include "data/classes.hpp"
#include "format/npy_array.hpp"
#include "model/model.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

/// Samples and what is to be learnt of them, and how to speak of each.
struct NpyHalf {
  NpyArray x, y;
  std::string x_place, y_place;
};

fs::path find_npy(const fs::path& directory, const std::string& name) {
  std::error_code ignored;
  const fs::path file = directory / name;
  return name.ends_with(".npy") || fs::is_regular_file(file, ignored) ? file : directory / (name + ".npy");
}

NpyHalf read_npy_half(const fs::path& directory, const std::string& archive, const std::string& x,
                      const std::string& y) {
  if (archive.empty()) {
    const fs::path x_file = find_npy(directory, x), y_file = find_npy(directory, y);
    return {read_npy(x_file), read_npy(y_file, WholeNumbers::as_integers), x_file.string(), y_file.string()};
  }
  const fs::path file = directory / archive;
  auto arrays = read_npy_members(file, {{x, WholeNumbers::as_floats}, {y, WholeNumbers::as_integers}});
  return {std::move(arrays[0]), std::move(arrays[1]), file.string() + ", " + x, file.string() + ", " + y};
}

[[noreturn]] void refuse_array(const std::string& place, const std::string& message, const std::string& hint = {}) {
  throw Error(ErrorCode::data, place, message, hint);
}

void check_half(const NpyHalf& half) {
  if (half.x.shape.empty()) refuse_array(half.x_place, "a single number, where samples were expected");
  for (const int extent : half.x.shape)
    if (extent == 0) refuse_array(half.x_place, "there is nothing in it");
  const std::vector<int>& y = half.y.shape;
  if (y.empty() || y.size() > 2)
    refuse_array(half.y_place,
                 "labels have 1 dimension, numbers of a regression 1 or 2, but it has " + std::to_string(y.size()));
  if (y[0] != half.x.shape[0])
    refuse_array(half.y_place, "its length is " + std::to_string(y[0]) + ", but there are " +
                                   std::to_string(half.x.shape[0]) + " samples");
}

bool has_targets(const NpyHalf& half) { return std::holds_alternative<std::vector<float>>(half.y.values); }

std::vector<std::int32_t> labels_of(const NpyHalf& half) {
  if (half.y.shape.size() == 2 && half.y.shape[1] != 1)
    refuse_array(half.y_place,
                 "whole numbers in rows of " + std::to_string(half.y.shape[1]) + "; labels are one for a sample",
                 "one-hot rows: y.argmax(axis=1); numbers of a regression: y.astype(\"float32\")");
  std::vector<std::int32_t> labels;
  std::visit(
      [&](const auto& values) {
        labels.reserve(values.size());
        for (const auto value : values) {
          const auto number = static_cast<std::int64_t>(value);
          constexpr std::int64_t kMost = (std::int64_t{1} << 24) - 1;  // as data.classes
          if (number < 0 || number > kMost)
            refuse_array(half.y_place,
                         "label " + std::to_string(number) + " of sample " + std::to_string(labels.size()) +
                             (number < 0 ? " is negative" : " is too large"),
                         "classes are numbered from 0; numbers of a regression: y.astype(\"float32\")");
          labels.push_back(static_cast<std::int32_t>(number));
        }
      },
      half.y.values);
  return labels;
}

/// `classes` 0: those that the labels name.
Dataset dataset_of(NpyHalf&& half, const std::string& part, int classes) {
  check_half(half);
  Dataset::Storage storage;
  storage.name = "npy (" + part + ")";
  storage.shape.assign(half.x.shape.begin() + 1, half.x.shape.end());
  if (storage.shape.empty()) storage.shape = {1};  // one number a sample
  if (auto* bytes = std::get_if<std::vector<std::uint8_t>>(&half.x.values))
    storage.features = std::move(*bytes);
  else
    storage.features = std::move(std::get<std::vector<float>>(half.x.values));
  if (has_targets(half)) {
    storage.target_width = half.y.shape.size() == 2 ? half.y.shape[1] : 1;
    storage.targets = std::move(std::get<std::vector<float>>(half.y.values));
    if (storage.target_width == 0) refuse_array(half.y_place, "there is nothing in it");
    return Dataset(std::move(storage));
  }
  storage.labels = labels_of(half);
  storage.classes = classes > 0 ? classes : count_classes(storage.labels);
  for (std::size_t i = 0; i < storage.labels.size(); ++i)
    if (storage.labels[i] >= storage.classes)
      refuse_array(half.y_place, "label " + std::to_string(storage.labels[i]) + " of sample " + std::to_string(i) +
                                     " is outside 0 to " + std::to_string(storage.classes - 1));
  return Dataset(std::move(storage));
}

std::vector<float> read_weights(const fs::path& directory, const std::string& archive, const std::string& name,
                                std::size_t samples) {
  const fs::path file = archive.empty() ? find_npy(directory, name) : directory / archive;
  const std::string place = archive.empty() ? file.string() : file.string() + ", " + name;
  NpyArray array =
      archive.empty() ? read_npy(file) : std::move(read_npy_members(file, {{name, WholeNumbers::as_floats}}).front());
  std::size_t size = 1;
  for (const int extent : array.shape) size *= static_cast<std::size_t>(extent);
  if (array.shape.empty() || size != samples || static_cast<std::size_t>(array.shape[0]) != samples)
    refuse_array(place, "it has the shape " + shape_text(array.shape) + ", but weights are one for each of " +
                            std::to_string(samples) + " samples");
  std::vector<float> weights;
  std::visit([&](const auto& values) { weights.assign(values.begin(), values.end()); }, array.values);
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (!(weights[i] >= 0) || !std::isfinite(weights[i]))
      refuse_array(place, "the weight of sample " + std::to_string(i) + " is " +
                              number_text(static_cast<double>(weights[i])) + ", but must be at least 0");
  return weights;
}

}  // namespace

NpySet read_npy_set(const fs::path& directory, const std::string& archive, const NpyNames& names,
                    std::optional<int> classes) {
  NpySet set{dataset_of(read_npy_half(directory, archive, names.x_train, names.y_train), "train", classes.value_or(0)),
             {},
             {}};
  if (!names.sample_weight.empty())
    set.sample_weight = read_weights(directory, archive, names.sample_weight, set.train.size());
  if (names.x_test.empty() && names.y_test.empty()) return set;
  NpyHalf half = read_npy_half(directory, archive, names.x_test, names.y_test);
  const std::string x_place = half.x_place, y_place = half.y_place;
  set.test = dataset_of(std::move(half), "test", set.train.classes());
  const Dataset &train = set.train, &test = *set.test;
  if (test.shape() != train.shape())
    refuse_array(x_place, "its samples have another shape than those of " + names.x_train);
  if (test.storage().features.index() != train.storage().features.index())
    refuse_array(x_place, "one of it and " + names.x_train + " holds bytes, the other does not",
                 "give both the same type, as with x_test.astype(x_train.dtype)");
  if (test.has_labels() != train.has_labels() || test.storage().target_width != train.storage().target_width)
    refuse_array(y_place, "it is not of the kind of " + names.y_train + ": both labels, or as many numbers a sample");
  return set;
}

}  // namespace telar
