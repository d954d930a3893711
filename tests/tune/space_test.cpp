// Search spaces: what may be drawn, and what is refused.
#include "tune/space.hpp"

#include <cmath>
#include <set>

#include "support/thrown.hpp"
#include "tune/every_point.hpp"

namespace telar::test {
namespace {

SearchSpace of(std::vector<SearchParameter> parameters) { return SearchSpace(std::move(parameters)); }

std::string refusal(std::vector<SearchParameter> parameters) {
  return thrown_by([&] { static_cast<void>(SearchSpace(std::move(parameters))); }).what();
}

const SearchParameter kOptimizer{"optimizer", Choice{{"adam", "sgd"}}};
const SearchParameter kMomentum{"momentum", FloatRange{0, 1}, {{"optimizer", {"sgd"}}}};

TEST(SearchSpace, DrawsAreSpreadOverTheValues) {
  const SearchSpace space = of({{"rate", FloatRange{1e-4, 1e-2, true}},
                                {"width", FloatRange{0, 0.5}},
                                {"layers", IntRange{1, 4}},
                                {"units", IntRange{16, 1024, true}},
                                kOptimizer});
  const SearchPoint low = space.point(space.place({0, 0, 0, 0, 0}));
  EXPECT_DOUBLE_EQ(low.number("rate"), 1e-4);
  EXPECT_DOUBLE_EQ(low.number("width"), 0);
  EXPECT_EQ(low.integer("layers"), 1);
  EXPECT_EQ(low.integer("units"), 16);
  EXPECT_EQ(low.option("optimizer"), "adam");
  const SearchPoint middle = space.point(space.place({0.5, 0.5, 0.5, 0.5, 0.5}));
  EXPECT_DOUBLE_EQ(middle.number("rate"), 1e-3) << "ratios count";
  EXPECT_DOUBLE_EQ(middle.number("width"), 0.25);
  EXPECT_EQ(middle.integer("layers"), 3);
  EXPECT_NEAR(middle.integer("units"), 126, 1);
  EXPECT_EQ(middle.option("optimizer"), "sgd");
  const SearchPoint high = space.point(space.place({0.9999, 0.9999, 0.9999, 0.9999, 0.9999}));
  EXPECT_EQ(high.integer("layers"), 4);
  EXPECT_EQ(high.integer("units"), 1024);
}

TEST(SearchSpace, NumbersHaveThreeDigits) {
  const SearchSpace space = of({{"rate", FloatRange{1e-4, 1e-2, true}}});
  EXPECT_DOUBLE_EQ(space.point({0.123456}).number("rate"), 1.77e-4);
}

TEST(SearchSpace, EveryWholeNumberIsAsLikely) {
  const SearchSpace space = of({{"layers", IntRange{0, 3}}});
  std::map<int, int> seen;
  for (int i = 0; i < 400; ++i) ++seen[space.point(space.place({i / 400.0})).integer("layers")];
  for (int n = 0; n <= 3; ++n) EXPECT_EQ(seen[n], 100) << n;
}

TEST(SearchSpace, WhatAConditionSwitchesOffTakesNoPart) {
  const SearchSpace space = of({kMomentum, kOptimizer});  // whatever the order
  EXPECT_FALSE(space.point(space.place({0.5, 0.1})).has("momentum"));
  EXPECT_TRUE(space.point(space.place({0.5, 0.9})).has("momentum"));
}

TEST(SearchSpace, PointsComeBackAsTheirCoordinates) {
  const SearchSpace space = of({{"rate", FloatRange{1e-4, 1e-2, true}}, {"layers", IntRange{1, 4}}, kOptimizer});
  const Coordinates at = space.place({0.25, 0.7, 0.6}), again = space.coordinates(space.point(at));
  EXPECT_NEAR(again[0], 0.25, 1e-3);
  EXPECT_EQ(space.point(again).integer("layers"), space.point(at).integer("layers"));
  EXPECT_EQ(again[2], 1);
  SearchPoint outside;
  outside.values["rate"] = 0.5;
  EXPECT_TRUE(std::isnan(space.coordinates(outside)[0]));
  EXPECT_TRUE(std::isnan(space.coordinates(outside)[1])) << "not known";
}

TEST(SearchSpace, RefusesWhatCannotBeDrawn) {
  EXPECT_EQ(refusal({{"rate", FloatRange{0.5, 0.1}}}),
            "[rate] the range is reversed: 0.5 is above 0.1\n  write the smaller number first");
  EXPECT_EQ(refusal({{"rate", FloatRange{0, 0.1, true}}}),
            "[rate] a logarithmic range must begin above 0, but begins at 0");
  EXPECT_EQ(refusal({{"kind", Choice{}}}), "[kind] the choice is empty\n  give it one option or more");
  EXPECT_EQ(refusal({{"kind", Choice{{"a", "a"}}}}), "[kind] the choice has the option a twice");
  EXPECT_EQ(refusal({kOptimizer, kOptimizer}), "[optimizer] there are two parameters of this name");
  EXPECT_EQ(refusal({{"rate", FloatRange{0, INFINITY}}}), "[rate] the range is not finite");
}

TEST(SearchSpace, RefusesConditionsThatCannotHold) {
  const auto with = [](std::map<std::string, std::vector<std::string>> when) {
    return refusal({kOptimizer, {"units", IntRange{1, 2}}, {"x", FloatRange{}, std::move(when)}});
  };
  EXPECT_EQ(with({{"optimiser", {"sgd"}}}),
            "[x] its condition names optimiser, which is no parameter\n  did you mean \"optimizer\"?");
  EXPECT_EQ(with({{"units", {"1"}}}), "[x] its condition names units, which is no choice");
  EXPECT_EQ(with({{"optimizer", {"sdg"}}}),
            "[x] its condition names sdg, which is no option of optimizer\n  did you mean \"sgd\"?");
  EXPECT_EQ(with({{"x", {"a"}}}), "[x] its conditions lead back to itself");
}

TEST(SearchSpace, RefusesConditionsThatExcludeEachOther) {
  const SearchParameter nested{"kind", Choice{{"plain", "nesterov"}}, {{"optimizer", {"sgd"}}}};
  EXPECT_EQ(refusal({kOptimizer, nested, {"x", FloatRange{}, {{"kind", {"plain"}}, {"optimizer", {"adam"}}}}}),
            "[x] its conditions exclude each other: no option of optimizer meets all of them\n"
            "  as it is, the parameter never takes part");
  EXPECT_NO_THROW(
      SearchSpace({kOptimizer, nested, {"x", FloatRange{}, {{"kind", {"plain"}}, {"optimizer", {"sgd"}}}}}));
}

TEST(SearchSpace, RefusesACircleOfConditions) {
  EXPECT_EQ(refusal({{"a", Choice{{"1"}}, {{"b", {"1"}}}}, {"b", Choice{{"1"}}, {{"a", {"1"}}}}}),
            "[a] its conditions lead back to itself");
}

TEST(EveryPoint, WalksAFiniteSpaceOnce) {
  const SearchSpace space({{"momentum", FloatRange{0.9, 0.9}, {{"optimizer", {"sgd"}}}},
                           {"depth", IntRange{1, 3}, {{"optimizer", {"sgd"}}}},
                           {"optimizer", Choice{{"adam", "sgd"}}},
                           {"units", IntRange{8, 9, true}}});
  EXPECT_TRUE(space.finite());
  std::set<decltype(SearchPoint::values)> points;
  int steps = 0;
  for (EveryPoint every(space); !every.at_end(); every.advance(), ++steps)
    points.insert(space.point(every.at()).values);
  EXPECT_EQ(steps, 2 * (1 + 3)) << "units, and adam or sgd of three depths";
  EXPECT_EQ(points.size(), 8u);
  EXPECT_FALSE(SearchSpace({{"rate", FloatRange{}}, {"units", IntRange{1, 2}}}).finite());
}

}  // namespace
}  // namespace telar::test
