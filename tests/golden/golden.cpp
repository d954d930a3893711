#include "golden/golden.hpp"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <stdexcept>

namespace telar::golden {

namespace {

constexpr const char* kNotANumber[] = {"-Infinity", "Infinity", "NaN"};

/// Python writes NaN and Infinity bare, which is no JSON: put them in quotes.
std::string quote_specials(const std::string& text) {
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) in_string = !in_string;
    std::size_t taken = 0;
    if (!in_string)
      for (const std::string special : kNotANumber)
        if (taken == 0 && text.compare(i, special.size(), special) == 0) {
          out += '"' + special + '"';
          taken = special.size();
        }
    if (taken == 0) out += text[i];
    i += taken == 0 ? 1 : taken;
  }
  return out;
}

Json load() {
  std::ifstream file(path());
  if (!file) throw std::runtime_error("cannot read the golden values " + path() + "; set TELAR_GOLDEN");
  return Json::parse(quote_specials({std::istreambuf_iterator<char>(file), {}}));
}

void collect(const Json& value, std::vector<float>& into) {
  if (value.is_array())
    for (const Json& element : value) collect(element, into);
  else
    into.push_back(static_cast<float>(number(value)));
}

}  // namespace

const std::string& path() {
  static const std::string p = [] {
    const char* named = std::getenv("TELAR_GOLDEN");
    return std::string(named && *named ? named : TELAR_TESTS_DIR "/golden/golden.json");
  }();
  return p;
}

const Json& values() {
  static const Json v = load();
  return v;
}

const Json& rules() {
  static const Json v = [] {
    std::ifstream file(TELAR_TESTS_DIR "/golden/rules.json");
    return Json::parse(file);
  }();
  return v;
}

const Json& vocabulary() {
  static const Json v = Json::parse(std::ifstream(TELAR_TESTS_DIR "/golden/vocabulary.json"));
  return v;
}

double number(const Json& value) {
  if (!value.is_string()) return value.get<double>();
  const std::string text = value.get<std::string>();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  return text == "Infinity" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
}

std::vector<float> floats(const Json& value) {
  std::vector<float> all;
  collect(value, all);
  return all;
}

double max_norm_error(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double error = 0, scale = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(static_cast<double>(a[i]) - b[i]);
    if (std::isnan(d)) return std::numeric_limits<double>::infinity();
    error = std::max(error, d);
    scale = std::max(scale, std::abs(static_cast<double>(b[i])));
  }
  return error == 0 ? 0 : error / scale;
}

NotCovered::~NotCovered() {
  if (names_.empty()) return;
  std::cout << "not covered (" << what_ << "):";
  for (const std::string& name : names_) std::cout << "\n  " << name;
  std::cout << std::endl;
}

}  // namespace telar::golden
