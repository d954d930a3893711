// What a person is told when something is refused.
#pragma once

#include <gtest/gtest.h>
#include <string>

#include <telar/error.hpp>

namespace telar::test {

/// Expects `action` to throw Error with this code and place, and with `part` in its message or hint.
template <class Action>
void expect_error(ErrorCode code, const std::string& where, const std::string& part, Action action) {
  try {
    action();
    ADD_FAILURE() << "nothing was refused; expected: [" << where << "] ... " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_EQ(error.where(), where) << error.what();
    EXPECT_NE((error.message() + "\n" + error.hint()).find(part), std::string::npos)
        << "expected \"" << part << "\" in: " << error.what();
  }
}

}  // namespace telar::test
