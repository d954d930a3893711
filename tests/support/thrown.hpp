// What a call refuses to do.
#pragma once

#include <gtest/gtest.h>
#include <optional>

#include <telar/error.hpp>

namespace telar::test {

/// The Error that `call` throws; a failure of the test if it throws none.
template <class Call>
Error thrown_by(Call&& call) {
  std::optional<Error> thrown;
  try {
    call();
  } catch (const Error& error) {
    thrown = error;
  }
  if (!thrown) {
    ADD_FAILURE() << "nothing was refused";
    thrown.emplace(ErrorCode::failure, "nowhere", "nothing was refused", "none");
  }
  return *thrown;
}

}  // namespace telar::test
