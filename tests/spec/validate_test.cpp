#include "spec/validate.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <span>
#include <string>

#include "support/thrown.hpp"

namespace telar {
namespace {

using test::thrown_by;

template <class Spec>
std::string refusal(const Spec& spec) {
  const Error error = thrown_by([&] { validate(spec, "here"); });
  EXPECT_EQ(error.code(), ErrorCode::usage);
  EXPECT_EQ(error.where(), "here");
  return error.message();
}

TEST(Validate, accepts_keras_defaults) {
  EXPECT_NO_THROW(validate(Layer(Rescaling{}), ""));
  EXPECT_NO_THROW(validate(Layer(Flatten{}), ""));
  EXPECT_NO_THROW(validate(Layer(Dense{.units = 1}), ""));
  EXPECT_NO_THROW(validate(Layer(ActivationLayer{}), ""));
  EXPECT_NO_THROW(validate(Layer(BatchNormalization{}), ""));
  EXPECT_NO_THROW(validate(Layer(Dropout{}), ""));
  EXPECT_NO_THROW(validate(Layer(GaussianNoise{}), ""));
  EXPECT_NO_THROW(validate(Layer(GaussianDropout{}), ""));
  EXPECT_NO_THROW(validate(Layer(AlphaDropout{}), ""));
  EXPECT_NO_THROW(validate(Layer(ReLU{}), ""));
  EXPECT_NO_THROW(validate(Layer(LeakyReLU{}), ""));
  EXPECT_NO_THROW(validate(Layer(ELU{}), ""));
  EXPECT_NO_THROW(validate(Layer(Softmax{}), ""));
  EXPECT_NO_THROW(validate(Layer(PReLU{}), ""));
  EXPECT_NO_THROW(validate(Layer(LayerNormalization{}), ""));
  EXPECT_NO_THROW(validate(Layer(RMSNormalization{}), ""));
  EXPECT_NO_THROW(validate(Layer(UnitNormalization{}), ""));
  EXPECT_NO_THROW(validate(Layer(Reshape{}), ""));
  EXPECT_NO_THROW(validate(Layer(ActivityRegularization{}), ""));
  EXPECT_NO_THROW(validate(Layer(Residual{}), ""));
  EXPECT_NO_THROW(validate(Layer(Normalization{}), ""));
  EXPECT_NO_THROW(validate(Layer(RandomFlip{}), ""));
  EXPECT_NO_THROW(validate(Layer(RandomTranslation{.height_factor = 0.1, .width_factor = 0.1}), ""));
  EXPECT_NO_THROW(validate(Loss(CategoricalGeneralizedCrossEntropy{}), ""));
  EXPECT_NO_THROW(validate(Loss(Dice{}), ""));
  EXPECT_NO_THROW(validate(Loss(Tversky{}), ""));
  EXPECT_NO_THROW(validate(Regularizer(OrthogonalRegularizer{}), ""));
  EXPECT_NO_THROW(validate(Loss(CategoricalCrossentropy{}), ""));
  EXPECT_NO_THROW(validate(Loss(SparseCategoricalCrossentropy{}), ""));
  EXPECT_NO_THROW(validate(Metric(Accuracy{}), ""));
  EXPECT_NO_THROW(validate(Optimizer(SGD{}), ""));
  EXPECT_NO_THROW(validate(Optimizer(Adam{}), ""));
  EXPECT_NO_THROW(validate(Callback::Stock(EarlyStopping{}), ""));
  EXPECT_NO_THROW(validate(Callback::Stock(ReduceLROnPlateau{}), ""));
  EXPECT_NO_THROW(validate(Callback::Stock(ProgressBar{}), ""));
}

TEST(Validate, refuses_a_dense_layer_without_units) {
  EXPECT_EQ(refusal(Layer(Dense{})), "units = 0, but must be at least 1");
  EXPECT_EQ(refusal(Layer(Dense{.units = -3})), "units = -3, but must be at least 1");
}

TEST(Validate, states_the_upper_limit_to_someone_who_is_above_it) {
  EXPECT_EQ(refusal(Layer(Dense{.units = 20'000'000})), "units = 20000000, but must be in [1, 16777216]");
}

TEST(Validate, refuses_an_axis_that_no_sample_has) {
  EXPECT_EQ(refusal(Layer(LayerNormalization{.axis = 9})), "axis = 9, but must be in [-8, 8]");
  EXPECT_EQ(refusal(Layer(RMSNormalization{.axis = {1, -9}})), "axis = -9, but must be in [-8, 8]");
  EXPECT_EQ(refusal(Layer(Softmax{.axis = std::initializer_list<int>{}})), "axis is empty");
}

TEST(Validate, refuses_intersections_of_no_classes) {
  EXPECT_EQ(refusal(Metric(MeanIoU{})), "num_classes = 0, but must be in [1, 16384]");
  EXPECT_EQ(refusal(Metric(IoU{.num_classes = 3})), "target_class_ids is empty: which classes?");
  EXPECT_EQ(refusal(Metric(IoU{.num_classes = 3, .target_class_ids = {0, 3}})),
            "target_class_ids = 3, but must be in [0, 2]");
  EXPECT_EQ(refusal(Metric(BinaryIoU{.target_class_ids = {2}})), "target_class_ids = 2, but must be in [0, 1]");
}

TEST(Validate, refuses_a_rate_of_epochs_that_is_none) {
  EXPECT_EQ(refusal(Callback::Stock(EpochSchedule{})), "schedule = nan, but must be at least 0");
}

TEST(Validate, refuses_a_mean_without_a_variance) {
  EXPECT_EQ(refusal(Layer(Normalization{.mean = {1, 2}})), "mean has 2 numbers, but variance 0");
  EXPECT_EQ(refusal(Layer(Normalization{.mean = {1}, .variance = {-1}})), "variance = -1, but must be at least 0");
}

TEST(Validate, refuses_a_dropout_rate_that_is_no_probability) {
  EXPECT_EQ(refusal(Layer(Dropout{.rate = 1.5})), "rate = 1.5, but must be in [0, 1]");
  EXPECT_EQ(refusal(Layer(Dropout{.rate = -0.1})), "rate = -0.1, but must be in [0, 1]");
  EXPECT_EQ(refusal(Layer(Dropout{.rate = std::nan("")})), "rate = nan, but must be in [0, 1]");
  EXPECT_NO_THROW(validate(Layer(Dropout{.rate = 1}), ""));
}

TEST(Validate, refuses_translations_without_or_beyond_an_image) {
  EXPECT_EQ(refusal(Layer(RandomTranslation{.height_factor = 0.1})),
            "width_factor is not given, and there is no default");
  EXPECT_EQ(refusal(Layer(RandomTranslation{.height_factor = -1.5, .width_factor = 0})),
            "height_factor = -1.5, but must be in [-1, 1]");
  EXPECT_EQ(refusal(Layer(RandomTranslation{.height_factor = 0, .width_factor = {0.5, 2}})),
            "width_factor = 2, but must be in [-1, 1]");
  EXPECT_EQ(refusal(Layer(RandomTranslation{.height_factor = 0, .width_factor = 0, .fill_value = INFINITY})),
            "fill_value = inf, but must be finite");
}

TEST(Validate, refuses_losses_and_metrics_of_overlap_and_thresholds_outside_their_range) {
  EXPECT_EQ(refusal(Loss(CategoricalGeneralizedCrossEntropy{.q = 1})), "q = 1, but must be in (0, 1)");
  EXPECT_EQ(refusal(Loss(Dice{.axis = 0})), "axis = 0, but must be -1");
  EXPECT_EQ(refusal(Loss(Tversky{.alpha = -1})), "alpha = -1, but must be at least 0");
  EXPECT_EQ(refusal(Metric(PrecisionAtRecall{})), "recall = nan, but must be in [0, 1]");
  EXPECT_EQ(refusal(Metric(RecallAtPrecision{.precision = 0.5, .num_thresholds = 2})),
            "num_thresholds = 2, but must be in [3, 65536]");
  EXPECT_EQ(refusal(Metric(SensitivityAtSpecificity{.specificity = 2})), "specificity = 2, but must be in [0, 1]");
  EXPECT_EQ(refusal(Metric(SpecificityAtSensitivity{.sensitivity = -1})), "sensitivity = -1, but must be in [0, 1]");
  EXPECT_EQ(refusal(Metric(FalsePositives{.threshold = std::nan("")})), "threshold = nan, but must be finite");
}

TEST(Validate, refuses_layers_losses_and_metrics_of_a_user_without_a_function_or_a_name) {
  const auto zero = []<class T>(std::span<const T>, std::span<const T>, std::span<T>) { return T(0); };
  EXPECT_EQ(refusal(Layer(Custom{})), "it has no functions");
  EXPECT_EQ(refusal(Loss(CustomLoss{})), "it has no function");
  EXPECT_EQ(refusal(Loss(CustomLoss("", zero))), "it has no name");
  EXPECT_NO_THROW(validate(Loss(CustomLoss("zero", zero)), ""));
  EXPECT_EQ(refusal(Metric(CustomMetric{.name = "mine"})), "it has no function");
  EXPECT_EQ(refusal(Metric(CustomMetric{.of_row = [](auto, auto) { return 0.0; }})), "it has no name, which logs need");
}

TEST(Validate, refuses_right_angles_of_what_is_no_kernel) {
  EXPECT_EQ(refusal(Regularizer(OrthogonalRegularizer{.factor = -1})), "factor = -1, but must be at least 0");
  EXPECT_EQ(refusal(Layer(Dense{.units = 1, .bias_regularizer = OrthogonalRegularizer{}})),
            "bias_regularizer is an OrthogonalRegularizer, which is for kernels alone");
  EXPECT_EQ(refusal(Layer(Dense{.units = 1, .activity_regularizer = OrthogonalRegularizer{}})),
            "activity_regularizer is an OrthogonalRegularizer, which is for kernels alone");
  EXPECT_NO_THROW(validate(Layer(Dense{.units = 1, .kernel_regularizer = OrthogonalRegularizer{}}), ""));
}

TEST(Validate, refuses_noise_without_end) {
  EXPECT_EQ(refusal(Layer(GaussianNoise{.stddev = -1})), "stddev = -1, but must be at least 0");
  EXPECT_EQ(refusal(Layer(GaussianDropout{.rate = 1})), "rate = 1, but must be in [0, 1)");
  EXPECT_EQ(refusal(Layer(AlphaDropout{.rate = 1})), "rate = 1, but must be in [0, 1)");
}

TEST(Validate, refuses_options_of_rectifiers_outside_their_range) {
  EXPECT_EQ(refusal(Layer(ReLU{.max_value = -1})), "max_value = -1, but must be at least 0");
  EXPECT_EQ(refusal(Layer(ReLU{.threshold = -1})), "threshold = -1, but must be at least 0");
  EXPECT_EQ(refusal(Layer(LeakyReLU{.negative_slope = -0.1})), "negative_slope = -0.1, but must be at least 0");
}

TEST(Validate, refuses_numbers_that_are_not_finite) {
  EXPECT_EQ(refusal(Layer(Rescaling{.scale = INFINITY})), "scale = inf, but must be finite");
  EXPECT_EQ(refusal(Optimizer(Adam{.learning_rate = std::nan("")})), "learning_rate = nan, but must be at least 0");
}

TEST(Validate, refuses_options_of_batch_normalization_outside_their_range) {
  EXPECT_EQ(refusal(Layer(BatchNormalization{.momentum = 1.01})), "momentum = 1.01, but must be in [0, 1]");
  EXPECT_EQ(refusal(Layer(BatchNormalization{.epsilon = 0})), "epsilon = 0, but must be greater than 0");
}

TEST(Validate, refuses_options_of_optimizers_and_losses_outside_their_range) {
  EXPECT_EQ(refusal(Optimizer(SGD{.learning_rate = -1})), "learning_rate = -1, but must be at least 0");
  EXPECT_EQ(refusal(Optimizer(Adam{.beta_1 = 1})), "beta_1 = 1, but must be in [0, 1)");
  EXPECT_EQ(refusal(Loss(CategoricalCrossentropy{.label_smoothing = 2})), "label_smoothing = 2, but must be in [0, 1]");
}

TEST(Validate, refuses_options_of_callbacks_outside_their_range) {
  EXPECT_EQ(refusal(Callback::Stock(EarlyStopping{.patience = -1})), "patience = -1, but must be at least 0");
  EXPECT_EQ(refusal(Callback::Stock(ReduceLROnPlateau{.factor = 1})), "factor = 1, but must be in [0, 1)");
  EXPECT_EQ(refusal(Callback::Stock(EarlyStopping{.baseline = INFINITY})), "baseline = inf, but must be finite");
}

TEST(Validate, refuses_an_enumerator_that_does_not_exist) {
  EXPECT_EQ(refusal(Layer(Dense{.units = 1, .activation = static_cast<Activation>(99)})),
            "activation is not one of the enumerators");
}

TEST(Validate, refuses_a_layer_name_that_would_confuse_the_names_of_variables) {
  EXPECT_EQ(refusal(Layer(Dense{.units = 1, .name = "a/b"})), "name = \"a/b\" has a '/'");
}

TEST(CheckRange, checks_a_number_that_belongs_to_no_aggregate) {
  EXPECT_NO_THROW(check_range("batch_size", 1, kCount, "fit"));
  const Error error = thrown_by([] { check_range("batch_size", 0, kCount, "fit"); });
  EXPECT_STREQ(error.what(), "[fit] batch_size = 0, but must be at least 1");
}

TEST(ClassName, is_keras_name_of_what_a_variant_holds) {
  EXPECT_EQ(class_name(Layer(ActivationLayer{})), "Activation");
  EXPECT_EQ(class_name(Optimizer(SGD{})), "SGD");
  EXPECT_EQ(class_name(Callback::Stock(ReduceLROnPlateau{})), "ReduceLROnPlateau");
}

}  // namespace
}  // namespace telar
