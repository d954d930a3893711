#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "spec/describe.hpp"

namespace telar {
namespace {

TEST(SnakeCase, is_keras_spelling_of_a_class_name) {
  EXPECT_EQ(snake_case("Dense"), "dense");
  EXPECT_EQ(snake_case("BatchNormalization"), "batch_normalization");
  EXPECT_EQ(snake_case("GlorotUniform"), "glorot_uniform");
  EXPECT_EQ(snake_case("SparseCategoricalCrossentropy"), "sparse_categorical_crossentropy");
  EXPECT_EQ(snake_case("EarlyStopping"), "early_stopping");
}

TEST(SnakeCase, keeps_the_letters_of_an_acronym_together) {
  EXPECT_EQ(snake_case("SGD"), "sgd");
  EXPECT_EQ(snake_case("ReduceLROnPlateau"), "reduce_lr_on_plateau");
  EXPECT_EQ(snake_case("LeakyReLU"), "leaky_re_lu");
  EXPECT_EQ(snake_case("PReLU"), "p_re_lu");
  EXPECT_EQ(snake_case("ELU"), "elu");
}

TEST(SnakeCase, leaves_what_is_snake_case_already) {
  EXPECT_EQ(snake_case("reduce_lr_on_plateau"), "reduce_lr_on_plateau");
  EXPECT_EQ(snake_case(""), "");
}

TEST(AutomaticNames, count_each_class_in_order_and_start_without_a_number) {
  EXPECT_EQ(automatic_names({{"Dense", ""}, {"BatchNormalization", ""}, {"Dense", ""}, {"Dense", ""}}),
            (std::vector<std::string>{"dense", "batch_normalization", "dense_1", "dense_2"}));
}

TEST(AutomaticNames, leave_own_names_and_pass_over_them) {
  EXPECT_EQ(automatic_names({{"Dense", ""}, {"Dense", "dense_1"}, {"Dense", ""}}),
            (std::vector<std::string>{"dense", "dense_1", "dense_2"}));
  EXPECT_EQ(automatic_names({{"Dense", ""}, {"Dense", "head"}, {"Dense", ""}}),
            (std::vector<std::string>{"dense", "head", "dense_1"}));
}

TEST(MetricNames, tell_weighted_ones_from_others_as_keras_does) {
  EXPECT_EQ(metric_names({Accuracy{}, AUC{}, Accuracy{}}, {Accuracy{}, Accuracy{}, MeanIoU{}, MeanIoU{}}),
            (std::vector<std::string>{"accuracy", "auc", "accuracy_1", "weighted_accuracy", "weighted_accuracy_1",
                                      "mean_io_u", "weighted_mean_io_u"}));
}

}  // namespace
}  // namespace telar
