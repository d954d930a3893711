// Verdicts: how often they are wrong, how often they come, and what each of them takes. Simulated studies have what was
// seen on Fashion-MNIST: paired differences of accuracy with a standard deviation of .25 points.
#include "study/verdict.hpp"

#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace telar::test {
namespace {

constexpr double kSd = 0.0025, kBand = 0.002;
constexpr int kStudies = 2000;

/// Normal differences, rounded to a validation set of 10,000 as accuracies are.
PairedResults drawn(std::mt19937_64& engine, double mean, int seeds) {
  std::normal_distribution<double> normal(mean, kSd);
  PairedResults results{.resolution = 1e-9};
  for (int i = 0; i < seeds; ++i) results.differences.push_back(std::round(normal(engine) * 1e4) / 1e4);
  return results;
}

/// The first `seeds` differences of each.
std::vector<PairedResults> first(const std::vector<PairedResults>& all, int seeds) {
  std::vector<PairedResults> some = all;
  for (PairedResults& results : some) results.differences.resize(static_cast<std::size_t>(seeds));
  return some;
}

/// One whole study with the true differences `means`.
std::vector<Judgement> study(std::mt19937_64& engine, const std::vector<double>& means, const std::vector<Look>& looks,
                             Judge judge) {
  std::vector<PairedResults> all;
  for (const double mean : means) all.push_back(drawn(engine, mean, looks.back().seeds));
  for (std::size_t look = 0; look < looks.size() && !judge.all_settled(); ++look)
    judge.judge(look, first(all, looks[look].seeds));
  return judge.judgements();
}

struct Counts {
  int different = 0;  ///< studies in which some change without a true difference is called better or worse
  int better = 0;     ///< changes called so, and so on
  int worse = 0;
  int equivalent = 0;
  int covered = 0;  ///< intervals with the true difference in them
};

Counts simulate(const std::vector<double>& means, const std::vector<Look>& looks) {
  std::mt19937_64 engine(20261126);
  const Judge fresh(looks, static_cast<int>(means.size()), kBand);
  Counts counts;
  for (int i = 0; i < kStudies; ++i) {
    const std::vector<Judgement> judgements = study(engine, means, looks, fresh);
    bool wrong = false;
    for (std::size_t c = 0; c < means.size(); ++c) {
      const Judgement& j = judgements[c];
      counts.better += j.verdict == Verdict::better;
      counts.worse += j.verdict == Verdict::worse;
      counts.equivalent += j.verdict == Verdict::equivalent;
      counts.covered += j.delta.interval.low <= means[c] && means[c] <= j.delta.interval.high;
      wrong |= means[c] == 0 && (j.verdict == Verdict::better || j.verdict == Verdict::worse);
    }
    counts.different += wrong;
  }
  return counts;
}

double share(int count) { return static_cast<double>(count) / kStudies; }

TEST(Simulation, WithoutATrueDifferenceIsRarelyCalledBetterOrWorse) {
  EXPECT_LE(share(simulate({0}, planned_looks({})).different), 0.06);
  EXPECT_LE(share(simulate({0}, planned_looks(8)).different), 0.06);
  EXPECT_LE(share(simulate({0, 0, 0}, planned_looks({})).different), 0.06) << "any of three";
  EXPECT_LE(share(simulate({0, 0, 0}, planned_looks(10)).different), 0.06) << "any of three";
}

TEST(Simulation, WithoutATrueDifferenceAndWithoutABandIsWrongNoMoreOftenEither) {
  std::mt19937_64 engine(7);
  const std::vector<Look> looks = planned_looks({});
  const Judge fresh(looks, 1, 0);
  int different = 0;
  for (int i = 0; i < kStudies; ++i) {
    const std::vector<PairedResults> all{drawn(engine, 0, 24)};
    Judge judge = fresh;
    for (std::size_t look = 0; look < looks.size() && !judge.all_settled(); ++look)
      judge.judge(look, first(all, looks[look].seeds));
    different += judge.all_settled();
  }
  EXPECT_LE(share(different), 0.06);
  EXPECT_GE(share(different), 0.03) << "the error that was granted is spent";
}

TEST(Simulation, OfATrueDifferenceFindsItWithinTheLooks) {
  const Counts counts = simulate({0.003}, planned_looks({}));
  EXPECT_GE(share(counts.better), 0.80);
  EXPECT_EQ(counts.worse, 0);
}

TEST(Simulation, OfATrueDifferenceFindsItWithTenSeeds) {
  EXPECT_GE(share(simulate({0.003}, planned_looks(10)).better), 0.90);
  EXPECT_GE(share(simulate({-0.003}, planned_looks(10)).worse), 0.90);
}

TEST(Simulation, IntervalsCover95Percent) {
  for (const int seeds : {6, 8, 10, 24}) {
    const double covered = share(simulate({0.001}, planned_looks(seeds)).covered);
    EXPECT_GE(covered, 0.93) << seeds;
    EXPECT_LE(covered, 0.97) << seeds;
  }
  for (const double mean : {0.0, 0.001, 0.003}) {
    const double covered = share(simulate({mean}, planned_looks({})).covered);
    EXPECT_GE(covered, 0.93) << "looks, " << mean;
    EXPECT_LE(covered, 0.97) << "looks, " << mean;
  }
}

TEST(Simulation, WithoutATrueDifferenceIsMostlyEquivalentInTheEnd) {
  EXPECT_GE(share(simulate({0}, planned_looks({})).equivalent), 0.9);
  EXPECT_LE(share(simulate({kBand}, planned_looks({})).equivalent), 0.06) << "at the band's edge nothing is";
}

TEST(FewestSeeds, AreThoseThatCanGiveAVerdict) {
  EXPECT_EQ(fewest_seeds(1), 6);
  EXPECT_EQ(fewest_seeds(2), 7);
  EXPECT_EQ(fewest_seeds(3), 7);
  EXPECT_EQ(fewest_seeds(4), 8);
  EXPECT_EQ(fewest_seeds(6), 8);
  EXPECT_EQ(fewest_seeds(7), 9);
}

/// `seeds` differences around `mean`, none of the other sign.
PairedResults clear(double mean, int seeds) {
  PairedResults results;
  for (int i = 0; i < seeds; ++i) results.differences.push_back(mean * (1 + 0.1 * (i % 5 - 2)));
  return results;
}

Judgement judged(const PairedResults& results, double band = kBand) {
  Judge judge(planned_looks(static_cast<int>(results.differences.size())), 1, band);
  judge.judge(0, std::vector{results});
  return judge.judgements()[0];
}

TEST(Verdict, FollowsTheSignOfAClearDifference) {
  EXPECT_EQ(judged(clear(0.01, 6)).verdict, Verdict::better);
  EXPECT_EQ(judged(clear(-0.01, 6)).verdict, Verdict::worse);
  EXPECT_NEAR(judged(clear(0.01, 6)).p, 2 / 64.0, 1e-12);
}

TEST(Verdict, IsNotGivenForTooFewSeedsHoweverClear) {
  const Judgement j = judged(clear(0.01, 5));
  EXPECT_EQ(j.verdict, Verdict::undecided);
  EXPECT_TRUE(j.too_few_seeds);
  EXPECT_EQ(seeds_needed(j, kBand, 1), 6);
}

TEST(Verdict, IsEquivalentForADifferenceThatIsClearButWithinTheBand) {
  EXPECT_EQ(judged(clear(0.0005, 8)).verdict, Verdict::equivalent);
  EXPECT_EQ(judged(clear(0.0005, 8), 0).verdict, Verdict::better) << "without a band every difference counts";
}

TEST(Verdict, IsEquivalentForResultsThatAreTheSame) {
  EXPECT_EQ(judged({.differences = std::vector<double>(8, 0.0)}).verdict, Verdict::equivalent);
}

TEST(Verdict, TellsHowManySeedsAnUndecidedChangeWouldTake) {
  // Mean .1, standard deviation .4 points: neither different nor within the band.
  const Judgement j = judged({.differences = {0.005, -0.003, 0.005, -0.003, 0.001, 0.001, 0.005, -0.003}});
  EXPECT_EQ(j.verdict, Verdict::undecided);
  EXPECT_FALSE(j.too_few_seeds);
  const std::int64_t needed = seeds_needed(j, kBand, 1).value_or(0);
  EXPECT_GT(needed, 50);
  EXPECT_LT(needed, 150);
}

TEST(Verdict, PromisesNoSeedsWhereThereIsNothingToFind) {
  const Judgement same = judged({.differences = std::vector<double>(8, 0.0)});
  EXPECT_EQ(seeds_needed(same, 0, 1), std::nullopt);
  PairedResults results{.differences = {0.005, -0.003, 0.005, -0.003, 0.001}, .only_change_failed = 30};
  EXPECT_GT(seeds_needed(judged(results), kBand, 1).value_or(0), 35) << "seeds that failed were tried as well";
}

TEST(Verdict, IsWorseWhereSeedsFailThatDidNotBefore) {
  PairedResults results = clear(0.01, 2);  // better where it did not diverge
  results.only_change_failed = 8;
  const Judgement j = judged(results);
  EXPECT_EQ(j.verdict, Verdict::worse);
  EXPECT_NEAR(j.p, 2 / 256.0, 1e-12);
}

TEST(Verdict, CountsAFailureAmongWhatIsWorse) {
  PairedResults results = clear(-0.01, 11);
  results.only_change_failed = 1;
  const Judgement j = judged(results);
  EXPECT_EQ(j.verdict, Verdict::worse);
  EXPECT_NEAR(j.p, 2 / 4096.0, 1e-12);
  results = clear(0.01, 11);
  results.only_baseline_failed = 1;
  EXPECT_EQ(judged(results).verdict, Verdict::better);
  results = clear(-0.01, 2);  // worse where both have a result
  results.only_baseline_failed = 8;
  EXPECT_EQ(judged(results).verdict, Verdict::better) << "failures decide before scores do";
}

TEST(Verdict, IsNeitherBetterNorEquivalentWhereSomeSeedsFailed) {
  PairedResults results = clear(0.01, 9);
  results.only_change_failed = 1;
  EXPECT_EQ(judged(results).verdict, Verdict::undecided);
  results = {.differences = std::vector<double>(9, 0.0), .only_change_failed = 1};
  EXPECT_EQ(judged(results).verdict, Verdict::undecided);
}

TEST(Verdict, OfSeveralChangesGrowsStricterWithTheirNumber) {
  const auto verdicts = [](int seeds, int changes) {
    Judge judge(planned_looks(seeds), changes, 0);
    judge.judge(0, std::vector<PairedResults>(static_cast<std::size_t>(changes), clear(0.01, seeds)));
    return judge.judgements()[0].verdict;
  };
  EXPECT_EQ(verdicts(6, 1), Verdict::better);
  EXPECT_EQ(verdicts(6, 2), Verdict::undecided);
  EXPECT_EQ(verdicts(7, 2), Verdict::better);
  EXPECT_EQ(verdicts(8, 6), Verdict::better);
}

TEST(Looks, EndWithTheFirstAtWhichAllIsSettled) {
  Judge judge(planned_looks({}), 2, kBand);
  PairedResults unclear = clear(0.002, 10);
  unclear.differences[0] = -0.004;
  judge.judge(0, std::vector{clear(0.01, 10), unclear});
  EXPECT_TRUE(judge.settled(0));
  EXPECT_FALSE(judge.all_settled());
  judge.judge(1, std::vector{clear(-0.01, 10), clear(0.01, 16)});
  EXPECT_TRUE(judge.all_settled());
  EXPECT_EQ(judge.judgements()[0].verdict, Verdict::better) << "what is settled stays so";
  EXPECT_EQ(judge.judgements()[0].delta.n, 10);
  EXPECT_EQ(judge.judgements()[1].delta.n, 16);
}

TEST(Looks, ThatWereNotPlannedGiveNoVerdict) {
  Judge judge(planned_looks(10), 1, kBand);
  judge.describe(std::vector{clear(0.01, 9)});
  EXPECT_EQ(judge.judgements()[0].verdict, Verdict::undecided);
  EXPECT_LT(judge.judgements()[0].p, 0.05);
  EXPECT_NEAR(judge.judgements()[0].delta.mean, 0.01, 0.001);
}

}  // namespace
}  // namespace telar::test
