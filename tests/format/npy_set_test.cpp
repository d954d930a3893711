#include "format/npy_set.hpp"

#include <gtest/gtest.h>

#include "format/npy_bytes.hpp"
#include "support/expect_error.hpp"
#include "support/temporary_folder.hpp"

namespace telar {
namespace {

using namespace std::string_literals;
using test::expect_error;
using test::npy_bytes;
using test::put;
using test::raw;
using test::TemporaryFolder;

/// Three training samples of 1 by 2 bytes and classes 0, 1, 2; one test sample of class 1.
class NpySets : public testing::Test {
 protected:
  NpySets() {
    put_array("x_train", npy_bytes("|u1", "(3, 1, 2)", "abcdef"));
    put_array("y_train", labels({0, 1, 2}));
    put_array("x_test", npy_bytes("|u1", "(1, 1, 2)", "uv"));
    put_array("y_test", labels({1}));
  }
  static std::string labels(const std::vector<std::int64_t>& numbers, const std::string& shape = {}) {
    return npy_bytes("<i8", shape.empty() ? "(" + std::to_string(numbers.size()) + ",)" : shape, raw(numbers));
  }
  void put_array(const std::string& name, const std::string& bytes) const { put(folder_ / (name + ".npy"), bytes); }
  NpySet read(const NpyNames& names = {}, std::optional<int> classes = {}) const {
    return read_npy_set(folder_.path(), "", names, classes);
  }
  void refused(const std::string& name, const std::string& why, std::optional<int> classes = {}) const {
    expect_error(ErrorCode::data, (folder_ / (name + ".npy")).string(), why,
                 [&] { static_cast<void>(read({}, classes)); });
  }

  TemporaryFolder folder_;
};

TEST_F(NpySets, have_samples_labels_and_classes) {
  const NpySet set = read();
  EXPECT_EQ(set.train.shape(), (std::vector<int>{1, 2}));
  EXPECT_EQ(set.train.classes(), 3);
  EXPECT_EQ(set.train.storage().labels, (std::vector<std::int32_t>{0, 1, 2}));
  EXPECT_EQ(set.test->classes(), 3);
  EXPECT_EQ(set.test->storage().labels, std::vector<std::int32_t>{1});
  EXPECT_EQ(std::get<std::vector<std::uint8_t>>(set.test->storage().features), (std::vector<std::uint8_t>{'u', 'v'}));
  EXPECT_EQ(read({}, 9).train.classes(), 9);
}

TEST_F(NpySets, have_weights_of_their_training_samples) {
  put_array("w", npy_bytes("<f8", "(3,)", raw(std::vector<double>{0.5, 0, 2})));
  EXPECT_EQ(read({.sample_weight = "w"}).sample_weight, (std::vector<float>{0.5, 0, 2}));
  EXPECT_TRUE(read().sample_weight.empty());
  const auto refused_weights = [&](const std::string& why) {
    expect_error(ErrorCode::data, (folder_ / "w.npy").string(), why,
                 [&] { static_cast<void>(read({.sample_weight = "w"})); });
  };
  put_array("w", npy_bytes("<f8", "(2,)", raw(std::vector<double>{0.5, 0})));
  refused_weights("it has the shape (2), but weights are one for each of 3 samples");
  put_array("w", npy_bytes("<f8", "(3,)", raw(std::vector<double>{0.5, -1, 0})));
  refused_weights("the weight of sample 1 is -1, but must be at least 0");
}

TEST_F(NpySets, may_have_no_test_half) { EXPECT_FALSE(read({.x_test = "", .y_test = ""}).test); }

TEST_F(NpySets, are_named_with_or_without_their_ending) {
  EXPECT_EQ(read({.x_train = "x_test.npy", .y_train = "y_test"}).train.size(), 1u);
}

TEST_F(NpySets, may_have_their_labels_in_a_column_as_keras_has_them) {
  put_array("y_train", labels({0, 1, 2}, "(3, 1)"));
  EXPECT_EQ(read().train.storage().labels, (std::vector<std::int32_t>{0, 1, 2}));
}

TEST_F(NpySets, of_floating_point_numbers_to_learn_are_regressions) {
  put_array("x_train", npy_bytes("<f4", "(2,)", raw(std::vector<float>{5, 6})));
  put_array("x_test", npy_bytes("<f8", "(1,)", raw(std::vector<double>{7})));
  put_array("y_train", npy_bytes("<f8", "(2, 2)", raw(std::vector<double>{1, 2, 3, 4})));
  put_array("y_test", npy_bytes("<f4", "(1, 2)", raw(std::vector<float>{5, 6})));
  const NpySet set = read();
  EXPECT_EQ(set.train.shape(), std::vector<int>{1});
  EXPECT_EQ(set.train.storage().target_width, 2);
  EXPECT_EQ(set.train.storage().targets, (std::vector<float>{1, 2, 3, 4}));
  EXPECT_FALSE(set.train.has_labels());
}

TEST_F(NpySets, with_labels_that_are_none_are_refused) {
  put_array("y_train", labels({0, -1, 2}));
  refused("y_train", "label -1 of sample 1 is negative");
  put_array("y_train", labels({0, 1, std::int64_t{1} << 40}));
  refused("y_train", "label 1099511627776 of sample 2 is too large");
  put_array("y_train", labels({0, 1, 2}));
  refused("y_train", "label 2 of sample 2 is outside 0 to 1", 2);
  put_array("y_test", labels({3}));
  refused("y_test", "label 3 of sample 0 is outside 0 to 2");
  put_array("y_train", labels({1, 0, 0, 1, 1, 0}, "(3, 2)"));
  refused("y_train", "argmax");
  put_array("y_train", npy_bytes("<U3", "(3,)", std::string(36, '\0')));
  refused("y_train", "which is text");
}

TEST_F(NpySets, with_halves_that_do_not_fit_are_refused) {
  put_array("y_train", labels({0, 1}));
  refused("y_train", "its length is 2, but there are 3 samples");
  put_array("y_train", labels({0, 1, 2}));
  put_array("x_test", npy_bytes("|u1", "(1, 2, 1)", "uv"));
  refused("x_test", "another shape");
  put_array("x_test", npy_bytes("<f4", "(1, 1, 2)", std::string(8, '\0')));
  refused("x_test", "holds bytes, the other does not");
  put_array("x_test", npy_bytes("|u1", "(1, 1, 2)", "uv"));
  put_array("y_test", npy_bytes("<f4", "(1,)", std::string(4, '\0')));
  refused("y_test", "not of the kind of y_train");
}

TEST_F(NpySets, of_nothing_are_refused) {
  put_array("x_train", npy_bytes("|u1", "(0, 2)", ""));
  refused("x_train", "there is nothing in it");
  put_array("x_train", npy_bytes("|u1", "()", "a"));
  refused("x_train", "a single number");
  put_array("x_train", npy_bytes("|u1", "(3, 1)", "abc"));
  put_array("y_train", labels({0, 1, 2}, "(3, 1, 1)"));
  refused("y_train", "but it has 3");
  std::filesystem::remove(folder_ / "x_train.npy");
  refused("x_train", "cannot read: No such file");
}

}  // namespace
}  // namespace telar
