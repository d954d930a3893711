// Tables in pieces: cut where a line ends and nowhere else.
#include "data/text_blocks.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include "data/csv_reader.hpp"
#include "support/expect_error.hpp"
#include "support/idx_bytes.hpp"
#include "support/temporary_folder.hpp"

namespace telar::test {
namespace {

/// All fields of a piece, each with its place; what is refused instead of a field is one too.
void read_fields(std::string_view text, std::size_t lines_before, std::vector<std::string>& fields) {
  CsvReader reader(text, "t", ',', lines_before);
  while (reader.next_line())
    while (reader.has_field()) {
      const std::string field(reader.field());
      fields.push_back(reader.place() + " " + field);
    }
}

std::vector<std::string> fields_of(std::string_view text) {
  std::vector<std::string> fields;
  try {
    read_fields(text, 0, fields);
  } catch (const Error& error) {
    fields.emplace_back(error.what());
  }
  return fields;
}

/// The same of a text that arrives in pieces of these sizes.
std::vector<std::string> fields_in_pieces(std::string_view text, const std::vector<std::size_t>& sizes) {
  std::vector<std::string> fields;
  LineScanner scanner(',');
  std::size_t begin = 0, end = 0, lines_before = 0;
  const auto give = [&](std::size_t size) {
    const std::string_view piece = text.substr(begin, size);
    read_fields(piece, lines_before, fields);
    lines_before += static_cast<std::size_t>(std::ranges::count(piece, '\n'));
    begin += size;
  };
  try {
    for (std::size_t i = 0; end < text.size(); ++i) {
      end = std::min(end + sizes[i % sizes.size()], text.size());
      give(scanner.whole_lines(text.substr(begin, end - begin)));
    }
    give(text.size() - begin);
  } catch (const Error& error) {
    fields.emplace_back(error.what());
  }
  return fields;
}

RC_GTEST_PROP(LineScanner, cuts_a_table_so_that_its_pieces_read_as_the_whole_does, ()) {
  std::string text = *rc::gen::elementOf(std::vector<std::string>{"", "\xef\xbb\xbf"});
  for (const std::string& part : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(
           std::vector<std::string>{"a", ",", "\"", "\n", "\r\n", " ", "\t", "\"a\"", "\"a\n\"", "\r", "\"\""})))
    text += part;
  const auto sizes =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 9)));
  RC_ASSERT(fields_in_pieces(text, sizes) == fields_of(text));
}

class Blocks : public testing::Test {
 protected:
  /// The table in its blocks.
  std::vector<std::string> blocks(const std::string& name = "t.csv") const {
    InflatingReader reader(folder_ / name);
    TextBlocks source(reader, "t.csv", ',');
    std::vector<std::string> all;
    for (std::string_view block = source.next(); !block.empty(); block = source.next()) all.emplace_back(block);
    EXPECT_TRUE(source.next().empty()) << "the end stays the end";
    return all;
  }
  TemporaryFolder folder_;
};

TEST_F(Blocks, HoldTheWholeTableAndEndWithALine) {
  std::string text;
  for (int i = 0; text.size() < 1'500'000; ++i) text += std::to_string(i) + ",\"x\ny\",end\n";
  text += "no,end";
  put(folder_ / "t.csv", text);
  put_gzip(folder_ / "t.csv.gz", text);
  const std::vector<std::string> all = blocks();
  EXPECT_GT(all.size(), 4u);
  std::string together;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i + 1 < all.size()) {
      EXPECT_TRUE(all[i].ends_with("end\n"));
    }
    together += all[i];
  }
  EXPECT_EQ(together, text);
  EXPECT_EQ(blocks("t.csv.gz"), all);
}

TEST_F(Blocks, GrowForALongLine) {
  const std::string text = "a\n" + std::string(1'000'000, 'x') + "\n\n\n";
  put(folder_ / "t.csv", text);
  std::string together;
  for (const std::string& block : blocks()) together += block;
  EXPECT_EQ(together, text);
}

TEST_F(Blocks, OfNothingAreNone) {
  put(folder_ / "t.csv", "");
  EXPECT_TRUE(blocks().empty());
}

TEST_F(Blocks, RefuseALineThatDoesNotEnd) {
  put(folder_ / "t.csv", "a\n");
  ASSERT_EQ(::truncate((folder_ / "t.csv").c_str(), 65 << 20), 0);
  expect_error(ErrorCode::data, "t.csv:2", "more than 64 MiB", [&] { static_cast<void>(blocks()); });
}

TEST_F(Blocks, RefuseADamagedArchive) {
  put_gzip(folder_ / "t.csv.gz", std::string(100'000, '\n'));
  const std::string whole = get(folder_ / "t.csv.gz");
  put(folder_ / "t.csv.gz", whole.substr(0, whole.size() - 8) + "12345678");
  EXPECT_THROW(static_cast<void>(blocks("t.csv.gz")), Error);
}

}  // namespace
}  // namespace telar::test
