// Tables of comma-separated values: what is read, and what a person is told about a table that cannot be.
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <gtest/gtest.h>
#include <random>

#include <telar/csv.hpp>

#include "data/csv_reader.hpp"
#include "support/expect_error.hpp"
#include "support/temporary_folder.hpp"

namespace telar::test {
namespace {

using datasets::CsvOptions;

class Csv : public testing::Test {
 protected:
  [[nodiscard]] std::string file() const { return (folder_ / "t.csv").string(); }
  [[nodiscard]] datasets::Table table(const std::string& text, const CsvOptions& options) const {
    put(folder_ / "t.csv", text);
    return datasets::csv(file(), options);
  }
  [[nodiscard]] Dataset read(const std::string& text, const CsvOptions& options) const {
    return table(text, options).samples;
  }
  [[nodiscard]] std::vector<float> features(const std::string& text, const CsvOptions& options = {.label = "y"}) const {
    return std::get<std::vector<float>>(read(text, options).storage().features);
  }
  /// Expects the table to be refused with the place "t.csv:`place`" and `part` of the message.
  void expect_refused(const std::string& text, const std::string& place, const std::string& part,
                      const CsvOptions& options = {.label = "y"}) const {
    expect_error(ErrorCode::data, file() + (place.empty() ? "" : ":" + place), part,
                 [&] { static_cast<void>(read(text, options)); });
  }

  TemporaryFolder folder_;
};

TEST_F(Csv, HasTheWeightsOfItsSamplesInAColumn) {
  const datasets::Table read = table("a,w,y\n1,0.5,u\n2,0,v\n", {.label = "y", .sample_weight = "w"});
  EXPECT_EQ(read.features, std::vector<std::string>{"a"});
  EXPECT_EQ(read.sample_weight, (std::vector<float>{0.5, 0}));
  EXPECT_TRUE(table("a,y\n1,u\n", {.label = "y"}).sample_weight.empty());
  expect_refused("a,w,y\n1,1,u\n2,-1,v\n", "3:3", "the weight -1 in column w is negative",
                 {.label = "y", .sample_weight = "w"});
  expect_refused("a,w,y\n1,heavy,u\n", "2:3", "\"heavy\" in column w is no number",
                 {.label = "y", .sample_weight = "w"});
  expect_refused("a,w,y\n1,,u\n", "2:3", "a value is missing: line 2 (w)", {.label = "y", .sample_weight = "w"});
}

TEST_F(Csv, BecomesFeaturesAndClassesByTheirNames) {
  const auto [data, names, targets, weights] =
      table("a,colour,b\n1,red,2.5\n-3,blue,4e1\n.5,red,+6\n", {.label = "colour"});
  EXPECT_EQ(data.size(), 3u);
  EXPECT_EQ(data.shape(), std::vector<int>{2});
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(std::get<std::vector<float>>(data.storage().features), (std::vector<float>{1, 2.5, -3, 40, .5, 6}));
  EXPECT_EQ(data.class_names(), (std::vector<std::string>{"blue", "red"}));
  EXPECT_EQ(data.storage().labels, (std::vector<std::int32_t>{1, 0, 1}));
  EXPECT_EQ(data.name(), "t.csv");
}

TEST_F(Csv, SortsClassesThatAreNumbersBySize) {
  const Dataset data = read("x,y\n0,10\n0,9\n0,-1\n", {.label = "y"});
  EXPECT_EQ(data.class_names(), (std::vector<std::string>{"-1", "9", "10"}));
  EXPECT_EQ(data.storage().labels, (std::vector<std::int32_t>{2, 1, 0}));
}

TEST_F(Csv, KeepsTheClassesOfTheTrainingData) {
  const Dataset data = read("x,y\n0,c\n0,a\n", {.label = "y", .classes = {"a", "b", "c"}});
  EXPECT_EQ(data.classes(), 3);
  EXPECT_EQ(data.storage().labels, (std::vector<std::int32_t>{2, 0}));
  expect_refused("x,y\n0,a\n0,bb\n", "3:3", "the class \"bb\" is none of the training data's",
                 {.label = "y", .classes = {"a", "b", "c"}});
}

TEST_F(Csv, GivesARegressionItsTargetsAndLeavesColumnsOut) {
  const auto [data, names, targets, weights] =
      table("id,x,price,size\nA7,1,2,3\nB9,4,5,6\n", {.targets = {"size", "price"}, .ignore = {"id"}});
  EXPECT_FALSE(data.has_labels());
  EXPECT_EQ(data.storage().target_width, 2);
  EXPECT_EQ(data.storage().targets, (std::vector<float>{2, 3, 5, 6})) << "in the file's order";
  EXPECT_EQ(names, std::vector<std::string>{"x"});
  EXPECT_EQ(targets, (std::vector<std::string>{"price", "size"}));
}

TEST_F(Csv, TakesQuotesLineEndsBlanksAndTheMarkOfUtf8) {
  const auto [data, names, targets, weights] =
      table("\xef\xbb\xbf\"x, the first\" , y\r\n \"1.5\" ,\"say \"\"a\"\", b\nc\"\r\n\r\n2\t,d", {.label = "y"});
  EXPECT_EQ(names, std::vector<std::string>{"x, the first"});
  EXPECT_EQ(std::get<std::vector<float>>(data.storage().features), (std::vector<float>{1.5, 2}));
  EXPECT_EQ(data.class_names(), (std::vector<std::string>{"d", "say \"a\", b\nc"}));
}

TEST_F(Csv, TakesOtherSeparators) {
  EXPECT_EQ(features("a;b;y\n1;2;k\n", {.label = "y", .separator = ';'}), (std::vector<float>{1, 2}));
  EXPECT_EQ(features("a\tb\ty\n1\t 2 \tk\n", {.label = "y", .separator = '\t'}), (std::vector<float>{1, 2}));
}

TEST_F(Csv, ReadsEveryNumberAsTheNearestFloat) {
  std::mt19937_64 draw(7);
  std::string text = "x,y\n";
  std::vector<float> expected;
  for (int i = 0; i < 20000; ++i) {
    // As many digits before and behind the point as chance wills, and sometimes an exponent.
    std::string number = draw() % 2 == 0 ? "-" : "";
    for (auto n = 1 + draw() % 9; n > 0; --n) number += static_cast<char>('0' + draw() % 10);
    if (draw() % 4 != 0) number += '.';
    if (number.back() == '.')
      for (auto n = draw() % 12; n > 0; --n) number += static_cast<char>('0' + draw() % 10);
    if (draw() % 8 == 0) number += "e" + std::to_string(static_cast<int>(draw() % 40) - 20);
    text += number + ",k\n";
    expected.push_back(std::strtof(number.c_str(), nullptr));
  }
  EXPECT_EQ(features(text), expected);
}

TEST_F(Csv, RoundsWhatLiesBetweenTwoFloatsByItsLastDigit) {
  // Decimals of up to 15 digits around the middle between neighbours, where rounding twice would go wrong.
  std::mt19937_64 draw(8);
  std::string text = "x,y\n";
  std::vector<float> expected;
  for (int i = 0; i < 20000; ++i) {
    const float low = std::bit_cast<float>(static_cast<std::uint32_t>(0x3a000000 + draw() % 0x10000000));
    const double middle = (double{low} + double{std::nextafter(low, 1e9f)}) / 2;
    std::array<char, 40> number{};
    std::snprintf(number.data(), number.size(), "%.*f", static_cast<int>(draw() % 14), middle);
    text += std::string(number.data()) + ",k\n";
    expected.push_back(std::strtof(number.data(), nullptr));
  }
  for (const char* exact : {"16777217", "8388608.5", "8388609.5", "2097152.125", "0.5000000298023224", "00000001.5"}) {
    text += std::string(exact) + ",k\n";
    expected.push_back(std::strtof(exact, nullptr));
  }
  EXPECT_EQ(features(text), expected);
}

TEST_F(Csv, SaysWhereSomethingIsNoNumber) {
  expect_refused("a,b,y\n1,2,k\n3,red,k\n", "3:3", "\"red\" in column b is no number");
  expect_refused("a,y\n1e39,k\n", "2:1", "no number that a float32 can hold");
  expect_refused("a,y\ninf,k\n", "2:1", "\"inf\"");
  expect_refused("a,y\n0x10,k\n", "2:1", "\"0x10\"");
  expect_refused("a,y\n1.2.3,k\n", "2:1", "\"1.2.3\"");
  expect_refused("a,y\n\"q\nq\",k\n\x1b[2J,k\n", "2:1", "\"q?q\"");
}

TEST_F(Csv, TakesNoNamesThatAreNotUtf8) {
  EXPECT_EQ(read("a,y\n1,Tr\xc3\xa4ne\n", {.label = "y"}).class_names(), std::vector<std::string>{"Tr\xc3\xa4ne"});
  expect_refused("a,y\n1,b\n1,Tr\xe4ne\n", "3:3", "not UTF-8");
  expect_refused("H\xf6he,y\n1,b\n", "1:1", "not UTF-8");
}

TEST_F(Csv, TakesNoNamesThatSteerATerminal) {
  expect_refused("a,y\n1,b\n1,\x1b[2J\n", "3:3", "control character");
  expect_refused("a\x7f,y\n1,b\n", "1:1", "control character");
  expect_refused(
      "a,y\n1,\xc2\x9b"
      "31m\n",
      "2:3", "control character");
  expect_refused("a,y\n1,\"b\rc\"\n", "2:3", "control character");
}

TEST_F(Csv, TakesNumbersThatAreTooSmallAsZero) {
  const auto [data, names, targets, weights] = table("x,y\n1e-50,a\n-1e-50,a\n1E-400,b\n1e-42,b\n", {.label = "y"});
  const auto& values = std::get<std::vector<float>>(data.storage().features);
  EXPECT_EQ(values, (std::vector<float>{0, 0, 0, 1e-42f}));
  EXPECT_TRUE(std::signbit(values[1]));
  expect_refused("x,y\n1e39,a\n", "2:1", "no number that a float32 can hold");
  expect_refused("x,y\n1e400,a\n", "2:1", "no number that a float32 can hold");
}

TEST_F(Csv, CountsMissingValuesByTheirLines) {
  expect_refused("a,b,y\n1,,k\n?,2,k\n3,NaN,\n4,5,k\n", "2:3",
                 "4 values are missing: line 2 (b), line 3 (a), line 4 (b), line 4 (y)");
  expect_refused("a,y\n1,k\nN/A,k\n", "3:1", "a value is missing: line 3 (a)");
  std::string many = "a,y\n";
  for (int i = 0; i < 100; ++i) many += "null,k\n";
  expect_refused(many, "2:1", "100 values are missing: line 2 (a), line 3 (a), line 4 (a), line 5 (a), line 6 (a) ...");
}

TEST_F(Csv, SaysWhichLineHasTooFewOrTooManyFields) {
  expect_refused("a,b,y\n1,2,k\n1,2\n", "3:3", "the line has 2 fields, but there are 3 columns: \"y\" is not there");
  expect_refused("a,y\n1,k,7\n", "2:3", "the line goes on, but there are only 2 columns");
}

TEST_F(Csv, SaysWhatIsWrongWithQuotes) {
  expect_refused("a,y\n\"1,k\n2,k\n", "2:1", "a quote begins here that nothing closes");
  expect_refused("a,y\n\"1\"2,k\n", "2:1", "something stands between a closing quote and the separator");
}

TEST_F(Csv, NeedsAFirstLineWithNames) {
  expect_refused("1,2\n3,4\n", "1:1", "the first line holds numbers");
  expect_refused("a,a,y\n1,2,k\n", "1:1", "two columns are called \"a\"");
  expect_refused("\n\n1,2\n", "3:1", "the first line holds numbers");
  expect_refused("", "", "the file is empty");
  expect_refused("a,y\n\n", "", "there is no line behind the names");
  expect_refused("y\nk\n", "", "no column is left to learn from");
  EXPECT_EQ(table(",x,y\n1,2,k\n", {.label = "y"}).features, (std::vector<std::string>{"column_1", "x"}));
}

TEST_F(Csv, SaysWhichNameNoColumnHas) {
  const auto refuse = [&](const CsvOptions& options, const std::string& part) {
    expect_error(ErrorCode::usage, file(), part,
                 [&] { static_cast<void>(read("height,weight,sex\n1,2,f\n", options)); });
  };
  refuse({.label = "sexx"}, "did you mean \"sex\"?");
  refuse({.targets = {"heigth"}}, "did you mean \"height\"?");
  refuse({.label = "sex", .ignore = {"sex"}}, "named twice");
  refuse({}, "which column is to be learnt?");
  refuse({.label = "sex", .targets = {"height"}}, "both label and targets");
  expect_error(ErrorCode::data, (folder_ / "none.csv").string(), "No such file",
               [&] { static_cast<void>(datasets::csv(folder_ / "none.csv", {.label = "y"})); });
}

}  // namespace
}  // namespace telar::test
