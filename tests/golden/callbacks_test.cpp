// Every trace of EarlyStopping and ReduceLROnPlateau: state after each epoch, the exact text and the warnings.
#include <cmath>
#include <gtest/gtest.h>

#include "golden/golden.hpp"
#include "support/fake_training.hpp"
#include "train/early_stopping.hpp"
#include "train/reduce_lr_on_plateau.hpp"

namespace telar::golden {
namespace {

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Drives `state` through the epochs of one case. A row: epoch, monitored value (null: not logged), then after the
/// epoch: wait, best (null: none yet), learning rate, whether training was stopped.
template <class State>
void expect_trace(const Json& c, State state) {
  FakeTraining training(0.001);
  state.on_train_begin(training);
  for (const Json& row : c.at("rows")) {
    const int epoch = row.at(0).get<int>();
    SCOPED_TRACE("epoch " + std::to_string(epoch));
    ASSERT_FALSE(training.stopped) << "stopped too early";
    Logs logs = row.at(1).is_null() ? logs_of({{"other", 0.5}}) : logs_of({{"val_loss", number(row.at(1))}});
    state.on_epoch_end(training, epoch, logs);

    EXPECT_EQ(state.wait(), row.at(2).get<int>());
    ASSERT_EQ(state.best().has_value(), !row.at(3).is_null());
    if (state.best()) {
      EXPECT_PRED2(same, *state.best(), number(row.at(3)));
    }
    EXPECT_EQ(training.learning_rate(), number(row.at(4)));
    EXPECT_EQ(training.stopped, row.at(5).get<bool>());
  }
  if constexpr (requires { state.on_train_end(training); }) state.on_train_end(training);
  EXPECT_EQ(training.text(), c.at("text").get<std::string>());
  EXPECT_EQ(training.warnings(), c.at("warnings").get<std::vector<std::string>>());
}

/// True if `c` is a case of this callback that telar has the settings for.
template <class Settings, class State>
bool run_as(const std::string& name, const Json& c) {
  if (c.at("cb") != name) return false;
  const auto s = settings<Settings>(c.at("args"));
  if (s) expect_trace(c, State(*s));
  return s.has_value();
}

TEST(Golden, CallbacksFollowKerasEpochByEpoch) {
  TELAR_NEEDS_GOLDEN("callbacks");
  NotCovered not_covered("callbacks");
  for (const Json& c : values().at("callbacks")) {
    const std::string name =
        c.at("cb").get<std::string>() + " " + c.at("args").dump() + " on " + c.at("seq").get<std::string>();
    SCOPED_TRACE(name);
    if (!run_as<EarlyStopping, EarlyStoppingState>("EarlyStopping", c) &&
        !run_as<ReduceLROnPlateau, ReduceLROnPlateauState>("ReduceLROnPlateau", c))
      not_covered.add(name);
  }
}

}  // namespace
}  // namespace telar::golden
