// A program that stands on the other side of a test.
#pragma once

#include <array>
#include <stdio.h>
#include <string>

namespace telar::test {

struct ScriptResult {
  int status = -1;     ///< as wait(2) has it; 0: all was well
  std::string output;  ///< to stdout
};

/// What the shell command says.
inline ScriptResult run_script(const std::string& command) {
  ScriptResult result;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> piece{};
  while (fgets(piece.data(), piece.size(), pipe) != nullptr) result.output += piece.data();
  result.status = pclose(pipe);
  return result;
}

}  // namespace telar::test
