#include "format/hdf5_messages.hpp"

#include <algorithm>
#include <utility>

namespace telar::hdf5 {

namespace {

constexpr std::size_t kMostMessages = 4096, kMostRank = 8, kMostFilters = 4;
constexpr std::uint64_t kMostStrings = 65'536, kMostText = std::uint64_t{16} << 20;

std::uint64_t padded(std::uint64_t size) { return (size + 7) / 8 * 8; }

/// Blocks of an object's header: (address, size) of those that continue it.
using Blocks = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

void add_message(unsigned type, unsigned flags, std::span<const std::byte> data, std::vector<Message>& messages,
                 Blocks& blocks) {
  constexpr unsigned kShared = 2;
  if (messages.size() == kMostMessages) throw Fault("an object in it has too many messages");
  if ((flags & kShared) != 0) throw Fault("it has a shared message, which is not read");
  if (type == Message::external_files) throw Fault("its data are in another file, which is not opened");
  if (type == Message::continuation) {
    Cursor cursor(data);
    const std::uint64_t address = cursor.address();
    blocks.emplace_back(address, cursor.number(8));
    if (blocks.size() > kMostMessages) throw Fault("an object in it has too many parts");
  } else {
    messages.push_back({type, data});
  }
}

void read_old_messages(Cursor block, std::vector<Message>& messages, Blocks& blocks) {
  constexpr std::size_t kPreamble = 8;
  while (block.left() >= kPreamble) {
    const auto type = static_cast<unsigned>(block.number(2));
    const std::uint64_t size = block.number(2);
    const auto flags = static_cast<unsigned>(block.number(1));
    block.skip(3);
    add_message(type, flags, block.take(size), messages, blocks);
  }
}

void read_new_messages(Cursor block, bool ordered, std::vector<Message>& messages, Blocks& blocks) {
  const std::size_t preamble = ordered ? 6 : 4;
  while (block.left() >= preamble) {
    const auto type = static_cast<unsigned>(block.number(1));
    const std::uint64_t size = block.number(2);
    const auto flags = static_cast<unsigned>(block.number(1));
    if (ordered) block.skip(2);
    add_message(type, flags, block.take(size), messages, blocks);
  }
}

std::vector<Message> old_messages(const Bytes& file, std::uint64_t address) {
  Cursor header = file.from(address);
  header.expect(1, 1, "object header version");
  header.skip(1);
  header.skip(2 + 4);  // number of messages, of links
  const std::uint64_t size = header.number(4);
  header.skip(4);
  std::vector<Message> messages;
  Blocks blocks;
  read_old_messages(Cursor(header.take(size)), messages, blocks);
  for (std::size_t i = 0; i < blocks.size(); ++i)
    read_old_messages(Cursor(file.part(blocks[i].first, blocks[i].second)), messages, blocks);
  return messages;
}

std::vector<Message> new_messages(const Bytes& file, std::uint64_t address) {
  constexpr unsigned kOrdered = 4, kPhaseChange = 16, kTimes = 32;
  Cursor header = file.from(address);
  header.expect("OHDR");
  header.expect(2, 1, "object header version");
  const auto flags = static_cast<unsigned>(header.number(1));
  if ((flags & kTimes) != 0) header.skip(16);
  if ((flags & kPhaseChange) != 0) header.skip(4);
  const std::uint64_t size = header.number(std::size_t{1} << (flags & 3));
  const bool ordered = (flags & kOrdered) != 0;
  const std::size_t start = header.at();
  static_cast<void>(header.take(size));
  std::vector<Message> messages;
  Blocks blocks;
  read_new_messages(Cursor(file.checked(address, start + size + 4).subspan(start)), ordered, messages, blocks);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    Cursor block(file.checked(blocks[i].first, blocks[i].second));
    block.expect("OCHK");
    read_new_messages(block, ordered, messages, blocks);
  }
  return messages;
}

std::string variable_string(const Bytes& file, Cursor& reference) {
  const std::uint64_t length = reference.number(4);
  const std::uint64_t address = reference.address();
  const std::uint64_t wanted = reference.number(4);
  if (length == 0) return {};
  Cursor start = file.from(address);
  start.expect("GCOL");
  start.expect(1, 1, "global heap version");
  start.skip(3);
  const std::uint64_t size = start.number(8);
  constexpr std::uint64_t kPreamble = 16;
  Cursor heap(file.part(address, size));
  heap.skip(kPreamble);
  while (heap.left() >= kPreamble) {
    file.step();
    const std::uint64_t index = heap.number(2);
    heap.skip(6);
    const std::uint64_t bytes = heap.number(8);
    if (index == 0) break;  // what is free
    if (bytes > heap.left()) throw Fault("something in it ends too early");
    if (index == wanted) {
      if (length > bytes) throw Fault("a string in it is longer than its place");
      file.keep(length);
      return std::string(heap.text(length));
    }
    heap.skip(std::min<std::uint64_t>(padded(bytes), heap.left()));
  }
  throw Fault("a string in it is nowhere");
}

}  // namespace

std::vector<Message> messages_at(const Bytes& file, std::uint64_t address) {
  Cursor start = file.from(address);
  return start.left() >= 4 && start.text(4) == "OHDR" ? new_messages(file, address) : old_messages(file, address);
}

Space read_space(std::span<const std::byte> message) {
  Cursor cursor(message);
  const std::uint64_t version = cursor.number(1), rank = cursor.number(1);
  cursor.skip(1);
  if (version == 1) {
    cursor.skip(5);
  } else if (version == 2) {
    if (cursor.number(1) == 2) return {{}, 0};  // a null space
  } else {
    throw Fault("dataspace version " + std::to_string(version) + " is not read");
  }
  if (rank > kMostRank) throw Fault("something in it has " + std::to_string(rank) + " dimensions");
  Space space;
  for (std::uint64_t i = 0; i < rank; ++i) {
    space.shape.push_back(cursor.number(8));
    constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
    if (space.shape.back() > kMost || __builtin_mul_overflow(space.count, space.shape.back(), &space.count) ||
        space.count > kMost)
      throw Fault("something in it is larger than any file");
  }
  return space;
}

Hdf5Type read_type(std::span<const std::byte> message) {
  using Kind = Hdf5Type::Kind;
  Cursor cursor(message);
  const std::uint64_t first = cursor.number(1), bits = cursor.number(3), size = cursor.number(4);
  if ((first >> 4) < 1 || (first >> 4) > 4) throw Fault("a datatype of another version is not read");
  enum Class : unsigned {
    integer,
    floating,
    time,
    string,
    bit_field,
    opaque,
    compound,
    reference,
    enumeration,
    variable
  };
  switch (first & 15) {
    case integer: {
      const bool plain = cursor.number(2) == 0 && cursor.number(2) == size * 8;
      if ((bits & 1) != 0 || !plain || (size != 1 && size != 2 && size != 4 && size != 8)) break;
      return {(bits & 8) != 0 ? Kind::signed_integer : Kind::unsigned_integer, size};
    }
    case floating: {
      const std::uint64_t start = cursor.number(2), precision = cursor.number(2);
      const std::uint64_t exponent_at = cursor.number(1), exponent = cursor.number(1);
      const std::uint64_t mantissa_at = cursor.number(1), mantissa = cursor.number(1), bias = cursor.number(4);
      const auto is = [&](std::uint64_t bytes, std::uint64_t e, std::uint64_t m) {
        return size == bytes && exponent == e && mantissa == m && exponent_at == m &&
               bias == (std::uint64_t{1} << (e - 1)) - 1;
      };
      if ((bits & 0x41) != 0 || start != 0 || precision != size * 8 || mantissa_at != 0) break;
      if (is(2, 5, 10) || is(4, 8, 23) || is(8, 11, 52)) return {Kind::floating, size};
      break;
    }
    case string:
      if (size == 0 || size > kMostText) break;
      return {Kind::string, size};
    case variable:
      if ((bits & 15) != 1 || size != 16) break;
      return {Kind::variable_string, size};
    default:
      break;
  }
  throw Fault("it has data that are neither strings nor little-endian integers, float16, float32 or float64");
}

std::vector<std::uint16_t> read_filters(std::span<const std::byte> message, std::size_t element) {
  Cursor cursor(message);
  const std::uint64_t version = cursor.number(1), count = cursor.number(1);
  if (version != 1 && version != 2) throw Fault("filters of another version are not read");
  if (version == 1) cursor.skip(6);
  if (count > kMostFilters) throw Fault("it has too many filters");
  std::vector<std::uint16_t> filters;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto id = static_cast<std::uint16_t>(cursor.number(2));
    constexpr std::uint16_t kFirstWithoutNumber = 256;
    const std::uint64_t name = version == 1 || id >= kFirstWithoutNumber ? cursor.number(2) : 0;
    cursor.skip(2);
    const std::uint64_t values = cursor.number(2);
    cursor.skip(version == 1 ? padded(name) : name);
    if (id != Hdf5Layout::kDeflate && id != Hdf5Layout::kShuffle)
      throw Fault("its filter " + std::to_string(id) + " is not read; deflate and shuffle are");
    if (id == Hdf5Layout::kShuffle && (values != 1 || cursor.number(4) != element))
      throw Fault("it is shuffled by another size than its elements'");
    if (id == Hdf5Layout::kDeflate) cursor.skip(4 * values);
    if (version == 1 && values % 2 == 1) cursor.skip(4);
    if (std::ranges::find(filters, id) != filters.end()) throw Fault("it has a filter twice");
    filters.push_back(id);
  }
  return filters;
}

Hdf5Layout read_layout(const Bytes& file, std::span<const std::byte> message, const Hdf5Object& object,
                       std::vector<std::uint16_t> filters) {
  enum Class : unsigned { compact, contiguous, chunked, put_together };
  Cursor cursor(message);
  const std::uint64_t version = cursor.number(1), kind = cursor.number(1);
  // Version 5 has wider sizes of chunks in some indexes, which these tell themselves.
  if (version < 3 || version > 5) throw Fault("data layout version " + std::to_string(version) + " is not read");
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(object.count, object.type.size, &bytes)) throw Fault("its data are larger than any file");
  Hdf5Layout layout;
  layout.filters = std::move(filters);
  if (kind == compact || kind == contiguous) {
    if (!layout.filters.empty()) throw Fault("it has filters without chunks");
    const std::uint64_t address = kind == contiguous ? cursor.address() : 0;
    const std::uint64_t size = cursor.number(kind == contiguous ? 8 : 2);
    if (size != bytes && !(bytes == 0 && address == kNowhere)) throw Fault("its data do not fill their shape");
    if (bytes > 0) layout.data = kind == contiguous ? file.part(address, size) : cursor.take(size);
    return layout;
  }
  if (kind == put_together) throw Fault("its data are put together from other files, which are not opened");
  if (kind != chunked) throw Fault("its data are laid out in an unknown way");

  const std::uint64_t flags = version > 3 ? cursor.number(1) : 0;
  const std::uint64_t rank = cursor.number(1);
  if (rank != object.shape.size() + 1 || rank < 2) throw Fault("its chunks have another rank than its data");
  if (version == 3) layout.address = cursor.address();
  const std::size_t width = version == 3 ? 4 : cursor.number(1);
  if (width < 1 || width > 8) throw Fault("its chunks have no proper shape");
  std::uint64_t chunk = object.type.size;
  for (std::uint64_t i = 0; i + 1 < rank; ++i) {
    layout.chunk.push_back(cursor.number(width));
    constexpr std::uint64_t kLargest = std::uint64_t{1} << 31;
    if (layout.chunk.back() == 0 || __builtin_mul_overflow(chunk, layout.chunk.back(), &chunk) || chunk > kLargest)
      throw Fault("its chunks have no proper size");
  }
  if (cursor.number(width) != object.type.size) throw Fault("its chunks have elements of another size");
  // Deflate makes at most 1032 of one byte, so that no more can be in the file than this.
  constexpr std::uint64_t kDeflateRatio = 1032;
  const bool deflated = std::ranges::find(layout.filters, Hdf5Layout::kDeflate) != layout.filters.end();
  const std::uint64_t room = file.size() * (deflated ? kDeflateRatio : 1);
  // A chunk larger than its data is one of data that can grow, and small.
  constexpr std::uint64_t kSmallChunk = std::uint64_t{1} << 20;
  if (chunk > std::max(bytes, kSmallChunk)) throw Fault("its chunks are larger than its data");
  if (bytes > room || chunk > room) throw Fault("its data are larger than the file can hold");
  if (version == 3) {
    layout.kind = Hdf5Layout::Kind::chunks_in_tree;
    return layout;
  }
  enum Index : unsigned { none, single, implicit, fixed_array, extensible_array, tree };
  constexpr std::uint64_t kPlainEdges = 1, kFilteredSingle = 2;
  if ((flags & kPlainEdges) != 0 && !layout.filters.empty()) throw Fault("its chunks at the edges have other filters");
  switch (cursor.number(1)) {
    case single:
      layout.kind = Hdf5Layout::Kind::one_chunk;
      layout.chunk_bytes = chunk;
      if ((flags & kFilteredSingle) != 0) {
        layout.chunk_bytes = cursor.number(8);
        layout.skipped_filters = static_cast<std::uint32_t>(cursor.number(4));
      }
      break;
    case implicit:
      if (!layout.filters.empty()) throw Fault("its chunks have filters, but no sizes");
      layout.kind = Hdf5Layout::Kind::chunks_in_order;
      break;
    case fixed_array:
      cursor.skip(1);  // bits of a page: the array's header has them too
      layout.kind = Hdf5Layout::Kind::chunks_in_array;
      break;
    default:
      throw Fault("its data can grow, and their kind of index is not read; save them with a fixed shape");
  }
  layout.address = cursor.address();
  return layout;
}

std::vector<std::string> read_strings(const Bytes& file, const Hdf5Type& type, std::uint64_t count,
                                      std::span<const std::byte> data) {
  if (count > kMostStrings) throw Fault("it has too many strings");
  std::vector<std::string> strings;
  std::uint64_t total = 0;
  Cursor cursor(data);
  for (std::uint64_t i = 0; i < count; ++i) {
    file.keep(sizeof(std::string) + (type.kind == Hdf5Type::Kind::string ? type.size : 0));
    if (type.kind == Hdf5Type::Kind::variable_string) {
      strings.push_back(variable_string(file, cursor));
    } else {
      const std::string_view text = cursor.text(type.size);
      strings.emplace_back(text.substr(0, text.find('\0')));
    }
    total += strings.back().size();
    if (total > kMostText) throw Fault("its strings are too long together");
  }
  return strings;
}

Hdf5Attribute read_attribute(const Bytes& file, std::span<const std::byte> message) {
  Cursor cursor(message);
  const std::uint64_t version = cursor.number(1), flags = cursor.number(1);
  if (version < 1 || version > 3) throw Fault("attribute version " + std::to_string(version) + " is not read");
  if (version > 1 && flags != 0) throw Fault("an attribute has a shared type, which is not read");
  const std::uint64_t name = cursor.number(2), type = cursor.number(2), space = cursor.number(2);
  if (version == 3) cursor.skip(1);  // ASCII or UTF-8
  const auto part = [&](std::uint64_t size) {
    const auto taken = cursor.take(size);
    if (version == 1) cursor.skip(padded(size) - size);
    return taken;
  };
  const auto name_bytes = part(name);
  const auto type_bytes = part(type);
  const auto space_bytes = part(space);
  file.keep(sizeof(Hdf5Attribute) + name_bytes.size());
  Hdf5Attribute attribute;
  attribute.name.assign(reinterpret_cast<const char*>(name_bytes.data()), name_bytes.size());
  attribute.name.resize(attribute.name.find('\0') == std::string::npos ? attribute.name.size()
                                                                       : attribute.name.find('\0'));
  const unsigned kind = type_bytes.empty() ? 0 : std::to_integer<unsigned>(type_bytes.front()) & 15;
  constexpr unsigned kString = 3, kVariable = 9;
  if (kind != kString && kind != kVariable) return attribute;  // numbers, and what h5py makes of booleans
  const Hdf5Type element = read_type(type_bytes);
  const Space extent = read_space(space_bytes);
  if (extent.count > kMostStrings) throw Fault("it has too many strings");
  attribute.strings = read_strings(file, element, extent.count, cursor.take(extent.count * element.size));
  return attribute;
}

}  // namespace telar::hdf5
