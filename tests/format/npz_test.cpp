#include "format/npz.hpp"

#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <rapidcheck/gtest.h>
#include <set>
#include <zip.h>

#include "format/npy_header.hpp"
#include "support/expect_error.hpp"
#include "support/temporary_folder.hpp"

namespace telar {
namespace {

using test::expect_error;
using test::get;
using test::put;
using test::TemporaryFolder;

/// A .npy file of `values` in the shape (values.size()).
std::string npy(const std::vector<float>& values) {
  const int size = static_cast<int>(values.size());
  std::string bytes = npy_header({&size, 1});
  return bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

bool same(const NpzArray& a, const NpzArray& b) {
  return a.name == b.name && a.shape == b.shape && a.values.size() == b.values.size() &&
         (a.values.empty() || std::memcmp(a.values.data(), b.values.data(), a.values.size() * sizeof(float)) == 0);
}

class Npz : public testing::Test {
 protected:
  /// Adds or replaces a member by libzip, with what a stranger could choose.
  void put_member(const std::string& name, const std::string& bytes, zip_int32_t method = ZIP_CM_STORE) {
    zip_t* archive = zip_open(file_.c_str(), ZIP_CREATE, nullptr);
    ASSERT_NE(archive, nullptr);
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_OVERWRITE);
    ASSERT_GE(index, 0);
    ASSERT_EQ(zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0), 0);
    ASSERT_EQ(zip_close(archive), 0);
  }
  void refused(const std::string& why) {
    SCOPED_TRACE(why);
    expect_error(ErrorCode::data, file_.string(), why, [&] { static_cast<void>(read_npz(file_)); });
  }
  /// Every place of `from` in the file becomes `to`, of the same length.
  void replace_all(const std::string& from, const std::string& to) {
    std::string bytes = get(file_);
    int places = 0;
    for (std::size_t at = 0; (at = bytes.find(from, at)) != std::string::npos; ++places)
      bytes.replace(at, to.size(), to);
    ASSERT_EQ(places, 2) << "in the member's own head and in the directory";
    put(file_, bytes);
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "weights.npz";
  std::vector<NpzArray> arrays_{{"dense/kernel", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"dense/bias", {3}, {7, 8, 9}}};
};

TEST_F(Npz, gives_back_what_was_written) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  arrays_.push_back({"number", {}, {-0.0f}});
  arrays_.push_back({"empty", {0, 4}, {}});
  arrays_.push_back({"strange", {2}, {nan, std::numeric_limits<float>::denorm_min()}});
  write_npz(file_, arrays_);
  const std::vector<NpzArray> read = read_npz(file_);
  ASSERT_EQ(read.size(), arrays_.size());
  for (std::size_t i = 0; i < read.size(); ++i) EXPECT_TRUE(same(read[i], arrays_[i])) << arrays_[i].name;
}

TEST_F(Npz, may_hold_no_array) {
  write_npz(file_, {});
  EXPECT_TRUE(read_npz(file_).empty());
}

RC_GTEST_FIXTURE_PROP(Npz, is_read_as_it_was_written, ()) {
  std::vector<NpzArray> arrays;
  std::set<std::string> names;
  const auto count = *rc::gen::inRange(1, 6);
  for (int i = 0; i < count; ++i) {
    NpzArray array;
    array.name = *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab/_1."))));
    if (!names.insert(array.name).second) continue;
    array.shape = *rc::gen::resize(4, rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6)));
    std::size_t size = 1;
    for (const int extent : array.shape) size *= static_cast<std::size_t>(extent);
    array.values = *rc::gen::container<std::vector<float>>(size, rc::gen::arbitrary<float>());
    arrays.push_back(array);
  }
  write_npz(file_, arrays);
  const std::vector<NpzArray> read = read_npz(file_);
  RC_ASSERT(read.size() == arrays.size());
  for (std::size_t i = 0; i < read.size(); ++i) RC_ASSERT(same(read[i], arrays[i]));
}

TEST_F(Npz, has_the_same_bytes_whenever_it_is_written) {
  write_npz(file_, arrays_);
  const std::string bytes = get(file_);
  setenv("TZ", "Pacific/Auckland", 1);
  tzset();
  write_npz(folder_ / "again.npz", arrays_);
  unsetenv("TZ");
  tzset();
  EXPECT_EQ(get(folder_ / "again.npz"), bytes);
  EXPECT_EQ(bytes.substr(10, 4), std::string("\0\0\x21\0", 4)) << "1 January 1980, 0:00";
}

TEST_F(Npz, may_be_compressed) {
  put_member("a.npy", npy(std::vector<float>(10'000, 1.5f)), ZIP_CM_DEFLATE);
  EXPECT_LT(std::filesystem::file_size(file_), 5'000u);
  EXPECT_EQ(read_npz(file_)[0].values, std::vector<float>(10'000, 1.5f));
}

TEST_F(Npz, is_not_written_when_names_or_sizes_are_wrong) {
  const auto refuses = [&](std::vector<NpzArray> arrays, const std::string& why) {
    expect_error(ErrorCode::usage, file_.string(), why, [&] { write_npz(file_, arrays); });
    EXPECT_FALSE(std::filesystem::exists(file_));
  };
  refuses({{"a", {1}, {1}}, {"a", {1}, {2}}}, "'a' is empty or used twice");
  refuses({{"", {1}, {1}}}, "empty or used twice");
  refuses({{"a", {2, 2}, {1, 2, 3}}}, "a: 3 values do not fill its shape");
  refuses({{"a", {-1, -1}, {1}}}, "do not fill");
}

TEST_F(Npz, says_that_it_cannot_be_written) {
  const auto missing = folder_ / "no/folder.npz";
  expect_error(ErrorCode::resource, missing.string(), "No such file or directory",
               [&] { write_npz(missing, arrays_); });
}

TEST_F(Npz, is_refused_when_it_is_no_archive) {
  expect_error(ErrorCode::data, file_.string(), "No such file", [&] { static_cast<void>(read_npz(file_)); });
  put(file_, "");
  refused("not a sound .npz archive");
  put(file_, "some text that is no archive at all");
  refused("not a sound .npz archive");
}

TEST_F(Npz, is_refused_when_truncated_anywhere) {
  write_npz(file_, arrays_);
  const std::string bytes = get(file_);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    put(file_, bytes.substr(0, size));
    refused("");
  }
}

TEST_F(Npz, is_refused_or_unharmed_when_a_bit_is_flipped) {
  write_npz(file_, arrays_);
  const std::string good = get(file_);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bytes = good;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    put(file_, bytes);
    try {
      const std::vector<NpzArray> read = read_npz(file_);
      // What no checksum covers: names, times and attributes. The values are as they were.
      ASSERT_EQ(read.size(), arrays_.size()) << "bit " << bit;
      for (std::size_t i = 0; i < read.size(); ++i) {
        EXPECT_EQ(read[i].values, arrays_[i].values) << "bit " << bit;
        EXPECT_EQ(read[i].shape, arrays_[i].shape) << "bit " << bit;
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::data) << "bit " << bit << ": " << error.what();
      EXPECT_EQ(error.where(), file_.string());
    }
  }
}

TEST_F(Npz, is_refused_when_a_value_was_changed) {
  const std::string array = npy({1, 2, 3});
  put_member("a.npy", array);
  std::string bytes = get(file_);
  bytes[bytes.find(array) + array.size() - 1] ^= 1;
  put(file_, bytes);
  refused("a.npy is");
}

TEST_F(Npz, is_refused_when_a_member_is_no_array) {
  put_member("a.npy", npy({1}));
  put_member("read.me", "text");
  refused("its member 'read.me' is no array");
}

TEST_F(Npz, is_refused_when_a_member_is_not_what_numpy_writes) {
  const auto with = [&](const std::string& bytes, const std::string& why) {
    put_member("a.npy", bytes);
    refused("a.npy: " + why);
  };
  const std::string good = npy({1, 2, 3});
  with("", "it is no NumPy array");
  with("some text, some text", "it is no NumPy array");
  with(good.substr(0, 50), "its header is truncated");
  with(good.substr(0, good.size() - 1), "its 11 bytes of values do not fill its shape");
  with(good + "x", "its 13 bytes of values do not fill its shape");
}

TEST_F(Npz, is_refused_before_memory_is_taken_when_a_shape_is_larger_than_the_file) {
  const std::vector<int> shape{2147483647, 2147483647, 2147483647};
  put_member("a.npy", npy_header(shape) + "1234");
  refused("a.npy: its 4 bytes of values do not fill its shape");
  const std::vector<int> wraps{65536, 65536, 65536, 65536};
  put_member("a.npy", npy_header(wraps));
  refused("a.npy: its 0 bytes of values do not fill its shape");
}

TEST_F(Npz, is_refused_when_two_members_have_one_name) {
  put_member("a.npy", npy({1}));
  put_member("b.npy", npy({2}));
  replace_all("b.npy", "a.npy");
  refused("");  // by libzip or by us
}

TEST_F(Npz, is_refused_when_a_member_is_compressed_in_another_way) {
  if (!zip_compression_method_supported(ZIP_CM_BZIP2, 1)) GTEST_SKIP() << "libzip without bzip2";
  put_member("a.npy", npy(std::vector<float>(1000)), ZIP_CM_BZIP2);
  refused("a.npy is compressed in a way that is not read");
}

TEST_F(Npz, is_refused_when_a_member_declares_more_than_its_data_can_give) {
  // Both copies of the uncompressed size of a deflated member: 4096 bytes cannot come from the few that are there.
  put_member("a.npy", npy(std::vector<float>(992)), ZIP_CM_DEFLATE);
  std::string bytes = get(file_);
  const std::string size("\0\x10\0\0", 4), larger("\0\0\0\x7f", 4);
  int places = 0;
  for (std::size_t at = 0; (at = bytes.find(size, at)) != std::string::npos; ++places) bytes.replace(at, 4, larger);
  ASSERT_EQ(places, 2);
  put(file_, bytes);
  refused("a.npy declares a size that its data cannot have");
}

}  // namespace
}  // namespace telar
