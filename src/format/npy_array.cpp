#include "format/npy_array.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <type_traits>

#include <telar/error.hpp>

#include "base/did_you_mean.hpp"
#include "base/file_reader.hpp"
#include "format/npy_header.hpp"
#include "format/number_type.hpp"
#include "format/zip.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostArrayBytes = std::uint64_t{4} << 30;

/// Fills what it is given, in order.
using Filler = std::function<void(std::span<std::byte>)>;

[[noreturn]] void refuse_type(const std::string& type) {
  const char kind = type.size() > 1 ? type[1] : '?';
  std::string what = "its type is '" + type + "', ";
  if (kind == 'U' || kind == 'S')
    what += "which is text: number the classes from 0, as with numpy.unique(y, return_inverse=True)";
  else if (kind == 'O')
    what += "which is Python objects: make numbers of them before saving, as with x.astype(\"float32\")";
  else
    what += "but integers, bool, and floating-point numbers of 4 and 8 bytes are read: x.astype(\"float32\")";
  throw std::invalid_argument(what);
}

NumberType type_of(const NpyHeader& header) {
  const std::optional<NumberType> type = number_type_of(header.type);
  if (!type) refuse_type(header.type);
  return *type;
}

void add_number(std::vector<std::uint8_t>& values, auto number) { values.push_back(static_cast<std::uint8_t>(number)); }
void add_number(std::vector<std::int64_t>& values, auto number) {
  if constexpr (std::is_same_v<decltype(number), std::uint64_t>)
    if (number >> 63 != 0) throw std::invalid_argument("a number in it is 2^63 or more");
  values.push_back(static_cast<std::int64_t>(number));
}
void add_number(std::vector<float>& values, auto number) {
  const auto value = static_cast<float>(number);
  if (!std::isfinite(value)) {
    const bool missing = std::isnan(static_cast<double>(number));
    throw std::invalid_argument("number " + std::to_string(values.size()) + " in it, counted from 0, is " +
                                (missing ? "not a number (NaN): a value is missing" : "no finite float32"));
  }
  values.push_back(value);
}

/// From an order in which the first axis runs fastest to one in which the last does.
template <class T>
std::vector<T> in_c_order(const std::vector<T>& values, const std::vector<int>& shape) {
  std::vector<T> result;
  result.reserve(values.size());
  std::vector<std::size_t> strides;
  std::size_t stride = 1;
  for (const int extent : shape) {
    strides.push_back(stride);
    stride *= static_cast<std::size_t>(extent);
  }
  std::vector<int> index(shape.size());
  for (std::size_t at = 0; result.size() < values.size();) {
    result.push_back(values[at]);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * static_cast<std::size_t>(shape[axis]);
      index[axis] = 0;
    }
  }
  return result;
}

template <class T>
void read_values(NpyArray& array, const NumberType& type, std::uint64_t count, bool fortran, const Filler& read) {
  std::vector<T> values;  // grows with what arrives, so that a header that lies costs no memory
  std::vector<std::byte> piece(std::size_t{64} * 1024);  // a whole number of numbers
  for (std::uint64_t left = count * type.size; left > 0;) {
    const auto some = std::span(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size())));
    read(some);
    each_number(some, type, [&](auto number) { add_number(values, number); });
    left -= some.size();
  }
  array.values = fortran ? in_c_order(values, array.shape) : std::move(values);
}

/// `size`: of the whole .npy file. Throws std::invalid_argument saying what is wrong with it.
NpyArray read_array_of(std::uint64_t size, WholeNumbers whole, const Filler& read) {
  if (size < kNpyPreambleSize) throw std::invalid_argument("it is no NumPy array");
  std::string text(kNpyPreambleSize, '\0');
  read(std::as_writable_bytes(std::span(text)));
  text.resize(npy_header_size(text));
  if (text.size() > size) throw std::invalid_argument("its header is truncated");
  read(std::as_writable_bytes(std::span(text)).subspan(kNpyPreambleSize));
  const NpyHeader header = parse_npy_header(text);
  const NumberType type = type_of(header);
  NpyArray array{header.shape, {}};
  std::uint64_t count = 0;
  const std::uint64_t room = size - text.size();
  if (!count_values(header.shape, count) || count > kMostArrayBytes / type.size || count * type.size != room)
    throw std::invalid_argument("its " + std::to_string(room) + " bytes of values do not fill its shape");
  using Kind = NumberType::Kind;
  if (type.kind == Kind::boolean || (type.kind == Kind::natural && type.size == 1))
    read_values<std::uint8_t>(array, type, count, header.fortran_order, read);
  else if (type.kind != Kind::real && whole == WholeNumbers::as_integers)
    read_values<std::int64_t>(array, type, count, header.fortran_order, read);
  else
    read_values<float>(array, type, count, header.fortran_order, read);
  return array;
}

NpyArray read_member(ZipReader& archive, const std::string& file, const std::string& name, WholeNumbers whole) {
  const auto is_named = [&name](const ZipMember& m) { return m.name == name || m.name == name + ".npy"; };
  const auto member = std::ranges::find_if(archive.members(), is_named);
  if (member == archive.members().end()) {
    std::vector<std::string> names;
    for (const ZipMember& other : archive.members())
      names.push_back(other.name.ends_with(".npy") ? other.name.substr(0, other.name.size() - 4) : other.name);
    throw Error(ErrorCode::data, file, "there is no array \"" + name + "\" in it", did_you_mean(name, names));
  }
  try {
    ZipReader::Stream stream(archive, *member);
    NpyArray array = read_array_of(member->size, whole, [&stream](std::span<std::byte> to) { stream.read(to); });
    stream.finish();
    return array;
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorCode::data, file, name + ": " + error.what());
  }
}

}  // namespace

NpyArray read_npy(const fs::path& file, WholeNumbers whole) try {
  FileReader reader(file);
  const auto read = [&](std::span<std::byte> to) {
    if (reader.read(to) != to.size()) throw std::invalid_argument("the file became shorter while it was read");
  };
  return read_array_of(reader.size(), whole, read);
} catch (const std::invalid_argument& error) {
  throw Error(ErrorCode::data, file.string(), error.what());
} catch (const std::bad_alloc&) {
  throw Error(ErrorCode::resource, file.string(), "not enough memory to read it");
}

std::vector<NpyArray> read_npy_members(const fs::path& archive,
                                       const std::vector<std::pair<std::string, WholeNumbers>>& names) try {
  const ByteBuffer bytes = read_file(archive, kMostArrayBytes);
  // Pictures shrink well, labels in order even better; what unpacks to far more is there to fill the memory.
  constexpr std::uint64_t kAlwaysFine = std::uint64_t{64} << 20, kMostRatio = 100;
  const std::uint64_t most = std::min(kMostArrayBytes, std::max(kAlwaysFine, kMostRatio * bytes.size()));
  ZipReader reader(archive.string(), bytes, most, ".npz archive", "array");
  std::vector<NpyArray> arrays;
  for (const auto& [name, whole] : names) arrays.push_back(read_member(reader, archive.string(), name, whole));
  return arrays;
} catch (const std::bad_alloc&) {
  throw Error(ErrorCode::resource, archive.string(), "not enough memory to read it");
}

}  // namespace telar
