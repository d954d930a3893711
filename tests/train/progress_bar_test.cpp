#include "train/progress_bar.hpp"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <sstream>

namespace telar {
namespace {

class ThreeEpochs final : public Training {
 public:
  [[nodiscard]] int epochs() const override { return epochs_; }
  [[nodiscard]] int steps_per_epoch() const override { return 4; }
  [[nodiscard]] double learning_rate() const override { return 0; }
  [[nodiscard]] std::int64_t iterations() const override { return 0; }
  void set_learning_rate(double) override {}
  [[nodiscard]] std::vector<float> weights() override { return {}; }
  void set_weights(std::span<const float>) override {}
  void save_weights(const std::filesystem::path&) override {}
  void swap_averages() override {}
  [[nodiscard]] const History& history() const override { return past_; }
  void save_progress(const std::filesystem::path&) override {}
  void load_progress(const std::filesystem::path&) override {}
  [[nodiscard]] Ended status() const override { return Ended::completed; }
  void stop(Ended, std::string) override {}
  [[nodiscard]] std::ostream& output() override { return out_; }

  History past_;
  int epochs_ = 3;
  std::ostringstream out_;
};

Logs some_logs(bool validated) {
  Logs logs;
  logs.set("loss", 0.5012);
  logs.set("accuracy", 0.8123);
  if (validated) logs.set("val_loss", 0.00003);
  return logs;
}

/// What two epochs of four batches write.
std::string two_epochs(ProgressBar settings, int epochs = 3) {
  ThreeEpochs training;
  training.epochs_ = epochs;
  ProgressBarState bar(settings);
  bar.on_train_begin(training);
  for (int epoch = 0; epoch < 2; ++epoch) {
    bar.on_epoch_begin(training, epoch);
    for (int batch = 0; batch < 4; ++batch) bar.on_train_batch_end(training, batch, some_logs(false));
    bar.on_epoch_end(training, epoch, some_logs(true));
  }
  bar.on_train_end(training);
  return training.out_.str();
}

TEST(ProgressBar, IsOneLinePerEpochWithoutControlCharactersWhereThereIsNoTerminal) {
  const std::string text = two_epochs({});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_TRUE(std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\b' || c == '\033'; }));
  EXPECT_TRUE(text.starts_with("Epoch 1/3 - 0.0s - ")) << text;
  EXPECT_NE(text.find("/step - accuracy: 0.8123 - loss: 0.5012 - val_loss: 3.0000e-05\nEpoch 2/3 - "),
            std::string::npos)
      << text;
}

TEST(ProgressBar, RedrawsOneLineAnEpochAsKerasDoes) {
  const std::string text = two_epochs({.style = ProgressBar::Style::bar, .color = false});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
  EXPECT_TRUE(text.starts_with("Epoch 1/3\n1/4 ━━━━━───────────────")) << text;
  EXPECT_NE(text.find("\r4/4 ━━━━━━━━━━━━━━━━━━━━ 0s "), std::string::npos) << text;
  EXPECT_NE(text.find("/step - accuracy: 0.8123 - loss: 0.5012 - val_loss: 3.0000e-05"), std::string::npos) << text;
}

TEST(ProgressBar, LeavesOutTheEpochLineIfThereIsOneEpoch) {
  EXPECT_TRUE(two_epochs({.style = ProgressBar::Style::bar}, 1).starts_with("1/4 "));
}

TEST(ProgressBar, RepaintsAtMostOnceBetweenTwoTicksOfItsClock) {
  const std::string text = two_epochs({.style = ProgressBar::Style::bar});
  EXPECT_EQ(text.find("2/4 "), std::string::npos) << text;  // right behind the first batch
}

TEST(ProgressBar, IsColoredOnlyIfAskedWhereThereIsNoTerminal) {
  EXPECT_EQ(two_epochs({.style = ProgressBar::Style::bar}).find('\033'), std::string::npos);
  EXPECT_NE(two_epochs({.style = ProgressBar::Style::bar, .color = true}).find("\033[32m━"), std::string::npos);
}

TEST(ProgressBar, NeverFillsTheLastColumnOfALineThatIsRedrawn) {
  ThreeEpochs training;
  ProgressBarState bar({.style = ProgressBar::Style::bar});
  Logs logs = some_logs(false);
  for (int i = 0; i < 10; ++i) logs.set("metric_with_a_long_name_" + std::to_string(i), 1);
  bar.on_train_begin(training);
  bar.on_epoch_begin(training, 0);
  training.out_.str("");
  bar.on_train_batch_end(training, 0, logs);
  const std::string line = training.out_.str();
  EXPECT_EQ(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }), 79) << line;
}

TEST(ProgressBar, EndsTheLineOfAnEpochThatWasCutShort) {
  ThreeEpochs training;
  ProgressBarState bar({.style = ProgressBar::Style::bar});
  bar.on_train_begin(training);
  bar.on_epoch_begin(training, 0);
  bar.on_train_batch_end(training, 0, some_logs(false));
  EXPECT_NE(training.out_.str().back(), '\n');
  bar.on_train_end(training);
  EXPECT_EQ(training.out_.str().back(), '\n');
}

TEST(ProgressBar, WritesTimesAsKerasDoes) {
  EXPECT_EQ(step_time_text(2.2), "2s");
  EXPECT_EQ(step_time_text(0.0094), "9ms");
  EXPECT_EQ(step_time_text(0.00035), "350us");
  EXPECT_EQ(step_time_text(0), "0s");
  EXPECT_EQ(clock_text(7.9), "7s");
  EXPECT_EQ(clock_text(65), "1:05");
  EXPECT_EQ(clock_text(3723), "1:02:03");
}

TEST(ProgressBar, WritesSmallAndHugeNumbersInScientificForm) {
  EXPECT_EQ(log_value_text(999999.5), "999999.5000");
  EXPECT_EQ(log_value_text(-2.5e36), "-2.5000e+36");
  EXPECT_EQ(log_value_text(0.50123), "0.5012");
  EXPECT_EQ(log_value_text(-0.5), "-0.5000");
  EXPECT_EQ(log_value_text(0.001), "1.0000e-03");
  EXPECT_EQ(log_value_text(-0.0001), "-1.0000e-04");
}

}  // namespace
}  // namespace telar
