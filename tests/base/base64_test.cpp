#include "base/base64.hpp"

#include <gtest/gtest.h>
#include <span>
#include <string_view>

namespace telar {
namespace {

std::string encoded(std::string_view text) { return base64(std::as_bytes(std::span(text))); }

TEST(Base64, GivesTheValuesOfItsSpecification) {  // RFC 4648, section 10
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
}

TEST(Base64, HasNoSeamWhereItIsEncodedInPieces) {
  const std::string large((3 << 20) + 1, 'f');
  const std::string text = encoded(large);
  EXPECT_EQ(text.size(), (large.size() + 2) / 3 * 4);
  EXPECT_EQ(text.find('='), text.size() - 2);
  EXPECT_EQ(text.find_first_not_of("Zm"), text.size() - 3) << "f, f, f is ZmZm, and the last f alone Zg==";
}

}  // namespace
}  // namespace telar
