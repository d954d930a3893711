#include "data/idx.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/expect_error.hpp"
#include "support/idx_bytes.hpp"
#include "support/temporary_folder.hpp"

namespace telar {
namespace {

using test::expect_error;
using test::get;
using test::idx_bytes;
using test::put;
using test::put_gzip;
using test::TemporaryFolder;

/// A file of given bytes, read at once.
class Idx : public testing::Test {
 protected:
  void refused(const std::string& bytes, const std::string& why) {
    SCOPED_TRACE(why);
    put(file_, bytes);
    expect_error(ErrorCode::data, file_.string(), why, [&] { static_cast<void>(read_idx(file_)); });
  }
  std::string zipped(const std::string& bytes) {
    put_gzip(file_, bytes);
    return get(file_);
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "file-idx3-ubyte";
  std::string good_ = idx_bytes({2, 3, 2}, "abcdefghijkl");
};

TEST_F(Idx, is_the_same_raw_and_zipped_whatever_the_name) {
  const std::filesystem::path misnamed = folder_ / "raw.gz";
  put(misnamed, good_);
  put_gzip(file_, good_);
  for (const auto& file : {misnamed, file_}) {
    const IdxArray array = read_idx(file);
    EXPECT_EQ(array.shape, (std::vector<int>{2, 3, 2}));
    EXPECT_EQ(std::string(array.values.begin(), array.values.end()), "abcdefghijkl");
    // Of the bytes 00 00 08 03 00 00 00 02 00 00 00 03 00 00 00 02 a-l, by sha256sum.
    EXPECT_EQ(array.sha256, "36de79d8ea1ca328505757ec344404f811731a175c3291f2be864cd2aa11ace9");
  }
}

TEST_F(Idx, is_refused_when_missing_or_no_file) {
  expect_error(ErrorCode::data, file_.string(), "No such file or directory",
               [&] { static_cast<void>(read_idx(file_)); });
  expect_error(ErrorCode::data, folder_.path().string(), "no regular file",
               [&] { static_cast<void>(read_idx(folder_.path())); });
}

TEST_F(Idx, is_refused_when_truncated_anywhere) {
  refused("", "the file is empty");
  for (std::size_t size = 1; size < good_.size(); ++size)
    refused(good_.substr(0, size), "truncated: " + std::to_string(size) + " bytes where its header needs ");
  refused(good_.substr(0, 20), "20 bytes where its header needs 28");
}

TEST_F(Idx, is_refused_when_zipped_and_truncated_anywhere) {
  const std::string zip = zipped(good_);
  for (std::size_t size = 0; size < zip.size(); ++size) refused(zip.substr(0, size), size == 0 ? "empty" : "truncated");
}

TEST_F(Idx, is_refused_when_zipped_after_it_was_truncated) {
  for (std::size_t size = 1; size < good_.size(); ++size) refused(zipped(good_.substr(0, size)), "truncated");
  refused(zipped(""), "the file is empty");
}

TEST_F(Idx, is_refused_when_a_bit_of_the_header_is_flipped) {
  for (std::size_t bit = 0; bit < 16 * 8; ++bit) {
    std::string bytes = good_;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    refused(bytes, "");
  }
}

TEST_F(Idx, is_refused_or_unharmed_when_a_bit_of_the_zipped_file_is_flipped) {
  const std::string zip = zipped(good_);
  const IdxArray good = read_idx(file_);
  int refusals = 0;
  for (std::size_t bit = 0; bit < zip.size() * 8; ++bit) {
    std::string bytes = zip;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    put(file_, bytes);
    try {
      EXPECT_EQ(read_idx(file_).sha256, good.sha256) << "bit " << bit;  // such as the time in gzip's header
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::data);
      EXPECT_EQ(error.where(), file_.string());
      ++refusals;
    }
  }
  EXPECT_GT(refusals, static_cast<int>(zip.size() * 8 / 2));
}

TEST_F(Idx, is_refused_with_another_magic_number) {
  const std::string why = "; IDX files of unsigned bytes start with 00 00 08 and the number of dimensions, 1 to 8";
  refused("\x89PNG\r\n\x1a\n", "wrong magic number 89 50 4e 47" + why);
  refused(std::string("\0\0\x0d\x03", 4) + good_.substr(4), "wrong magic number 00 00 0d 03");  // floats
  refused(std::string("\0\0\x08\x00", 4) + good_.substr(4), "wrong magic number 00 00 08 00");
  refused(std::string("\0\0\x08\x09", 4) + good_.substr(4), "wrong magic number 00 00 08 09");
}

TEST_F(Idx, is_refused_with_bytes_after_its_end) {
  refused(good_ + "x", "bytes after the 12 values");
  refused(zipped(good_ + "x"), "bytes after the 12 values");
  refused(zipped(good_) + "x", "bytes after the end of the gzip data");
  refused(zipped(good_) + zipped(good_), "bytes after the 12 values");  // the members are one stream
}

TEST_F(Idx, is_refused_before_memory_is_taken_when_it_declares_what_it_cannot_hold) {
  refused(idx_bytes({0, 28, 28}, ""), "a dimension of 0");
  refused(idx_bytes({0x80000000u}, "x"), "a dimension of 2147483648");
  refused(idx_bytes({0x7fffffffu, 0x7fffffffu, 0x7fffffffu}, "x"), "too many values");
  refused(idx_bytes({0x7fffffffu, 0x7fffffffu}, "x"), "13 bytes where its header needs 4611686014132420621");
  refused(zipped(idx_bytes({0x7fffffffu, 0x7fffffffu}, "x")), "too small for the 4611686014132420609 values");
}

TEST_F(Idx, is_inflated_no_further_than_its_header_declares) {
  // 64 MiB of zeros behind a header that declares one value: one byte more is enough to refuse.
  refused(zipped(idx_bytes({1}, std::string(64 << 20, '\0'))), "bytes after the 1 values");
}

TEST_F(Idx, of_many_pieces_is_read_whole) {
  std::string values(1'000'003, '\0');
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<char>(i * i % 251);
  for (const bool zip : {false, true}) {
    const std::string bytes = idx_bytes({1'000'003}, values);
    zip ? put_gzip(file_, bytes) : put(file_, bytes);
    const IdxArray array = read_idx(file_);
    EXPECT_TRUE(std::string(array.values.begin(), array.values.end()) == values);
  }
}

RC_GTEST_FIXTURE_PROP(Idx, survives_any_bytes, ()) {
  auto bytes = *rc::gen::arbitrary<std::string>();
  if (*rc::gen::arbitrary<bool>()) bytes = std::string("\0\0\x08\x02", 4) + bytes;
  put(file_, bytes);
  try {
    const IdxArray array = read_idx(file_);
    RC_ASSERT(array.values.size() < bytes.size());
  } catch (const Error& error) {
    RC_ASSERT(error.code() == ErrorCode::data);
  }
}

}  // namespace
}  // namespace telar
