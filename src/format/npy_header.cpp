#include "format/npy_header.hpp"

#include <charconv>
#include <stdexcept>
#include <utility>

namespace telar {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kMostDictionary = 64 * 1024;
constexpr std::size_t kMostDimensions = 32;  // NumPy's own limit

/// Where the dictionary starts: its length has two bytes in version 1 and four in version 2.
std::size_t dictionary_start(std::string_view preamble) { return preamble[6] == 1 ? 10 : 12; }

[[noreturn]] void refuse_npy(const std::string& message) { throw std::invalid_argument(message); }

/// Reads the literal {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } from its start to its end.
class Dictionary {
 public:
  explicit Dictionary(std::string_view text) : text_(text) {}

  NpyHeader parse() {
    bool descr = false, order = false, shape = false;
    NpyHeader header;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr" && !descr) {
        descr = true;
        if (accept('[')) refuse_npy("its elements have several fields, each of a type of its own");
        header.type = quoted();
      } else if (key == "fortran_order" && !order) {
        order = true;
        header.fortran_order = accept_word("True");
        if (!header.fortran_order && !accept_word("False")) refuse_npy("its fortran_order is neither True nor False");
      } else if (key == "shape" && !shape) {
        shape = true;
        header.shape = tuple();
      } else {
        refuse_npy("its header has an unknown or repeated key");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (text_ != "\n") refuse_npy("its header does not end with a line feed");
    if (!descr || !order || !shape) refuse_npy("its header lacks descr, fortran_order or shape");
    return header;
  }

 private:
  void skip_spaces() {
    while (text_.starts_with(' ')) text_.remove_prefix(1);
  }
  bool accept_word(std::string_view word) {
    skip_spaces();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  bool accept(char c) { return accept_word({&c, 1}); }
  void expect(char c) {
    if (!accept(c)) refuse_npy(std::string("its header lacks a '") + c + "'");
  }
  std::string_view quoted() {
    expect('\'');
    const std::size_t end = text_.find('\'');
    if (end == std::string_view::npos) refuse_npy("its header lacks a quote");
    const std::string_view word = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return word;
  }
  std::vector<int> tuple() {
    std::vector<int> extents;
    expect('(');
    while (!accept(')')) {
      if (extents.size() == kMostDimensions) refuse_npy("it has too many dimensions");
      extents.push_back(number());
      const bool comma = accept(',');
      if (!comma && extents.size() == 1) refuse_npy("its shape is a number, not a tuple");
      if (!comma) {
        expect(')');
        break;
      }
    }
    return extents;
  }
  int number() {
    skip_spaces();
    int value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0) refuse_npy("its shape has an extent that is no number from 0 to 2147483647");
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }

  std::string_view text_;
};

}  // namespace

std::string npy_header(std::span<const int> shape) {
  std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) dictionary += ", ";
    dictionary += std::to_string(shape[i]);
  }
  dictionary += shape.size() == 1 ? ",), }" : "), }";
  constexpr std::size_t start = 10;
  const std::size_t end = start + dictionary.size() + 1;
  dictionary.append((kAlignment - end % kAlignment) % kAlignment, ' ');
  dictionary += '\n';
  std::string header(kMagic);
  header += {'\x01', '\x00', static_cast<char>(dictionary.size() & 0xff), static_cast<char>(dictionary.size() >> 8)};
  return header + dictionary;
}

std::size_t npy_header_size(std::string_view preamble) {
  if (preamble.size() < kNpyPreambleSize || !preamble.starts_with(kMagic))
    throw std::invalid_argument("it is no NumPy array");
  const int major = static_cast<unsigned char>(preamble[6]), minor = static_cast<unsigned char>(preamble[7]);
  if (major < 1 || major > 2 || minor != 0)
    throw std::invalid_argument("its format has version " + std::to_string(major) + "." + std::to_string(minor) +
                                "; 1.0 and 2.0 are read");
  const std::size_t start = dictionary_start(preamble);
  std::size_t length = 0;
  for (std::size_t i = start; i-- > 8;) length = length << 8 | static_cast<unsigned char>(preamble[i]);
  if (length < 4 || length > kMostDictionary) throw std::invalid_argument("its header is too short or too long");
  return start + length;
}

bool is_npy(std::string_view start) noexcept { return start.starts_with(kMagic); }

NpyHeader parse_npy_header(std::string_view header) {
  return Dictionary(header.substr(dictionary_start(header))).parse();
}

std::vector<int> parse_npy_float32(std::string_view header) {
  NpyHeader parsed = parse_npy_header(header);
  if (parsed.type != "<f4") refuse_npy("its type is '" + parsed.type + "', only '<f4' is read");
  if (parsed.fortran_order) refuse_npy("it is not in C order");
  return std::move(parsed.shape);
}

bool count_values(std::span<const int> shape, std::uint64_t& count) {
  count = 1;
  for (const int extent : shape) {
    if (extent < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(extent), &count)) return false;
  }
  return true;
}

}  // namespace telar
