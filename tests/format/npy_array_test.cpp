#include "format/npy_array.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>

#include "format/npy_bytes.hpp"
#include "format/zip.hpp"
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

using Bytes = std::vector<std::uint8_t>;
using Floats = std::vector<float>;
using Integers = std::vector<std::int64_t>;

class NpyArrays : public testing::Test {
 protected:
  NpyArray read(const std::string& bytes, WholeNumbers whole = WholeNumbers::as_floats) const {
    put(file_, bytes);
    return read_npy(file_, whole);
  }
  void refused(const std::string& bytes, const std::string& why, WholeNumbers whole = WholeNumbers::as_floats) const {
    put(file_, bytes);
    expect_error(ErrorCode::data, file_.string(), why, [&] { static_cast<void>(read_npy(file_, whole)); });
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "x.npy";
};

TEST_F(NpyArrays, of_bytes_stay_bytes) {
  const NpyArray array = read(npy_bytes("|u1", "(2, 2)", "\0\1\2\xff"s));
  EXPECT_EQ(array.shape, (std::vector<int>{2, 2}));
  EXPECT_EQ(std::get<Bytes>(array.values), (Bytes{0, 1, 2, 255}));
  EXPECT_EQ(std::get<Bytes>(read(npy_bytes("|b1", "(2,)", "\1\0"s)).values), (Bytes{1, 0}));
}

TEST_F(NpyArrays, of_all_other_numbers_become_float32) {
  const auto floats = [this](const std::string& type, const std::string& values) {
    return std::get<Floats>(read(npy_bytes(type, "(2,)", values)).values);
  };
  EXPECT_EQ(floats("<f4", raw(std::vector<float>{-1.5f, 3})), (Floats{-1.5f, 3}));
  EXPECT_EQ(floats("<f8", raw(std::vector<double>{0.1, -3})), (Floats{0.1f, -3}));
  EXPECT_EQ(floats("|i1", raw(std::vector<std::int8_t>{-7, 7})), (Floats{-7, 7}));
  EXPECT_EQ(floats("<i2", raw(std::vector<std::int16_t>{-700, 7})), (Floats{-700, 7}));
  EXPECT_EQ(floats("<i4", raw(std::vector<std::int32_t>{-70000, 7})), (Floats{-70000, 7}));
  EXPECT_EQ(floats("<i8", raw(std::vector<std::int64_t>{-70000, 7})), (Floats{-70000, 7}));
  EXPECT_EQ(floats("<u2", raw(std::vector<std::uint16_t>{65535, 7})), (Floats{65535, 7}));
  EXPECT_EQ(floats("<u4", raw(std::vector<std::uint32_t>{1u << 31, 7})), (Floats{0x1p31f, 7}));
  EXPECT_EQ(floats("<u8", raw(std::vector<std::uint64_t>{1ull << 63, 7})), (Floats{0x1p63f, 7}));
}

TEST_F(NpyArrays, may_have_the_other_byte_order) {
  std::string values = raw(std::vector<double>{2.5});
  std::ranges::reverse(values);
  EXPECT_EQ(std::get<Floats>(read(npy_bytes(">f8", "(1,)", values)).values), Floats{2.5f});
  EXPECT_EQ(std::get<Floats>(read(npy_bytes(">i2", "(2,)", "\0\1\1\0"s)).values), (Floats{1, 256}));
}

TEST_F(NpyArrays, may_have_their_first_axis_run_fastest) {
  EXPECT_EQ(std::get<Bytes>(read(npy_bytes("|u1", "(2, 3)", "\1\4\2\5\3\6", "True")).values),
            (Bytes{1, 2, 3, 4, 5, 6}));
  // numpy.asfortranarray(numpy.arange(8).reshape(2, 2, 2))
  EXPECT_EQ(std::get<Bytes>(read(npy_bytes("|u1", "(2, 2, 2)", "\0\4\2\6\1\5\3\7"s, "True")).values),
            (Bytes{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(NpyArrays, of_whole_numbers_stay_whole_where_they_are_labels) {
  const auto whole = WholeNumbers::as_integers;
  const std::int64_t large = (std::int64_t{1} << 60) + 1;
  EXPECT_EQ(std::get<Integers>(read(npy_bytes("<i8", "(1,)", raw(Integers{large})), whole).values), Integers{large});
  EXPECT_EQ(std::get<Floats>(read(npy_bytes("<f4", "(1,)", raw(Floats{2})), whole).values), Floats{2});
  refused(npy_bytes("<u8", "(1,)", raw(std::vector<std::uint64_t>{1ull << 63})), "2^63 or more", whole);
}

TEST_F(NpyArrays, of_other_types_are_refused_with_what_to_do) {
  refused(npy_bytes("<U5", "(1,)", std::string(20, '\0')), "type is '<U5', which is text: number the classes");
  refused(npy_bytes("|S3", "(1,)", "abc"), "which is text");
  refused(npy_bytes("|O", "(1,)", "abc"), "Python objects");
  for (const std::string type : {"<f2", "<c8", "<f16", "<M8[ns]", "<i3", "", "f4", "=f4", "<b4"})
    refused(npy_bytes(type, "(1,)", std::string(8, '\0')), "its type is '" + type + "'");
}

TEST_F(NpyArrays, with_a_number_that_is_none_or_too_large_are_refused) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  refused(npy_bytes("<f8", "(2,)", raw(std::vector<double>{1, kNan})),
          "number 1 in it, counted from 0, is not a number");
  refused(npy_bytes("<f8", "(1,)", raw(std::vector<double>{1e39})), "number 0 in it, counted from 0, is no finite");
}

TEST_F(NpyArrays, of_another_size_than_they_say_are_refused) {
  refused("", "no NumPy array");
  refused("hello, here is text", "no NumPy array");
  refused(npy_bytes("<f4", "(3,)", std::string(8, '\0')), "its 8 bytes of values do not fill its shape");
  refused(npy_bytes("<f4", "(1,)", std::string(8, '\0')), "its 8 bytes of values do not fill its shape");
  refused(npy_bytes("|u1", "(2147483647, 2147483647, 2147483647)", "a"), "do not fill its shape");
  const std::string whole = npy_bytes("<f4", "(2,)", std::string(8, '\0'));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put(file_, whole.substr(0, size));
    EXPECT_THROW(static_cast<void>(read_npy(file_)), Error) << size;
  }
}

TEST_F(NpyArrays, are_found_in_archives_by_name) {
  const std::string x = npy_bytes("|u1", "(2,)", "\1\2"), y = npy_bytes("<i8", "(1,)", raw(Integers{-3}));
  const auto bytes_of = [](const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); };
  const std::vector<std::pair<std::string, std::span<const std::byte>>> members{{"x_train.npy", bytes_of(x)},
                                                                                {"y_train.npy", bytes_of(y)}};
  const std::vector<std::byte> zipped = zip_bytes("a", members);
  put(folder_ / "a.npz", {reinterpret_cast<const char*>(zipped.data()), zipped.size()});
  const auto arrays = read_npy_members(
      folder_ / "a.npz", {{"y_train", WholeNumbers::as_integers}, {"x_train.npy", WholeNumbers::as_floats}});
  EXPECT_EQ(std::get<Integers>(arrays.at(0).values), Integers{-3});
  EXPECT_EQ(std::get<Bytes>(arrays.at(1).values), (Bytes{1, 2}));
  const auto member_refused = [this](const std::string& name, const std::string& why) {
    expect_error(ErrorCode::data, (folder_ / "a.npz").string(), why, [&] {
      static_cast<void>(read_npy_members(folder_ / "a.npz", {{name, WholeNumbers::as_floats}}));
    });
  };
  member_refused("x_tran", "there is no array \"x_tran\" in it");
  member_refused("x_tran", "did you mean \"x_train\"?");
  put(folder_ / "a.npz", "PK no");
  member_refused("x_train", ".npz archive");
}

}  // namespace
}  // namespace telar
