// Labelled samples in memory, and where they come from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace telar {

/// Samples (n, shape...) as uint8 or float32 with integer labels (n) or float32 targets (n, width). A value: copies and
/// subsets share the samples' memory, which nobody can change, and hold only their own list of rows.
class Dataset {
 public:
  /// What the subsets share. `features` is row-major, samples one after the other; `labels` holds n numbers in
  /// [0, classes), or `targets` n * target_width; sizes must agree.
  struct Storage {
    std::vector<int> shape;  ///< of one sample
    std::variant<std::vector<std::uint8_t>, std::vector<float>> features;
    std::vector<std::int32_t> labels;
    std::vector<float> targets;
    int target_width = 0;
    int classes = 0;                       ///< 0 if unknown or no classification
    std::vector<std::string> class_names;  ///< empty, or one per class
    std::string name;                      ///< for messages: "fashion_mnist (train)"
  };

  Dataset() = default;
  /// Takes the whole storage. Throws Error (data) if sizes disagree or a label is outside [0, classes).
  explicit Dataset(Storage storage);

  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
  /// Shape of one sample, e.g. {28, 28}.
  [[nodiscard]] const std::vector<int>& shape() const;
  /// Values in one sample: the product of the shape.
  [[nodiscard]] std::size_t sample_size() const;
  [[nodiscard]] int classes() const;
  [[nodiscard]] const std::vector<std::string>& class_names() const;
  [[nodiscard]] const std::string& name() const;
  /// True if the samples have integer labels, false if they have float targets.
  [[nodiscard]] bool has_labels() const;
  /// Label of sample i. Needs has_labels().
  [[nodiscard]] std::int32_t label(std::size_t i) const;

  /// The samples at `positions` (each < size()), in that order; repeats are allowed.
  [[nodiscard]] Dataset subset(std::span<const std::uint32_t> positions) const;
  /// `count` samples from `first` on. Throws Error (usage) if they are not all there.
  [[nodiscard]] Dataset slice(std::size_t first, std::size_t count) const;

  /// Shared memory and the rows of it that this set has, in order: for the engine.
  [[nodiscard]] const Storage& storage() const;
  [[nodiscard]] std::span<const std::uint32_t> rows() const noexcept { return rows_; }

 private:
  std::shared_ptr<const Storage> storage_;
  std::vector<std::uint32_t> rows_;
};

/// (the first n samples, the rest). The notebook's split: take_first(train, 10'000). Throws Error (usage) if n >
/// size().
[[nodiscard]] std::pair<Dataset, Dataset> take_first(const Dataset& data, std::size_t n);
/// (all but the last `fraction`, the last `fraction`), Keras's validation_split: floor(size * (1 - fraction)) stay.
[[nodiscard]] std::pair<Dataset, Dataset> split_last(const Dataset& data, double fraction);
/// (kept, held out): round(size * fraction) samples drawn by `seed`; both parts keep the original order.
[[nodiscard]] std::pair<Dataset, Dataset> split_shuffled(const Dataset& data, double fraction, std::uint64_t seed);
/// The same, drawn class by class so that both parts have the classes' shares (largest remainder decides the odd ones).
[[nodiscard]] std::pair<Dataset, Dataset> split_stratified(const Dataset& data, double fraction, std::uint64_t seed);

/// Which samples a fold holds out: consecutive ones, ones drawn by the seed, or drawn so that each fold has the
/// classes' shares. Sizes of folds differ by at most one, with `stratified` for each class.
enum class FoldOrder { consecutive, shuffled, stratified };

/// (for training, held out) for each of `folds` folds. Every sample is held out once; parts keep the original order.
/// Throws Error (usage): fewer than 2 folds or more than samples; `stratified` without labels.
[[nodiscard]] std::vector<std::pair<Dataset, Dataset>> k_fold(const Dataset& data, int folds,
                                                              FoldOrder order = FoldOrder::shuffled,
                                                              std::uint64_t seed = 0);

/// (samples, features) float32 with integer labels; `classes` 0 means largest label + 1. `shape` of one sample.
[[nodiscard]] Dataset from_arrays(std::vector<int> shape, std::vector<float> features, std::vector<std::int32_t> labels,
                                  int classes = 0);

/// Float targets (samples, width), row-major.
struct Targets {
  std::vector<float> values;
  int width = 1;
};
/// The same with targets: what a regression learns, or soft classes.
[[nodiscard]] Dataset from_arrays(std::vector<int> shape, std::vector<float> features, Targets targets);

/// One-hot rows (labels.size(), classes) as Keras's to_categorical; `classes` 0 means largest label + 1.
/// Throws Error (usage) if a label is negative or >= classes.
[[nodiscard]] std::vector<float> to_categorical(std::span<const std::int32_t> labels, int classes = 0);
/// The same samples with one-hot targets in place of labels.
[[nodiscard]] Dataset to_categorical(const Dataset& data);

namespace datasets {

struct Pair {
  Dataset train, test;
};

/// The 60,000 + 10,000 garments of Fashion-MNIST, uint8, raw bytes verified by SHA-256. Looked for in `directory`, else
/// in the folder named by TELAR_DATA (or its subfolder fashion-mnist), else in Debian's package dataset-fashion-mnist,
/// else where `telar data fetch fashion_mnist` puts them. Files may be gzip or raw. Throws Error (data).
[[nodiscard]] Pair fashion_mnist(const std::filesystem::path& directory = {});

/// Names of the four files of an IDX set, each with or without ".gz".
struct IdxFiles {
  std::string train_images = "train-images-idx3-ubyte";
  std::string train_labels = "train-labels-idx1-ubyte";
  std::string test_images = "t10k-images-idx3-ubyte";
  std::string test_labels = "t10k-labels-idx1-ubyte";
};

/// Any other set in IDX format (uint8 samples of any rank, uint8 labels). `classes` empty: the training set's largest
/// label + 1. Throws Error (data): missing, truncated, wrong magic, counts that differ, a label >= classes.
[[nodiscard]] Pair idx(const std::filesystem::path& directory, const IdxFiles& files = {},
                       std::optional<int> classes = {});

}  // namespace datasets
}  // namespace telar
