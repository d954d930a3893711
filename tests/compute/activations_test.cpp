// Every activation and its derivative: kernels against definitions, definitions against central differences, and the
// elementary functions against the C library's in double.
#include "compute/laboratory.hpp"

namespace telar::compute {
namespace {

std::vector<Act> all_acts() {
  std::vector<Act> acts;
  for (int i = 0; i < kActs; ++i) acts.push_back(static_cast<Act>(i));
  return acts;
}

double act_of(Act act, double x) { return reference::act(act, x); }
double slope_at(Act act, double x) { return reference::slope(act, takes_input(act) ? x : act_of(act, x)); }

TEST(ActivationDefinitions, DerivativesAreCentralDifferencesWhereThereIsADerivative) {
  constexpr double kStep = 1e-4;
  for (const Act act : all_acts()) {
    int kinks = 0;
    for (int i = -4000; i <= 4000; ++i) {
      const double x = 0.002 * i + 0.0005;
      const auto f = [&](double at) { return act_of(act, at); };
      // Exact to the fourth power of the step.
      const double slope = (8 * (f(x + kStep) - f(x - kStep)) - (f(x + 2 * kStep) - f(x - 2 * kStep))) / (12 * kStep);
      const double forward = (f(x + kStep) - f(x)) / kStep, backward = (f(x) - f(x - kStep)) / kStep;
      if (std::abs(forward - backward) > 0.01 * (1 + std::abs(slope))) {
        ++kinks;
        continue;
      }
      ASSERT_NEAR(slope_at(act, x), slope, 1e-6 * std::max(1.0, std::abs(slope)))
          << static_cast<int>(act) << " at " << x;
    }
    EXPECT_LE(kinks, 4) << static_cast<int>(act);
  }
}

class Activations : public testing::TestWithParam<Isa> {
 protected:
  Isa isa() const { return GetParam(); }
};

TEST_P(Activations, AndTheirDerivativesAreTheirDefinitions) {
  for (const Act act : all_acts())
    for (const int columns : {1, 31, 100}) {
      Laboratory lab(5);
      const ActivationOp activation{lab.matrix(columns, -8, 8), lab.matrix(columns), act};
      lab.run(activation, isa(), 2);
      EXPECT_LT(lab.error(activation.out), 1e-6) << static_cast<int>(act);
      const ActivationGradOp gradient{lab.matrix(columns), lab.matrix(columns), act};
      for (int r = 0; r < 5; ++r)
        for (int c = 0; c < columns; ++c) {
          float& y = lab.value(gradient.y, r, c);
          y = takes_input(act) ? 6 * y : static_cast<float>(act_of(act, static_cast<double>(6 * y)));
        }
      lab.run(gradient, isa(), 2);
      EXPECT_LT(lab.error(gradient.delta), 1e-6) << static_cast<int>(act);
    }
}

TEST_P(Activations, AreTheSameInTheEpilogueOfALayer) {
  for (const Act act : all_acts()) {
    Laboratory lab(6);
    const DenseOp fused{lab.matrix(9), lab.matrix(40), lab.kernel(9, 40), lab.vector(40), act};
    lab.run(fused, isa(), 1);
    EXPECT_LT(lab.error(fused.out), 1e-5) << static_cast<int>(act);
    Laboratory other(6);
    const DenseInputGradOp gradient{other.matrix(9), other.matrix(40), other.kernel(9, 40), other.matrix(40, -2, 2),
                                    act};
    for (int r = 0; r < 6; ++r)
      for (int c = 0; c < 40; ++c) {
        float& y = other.value(gradient.y, r, c);
        if (!takes_input(act)) y = static_cast<float>(act_of(act, static_cast<double>(y)));
      }
    other.run(gradient, isa(), 1);
    EXPECT_LT(other.error(gradient.out), 1e-5) << static_cast<int>(act);
  }
}

TEST_P(Activations, LetNaNThrough) {
  for (const Act act : all_acts()) {
    Laboratory lab(1);
    const ActivationOp op{lab.matrix(3), lab.matrix(3), act};
    lab.value(op.in, 0, 1) = std::nanf("");
    lab.run(op, isa(), 1);
    EXPECT_TRUE(std::isnan(lab.kernel_result(op.out.at + 1))) << static_cast<int>(act);
    EXPECT_FALSE(std::isnan(lab.kernel_result(op.out.at))) << static_cast<int>(act);
  }
}

TEST_P(Activations, AreFiniteFarOutWhereTheirLimitsAre) {
  for (const Act act : all_acts()) {
    Laboratory lab(1);
    const ActivationOp op{lab.matrix(4), lab.matrix(4), act};
    const float far[] = {-1e4f, -100, 80, 1e4f};
    for (int c = 0; c < 4; ++c) lab.value(op.in, 0, c) = far[c];
    lab.run(op, isa(), 1);
    for (std::size_t c = 0; c < (act == Act::exponential ? 3u : 4u); ++c)
      EXPECT_TRUE(std::isfinite(lab.kernel_result(op.out.at + c))) << static_cast<int>(act) << " at " << far[c];
  }
}

/// Largest error of act(x) in units of the last place of the true value, over a sweep of `low` .. `high`.
double largest_ulp(Isa isa, Act act, float low, float high, double (*truth)(double)) {
  constexpr int kColumns = 4096, kRows = 64;
  Laboratory lab(kRows);
  const ActivationOp op{lab.matrix(kColumns), lab.matrix(kColumns), act};
  for (int r = 0; r < kRows; ++r)
    for (int c = 0; c < kColumns; ++c)
      lab.value(op.in, r, c) =
          low + (high - low) * static_cast<float>(r * kColumns + c) / static_cast<float>(kRows * kColumns);
  lab.run(op, isa, 1);
  double worst = 0;
  for (int r = 0; r < kRows; ++r)
    for (int c = 0; c < kColumns; ++c) {
      const double expected = truth(static_cast<double>(lab.value(op.in, r, c)));
      const float nearest = static_cast<float>(expected);
      const double ulp = static_cast<double>(std::nextafter(std::abs(nearest), HUGE_VALF) - std::abs(nearest));
      const double got =
          static_cast<double>(lab.kernel_result(op.out.at + static_cast<std::size_t>(r * op.out.stride + c)));
      worst = std::max(worst, std::abs(got - expected) / ulp);
    }
  return worst;
}

TEST_P(Activations, SigmoidAndTanhAreWithin4Ulp) {
  EXPECT_LE(largest_ulp(isa(), Act::sigmoid, -80, 20, [](double x) { return 1 / (1 + std::exp(-x)); }), 4);
  EXPECT_LE(largest_ulp(isa(), Act::tanh, -10, 10, [](double x) { return std::tanh(x); }), 4);
  EXPECT_LE(largest_ulp(isa(), Act::tanh, 1e-6f, 0.7f, [](double x) { return std::tanh(x); }), 4);
}

TEST_P(Activations, OfExponentialsAreAccurateToTheLastDigits) {
  EXPECT_LE(largest_ulp(isa(), Act::elu, -80, -1e-6f, [](double x) { return std::expm1(x); }), 3);
  EXPECT_LE(largest_ulp(isa(), Act::softplus, -80, 40, [](double x) { return std::log1p(std::exp(x)); }), 4);
  EXPECT_LE(largest_ulp(isa(), Act::silu, -60, 40, [](double x) { return x / (1 + std::exp(-x)); }), 5);
  EXPECT_LE(largest_ulp(isa(), Act::mish, -60, 40, [](double x) { return reference::act(Act::mish, x); }), 6);
}

/// Phi(x) = gelu(x) / x.
TEST_P(Activations, TheNormalDistributionIsWithinItsBounds) {
  constexpr int kColumns = 4096, kRows = 64;
  Laboratory lab(kRows);
  const ActivationOp op{lab.matrix(kColumns), lab.matrix(kColumns), Act::gelu};
  const auto x_of = [&](int r, int c) {
    return -14 + 28 * (static_cast<float>(r * kColumns + c) + 0.5f) / (kRows * kColumns);
  };
  for (int r = 0; r < kRows; ++r)
    for (int c = 0; c < kColumns; ++c) lab.value(op.in, r, c) = x_of(r, c);
  lab.run(op, isa(), 1);
  double absolute = 0, relative = 0;
  for (int r = 0; r < kRows; ++r)
    for (int c = 0; c < kColumns; ++c) {
      const double x = static_cast<double>(x_of(r, c)), phi = std::erfc(-x / std::sqrt(2.0)) / 2;
      const double got =
          static_cast<double>(lab.kernel_result(op.out.at + static_cast<std::size_t>(r * op.out.stride + c)));
      absolute = std::max(absolute, std::abs(got - x * phi) / std::max(std::abs(x), 1e-3));
      if (x > -4 && x < 0) relative = std::max(relative, std::abs(got / (x * phi) - 1));
    }
  EXPECT_LT(absolute, 1.2e-7 + 0x1p-24);  // and the rounding of the product
  EXPECT_LT(relative, 1.0 / 300'000);
}

TEST_P(Activations, WithOptionsAndTheirGradientsAreTheirDefinitions) {
  const float infinity = HUGE_VALF;
  for (const Knee& knee :
       {Knee{}, Knee{0, 6, 0.1f}, Knee{0.5f, infinity, 0.3f}, Knee{1, 2, 0}, Knee{0, infinity, 0.7f, true}})
    for (const int columns : {1, 31, 100}) {
      Laboratory lab(5);
      const KneeOp op{lab.matrix(columns, -8, 8), lab.matrix(columns), knee};
      lab.run(op, isa(), 2);
      EXPECT_LT(lab.error(op.out), 1e-6);
      const KneeGradOp gradient{lab.matrix(columns), lab.matrix(columns, -8, 8), knee};
      lab.run(gradient, isa(), 2);
      EXPECT_LT(lab.error(gradient.delta), 1e-6);
    }
}

TEST_P(Activations, OfExponentialsLetNaNThroughInEveryLane) {
  constexpr int kColumns = 40;
  for (const bool knee : {false, true})
    for (int lane = 0; lane < kColumns; ++lane) {
      Laboratory lab(1);
      const Matrix in = lab.matrix(kColumns), out = lab.matrix(kColumns);
      lab.value(in, 0, lane) = std::nanf("");
      if (knee)
        lab.run(KneeOp{in, out, {0, Knee{}.max, 1, true}}, isa(), 1);
      else
        lab.run(ActivationOp{in, out, Act::exponential}, isa(), 1);
      for (int c = 0; c < kColumns; ++c)
        EXPECT_EQ(std::isnan(lab.kernel_result(out.at + static_cast<std::size_t>(c))), c == lane);
    }
}

TEST_P(Activations, WithOptionsLetNaNThroughAndInfinityWhereItBelongs) {
  for (const Knee& knee : {Knee{}, Knee{0, 6, 0.1f}, Knee{0, HUGE_VALF, 1, true}}) {
    Laboratory lab(1);
    const KneeOp op{lab.matrix(3), lab.matrix(3), knee};
    lab.value(op.in, 0, 0) = std::nanf("");
    lab.value(op.in, 0, 1) = -HUGE_VALF;
    lab.value(op.in, 0, 2) = HUGE_VALF;
    lab.run(op, isa(), 1);
    EXPECT_TRUE(std::isnan(lab.kernel_result(op.out.at)));
    EXPECT_EQ(lab.kernel_result(op.out.at + 1), knee.exponential ? -1 : knee.alpha == 0 ? 0 : -HUGE_VALF);
    EXPECT_EQ(lab.kernel_result(op.out.at + 2), knee.max);
  }
}

TEST_P(Activations, WithLearnedSlopesAndTheirGradientAreTheirDefinitions) {
  for (const bool update : {true, false})
    for (const int rows : {1, 17, 50})
      for (const int columns : awkward_sizes()) {
        Laboratory lab(rows);
        PReluGradOp gradient;
        gradient.alpha = lab.vector(columns, 0.1, 2);
        lab.make_slots({UpdateRule::Kind::momentum, 0.9f});
        gradient.x = lab.matrix(columns);
        gradient.delta = lab.matrix(columns);
        gradient.update = update;
        lab.input().rate = 0.01f;
        lab.run(gradient, isa(), 2);
        EXPECT_LT(lab.error(gradient.delta), 1e-6);
        EXPECT_LT(lab.error(gradient.alpha), 1e-6);
        const PReluOp op{lab.matrix(columns), lab.matrix(columns), gradient.alpha};
        lab.run(op, isa(), 2);
        EXPECT_LT(lab.error(op.out), 1e-6);
      }
}

INSTANTIATE_TEST_SUITE_P(OnEveryIsa, Activations, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace telar::compute
