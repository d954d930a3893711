// Learning-rate schedules, step by step.
#include <cmath>
#include <gtest/gtest.h>
#include <variant>

#include "golden/golden.hpp"

namespace telar::golden {
namespace {

template <class... A>
std::optional<LearningRate> schedule_of(const Json& c, const std::variant<A...>*) {
  std::optional<LearningRate> found;
  const auto try_one = [&]<class T>(T) {
    if (c.at("name") == std::string(type_name<T>))
      if (const auto s = settings<T>(c.at("args"))) found = *s;
  };
  (try_one(A{}), ...);
  return found;
}

TEST(Golden, SchedulesHaveTheValuesOfKeras) {
  TELAR_NEEDS_GOLDEN("schedules");
  for (const Json& c : values().at("schedules")) {
    SCOPED_TRACE(c.at("name").get<std::string>() + " " + c.at("args").dump());
    const auto schedule = schedule_of(c, static_cast<const Schedule*>(nullptr));
    ASSERT_TRUE(schedule);
    for (std::size_t i = 0; i < c.at("steps").size(); ++i) {
      const double expected = number(c.at("values")[i]);
      EXPECT_NEAR(schedule->at(c.at("steps")[i].get<std::int64_t>()), expected, 5e-6 * std::abs(expected) + 1e-8)
          << "step " << c.at("steps")[i];
    }
  }
}

}  // namespace
}  // namespace telar::golden
