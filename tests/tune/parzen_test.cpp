// Densities over a space: they integrate to 1, and draw what they say.
#include "tune/parzen.hpp"

#include <cmath>
#include <limits>

namespace telar::test {
namespace {

constexpr double kUnknownEdge = std::numeric_limits<double>::quiet_NaN();

const SearchSpace& mixed_space() {
  static const SearchSpace space({{"x", FloatRange{}}, {"kind", Choice{{"a", "b", "c"}}}});
  return space;
}

TEST(ParzenEstimator, IsADensity) {
  const ParzenEstimator estimator(mixed_space(), {{0.05, 0}, {0.1, 0}, {0.9, 2}});
  double sum = 0;
  for (int i = 0; i < 1000; ++i)
    for (int option = 0; option < 3; ++option)
      sum += std::exp(estimator.log_density({(i + 0.5) / 1000, static_cast<double>(option)})) / 1000;
  EXPECT_NEAR(sum, 1, 1e-3);
  double along = 0, options = 0;
  for (int i = 0; i < 1000; ++i) along += estimator.marginal(0, (i + 0.5) / 1000) / 1000;
  for (int option = 0; option < 3; ++option) options += estimator.marginal(1, option);
  EXPECT_NEAR(along, 1, 1e-3);
  EXPECT_NEAR(options, 1, 1e-12);
}

TEST(ParzenEstimator, DrawsWhereItIsDense) {
  const ParzenEstimator estimator(mixed_space(), std::vector<Coordinates>(30, {0.2, 1}));
  const Random random(7, Purpose::search, "test");
  int near = 0, right = 0;
  constexpr int kDraws = 1000;
  for (int i = 0; i < kDraws; ++i) {
    const Coordinates at = estimator.sample(random, static_cast<std::uint64_t>(i));
    ASSERT_GE(at[0], 0);
    ASSERT_LE(at[0], 1);
    near += std::abs(at[0] - 0.2) < 0.5 ? 1 : 0;
    right += at[1] == 1 ? 1 : 0;
  }
  EXPECT_GT(right, kDraws * 85 / 100);
  EXPECT_GT(near, kDraws * 85 / 100);
  EXPECT_GT(estimator.log_density({0.2, 1}), estimator.log_density({0.9, 1}));
  EXPECT_GT(estimator.log_density({0.2, 1}), estimator.log_density({0.2, 0}));
}

TEST(ParzenEstimator, KnowsWhatGoesTogether) {
  std::vector<Coordinates> points;
  for (int i = 0; i < 20; ++i) points.insert(points.end(), {{0.1, 0}, {0.9, 2}});
  const ParzenEstimator estimator(mixed_space(), points);
  EXPECT_GT(estimator.log_density({0.1, 0}), estimator.log_density({0.1, 2}) + 1);
}

TEST(ParzenEstimator, IsEvenWhereAPointIsNotKnown) {
  const ParzenEstimator estimator(mixed_space(), {{kUnknownEdge, kUnknownEdge}});
  EXPECT_NEAR(estimator.log_density({0.3, 1}), std::log(1.0 / 3), 1e-12);
}

}  // namespace
}  // namespace telar::test
