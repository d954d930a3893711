// Samples to predict: which file is of which format, and what a person is told about one that cannot be read.
#include "format/sample_stream.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>

#include "support/expect_error.hpp"
#include "support/idx_bytes.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace telar::test {
namespace {

using Numbers = std::vector<float>;

class Samples : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// All samples of a file with these bytes, read `rows` at a time.
  Numbers read(const std::string& name, const std::string& bytes, const SampleOptions& options, std::size_t rows = 3) {
    put(folder_ / name, bytes);
    const SampleStream stream = open_samples(path(name), options);
    notes_ = stream.notes;
    warnings_ = stream.warnings;
    const std::size_t width = sample_width(options.shape);
    Numbers all, some(rows * width);
    while (const std::size_t count = stream.read(some))
      all.insert(all.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count * width));
    EXPECT_EQ(stream.read(some), 0u) << "the end stays the end";
    return all;
  }
  Numbers table(const std::string& text, const SampleOptions& options) { return read("t.csv", text, options); }

  void refused(const std::string& name, const std::string& bytes, const SampleOptions& options,
               const std::string& place, const std::string& part, ErrorCode code = ErrorCode::data) {
    SCOPED_TRACE(part);
    expect_error(code, path(name) + place, part, [&] { static_cast<void>(read(name, bytes, options)); });
  }
  void table_refused(const std::string& text, const SampleOptions& options, const std::string& place,
                     const std::string& part, ErrorCode code = ErrorCode::data) {
    refused("t.csv", text, options, place, part, code);
  }

  TemporaryFolder folder_;
  std::vector<std::string> notes_, warnings_;
};

const SampleOptions kPlant{.shape = {2}, .features = {"height", "width"}, .targets = {"kind"}};
const SampleOptions kTwo{.shape = {2}};

// ---- tables ---------------------------------------------------------------------------------------------------------

TEST_F(Samples, OfATableAreFoundByTheNamesOfItsColumns) {
  EXPECT_EQ(table("height,width\n1,2\n3,4\n5,6\n7,8\n", kPlant), (Numbers{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(table("width,height\n1,2\n3,4\n", kPlant), (Numbers{2, 1, 4, 3}));
  EXPECT_TRUE(notes_.empty());
}

TEST_F(Samples, DoNotHoldWhatIsPredicted) {
  EXPECT_EQ(table("kind,height,width\noak,1,2\n,3,4\n", kPlant), (Numbers{1, 2, 3, 4}));
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_NE(notes_[0].find("column \"kind\" is what is predicted, and not read"), std::string::npos);
}

TEST_F(Samples, OfATableArePartedAsInTheTrainingIfThatMakesItsColumns) {
  const SampleOptions odd{.shape = {2}, .features = {"a;b;c;d", "e"}};
  EXPECT_EQ(table("a;b;c;d,e\n1,2\n", odd), (Numbers{1, 2}));
  EXPECT_EQ(table("height;width;kind\n1;2;oak\n", kPlant), (Numbers{1, 2}));
}

TEST_F(Samples, MayHaveColumnsTwiceThatAreIgnored) {
  SampleOptions ignoring = kPlant;
  ignoring.ignore = {"c"};
  EXPECT_EQ(table("c,height,width,c\n7,1,2,8\n", ignoring), (Numbers{1, 2}));
  table_refused("height,width,height\n1,2,3\n", kPlant, ":1:1", "two columns are called \"height\"");
  ignoring.ignore = {"width"};
  table_refused("height,width\n1,2\n", ignoring, "", "the network takes this column", ErrorCode::usage);
}

TEST_F(Samples, HaveNoOtherColumnsButThoseThatAreIgnored) {
  table_refused("id,height,x,width\n1,2,3,4\n", kPlant, ":1:1", "no columns \"id\", \"x\"");
  table_refused("id,height,width\n1,2,3\n", kPlant, ":1:1", "--ignore \"id\"");
  SampleOptions ignoring = kPlant;
  ignoring.ignore = {"id", "x"};
  EXPECT_EQ(table("id,height,x,width\nA7,1,,2\n", ignoring), (Numbers{1, 2}));
  EXPECT_TRUE(notes_.empty());
  table_refused("idd,height,x,width\n1,2,3,4\n", ignoring, "", "did you mean \"idd\"?", ErrorCode::usage);
  ignoring.ignore = {"width"};
  table_refused("height,width\n1,2\n", ignoring, "", "the network takes this column", ErrorCode::usage);
}

TEST_F(Samples, LackNoColumn) {
  table_refused("kind\noak\n", kPlant, ":1:1", "not there: \"height\", \"width\"");
  table_refused("\n\nheigth,width\n1,2\n", kPlant, ":3:1", "is \"heigth\" meant to be \"height\"?");
  table_refused("height,width,height\n1,2,3\n", kPlant, ":1:1", "two columns are called \"height\"");
}

TEST_F(Samples, OfColumnsWithoutNamesAreThoseTheTrainingHad) {
  const SampleOptions unnamed{.shape = {2}, .features = {"column_1", "x"}};
  EXPECT_EQ(table(",x\n1,2\n", unnamed), (Numbers{1, 2}));
  table_refused("x,\n1,2\n", unnamed, ":1:1", "not there: \"column_1\"");
}

TEST_F(Samples, NeedNoHeaderWhereAllIsNumbers) {
  EXPECT_EQ(table("1,2\n3,4\n", kPlant), (Numbers{1, 2, 3, 4}));
  EXPECT_EQ(table("\n\r\n1,2", kPlant), (Numbers{1, 2}));
  EXPECT_EQ(table("1,1\n", kPlant), (Numbers{1, 1})) << "equal numbers are no names that occur twice";
  table_refused("1,2,3\n", kPlant, ":1:1", "holds no names but numbers: 3 columns, but the network takes 2 numbers");
  SampleOptions ignoring = kPlant;
  ignoring.ignore = {"column_2"};
  EXPECT_EQ(table("1,2,3\n", ignoring), (Numbers{1, 3}));
}

TEST_F(Samples, OfWhichTheFirstLacksAValueAreNoHeader) {
  table_refused("1,\n3,4\n", kPlant, ":1:3", "a value is missing in the first line");
  table_refused("NaN,2\n3,4\n", kTwo, ":1:1", "a value is missing in the first line");
}

TEST_F(Samples, MayHaveNumbersForNames) {
  const SampleOptions numbers{.shape = {2}, .features = {"2019", "2020"}};
  EXPECT_EQ(table("2020,2019\n1,2\n", numbers), (Numbers{2, 1}));
  EXPECT_EQ(table("2018,2019\n1,2\n", numbers), (Numbers{2018, 2019, 1, 2}));
}

TEST_F(Samples, WhoseNamesNobodyKnowsAreTakenInTheirOrder) {
  EXPECT_EQ(table("a,b\n1,2\n", kTwo), (Numbers{1, 2}));
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_NE(warnings_[0].find("taken in their order"), std::string::npos);
  table_refused("a,b,c\n1,2,3\n", kTwo, ":1:1", "3 columns, but the network takes 2 numbers");
  EXPECT_EQ(table("id,a,b\nx,1,2\n", {.shape = {2}, .ignore = {"id"}}), (Numbers{1, 2}));
  EXPECT_EQ(table("a,b,c,d\n1,2,3,4\n", {.shape = {2, 2}}), (Numbers{1, 2, 3, 4}));
}

TEST_F(Samples, MayBeNone) {
  EXPECT_EQ(table("height,width\n", kPlant), Numbers{});
  table_refused("", kPlant, "", "the file is empty");
  table_refused("\n\n\r\n", kPlant, "", "the file is empty");
}

TEST_F(Samples, HaveTheSeparatorOfTheFirstLine) {
  EXPECT_EQ(table("width;height;kind\n1;2;a\n", kPlant), (Numbers{2, 1}));
  EXPECT_EQ(read("t.tsv", "height\twidth\n1\t 2\n", kPlant), (Numbers{1, 2}));
  EXPECT_EQ(table("1;2\n", kPlant), (Numbers{1, 2}));
  EXPECT_EQ(table("height|width\n1|2\n", {.shape = {2}, .features = {"height", "width"}, .separator = '|'}),
            (Numbers{1, 2}));
  EXPECT_EQ(table("\"a;b;c\",d\n1,2\n", {.shape = {2}, .features = {"a;b;c", "d"}}), (Numbers{1, 2}));
}

TEST_F(Samples, TakeQuotesLineEndsAndTheMarkOfUtf8) {
  EXPECT_EQ(table("\xef\xbb\xbf\"height\" , width,kind\r\n \"1.5\" ,2e1,\"a\nb\"\r\n\r\n+3,4,\"\"\"\"", kPlant),
            (Numbers{1.5, 20, 3, 4}));
  table_refused(
      "height,width\n\xef\xbb\xbf"
      "1,2\n",
      kPlant, ":2:1", "no number");
}

TEST_F(Samples, ThatAreWrongHaveTheirPlace) {
  std::string text = "height,width,kind\n";
  for (int i = 0; i < 50'000; ++i) text += "1,2,\"a\nb\"\n";  // several blocks
  table_refused(text + "1,red,k\n", kPlant, ":100002:3", "\"red\" in column width is no number");
  table_refused(text + "1,,k\n", kPlant, ":100002:3", "a value is missing in column width");
  table_refused(text + "?,3,k\n", kPlant, ":100002:1", "a value is missing in column height");
  table_refused(text + "1,2\n", kPlant, ":100002:3", "\"kind\" is not there");
  table_refused(text + "1,2,k,4\n", kPlant, ":100002:5", "the line goes on");
  table_refused(text + "1,2,\"k\n", kPlant, ":100002:5", "a quote begins here");
  table_refused("height,width\n1e39,1\n", kPlant, ":2:1", "float32");
  table_refused("height,\x1b[2J\n1,2\n", kPlant, ":1:8", "control character");
}

TEST_F(Samples, AreTheSameHoweverManyAreReadAtATime) {
  std::string text = "height,width\n";
  Numbers expected;
  for (int i = 0; i < 60'000; ++i) {
    text += std::to_string(i) + "," + std::to_string(i % 7) + ".25\n";
    expected.insert(expected.end(), {static_cast<float>(i), static_cast<float>(i % 7) + 0.25f});
  }
  for (const std::size_t rows : {1u, 7u, 4096u, 100'000u}) EXPECT_EQ(read("t.csv", text, kPlant, rows), expected);
}

// ---- arrays ---------------------------------------------------------------------------------------------------------

template <class T>
std::string bytes_of(const std::vector<T>& values, bool turned) {
  std::string bytes;
  for (const T value : values) {
    std::array<char, sizeof(T)> raw{};
    std::memcpy(raw.data(), &value, sizeof(T));
    if (turned) std::reverse(raw.begin(), raw.end());
    bytes.append(raw.data(), raw.size());
  }
  return bytes;
}

std::string npy_file(const std::string& type, const std::string& shape, const std::string& values,
                     const std::string& order = "False") {
  std::string dictionary = "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
  dictionary.append((64 - (10 + dictionary.size() + 1) % 64) % 64, ' ');
  dictionary += '\n';
  std::string head("\x93NUMPY\x01\x00", 8);
  head += static_cast<char>(dictionary.size() & 0xff);
  head += static_cast<char>(dictionary.size() >> 8);
  return head + dictionary + values;
}

const SampleOptions kImage{.shape = {2, 3}};
const Numbers kSix{0, 1, 2, 3, 4, 5};

TEST_F(Samples, OfNumPyArraysHaveAnyWholeOrFloatType) {
  const auto check = [&](const std::string& type, auto zero) {
    using T = decltype(zero);
    const std::vector<T> values{T(0), T(1), T(2), T(3), T(4), T(5)};
    for (const bool turned : {false, true})
      EXPECT_EQ(read("x.npy", npy_file((turned ? ">" : "<") + type, "(1, 2, 3)", bytes_of(values, turned)), kImage),
                kSix)
          << type;
  };
  check("u1", std::uint8_t{});
  check("i1", std::int8_t{});
  check("u2", std::uint16_t{});
  check("i2", std::int16_t{});
  check("u4", std::uint32_t{});
  check("i4", std::int32_t{});
  check("u8", std::uint64_t{});
  check("i8", std::int64_t{});
  check("f4", float{});
  check("f8", double{});
  EXPECT_EQ(read("x.npy", npy_file("|b1", "(1, 2)", std::string("\0\1", 2)), kTwo), (Numbers{0, 1}));
  EXPECT_EQ(read("x.npy", npy_file("<i2", "(1, 2)", bytes_of<std::int16_t>({-2, -300}, false)), kTwo),
            (Numbers{-2, -300}));
  refused("x.npy", npy_file("<f2", "(1, 2)", "abcd"), kTwo, "", "type is '<f2'");
  refused("x.npy", npy_file("|S3", "(1, 2)", "abcdef"), kTwo, "", "type is '|S3'");
  refused("x.npy", npy_file("<c8", "(1, 2)", std::string(16, 0)), kTwo, "", "type is '<c8'");
}

TEST_F(Samples, OfArraysHaveTheShapeOfTheNetworksInput) {
  const std::string six("\0\1\2\3\4\5", 6);
  for (const char* shape : {"(1, 2, 3)", "(1, 6)", "(1, 2, 3, 1)", "(1, 1, 2, 3)"})
    EXPECT_EQ(read("x.npy", npy_file("|u1", shape, six), kImage), kSix) << shape;
  EXPECT_EQ(read("x.npy", npy_file("|u1", "(1, 2, 3)", six), {.shape = {6}}), kSix) << "images for a network of rows";
  EXPECT_EQ(read("x.npy", npy_file("|u1", "(6,)", six), {.shape = {1}}), kSix);
  EXPECT_EQ(read("x.npy", npy_file("|u1", "(0, 2, 3)", ""), kImage), Numbers{});
  refused("x.npy", npy_file("|u1", "(1, 3, 2)", six), kImage, "",
          "its shape is (1, 3, 2), but the network takes (N, 2, 3)");
  refused("x.npy", npy_file("|u1", "(2, 3)", six), kImage, "", "one sample alone has a first axis of 1 too");
  refused("x.npy", npy_file("|u1", "(6,)", six), kImage, "", "its shape is (6)");
  refused("x.npy", npy_file("|u1", "()", "x"), kImage, "", "a single number");
  refused("x.npy", npy_file("|u1", "(2, 3)", six, "True"), {.shape = {3}}, "", "Fortran order");
}

TEST_F(Samples, OfArraysFillTheFileAsItsHeaderSays) {
  const std::string six("\0\1\2\3\4\5", 6);
  refused("x.npy", npy_file("|u1", "(1, 6)", six.substr(1)), kImage, "",
          "5 bytes of values do not fill its shape (1, 6)");
  refused("x.npy", npy_file("|u1", "(1, 6)", six + "x"), kImage, "", "bytes after the 1 samples");
  refused("x.npy", npy_file("|u1", "(2147483647, 2147483647, 2147483647)", six), kImage, "", "too many values");
  refused("x.npy", npy_file("|u1", "(2147483647, 2, 3)", six), kImage, "", "do not fill");
  refused("x.npy", "\x93NUMPY", kImage, "", "no NumPy array");
  refused("x.npy", npy_file("|u1", "(1, 6)", six).substr(0, 40), kImage, "", "header is truncated");
  refused("x.npy", "", kImage, "", "no NumPy array");
  put_gzip(folder_ / "x.npy.gz", npy_file("|u1", "(1, 6)", six));
  EXPECT_EQ(read("y", get(folder_ / "x.npy.gz"), kImage), kSix);
  put_gzip(folder_ / "x.npy.gz", npy_file("|u1", "(2, 6)", six + "abc"));
  refused("y", get(folder_ / "x.npy.gz"), kImage, "", "truncated: it ends within sample 0 of 2");
  put_gzip(folder_ / "x.npy.gz", npy_file("|u1", "(1, 6)", six + "abc"));
  refused("y", get(folder_ / "x.npy.gz"), kImage, "", "bytes after the 1 samples");
}

TEST_F(Samples, AreFiniteNumbers) {
  refused("x.npy", npy_file("<f4", "(2, 2)", bytes_of<float>({1, 2, 3, NAN}, false)), kTwo, "",
          "sample 1: value 1 is no number");
  refused("x.npy", npy_file("<f8", "(2, 2)", bytes_of<double>({1, 1e39, 3, 4}, false)), kTwo, "", "sample 0: value 1");
}

TEST_F(Samples, OfIdxFilesHaveAnyType) {
  const std::string six("\0\1\2\3\4\5", 6);
  EXPECT_EQ(read("images", idx_bytes({1, 2, 3}, six), kImage), kSix);
  const auto typed = [](char type, const std::string& values) {
    std::string bytes = idx_bytes({1, 2}, values);
    bytes[2] = type;
    return bytes;
  };
  EXPECT_EQ(read("x", typed(0x09, "\x01\xff"), kTwo), (Numbers{1, -1}));
  EXPECT_EQ(read("x", typed(0x0b, bytes_of<std::int16_t>({1, -2}, true)), kTwo), (Numbers{1, -2}));
  EXPECT_EQ(read("x", typed(0x0c, bytes_of<std::int32_t>({1, -2}, true)), kTwo), (Numbers{1, -2}));
  EXPECT_EQ(read("x", typed(0x0d, bytes_of<float>({1.5, -2}, true)), kTwo), (Numbers{1.5, -2}));
  EXPECT_EQ(read("x", typed(0x0e, bytes_of<double>({1.5, -2}, true)), kTwo), (Numbers{1.5, -2}));
  put_gzip(folder_ / "images.gz", idx_bytes({1, 2, 3}, six));
  EXPECT_EQ(read("y", get(folder_ / "images.gz"), kImage), kSix);
  refused("images", idx_bytes({1, 2, 3}, six.substr(1)), kImage, "", "truncated");
  refused("images", idx_bytes({1, 2, 3}, six + "x"), kImage, "", "bytes after");
  refused("images", idx_bytes({1, 3, 2}, six), kImage, "", "takes (N, 2, 3)");
}

// ---- formats --------------------------------------------------------------------------------------------------------

TEST_F(Samples, AreOfTheFormatThatTheNameSaysAndElseTheFirstBytes) {
  EXPECT_EQ(read("train-idx3-ubyte.csv", "height,width\n1,2\n", kPlant), (Numbers{1, 2}));
  EXPECT_EQ(read("data", "height,width\n1,2\n", kPlant), (Numbers{1, 2}));
  EXPECT_EQ(read("X.CSV", "height,width\n1,2\n", kPlant), (Numbers{1, 2}));
  refused("data.txt", npy_file("|u1", "(1, 2)", "ab"), kTwo, ":1:1", "not UTF-8");
}

TEST_F(Samples, OfNoFormatAreRefusedWithThoseThatThereAre) {
  for (const std::string& bytes : {std::string("GIF89a\0", 7), std::string("PK\3\4"), std::string("a\0b", 3)})
    refused("x.bin", bytes, kTwo, "", "NumPy array (.npy), IDX, picture (PNG, JPEG), CSV table", ErrorCode::data);
}

TEST_F(Samples, AreTheSameHoweverAPipeBringsTheirBytes) {
  const auto piped = [this](const std::string& bytes, const SampleOptions& options, std::size_t at_once) {
    const std::string pipe = path("pipe");
    EXPECT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    std::jthread writer([&] {
      std::ofstream out(pipe, std::ios::binary);
      for (std::size_t i = 0; i < bytes.size(); i += at_once) out << bytes.substr(i, at_once) << std::flush;
    });
    const SampleStream stream = open_samples(pipe, options);
    const std::size_t width = sample_width(options.shape);
    Numbers all, some(3 * width);
    while (const std::size_t count = stream.read(some))
      all.insert(all.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count * width));
    EXPECT_TRUE(stream.ready()) << "the end needs no waiting";
    std::filesystem::remove(pipe);
    return all;
  };
  const std::string table = "\"a\nb\";\"c\"\n1;2\n\n\n3;4\r\n5;6\n7;8";
  put_gzip(folder_ / "t.gz", table.substr(0, 17));
  const std::string first_member = get(folder_ / "t.gz");
  put_gzip(folder_ / "t.gz", table.substr(17));
  for (const std::size_t at_once : {1u, 2u, 5u, 1000u}) {
    SCOPED_TRACE(at_once);
    EXPECT_EQ(piped(table, kTwo, at_once), (Numbers{1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(piped(first_member + get(folder_ / "t.gz"), kTwo, at_once), (Numbers{1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(piped(png_of({1, 2, 1, {10, 200}}), {.shape = {1, 2}}, at_once), (Numbers{10, 200}));
    EXPECT_EQ(piped(npy_file("|u1", "(1, 2)", "\n1"), kTwo, at_once), (Numbers{10, 49}));
    EXPECT_EQ(piped(idx_bytes({1, 2, 3}, "\1\n\3\4\n\6"), kImage, at_once), (Numbers{1, 10, 3, 4, 10, 6}));
  }
}

TEST_F(Samples, OfArraysHaveNoColumnsToIgnore) {
  refused("x.npy", npy_file("|u1", "(1, 2)", "ab"), {.shape = {2}, .ignore = {"id"}}, "", "--ignore", ErrorCode::usage);
}

TEST_F(Samples, ThatAreNotThereAreSaid) {
  expect_error(ErrorCode::data, path("none.csv"), "No such file",
               [&] { static_cast<void>(open_samples(path("none.csv"), kTwo)); });
  expect_error(ErrorCode::data, folder_.path().string(), "no regular file",
               [&] { static_cast<void>(open_samples(folder_.path().string(), kTwo)); });
}

// ---- pictures -------------------------------------------------------------------------------------------------------

TEST_F(Samples, OfAPictureAreOne) {
  const SampleOptions small{.shape = {1, 2}};
  EXPECT_EQ(read("p", png_of({1, 2, 1, {7, 200}}), small), (Numbers{7, 200})) << "told by its first bytes";
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_NE(warnings_[0].find("not known"), std::string::npos);
  EXPECT_EQ(read("p.png", png_of({1, 2, 3, {7, 8, 9, 200, 201, 202}}), {.shape = {1, 2, 3}}),
            (Numbers{7, 8, 9, 200, 201, 202}));
  EXPECT_EQ(read("p.png", png_of({2, 4, 1, {1, 3, 5, 5, 3, 1, 5, 5}}), small), (Numbers{2, 5}));
}

TEST_F(Samples, OfAPictureAreAsTheTrainingPicturesAre) {
  const SampleOptions dark{.shape = {1, 2}, .pictures = PictureTraits{0, 0, 60, 0, 0}};
  EXPECT_EQ(read("p.png", png_of({1, 2, 1, {250, 240}}), dark), (Numbers{5, 15}));
  EXPECT_NE(notes_.at(0).find("bright and dark"), std::string::npos);
  EXPECT_TRUE(warnings_.empty());
  EXPECT_EQ(read("p.png", png_of({1, 2, 1, {100, 90}}), dark), (Numbers{100, 90}));
  EXPECT_NE(warnings_.at(0).find("mean brightness is 95"), std::string::npos);
}

TEST_F(Samples, AreNoPicturesWhereTheNetworkTakesNone) {
  const std::string picture = png_of({1, 2, 1, {7, 200}});
  refused("p.png", picture, {.shape = {2}}, "", "takes samples of shape (2)");
  refused("p.png", picture, {.shape = {1, 2, 4}}, "", "takes samples of shape (1, 2, 4)");
  refused("p.png", picture.substr(0, 40), {.shape = {1, 2}}, "", "");
  refused("p.png", "<html>", {.shape = {1, 2}}, "", "neither a PNG nor a JPEG");
  refused("p.png", picture, {.shape = {1, 2}, .ignore = {"a"}}, "", "--ignore", ErrorCode::usage);
}

}  // namespace
}  // namespace telar::test
