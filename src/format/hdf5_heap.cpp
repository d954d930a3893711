#include "format/hdf5_heap.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

namespace telar::hdf5 {

namespace {

constexpr std::size_t kHeapChecksum = 4;

}  // namespace

FractalHeap::FractalHeap(const Bytes& file, std::uint64_t address) : file_(file) {
  constexpr std::uint64_t kHeader = 146;  // with offsets and lengths of 8 bytes, and no filters
  Cursor header(file.checked(address, kHeader));
  header.expect("FRHP");
  header.expect(0, 1, "fractal heap version");
  header.skip(2);
  header.expect(0, 2, "a fractal heap with filters of length");
  checksums_ = (header.number(1) & 2) != 0;
  const std::uint64_t most_managed = header.number(4);
  header.skip(12 * 8);  // of huge, tiny and free space, and the heap's own counts
  width_ = header.number(2);
  start_size_ = header.number(8);
  most_direct_ = header.number(8);
  const std::uint64_t bits = header.number(2);
  header.skip(2);
  root_ = header.address();
  root_rows_ = header.number(2);
  constexpr std::uint64_t kLargestBlock = std::uint64_t{1} << 32;
  if (!std::has_single_bit(width_) || !std::has_single_bit(start_size_) || !std::has_single_bit(most_direct_) ||
      start_size_ > most_direct_ || most_direct_ > kLargestBlock || bits == 0 || bits > 64 || most_managed == 0)
    throw Fault("a fractal heap in it has impossible sizes");
  offset_width_ = (bits + 7) / 8;
  length_width_ =
      std::min((static_cast<std::size_t>(std::bit_width(most_direct_)) - 1 + 7) / 8, width_for(most_managed));
  direct_rows_ = static_cast<std::uint64_t>(std::bit_width(most_direct_) - std::bit_width(start_size_)) + 2;
  constexpr std::uint64_t kMostRows = 24;
  if (root_rows_ > kMostRows || direct_rows_ > kMostRows) throw Fault("a fractal heap in it has too many rows");
}

std::uint64_t FractalHeap::row_size(std::uint64_t row) const noexcept {
  return row < 2 ? start_size_ : start_size_ << (row - 1);
}
std::uint64_t FractalHeap::row_offset(std::uint64_t row) const noexcept {
  return row == 0 ? 0 : (width_ * start_size_) << (row - 1);
}

std::span<const std::byte> FractalHeap::object(std::span<const std::byte> id) const {
  Cursor cursor(id);
  constexpr std::uint64_t kKind = 0xf0;  // version and type, both 0 of a managed object
  if ((cursor.number(1) & kKind) != 0) throw Fault("it has a name or an attribute of a size that is not read");
  const std::uint64_t offset = cursor.number(offset_width_);
  Place place{offset, cursor.number(length_width_)};
  std::uint64_t block = root_, rows = root_rows_, block_offset = 0;
  if (rows == 0) return in_block(block, 0, start_size_, place);
  for (int depth = 0; depth < 4; ++depth) {
    file_.step();
    const std::uint64_t entries = rows * width_;
    const std::uint64_t size = 4 + 1 + 8 + offset_width_ + 8 * entries + kHeapChecksum;
    Cursor cells(file_.checked(block, size));
    cells.expect("FHIB");
    cells.expect(0, 1, "indirect block version");
    cells.skip(8 + offset_width_);
    std::uint64_t row = 0;
    while (row < rows && place.offset - block_offset >= row_offset(row) + width_ * row_size(row)) ++row;
    if (row == rows) throw Fault("something in it lies outside its heap");
    const std::uint64_t column = (place.offset - block_offset - row_offset(row)) / row_size(row);
    cells.skip(8 * (row * width_ + column));
    block = cells.address();
    block_offset += row_offset(row) + column * row_size(row);
    if (row < direct_rows_) return in_block(block, block_offset, row_size(row), place);
    rows = static_cast<std::uint64_t>(std::bit_width(row_size(row)) - std::bit_width(width_ * start_size_)) + 1;
    constexpr std::uint64_t kMostRows = 64;  // of doubling sizes; wraps where a row is smaller than the heap's first
    if (rows > kMostRows) throw Fault("a fractal heap in it has impossible sizes");
  }
  throw Fault("a fractal heap in it is too deep");
}

std::span<const std::byte> FractalHeap::in_block(std::uint64_t address, std::uint64_t block_offset,
                                                 std::uint64_t block_size, Place place) const {
  const auto block = file_.part(address, block_size);
  Cursor cursor(block);
  cursor.expect("FHDB");
  cursor.expect(0, 1, "direct block version");
  cursor.skip(8 + offset_width_);
  if (checksums_) {  // over the block with its checksum as zeros
    file_.step(block_size);
    std::vector<std::byte> copy(block.begin(), block.end());
    const std::size_t at = cursor.at();
    const std::uint64_t stored = cursor.number(kHeapChecksum);
    std::fill_n(copy.begin() + static_cast<std::ptrdiff_t>(at), kHeapChecksum, std::byte{0});
    if (stored != lookup3(copy)) throw Fault("a checksum in it is not right");
  }
  const std::uint64_t start = place.offset - block_offset;
  if (place.offset < block_offset || start < cursor.at() || start > block_size || place.length > block_size - start)
    throw Fault("something in it lies outside its heap");
  return block.subspan(start, place.length);
}

namespace {

/// A version 2 B-tree with the widths that its nodes' pointers have at each depth.
struct RecordTree {
  const Bytes& file;
  unsigned type;
  std::uint64_t node_size, record_size;
  static constexpr std::size_t kMostDepth = 4;
  std::array<std::uint64_t, kMostDepth + 1> most{}, most_below{};
  const std::function<void(std::span<const std::byte>)>& visit;

  static constexpr std::uint64_t kOverhead = 4 + 1 + 1 + kHeapChecksum;

  [[nodiscard]] std::uint64_t pointer(std::size_t depth) const {
    return 8 + width_for(most[0]) + (depth > 1 ? width_for(most_below[depth - 1]) : 0);
  }
  void measure(std::size_t depth) {
    if (record_size == 0 || node_size < kOverhead + record_size) throw Fault("a B-tree in it has impossible sizes");
    most[0] = most_below[0] = (node_size - kOverhead) / record_size;
    for (std::size_t d = 1; d <= depth; ++d) {
      if (node_size < kOverhead + pointer(d)) throw Fault("a B-tree in it has impossible sizes");
      most[d] = (node_size - kOverhead - pointer(d)) / (record_size + pointer(d));
      most_below[d] = (most[d] + 1) * most_below[d - 1] + most[d];
    }
  }
  void walk(std::uint64_t address, std::uint64_t records, std::size_t depth) const {
    file.step();
    if (records > most[depth]) throw Fault("a B-tree in it has a node with too many records");
    const std::uint64_t size = kOverhead + records * record_size + (depth > 0 ? (records + 1) * pointer(depth) : 0);
    Cursor node(file.checked(address, size));
    node.expect(depth > 0 ? "BTIN" : "BTLF");
    node.expect(0, 1, "B-tree node version");
    node.expect(type, 1, "B-tree node of type");
    for (std::uint64_t i = 0; i < records; ++i) {
      file.step();
      visit(node.take(record_size));
    }
    if (depth == 0) return;
    for (std::uint64_t i = 0; i <= records; ++i) {
      const std::uint64_t child = node.address(), count = node.number(width_for(most[0]));
      if (depth > 1) node.skip(width_for(most_below[depth - 1]));
      walk(child, count, depth - 1);
    }
  }
};

}  // namespace

void for_each_record(const Bytes& file, std::uint64_t address, unsigned type,
                     const std::function<void(std::span<const std::byte>)>& visit) {
  constexpr std::uint64_t kHeader = 38;
  Cursor header(file.checked(address, kHeader));
  header.expect("BTHD");
  header.expect(0, 1, "B-tree version");
  header.expect(type, 1, "B-tree of type");
  const std::uint64_t node_size = header.number(4), record_size = header.number(2), depth = header.number(2);
  header.skip(2);
  const std::uint64_t root = header.address(), records = header.number(2);
  if (depth > RecordTree::kMostDepth) throw Fault("a B-tree in it is too deep");
  if (root == kNowhere) return;
  RecordTree tree{file, type, node_size, record_size, {}, {}, visit};
  tree.measure(depth);
  tree.walk(root, records, depth);
}

}  // namespace telar::hdf5
