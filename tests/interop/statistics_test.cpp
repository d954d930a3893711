// Every statistic of a comparison, beside scipy's and statsmodels'. Where samples are drawn, both take the same draws.
#include <cmath>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <stdlib.h>
#include <string>
#include <vector>

#include "base/bootstrap.hpp"
#include "base/paired.hpp"
#include "base/power.hpp"
#include "base/random.hpp"
#include "base/sequential_levels.hpp"
#include "support/script.hpp"
#include "support/temporary_folder.hpp"

namespace telar::test {
namespace {

using nlohmann::json;

ScriptResult statistics_side(const std::string& file) {
  const char* named = getenv("TELAR_TEST_PYTHON");
  const std::string python = named != nullptr && *named != '\0' ? named : "python3";
  return run_script("'" + python + "' -B '" TELAR_TESTS_DIR "/interop/statistics_side.py' " +
                    (file.empty() ? "2>&1" : "'" + file + "'"));
}

/// Differences as they come: multiples of 1/10000, and a mean that is none of them.
std::vector<double> some_differences(std::size_t n, std::uint64_t which) {
  const Random random(which, Purpose::split, "statistics");
  std::vector<double> differences;
  for (std::size_t i = 0; i < n; ++i) differences.push_back((static_cast<double>(random.below(101, i)) - 40) / 10'000);
  return differences;
}

class Statistics : public testing::Test {
 protected:
  void SetUp() override {
    const ScriptResult there = statistics_side("");
    if (there.status != 0) {
      const char* ci = getenv("CI");
      const std::string hint =
          "the tests' Python has no scipy or statsmodels; scripts/setup --ci installs them\n" + there.output;
      if (ci != nullptr && std::string(ci) == "true") FAIL() << hint;
      GTEST_SKIP() << hint;
    }
  }

  /// A case for the other side, and what telar says of it.
  void add(json of, json said) {
    cases_.push_back(std::move(of));
    ours_.push_back(std::move(said));
  }

  void compare() {
    TemporaryFolder folder;
    put(folder / "cases.json", cases_.dump());
    const ScriptResult result = statistics_side((folder / "cases.json").string());
    ASSERT_EQ(result.status, 0) << result.output;
    const json theirs = json::parse(result.output, nullptr, false);
    ASSERT_TRUE(theirs.is_array() && theirs.size() == ours_.size()) << result.output;
    for (std::size_t i = 0; i < ours_.size(); ++i) {
      const json own = ours_[i].flatten(), other = theirs[i].flatten();
      ASSERT_EQ(own.size(), other.size()) << ours_[i] << theirs[i];
      for (const auto& [key, value] : own.items())
        EXPECT_NEAR(value.get<double>(), other.at(key).get<double>(), 1e-9)
            << key << " of case " << i << ", " << cases_[i]["kind"];
    }
  }

 private:
  json cases_ = json::array();
  std::vector<json> ours_;
};

TEST_F(Statistics, OfPairedDifferencesAreThoseOfScipyAndStatsmodels) {
  constexpr double kBand = 0.002;
  for (std::size_t n = 2; n <= 16; ++n)
    for (std::uint64_t which = 0; which < 3; ++which) {
      const std::vector<double> d = some_differences(n, which);
      const Summary s = summarize(d);
      const Share share = share_above_zero(d);
      add({{"kind", "paired"}, {"differences", d}, {"band", kBand}}, {{"mean", s.mean},
                                                                      {"sd", s.sd},
                                                                      {"low", s.interval.low},
                                                                      {"high", s.interval.high},
                                                                      {"sign_flip", sign_flip_test(d).p},
                                                                      {"equivalence", equivalence_p(d, kBand)},
                                                                      {"share", share.value},
                                                                      {"share_low", share.interval.low},
                                                                      {"share_high", share.interval.high}});
    }
  compare();
}

TEST_F(Statistics, OfDrawnSignsFollowFromTheDraws) {
  const std::vector<double> d = some_differences(kExactSignFlips + 3, 7);
  const SignFlipTest test = sign_flip_test(d);
  std::vector<std::string> flips(static_cast<std::size_t>(test.draws));
  for (std::size_t draw = 0; draw < flips.size(); ++draw)
    for (std::size_t i = 0; i < d.size(); ++i)
      flips[draw] += sign_is_flipped(static_cast<std::int64_t>(draw), i) ? '1' : '0';
  add({{"kind", "drawn_flips"}, {"differences", d}, {"flips", flips}}, {{"p", test.p}});
  compare();
}

TEST_F(Statistics, OfResamplesAreScipysOnTheSameResamples) {
  for (const std::size_t n : {6, 10, 24}) {
    // Values whose sums are exact: scipy takes means that differ by their rounding alone for different.
    std::vector<double> d = some_differences(n, n);
    for (double& x : d) x = std::round(x * 10'000) / 8192;
    std::vector<std::vector<std::size_t>> indices(kResamples);
    for (int r = 0; r < kResamples; ++r)
      for (std::size_t i = 0; i < n; ++i) indices[static_cast<std::size_t>(r)].push_back(resampled_index(r, i, n));
    const Interval interval = bca_interval(d);
    add({{"kind", "bootstrap"}, {"values", d}, {"indices", indices}}, {{"low", interval.low}, {"high", interval.high}});
  }
  compare();
}

TEST_F(Statistics, OfImagesThatOnlyOneHasRightAreThoseOfStatsmodels) {
  for (const auto& [a, b] : {std::pair{1, 7}, {0, 3}, {40, 61}, {300, 245}, {1, 0}}) {
    const McNemarTest test = mcnemar_test(a, b);
    std::vector<std::int32_t> once(static_cast<std::size_t>(a), -1);
    once.insert(once.end(), static_cast<std::size_t>(b), 1);
    add({{"kind", "discordant"}, {"only_a", a}, {"only_b", b}},
        {{"exact", test.exact}, {"mid", test.mid}, {"clustered", clustered_mcnemar_p(once)}});
  }
  const std::vector<std::int32_t> often{3, -1, 0, 2, 8, -5, 1, 1, 0, -2};
  add({{"kind", "clustered"}, {"differences", often}}, {{"p", clustered_mcnemar_p(often)}});
  compare();
}

TEST_F(Statistics, OfSeveralTestsAreAdjustedAsByStatsmodels) {
  for (const std::vector<double>& p :
       {std::vector<double>{0.04}, {0.01, 0.04, 0.03, 0.005}, {0.5, 0.5, 0.001}, {0.9, 0.8, 0.02, 0.02, 0.011, 0.2}})
    add({{"kind", "adjusted"}, {"p", p}}, {{"p", holm(p)}});
  compare();
}

TEST_F(Statistics, OfPowerAreThoseOfStatsmodels) {
  for (const std::int64_t n : {6, 10, 24, 60})
    for (const double effect : {0.4, 0.8, 1.2})
      for (const double alpha : {0.05, 0.0125})
        add({{"kind", "power"}, {"n", n}, {"effect", effect}, {"band", 1.5}, {"alpha", alpha}},
            {{"difference", power_of_difference(n, effect, alpha)},
             {"equivalence", power_of_equivalence(n, effect, 1.5, alpha)},
             {"pairs", pairs_for_difference(effect, alpha)}});
  compare();
}

TEST_F(Statistics, OfLooksSpendWhatTheyMay) {
  const std::vector<int> sizes{10, 16, 24};
  for (const double changes : {1.0, 2.0, 6.0}) {
    const std::vector<double> spent{0.027 / changes, 0.039 / changes, 0.05 / changes};
    add({{"kind", "levels"}, {"sizes", sizes}, {"levels", sequential_levels(sizes, spent)}}, {{"spent", spent}});
  }
  compare();
}

}  // namespace
}  // namespace telar::test
