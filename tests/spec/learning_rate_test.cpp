// Schedules beyond the golden values: telar's own, edges, and what is refused.
#include <gtest/gtest.h>

#include "spec/validate.hpp"
#include "support/thrown.hpp"

namespace telar {
namespace {

std::string optimizer_refusal(const Optimizer& optimizer) {
  return test::thrown_by([&] { validate(optimizer, "optimizer"); }).what();
}

TEST(LearningRate, may_be_a_number) {
  const LearningRate rate = 0.25;
  EXPECT_EQ(rate.schedule(), nullptr);
  EXPECT_EQ(rate.at(0), 0.25);
  EXPECT_EQ(rate.at(1000), 0.25);
}

TEST(LearningRate, LinearWarmup_rises_in_a_line_and_stays) {
  const LearningRate rate = LinearWarmup{.learning_rate = 1, .warmup_steps = 4, .initial_learning_rate = 0.5};
  EXPECT_DOUBLE_EQ(rate.at(0), 0.5);
  EXPECT_DOUBLE_EQ(rate.at(1), 0.625);
  EXPECT_DOUBLE_EQ(rate.at(4), 1);
  EXPECT_DOUBLE_EQ(rate.at(5), 1);
}

TEST(LearningRate, OneCycle_rises_and_falls_by_half_a_cosine_each) {
  const LearningRate rate = OneCycle{
      .max_learning_rate = 1, .total_steps = 10, .warmup_fraction = 0.4, .initial_divisor = 10, .final_divisor = 100};
  EXPECT_DOUBLE_EQ(rate.at(0), 0.1);
  EXPECT_DOUBLE_EQ(rate.at(2), 0.55);
  EXPECT_DOUBLE_EQ(rate.at(4), 1);
  EXPECT_DOUBLE_EQ(rate.at(7), 0.505);
  EXPECT_DOUBLE_EQ(rate.at(10), 0.01);
  EXPECT_DOUBLE_EQ(rate.at(11), 0.01);
}

TEST(LearningRate, OneCycle_may_be_all_warm_up_or_have_none) {
  const LearningRate up = OneCycle{.max_learning_rate = 1, .total_steps = 4, .warmup_fraction = 1};
  EXPECT_DOUBLE_EQ(up.at(4), 1);
  const LearningRate down = OneCycle{.max_learning_rate = 1, .total_steps = 4, .warmup_fraction = 0};
  EXPECT_DOUBLE_EQ(down.at(0), 1);
}

TEST(LearningRate, CosineDecayRestarts_begins_anew_with_longer_decays_of_lower_rates) {
  const LearningRate rate =
      CosineDecayRestarts{.initial_learning_rate = 1, .first_decay_steps = 4, .t_mul = 2, .m_mul = 0.5};
  EXPECT_DOUBLE_EQ(rate.at(0), 1);
  EXPECT_DOUBLE_EQ(rate.at(2), 0.5);
  EXPECT_DOUBLE_EQ(rate.at(4), 0.5);
  EXPECT_DOUBLE_EQ(rate.at(8), 0.25);
  EXPECT_DOUBLE_EQ(rate.at(12), 0.25);
  EXPECT_DOUBLE_EQ(rate.at(28), 0.125);
  EXPECT_DOUBLE_EQ(rate.at(60), 0.0625);
}

TEST(LearningRate, PolynomialDecay_ends_where_it_does_not_cycle) {
  const LearningRate rate =
      PolynomialDecay{.initial_learning_rate = 1, .decay_steps = 4, .end_learning_rate = 0.5, .power = 2};
  EXPECT_DOUBLE_EQ(rate.at(2), 0.625);
  EXPECT_DOUBLE_EQ(rate.at(4), 0.5);
  EXPECT_DOUBLE_EQ(rate.at(400), 0.5);
}

TEST(Validate, refuses_schedules_that_lack_a_number_or_have_one_outside_its_range) {
  EXPECT_EQ(optimizer_refusal(Adam{.learning_rate = CosineDecay{.initial_learning_rate = 0.1}}),
            std::string("[optimizer, learning_rate (CosineDecay)] decay_steps = 0, but must be at least 1"));
  EXPECT_EQ(
      optimizer_refusal(SGD{.learning_rate = ExponentialDecay{.decay_steps = 10, .decay_rate = 0.5}}),
      std::string("[optimizer, learning_rate (ExponentialDecay)] initial_learning_rate = nan, but must be at least 0"));
}

TEST(Validate, refuses_pieces_that_do_not_fit) {
  EXPECT_EQ(optimizer_refusal(Adam{.learning_rate = PiecewiseConstantDecay{.boundaries = {5}, .values = {1}}}),
            std::string("[optimizer, learning_rate (PiecewiseConstantDecay)] values are 1, but boundaries 1\n"
                        "  give one more value than boundaries: 2"));
  EXPECT_EQ(optimizer_refusal(Adam{.learning_rate = PiecewiseConstantDecay{.boundaries = {5, 5}, .values = {1, 2, 3}}}),
            std::string("[optimizer, learning_rate (PiecewiseConstantDecay)] boundaries do not rise\n"
                        "  write them from the first step to the last"));
  EXPECT_EQ(optimizer_refusal(Adam{.learning_rate = PiecewiseConstantDecay{.values = {-1}}}),
            std::string("[optimizer, learning_rate (PiecewiseConstantDecay)] values = -1, but must be at least 0"));
}

TEST(Validate, refuses_a_clipvalue_that_clips_everything) {
  EXPECT_EQ(optimizer_refusal(Adam{.clipvalue = 0}),
            std::string("[optimizer] clipvalue = 0, but must be greater than 0"));
}

}  // namespace
}  // namespace telar
