// RFC 3629's table of well-formed bytes, at its edges.
#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace telar {
namespace {

TEST(Utf8, TakesTextOfOneToFourBytes) {
  for (const char* text : {"", "oak", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "Tr\xc3\xa4ne"})
    EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Utf8, RefusesOtherCodesOverlongFormsSurrogatesAndWhatIsCutOff) {
  for (const char* text :
       {"Tr\xe4ne", "\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x90\x80", "\xc3z", "\xe2\x82z", "\xf0\x90\x80z"})
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(std::string(text));
}

TEST(Printable, LeavesTextAsItIs) {
  EXPECT_EQ(printable("T-shirt/top, größer\nnext \xe2\x82\xac"), "T-shirt/top, größer\nnext \xe2\x82\xac");
}

TEST(Printable, ReplacesWhatSteersATerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\r\tc\x7f"), "a?[2Jb??c?");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "?2J")
      << "U+009B begins a control sequence too";
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
}

TEST(Printable, ReplacesTheBytesOfWhatIsNoUtf8) { EXPECT_EQ(printable("ab\xff\xc3"), "ab??"); }

}  // namespace
}  // namespace telar
