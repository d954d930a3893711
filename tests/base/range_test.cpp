#include <cmath>
#include <gtest/gtest.h>

#include "base/describe.hpp"
#include "base/number_text.hpp"

namespace telar {
namespace {

TEST(Range, says_what_it_allows_in_words_or_as_an_interval) {
  EXPECT_EQ((Range{0, 1}.text()), "in [0, 1]");
  EXPECT_EQ((Range{0, 1, false, true}.text()), "in [0, 1)");
  EXPECT_EQ((Range{0, 1, true, true}.text()), "in (0, 1)");
  EXPECT_EQ((Range{-1, -1}.text()), "-1");
  EXPECT_EQ((Range{.low = 1}.text()), "at least 1");
  EXPECT_EQ((Range{.high = 1}.text()), "at most 1");
  EXPECT_EQ((Range{.high = 1, .high_open = true}.text()), "less than 1");
  EXPECT_EQ(kPositive.text(), "greater than 0");
  EXPECT_EQ(kNotNegative.text(), "at least 0");
  EXPECT_EQ(kFinite.text(), "finite");
  EXPECT_EQ(Range{}.text(), "any number");
}

TEST(Range, holds_its_ends_unless_they_are_open_and_never_nan) {
  EXPECT_TRUE((Range{0, 1}.contains(0)));
  EXPECT_TRUE((Range{0, 1}.contains(1)));
  EXPECT_FALSE((Range{0, 1, true, true}.contains(0)));
  EXPECT_FALSE((Range{0, 1, true, true}.contains(1)));
  EXPECT_FALSE(Range{}.contains(std::nan("")));
  EXPECT_FALSE(kFinite.contains(INFINITY));
}

TEST(NumberText, is_the_shortest_text_that_reads_back_as_the_same_number) {
  EXPECT_EQ(number_text(0.001), "0.001");
  EXPECT_EQ(number_text(0.0001), "0.0001");
  EXPECT_EQ(number_text(1e-6), "1e-06");
  EXPECT_EQ(number_text(512), "512");
  EXPECT_EQ(number_text(1.0 / 3), "0.3333333333333333");
}

}  // namespace
}  // namespace telar
