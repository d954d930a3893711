// What a verb says on stdout.
#pragma once

#include <streambuf>
#include <string>

namespace telar::cli {

/// Keeps a result until it is flushed, so that a verb that fails has said nothing. Flushing throws Error (resource) if
/// stdout does not take all of it: a result that did not arrive is no result.
class ResultBuffer : public std::streambuf {
 protected:
  int overflow(int c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  std::string text_;
};

}  // namespace telar::cli
