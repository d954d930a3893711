#include "base/did_you_mean.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace telar {
namespace {

const std::vector<std::string> kWords{"batch_size", "epochs", "shuffle", "callbacks"};

TEST(DidYouMean, finds_a_word_with_a_letter_missing_added_or_changed) {
  EXPECT_EQ(nearest("epoch", kWords), "epochs");
  EXPECT_EQ(nearest("epochss", kWords), "epochs");
  EXPECT_EQ(nearest("epocks", kWords), "epochs");
}

TEST(DidYouMean, counts_two_swapped_neighbours_as_one_change) {
  const std::vector<std::string> words{"ab"};
  EXPECT_EQ(nearest("ba", words), "ab");
}

TEST(DidYouMean, takes_small_and_capital_letters_as_equal) { EXPECT_EQ(nearest("EPOCHS", kWords), "epochs"); }

TEST(DidYouMean, takes_three_letters_or_more_as_an_abbreviation) {
  EXPECT_EQ(nearest("bat", kWords), "batch_size");
  EXPECT_EQ(nearest("ba", kWords), "");
}

TEST(DidYouMean, prefers_the_nearest_word) {
  const std::vector<std::string> words{"beta_1", "beta_2"};
  EXPECT_EQ(nearest("beta2", words), "beta_2");
}

TEST(DidYouMean, stays_silent_when_no_word_is_near) {
  EXPECT_EQ(nearest("momentum", kWords), "");
  EXPECT_EQ(nearest("", kWords), "");
  EXPECT_EQ(nearest("epochs", {}), "");
}

TEST(DidYouMean, is_not_slowed_down_by_an_absurdly_long_word) {
  EXPECT_EQ(nearest(std::string(1'000'000, 'e'), kWords), "");
}

TEST(DidYouMean, hints_at_the_near_word_or_lists_all) {
  EXPECT_EQ(did_you_mean("epoch", kWords), "did you mean \"epochs\"?");
  EXPECT_EQ(did_you_mean("momentum", kWords), "known: batch_size, epochs, shuffle, callbacks");
  EXPECT_EQ(did_you_mean("momentum", {}), "");
}

}  // namespace
}  // namespace telar
