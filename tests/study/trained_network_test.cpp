// A network and its names, from where a training left them.
#include "study/trained_network.hpp"

#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "support/temporary_folder.hpp"

namespace telar::test {
namespace {

class OpenNetwork : public testing::Test {
 protected:
  std::string saved(const SaveOptions& names) {
    const std::string file = (folder_ / "m.keras").string();
    Sequential(Input{2}, {Dense{.units = 3}}).save(file, names);
    return file;
  }
  void refused(const SaveOptions& names, const std::string& why) {
    const std::string file = saved(names);
    expect_error(ErrorCode::data, file, why, [&] { static_cast<void>(open_network(file)); });
  }
  TemporaryFolder folder_;
};

TEST_F(OpenNetwork, BringsTheNamesOfAFile) {
  const TrainedNetwork network = open_network(saved({{"a", "b", "c"}, {"x", "y"}, {"kind"}}));
  EXPECT_EQ(network.model.outputs(), 3);
  EXPECT_EQ(network.names.class_names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(network.names.feature_names, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(network.names.target_names, std::vector<std::string>{"kind"});
  EXPECT_TRUE(open_network(saved({})).names.feature_names.empty());
}

TEST_F(OpenNetwork, RefusesNamesThatCannotBeThoseOfItsInputs) {
  refused({.feature_names = {"x"}}, "names for 1 inputs, but the network takes 2 numbers");
  refused({.feature_names = {"x", "x"}}, "the same name");
  refused({.feature_names = {"x", "y"}, .target_names = {"k", "k"}}, "the same name");
}

TEST_F(OpenNetwork, RefusesWhatIsNeitherARunNorAModel) {
  const std::string none = (folder_ / "none").string();
  expect_error(ErrorCode::data, none, "no such run folder", [&] { static_cast<void>(open_network(none)); });
}

}  // namespace
}  // namespace telar::test
