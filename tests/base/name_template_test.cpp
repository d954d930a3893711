#include "base/name_template.hpp"

#include <gtest/gtest.h>

#include "support/thrown.hpp"

namespace telar::test {
namespace {

TemplateValue known(const std::string& name) {
  if (name == "epoch") return 3;
  if (name == "val_loss") return 0.25;
  return {};
}

std::string fill(const std::string& text) { return fill_template(text, "here", known); }

std::string refusal(const std::string& text) {
  const Error error = thrown_by([&] { static_cast<void>(fill(text)); });
  EXPECT_EQ(error.code(), ErrorCode::usage);
  return error.what();
}

TEST(NameTemplate, fills_in_numbers_as_python_does) {
  EXPECT_EQ(fill("best.npz"), "best.npz");
  EXPECT_EQ(fill("{epoch:02d}-{val_loss:.3f}.npz"), "03-0.250.npz");
  EXPECT_EQ(fill("{epoch}/{val_loss}"), "3/0.25");
  EXPECT_EQ(fill("{{{epoch}}}"), "{3}");
}

TEST(NameTemplate, refuses_what_it_cannot_fill_in) {
  EXPECT_NE(refusal("{epoch").find("a brace without its partner"), std::string::npos);
  EXPECT_NE(refusal("epoch}").find("a brace without its partner"), std::string::npos);
  EXPECT_NE(refusal("{loss}").find("{loss}, which there is no number for"), std::string::npos);
  EXPECT_NE(refusal("{}").find("{}, which there is no number for"), std::string::npos);
  EXPECT_NE(refusal("{val_loss:02d}").find("no format for this number"), std::string::npos);
  EXPECT_NE(refusal("{epoch:zz}").find("no format for this number"), std::string::npos);
}

}  // namespace
}  // namespace telar::test
