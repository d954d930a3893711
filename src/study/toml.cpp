#include "study/toml.hpp"

#include <filesystem>
#include <memory>

#include <telar/error.hpp>

namespace telar {

namespace {

// toml++ limits how deeply values are nested, not how many parts a dotted key has. A key is on one line, so the dots of
// a line are enough to count; a row of dots counts as one, since it can only decorate a comment.
void check_dotted_keys(std::string_view text, const std::string& source) {
  constexpr int kMostDots = 250;
  std::uint32_t line = 1;
  int dots = 0;
  char before = ' ';
  for (const char c : text) {
    if (c == '\n') {
      ++line;
      dots = 0;
    }
    if (c == '.' && before != '.' && ++dots > kMostDots)
      throw Error(ErrorCode::usage, place_of({{line, 1}, {line, 1}, std::make_shared<const std::string>(source)}),
                  "more than " + std::to_string(kMostDots) + " dots in a line", "break the line");
    before = c;
  }
}

}  // namespace

void toml_detail::assertion_failed() {
  throw Error(ErrorCode::usage, "", "not valid TOML", "look for an unfinished or doubled [ or key");
}

toml::table parse_toml(std::string_view text, const std::string& source) {
  check_dotted_keys(text, source);
  try {
    return toml::parse(text, source);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorCode::usage, place_of(error.source()), "not valid TOML: " + std::string(error.description()));
  } catch (const Error& error) {
    throw Error(ErrorCode::usage, std::filesystem::path(source).filename().string(), error.message(), error.hint());
  }
}

std::string place_of(const toml::source_region& source) {
  if (!source.path) return {};
  if (source.path->starts_with("--set ")) return *source.path;
  std::string place = std::filesystem::path(*source.path).filename().string();
  if (source.begin) place += ":" + std::to_string(source.begin.line) + ":" + std::to_string(source.begin.column);
  return place;
}

}  // namespace telar
