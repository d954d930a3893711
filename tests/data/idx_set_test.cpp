#include <gtest/gtest.h>

#include <telar/dataset.hpp>

#include "support/expect_error.hpp"
#include "support/idx_bytes.hpp"
#include "support/temporary_folder.hpp"

namespace telar {
namespace {

using namespace std::string_literals;
using test::expect_error;
using test::idx_bytes;
using test::put;
using test::put_gzip;
using test::TemporaryFolder;

/// A small set: three training samples of classes 0, 1, 2 and two test samples.
class IdxSet : public testing::Test {
 protected:
  IdxSet() {
    put(file("train-images-idx3-ubyte"), idx_bytes({3, 1, 2}, "abcdef"));
    put(file("train-labels-idx1-ubyte"), idx_bytes({3}, "\0\1\2"s));
    put(file("t10k-images-idx3-ubyte"), idx_bytes({2, 1, 2}, "uvwx"));
    put(file("t10k-labels-idx1-ubyte"), idx_bytes({2}, "\2\0"s));
  }
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  /// Reading is refused because of the file `name`.
  void refused(const std::string& name, const std::string& why, std::optional<int> classes = {}) {
    expect_error(ErrorCode::data, file(name).string(), why,
                 [&] { static_cast<void>(datasets::idx(folder_.path(), {}, classes)); });
  }

  TemporaryFolder folder_;
};

TEST_F(IdxSet, is_read_with_shapes_labels_and_classes) {
  const auto [train, test] = datasets::idx(folder_.path());
  EXPECT_EQ(train.size(), 3u);
  EXPECT_EQ(test.size(), 2u);
  EXPECT_EQ(train.shape(), (std::vector<int>{1, 2}));
  EXPECT_EQ(train.classes(), 3);
  EXPECT_EQ(test.classes(), 3);
  EXPECT_EQ(train.label(2), 2);
  EXPECT_EQ(test.label(0), 2);
  EXPECT_EQ(std::get<0>(test.storage().features), (std::vector<std::uint8_t>{'u', 'v', 'w', 'x'}));
  EXPECT_EQ(train.name(), "idx (train)");
  EXPECT_EQ(datasets::idx(folder_.path(), {}, 7).train.classes(), 7);
}

TEST_F(IdxSet, may_be_zipped_and_have_names_of_its_own) {
  for (const auto& name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"}) {
    put_gzip(file("my-"s + name + ".gz"), test::get(file(name)));
    std::filesystem::remove(file(name));
  }
  const datasets::IdxFiles names{.train_images = "my-train-images-idx3-ubyte",
                                 .train_labels = "my-train-labels-idx1-ubyte.gz",
                                 .test_images = "my-t10k-images-idx3-ubyte",
                                 .test_labels = "t10k-labels-idx1-ubyte.gz"};
  EXPECT_EQ(datasets::idx(folder_.path(), names).train.label(1), 1);
}

TEST_F(IdxSet, may_have_samples_of_one_number) {
  put(file("train-images-idx3-ubyte"), idx_bytes({3}, "abc"));
  put(file("t10k-images-idx3-ubyte"), idx_bytes({2}, "uv"));
  EXPECT_EQ(datasets::idx(folder_.path()).train.shape(), std::vector<int>{1});
}

TEST_F(IdxSet, is_refused_when_any_file_is_missing) {
  for (const auto& name :
       {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    const std::string bytes = test::get(file(name));
    std::filesystem::remove(file(name));
    refused(name, "no such file, with or without .gz");
    put(file(name), bytes);
  }
}

TEST_F(IdxSet, is_refused_when_the_labels_are_fewer_or_more_than_the_images) {
  put(file("train-labels-idx1-ubyte"), idx_bytes({2}, "\0\1"s));
  refused("train-images-idx3-ubyte", "3 samples, but 2 labels in " + file("train-labels-idx1-ubyte").string());
  put(file("train-labels-idx1-ubyte"), idx_bytes({3}, "\0\1\2"s));
  put(file("t10k-labels-idx1-ubyte"), idx_bytes({3}, "\0\1\2"s));
  refused("t10k-images-idx3-ubyte", "2 samples, but 3 labels");
}

TEST_F(IdxSet, is_refused_when_a_label_is_no_class) {
  refused("train-labels-idx1-ubyte", "label 2 of sample 2 is outside 0 to 1", 2);
  put(file("t10k-labels-idx1-ubyte"), idx_bytes({2}, "\0\3"s));
  refused("t10k-labels-idx1-ubyte", "label 3 of sample 1 is outside 0 to 2");
}

TEST_F(IdxSet, is_refused_when_labels_and_images_are_exchanged) {
  put(file("train-labels-idx1-ubyte"), idx_bytes({3, 1, 2}, "abcdef"));
  refused("train-labels-idx1-ubyte", "labels must have one dimension; the file has 3");
}

TEST_F(IdxSet, is_refused_when_test_samples_have_another_shape) {
  put(file("t10k-images-idx3-ubyte"), idx_bytes({2, 2, 1}, "uvwx"));
  refused("t10k-images-idx3-ubyte", "another shape than those of " + file("train-images-idx3-ubyte").string());
}

TEST_F(IdxSet, is_refused_without_a_class) {
  expect_error(ErrorCode::usage, "classes", "0 classes",
               [&] { static_cast<void>(datasets::idx(folder_.path(), {}, 0)); });
}

}  // namespace
}  // namespace telar
