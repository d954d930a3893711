#include <limits>
#include <numeric>

#include <telar/dataset.hpp>
#include <telar/error.hpp>

#include "data/classes.hpp"

namespace telar {

namespace {

[[noreturn]] void refuse(const Dataset::Storage& s, const std::string& message) {
  throw Error(ErrorCode::data, s.name.empty() ? "dataset" : s.name, message);
}

std::size_t checked_sample_size(const Dataset::Storage& s) {
  if (s.shape.empty()) refuse(s, "the shape of a sample is missing");
  std::size_t size = 1;
  for (const int extent : s.shape) {
    if (extent < 1)
      refuse(s, "the shape of a sample has the extent " + std::to_string(extent) + "; each must be at least 1");
    if (__builtin_mul_overflow(size, static_cast<std::size_t>(extent), &size)) refuse(s, "a sample is too large");
  }
  return size;
}

/// The number of samples.
std::size_t checked_size(const Dataset::Storage& s) {
  const std::size_t values = std::visit([](const auto& v) { return v.size(); }, s.features);
  const std::size_t sample = checked_sample_size(s);
  const std::size_t n = values / sample;
  if (n * sample != values)
    refuse(s, std::to_string(values) + " values are no whole number of samples of " + std::to_string(sample));
  if (n > std::numeric_limits<std::uint32_t>::max()) refuse(s, "more than 4294967295 samples");

  if (!s.labels.empty() && !s.targets.empty()) refuse(s, "both labels and targets; a set has one of them");
  if (s.targets.empty() && s.labels.size() != n)
    refuse(s, std::to_string(n) + " samples but " + std::to_string(s.labels.size()) + " labels");
  if (!s.targets.empty() && (s.target_width < 1 || s.targets.size() % static_cast<std::size_t>(s.target_width) != 0 ||
                             s.targets.size() / static_cast<std::size_t>(s.target_width) != n))
    refuse(s, std::to_string(n) + " samples but " + std::to_string(s.targets.size()) + " targets in rows of " +
                  std::to_string(s.target_width));
  return n;
}

void check_classes(const Dataset::Storage& s) {
  if (s.classes < 0) refuse(s, std::to_string(s.classes) + " classes; there cannot be fewer than 0");
  if (!s.class_names.empty() && s.class_names.size() != static_cast<std::size_t>(s.classes))
    refuse(s, std::to_string(s.class_names.size()) + " class names for " + std::to_string(s.classes) + " classes");
  for (std::size_t i = 0; i < s.labels.size(); ++i) {
    if (s.labels[i] < 0 || (s.classes > 0 && s.labels[i] >= s.classes))
      refuse(s, "label " + std::to_string(s.labels[i]) + " of sample " + std::to_string(i) + " is " +
                    (s.classes > 0 ? "outside 0 to " + std::to_string(s.classes - 1) : std::string("negative")));
  }
}

}  // namespace

Dataset::Dataset(Storage storage) {
  const std::size_t n = checked_size(storage);
  check_classes(storage);
  rows_.resize(n);
  std::iota(rows_.begin(), rows_.end(), 0u);
  storage_ = std::make_shared<const Storage>(std::move(storage));
}

const Dataset::Storage& Dataset::storage() const {
  static const Storage nothing{};
  return storage_ ? *storage_ : nothing;
}

const std::vector<int>& Dataset::shape() const { return storage().shape; }
int Dataset::classes() const { return storage().classes; }
const std::vector<std::string>& Dataset::class_names() const { return storage().class_names; }
const std::string& Dataset::name() const { return storage().name; }
bool Dataset::has_labels() const { return !storage().labels.empty(); }
std::int32_t Dataset::label(std::size_t i) const { return storage().labels[rows_[i]]; }

std::size_t Dataset::sample_size() const {
  std::size_t size = 1;
  for (const int extent : shape()) size *= static_cast<std::size_t>(extent);
  return size;
}

Dataset Dataset::subset(std::span<const std::uint32_t> positions) const {
  Dataset result;
  result.storage_ = storage_;
  result.rows_.reserve(positions.size());
  for (const std::uint32_t position : positions) {
    if (position >= size())
      throw Error(ErrorCode::usage, name(),
                  "no sample " + std::to_string(position) + "; there are " + std::to_string(size()));
    result.rows_.push_back(rows_[position]);
  }
  return result;
}

Dataset Dataset::slice(std::size_t first, std::size_t count) const {
  if (first > size() || count > size() - first)
    throw Error(ErrorCode::usage, name(),
                "cannot take " + std::to_string(count) + " samples from sample " + std::to_string(first) +
                    " on; there are " + std::to_string(size()));
  Dataset result;
  result.storage_ = storage_;
  const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(first);
  result.rows_.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
  return result;
}

Dataset from_arrays(std::vector<int> shape, std::vector<float> features, std::vector<std::int32_t> labels,
                    int classes) {
  Dataset::Storage storage;
  storage.shape = std::move(shape);
  storage.features = std::move(features);
  storage.classes = classes == 0 ? count_classes(labels) : classes;
  storage.labels = std::move(labels);
  return Dataset(std::move(storage));
}

Dataset from_arrays(std::vector<int> shape, std::vector<float> features, Targets targets) {
  Dataset::Storage storage;
  storage.shape = std::move(shape);
  storage.features = std::move(features);
  storage.targets = std::move(targets.values);
  storage.target_width = targets.width;
  return Dataset(std::move(storage));
}

}  // namespace telar
