// The one place that lists the keys of a recipe. Visitors are those of base/describe.hpp with one verb more:
// section("fit", function of a visitor) for a table.
#pragma once

#include <array>

#include "spec/describe.hpp"
#include "study/recipe.hpp"

namespace telar {

template <>
inline constexpr std::array enum_names<DataSpec::Source>{
    EnumName<DataSpec::Source>{DataSpec::Source::fashion_mnist, "fashion_mnist"},
    EnumName<DataSpec::Source>{DataSpec::Source::mnist, "mnist"},
    EnumName<DataSpec::Source>{DataSpec::Source::idx, "idx"},
    EnumName<DataSpec::Source>{DataSpec::Source::csv, "csv"},
    EnumName<DataSpec::Source>{DataSpec::Source::npy, "npy"},
    EnumName<DataSpec::Source>{DataSpec::Source::images, "images"}};

template <>
inline constexpr std::array enum_names<DType>{EnumName<DType>{DType::float32, "float32"},
                                              EnumName<DType>{DType::mixed_bfloat16, "mixed_bfloat16"}};

/// The ways to hold samples out. A recipe's `validation` has the key of exactly one.
inline constexpr std::array<std::string_view, 4> kValidationForms{"first", "last", "fraction", "folds"};
inline constexpr Range kFolds{2, 1 << 24};
template <>
inline constexpr std::array enum_names<FoldOrder>{EnumName<FoldOrder>{FoldOrder::shuffled, "shuffled"},
                                                  EnumName<FoldOrder>{FoldOrder::stratified, "stratified"},
                                                  EnumName<FoldOrder>{FoldOrder::consecutive, "consecutive"}};
inline constexpr Range kValidationFirst{1, 1 << 30};
inline constexpr Range kValidationFraction{0, 1, true, true};
inline constexpr Range kPictureExtent{1, 4096};

inline constexpr std::string_view kWeightDoc =
    "Column, or array, of the training samples' weights in loss and weighted_metrics; the test takes none.";

template <Is<DataSpec> T, class V>
void describe(T& s, V&& v) {
  v.field("source", s.source, "Where samples come from.");
  v.field("dir", s.directory, "Folder of the files, relative to the recipe that says it.");
  using Source = DataSpec::Source;
  if (s.source == Source::idx || s.source == Source::npy)
    v.field("classes", s.classes, "Number of classes; default: largest training label + 1.", kCount);
  if (s.source == Source::idx) {
    v.field("train_images", s.files.train_images, "File of the training samples.");
    v.field("train_labels", s.files.train_labels, "File of the training labels.");
    v.field("test_images", s.files.test_images, "File of the test samples.");
    v.field("test_labels", s.files.test_labels, "File of the test labels.");
  }
  if (s.source == Source::npy) {
    v.field("archive", s.archive, "File (.npz) of the arrays; without one, each is a .npy file.");
    v.field("x_train", s.arrays.x_train, "Array of the training samples.");
    v.field("y_train", s.arrays.y_train, "Their labels, if they are whole numbers, else what a regression learns.");
    v.field("x_test", s.arrays.x_test, "Array of the test samples; \"\": test_fraction of the training samples.");
    v.field("y_test", s.arrays.y_test, "Their labels or numbers.");
    v.field("sample_weight", s.arrays.sample_weight, kWeightDoc);
  }
  if (s.source == Source::csv || s.source == Source::images) {
    v.field("train", s.train,
            "Training samples: a table whose first line names the columns, or a folder with a sub-folder for each "
            "class.");
    v.field("test", s.test, "Test samples, in the same form. Default: test_fraction of the training samples.");
  }
  if (s.source == Source::csv || s.source == Source::images || s.source == Source::npy)
    v.field("test_fraction", s.test_fraction, "Share of the samples kept for the test, the same for every seed.",
            kValidationFraction);
  if (s.source == Source::images) {
    v.field("size", s.size, "Height and width that pictures are stretched to: [28, 28].", kPictureExtent);
    v.field("channels", s.channels, "1: grey, 3: red, green and blue.", Range{1, 3});
  }
  if (s.source == Source::csv) {
    v.field("label", s.label, "Column of the class, as text or numbers.");
    v.field("targets", s.targets, "Columns of what a regression learns; in place of label.");
    v.field("ignore", s.ignore, "Columns to leave out.");
    v.field("sample_weight", s.sample_weight, kWeightDoc);
    v.field("separator", s.separator, "The character between two fields.");
  }
  v.field("validation", s.validation,
          "Training samples held out: { first = N }, { last = 0.2 }, { fraction = 0.2 } or { folds = 5, fold = 0 }.");
}

template <Is<CompileOptions> T, class V>
void describe(T& s, V&& v) {
  v.field("optimizer", s.optimizer, "How gradients become steps.");
  v.field("loss", s.loss, "What is made small.");
  v.field("metrics", s.metrics, "What else is measured; every sample counts 1.");
  v.field("weighted_metrics", s.weighted_metrics, "The same, where samples count their weights.");
  v.field("dtype", s.dtype, "Arithmetic of the network.");
}

template <Is<MixUp> T, class V>
void describe(T& s, V&& v) {
  v.field("alpha", s.alpha, "The share of a sample in a mixture comes from Beta(alpha, alpha).", kPositive);
}

template <Is<FitSpec> T, class V>
void describe(T& s, V&& v) {
  v.field("batch_size", s.batch_size, "Samples per step.", kCount);
  v.field("epochs", s.epochs, "Passes through the training samples.", Range{1, 1 << 30});
  v.field("initial_epoch", s.initial_epoch, "Number of the first epoch, from 0.", kWhole);
  v.field("steps_per_epoch", s.steps_per_epoch,
          "Batches in an epoch; the next epoch goes on with the next ones. Default: all.", Range{1, 1 << 30});
  v.field("validation_split", s.validation_split, "Short for data.validation = { last = ... }.", kBelowOne);
  v.field("validation_freq", s.validation_freq, "Validate after every so many epochs.", Range{1, 1 << 30});
  v.field("validation_freq_steps", s.validation_freq_steps, "Validate after every so many steps instead.",
          Range{1, 1 << 30});
  v.field("shuffle", s.shuffle, "A new order every epoch.");
  v.field("mixup", s.mixup, "Mixes each sample of a batch with another one: { alpha = 0.2 }.");
  v.field("class_weight", s.class_weight,
          "Factors of the losses of classes, by name or number: { 0 = 2.0, Sandal = 0.5 }. Others have 1.",
          kNotNegative);
  v.field("training_score", s.training_score, "Evaluate the training samples at the end, in inference mode.");
  v.field("start_from", s.start_from,
          "First weights: a file of weights or a run folder, relative to the recipe that says it.");
  v.field("callbacks", s.callbacks, "What watches the training.");
}

template <Is<Recipe> T, class V>
void describe(T& r, V&& v) {
  v.field("seed", r.seed, "Decides initial weights, order, dropout and random splits.", Range{0, 0x1p63});
  v.section("data", [&](auto&& section) { describe(r.data, section); });
  v.section("model", [&](auto&& section) { section.field("layers", r.layers, "From the input to the output."); });
  v.section("compile", [&](auto&& section) { describe(r.compile, section); });
  v.section("fit", [&](auto&& section) { describe(r.fit, section); });
}

}  // namespace telar
