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

TEST(Utf8, ShowsNothingThatATerminalObeys) {
  EXPECT_EQ(printable("Tr\xc3\xa4ne \xf0\x9f\x8c\xb3"), "Tr\xc3\xa4ne \xf0\x9f\x8c\xb3");
  EXPECT_EQ(printable("\x1b[2J\n\x7f"), "?[2J??");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m\xc2\xa0"),
            "?31m\xc2\xa0")
      << "U+009B introduces a sequence, U+00A0 is a space";
  EXPECT_EQ(printable("\x9b"
                      "31m Tr\xe4ne"),
            "?31m Tr?ne")
      << "bytes that are no characters";
  EXPECT_EQ(printable_lines("one\n\ttwo\n"), "one\n?two\n");
}

}  // namespace
}  // namespace telar
