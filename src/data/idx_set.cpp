#include "data/idx_set.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <telar/error.hpp>

#include "data/classes.hpp"
#include "data/idx.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

struct File {
  fs::path path;
  IdxArray array;
};

File read_verified(const fs::path& folder, const std::string& name, const IdxSetOptions& options) {
  const fs::path path = find_idx_file(folder, name);
  File file{path, read_idx(path)};
  if (options.verify) options.verify(path, name, file.array.sha256);
  return file;
}

/// One half of a set, with its files for messages.
struct Half {
  File images, labels;
};

Half read_half(const fs::path& folder, const std::string& images, const std::string& labels,
               const IdxSetOptions& options) {
  // Labels first: they are small, and a wrong folder shows at once.
  File label_file = read_verified(folder, labels, options);
  const std::vector<int>& shape = label_file.array.shape;
  if (shape.size() != 1)
    throw Error(ErrorCode::data, label_file.path.string(),
                "labels must have one dimension; the file has " + std::to_string(shape.size()));
  File image_file = read_verified(folder, images, options);
  const int n = image_file.array.shape[0];
  if (n != shape[0])
    throw Error(
        ErrorCode::data, image_file.path.string(),
        std::to_string(n) + " samples, but " + std::to_string(shape[0]) + " labels in " + label_file.path.string());
  return {std::move(image_file), std::move(label_file)};
}

std::vector<std::int32_t> widen(const File& labels) { return {labels.array.values.begin(), labels.array.values.end()}; }

Dataset make_dataset(Half&& half, const std::string& part, int classes, const IdxSetOptions& options) {
  Dataset::Storage storage;
  storage.labels = widen(half.labels);
  for (std::size_t i = 0; i < storage.labels.size(); ++i) {
    if (storage.labels[i] >= classes)
      throw Error(ErrorCode::data, half.labels.path.string(),
                  "label " + std::to_string(storage.labels[i]) + " of sample " + std::to_string(i) +
                      " is outside 0 to " + std::to_string(classes - 1));
  }
  std::vector<int>& shape = half.images.array.shape;
  storage.shape.assign(shape.begin() + 1, shape.end());
  if (storage.shape.empty()) storage.shape = {1};  // one number a sample
  storage.features = std::move(half.images.array.values);
  storage.classes = classes;
  storage.class_names = options.class_names;
  storage.name = options.name + " (" + part + ")";
  return Dataset(std::move(storage));
}

}  // namespace

fs::path find_idx_file(const fs::path& folder, const std::string& name) {
  std::error_code ignored;
  for (const std::string& candidate : {name, name + ".gz"}) {
    if (fs::exists(folder / candidate, ignored)) return folder / candidate;
  }
  if (name.ends_with(".gz")) {
    fs::path raw = folder / name.substr(0, name.size() - 3);
    if (fs::exists(raw, ignored)) return raw;
  }
  throw Error(ErrorCode::data, (folder / name).string(), "no such file, with or without .gz",
              "Name the folder that holds the set.");
}

datasets::Pair read_idx_set(const fs::path& folder, const datasets::IdxFiles& files, const IdxSetOptions& options) {
  if (options.classes && *options.classes < 1)
    throw Error(ErrorCode::usage, "classes", std::to_string(*options.classes) + " classes; there must be at least 1");
  Half train = read_half(folder, files.train_images, files.train_labels, options);
  Half test = read_half(folder, files.test_images, files.test_labels, options);

  const std::vector<int>& a = train.images.array.shape;
  const std::vector<int>& b = test.images.array.shape;
  if (!std::equal(a.begin() + 1, a.end(), b.begin() + 1, b.end()))
    throw Error(ErrorCode::data, test.images.path.string(),
                "its samples have another shape than those of " + train.images.path.string());

  const int classes = options.classes ? *options.classes : count_classes(widen(train.labels));
  return {make_dataset(std::move(train), "train", classes, options),
          make_dataset(std::move(test), "test", classes, options)};
}

namespace datasets {

Pair idx(const fs::path& directory, const IdxFiles& files, std::optional<int> classes) {
  IdxSetOptions options;
  options.classes = classes;
  return read_idx_set(directory, files, options);
}

}  // namespace datasets
}  // namespace telar
