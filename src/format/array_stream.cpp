#include "format/array_stream.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>

#include <telar/error.hpp>

#include "data/idx_header.hpp"
#include "format/npy_header.hpp"
#include "format/number_type.hpp"
#include "model/model.hpp"

namespace telar {

namespace {

/// Without axes of one.
std::vector<int> squeezed(std::span<const int> shape) {
  std::vector<int> rest(shape.begin(), shape.end());
  std::erase(rest, 1);
  return rest;
}

/// Throws Error (data) unless samples of the array, behind its first axis, are what the network takes.
void check_shape(const std::string& name, const std::vector<int>& array, const std::vector<int>& sample) {
  const std::string takes = "the network takes (N, " + shape_text(sample).substr(1);
  if (array.empty()) throw Error(ErrorCode::data, name, "it is a single number, but " + takes);
  const std::vector<int> rest(array.begin() + 1, array.end());
  // No overflow: a file that declares more than this cannot hold a sample.
  std::size_t width = 1;
  for (const int extent : rest)
    if (__builtin_mul_overflow(width, static_cast<std::size_t>(extent), &width)) width = 0;
  const std::vector<int> theirs = squeezed(rest), ours = squeezed(sample);
  const bool flat = theirs.size() <= 1 || ours.size() <= 1;
  if (width == sample_width(sample) && (flat || theirs == ours)) return;
  const bool one = rest.size() + 1 == sample.size() && array == sample;
  throw Error(ErrorCode::data, name, "its shape is " + shape_text(array) + ", but " + takes,
              one ? "one sample alone has a first axis of 1 too" : "");
}

void check_end(const std::string& name, bool ended, std::uint64_t samples) {
  if (!ended)
    throw Error(ErrorCode::data, name,
                "there are bytes after the " + std::to_string(samples) + " samples that its header declares");
}

class ArrayReader {
 public:
  ArrayReader(SampleSource source, NumberType type, std::uint64_t samples, std::size_t width)
      : source_(std::move(source)), type_(type), samples_(samples), width_(width) {}

  std::size_t read(std::span<float> samples) {
    constexpr std::size_t kPiece = 64 * 1024;  // numbers
    const std::size_t count =
        static_cast<std::size_t>(std::min<std::uint64_t>(samples.size() / width_, samples_ - done_));
    const std::span<float> values = samples.first(count * width_);
    for (std::size_t begin = 0; begin < values.size(); begin += kPiece) {
      const std::span<float> piece = values.subspan(begin, std::min(kPiece, values.size() - begin));
      raw_.resize(piece.size() * type_.size);
      if (source_.bytes->read(raw_) < raw_.size())
        throw Error(ErrorCode::data, source_.name,
                    "truncated: it ends within sample " + std::to_string(done_ + begin / width_) + " of " +
                        std::to_string(samples_));
      auto to = piece.begin();
      each_number(raw_, type_, [&to](auto number) { *to++ = static_cast<float>(number); });
      const auto odd = std::ranges::find_if(piece, [](float value) { return !std::isfinite(value); });
      if (odd != piece.end()) {
        const std::size_t at = begin + static_cast<std::size_t>(odd - piece.begin());
        throw Error(ErrorCode::data, source_.name,
                    "sample " + std::to_string(done_ + at / width_) + ": value " + std::to_string(at % width_) +
                        " is no number that a float32 can hold");
      }
    }
    done_ += count;
    if (done_ == samples_ && !ended_) {
      ended_ = true;
      check_end(source_.name, source_.bytes->at_end(), samples_);
    }
    return count;
  }

 private:
  SampleSource source_;
  NumberType type_;
  std::uint64_t samples_, done_ = 0;
  std::size_t width_;
  bool ended_ = false;
  std::vector<std::byte> raw_;
};

/// What the head of a file says.
struct ArrayHead {
  NumberType type;
  std::vector<int> shape;
  std::size_t bytes = 0;  ///< its own
};

SampleStream open_array(SampleSource source, const ArrayHead& head, const SampleOptions& options) {
  if (!options.ignore.empty())
    throw Error(ErrorCode::usage, source.name, "--ignore names columns of a table, and this is an array");
  check_shape(source.name, head.shape, options.shape);
  const auto samples = static_cast<std::uint64_t>(head.shape[0]);
  const std::size_t width = sample_width(options.shape);
  const InflatingReader& bytes = *source.bytes;
  if (!bytes.gzip() && bytes.most_bytes() != FileReader::kUnknown)  // what can be known now need not wait for the end
    check_end(source.name, bytes.most_bytes() <= head.bytes + samples * width * head.type.size, samples);
  const auto reader = std::make_shared<ArrayReader>(std::move(source), head.type, samples, width);
  return {[reader](std::span<float> numbers) { return reader->read(numbers); }};
}

ArrayHead read_npy_head(InflatingReader& bytes) {
  std::string header(kNpyPreambleSize, '\0');
  header.resize(bytes.read(std::as_writable_bytes(std::span(header))));
  header.resize(npy_header_size(header));
  const auto rest = std::as_writable_bytes(std::span(header)).subspan(kNpyPreambleSize);
  if (bytes.read(rest) < rest.size()) throw std::invalid_argument("its header is truncated");
  const std::uint64_t most = bytes.most_bytes();
  const NpyHeader parsed = parse_npy_header(header);
  const std::optional<NumberType> type = number_type_of(parsed.type);
  if (!type)
    throw std::invalid_argument("its type is '" + parsed.type +
                                "'; read are whole numbers, booleans, and floats of 32 and 64 bits");
  if (parsed.fortran_order) throw std::invalid_argument("it is in Fortran order; numpy.ascontiguousarray turns it");
  std::uint64_t size = type->size;
  for (const int extent : parsed.shape)
    if (__builtin_mul_overflow(size, static_cast<std::uint64_t>(extent), &size))
      throw std::invalid_argument("its shape has too many values");
  if (size > most - header.size())
    throw std::invalid_argument("truncated: its " + std::to_string(most - header.size()) +
                                " bytes of values do not fill its shape " + shape_text(parsed.shape));
  return {*type, parsed.shape, header.size()};
}

ArrayHead read_npy_head(const SampleSource& source) {
  try {
    return read_npy_head(*source.bytes);
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorCode::data, source.name, error.what());
  }
}

}  // namespace

SampleStream open_npy(SampleSource source, const SampleOptions& options) {
  const ArrayHead head = read_npy_head(source);
  return open_array(std::move(source), head, options);
}

SampleStream open_idx(SampleSource source, const SampleOptions& options) {
  const IdxHeader header = read_idx_header(*source.bytes, source.name, false);
  return open_array(std::move(source), {number_type_of(header.type), header.shape, header.bytes.size()}, options);
}

}  // namespace telar
