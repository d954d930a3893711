#include "study/toml.hpp"

#include <filesystem>
#include <memory>
#include <sstream>

#include <telar/error.hpp>

#include "base/number_text.hpp"

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

void collect(const toml::node& node, const std::string& address, std::map<std::string, std::string>& values) {
  const auto inner = [&](const std::string& key) { return address.empty() ? key : address + "." + key; };
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) collect(value, inner(std::string(key.str())), values);
  } else if (const toml::array* array = node.as_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) collect((*array)[i], inner(std::to_string(i)), values);
  } else if (const toml::value<double>* number = node.as_floating_point()) {
    values[address] = number_text(number->get());
  } else {
    std::ostringstream text;
    node.visit([&](const auto& value) { text << value; });
    values[address] = text.str();
  }
}

}  // namespace

std::map<std::string, std::string> flat_values(const toml::node& node) {
  std::map<std::string, std::string> values;
  collect(node, {}, values);
  return values;
}

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
