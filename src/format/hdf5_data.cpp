#include "format/hdf5_data.hpp"

#include <algorithm>
#include <zlib.h>

namespace telar::hdf5 {

namespace {

using LayoutKind = Hdf5Layout::Kind;

class ChunkReader {
 public:
  ChunkReader(const Bytes& file, const Hdf5Object& dataset)
      : file_(file), set_(dataset), layout_(dataset.layout), chunk_bytes_(dataset.type.size) {
    for (const std::uint64_t extent : layout_.chunk) chunk_bytes_ *= extent;
    for (std::size_t i = 0; i < set_.shape.size(); ++i) {
      across_.push_back((set_.shape[i] + layout_.chunk[i] - 1) / layout_.chunk[i]);
      chunks_ *= across_.back();
    }
    constexpr std::uint64_t kMostChunks = 65'536;
    if (chunks_ > kMostChunks) throw Fault("its data are in too many chunks");
    constexpr std::uint64_t kAlwaysFine = std::uint64_t{16} << 20;
    if (chunks_ * chunk_bytes_ > std::max(kAlwaysFine, 4 * set_.count * set_.type.size))
      throw Fault("its chunks are larger than its data");
    contents_.resize(set_.count * set_.type.size);
    seen_.resize(chunks_);
  }

  std::vector<std::byte> read() {
    if (chunks_ > 0 && layout_.address != kNowhere) read_index();
    if (std::ranges::find(seen_, false) != seen_.end()) throw Fault("a chunk of its data is missing");
    return std::move(contents_);
  }

 private:
  void read_index() {
    switch (layout_.kind) {
      case LayoutKind::one_chunk:
        if (chunks_ != 1) throw Fault("its data have one chunk, which is too small for them");
        return put(0, layout_.address, layout_.chunk_bytes, layout_.skipped_filters);
      case LayoutKind::chunks_in_order:
        for (std::uint64_t i = 0; i < chunks_; ++i) put(i, layout_.address + i * chunk_bytes_, chunk_bytes_, 0);
        return;
      case LayoutKind::chunks_in_array:
        return read_array();
      case LayoutKind::chunks_in_tree: {
        constexpr int kMostLevels = 8;
        return read_tree(layout_.address, kMostLevels);
      }
      case LayoutKind::inside:
        return;
    }
  }

  void read_array() {
    constexpr std::uint64_t kHeader = 28;
    Cursor header(file_.checked(layout_.address, kHeader));
    header.expect("FAHD");
    header.expect(0, 1, "fixed array version");
    const bool filtered = header.number(1) != 0;
    const std::uint64_t entry = header.number(1), page_bits = header.number(1), entries = header.number(8);
    const std::uint64_t block = header.address();
    if (entries != chunks_ || page_bits > 63) throw Fault("its chunks are not as many as its data need");
    if (entries > (std::uint64_t{1} << page_bits)) throw Fault("its data are in too many chunks");
    if (filtered ? entry < 8 + 1 + 4 || entry > 8 + 8 + 4 : entry != 8) throw Fault("its chunks have no proper index");
    constexpr std::uint64_t kPreamble = 4 + 1 + 1 + 8, kChecksum = 4;
    Cursor array(file_.checked(block, kPreamble + entries * entry + kChecksum));
    array.expect("FADB");
    array.expect(0, 1, "fixed array version");
    array.skip(1 + 8);
    for (std::uint64_t i = 0; i < entries; ++i) {
      const std::uint64_t address = array.address();
      const std::uint64_t size = filtered ? array.number(entry - 12) : chunk_bytes_;
      put(i, address, size, filtered ? static_cast<std::uint32_t>(array.number(4)) : 0);
    }
  }

  void read_tree(std::uint64_t address, int most_levels) {
    file_.step();
    Cursor node = file_.from(address);
    node.expect("TREE");
    node.expect(1, 1, "B-tree of kind");
    const std::uint64_t level = node.number(1), entries = node.number(2);
    if (static_cast<int>(level) >= most_levels) throw Fault("a B-tree in it is too deep");
    node.skip(16);
    for (std::uint64_t i = 0; i < entries; ++i) {
      file_.step();
      const std::uint64_t size = node.number(4);
      const auto skipped = static_cast<std::uint32_t>(node.number(4));
      std::uint64_t index = 0;
      bool inside = true;
      for (std::size_t d = 0; d < set_.shape.size(); ++d) {
        const std::uint64_t offset = node.number(8);
        inside = inside && offset % layout_.chunk[d] == 0 && offset < set_.shape[d];
        index = index * across_[d] + offset / layout_.chunk[d];
      }
      node.skip(8);
      const std::uint64_t child = node.address();
      if (level > 0)
        read_tree(child, static_cast<int>(level));
      else if (!inside)
        throw Fault("a chunk lies outside its data");
      else
        put(index, child, size, skipped);
    }
  }

  void put(std::uint64_t index, std::uint64_t address, std::uint64_t size, std::uint32_t skipped) {
    file_.step();
    if (seen_[index]) throw Fault("a chunk of its data is there twice");
    seen_[index] = true;
    if (size > ::compressBound(chunk_bytes_)) throw Fault("a chunk of its data is larger than what is in it");
    const auto stored = file_.part(address, size);
    std::vector<std::byte> bytes(stored.begin(), stored.end());
    for (std::size_t i = layout_.filters.size(); i-- > 0;) {
      if ((skipped >> i & 1) != 0) continue;
      bytes = layout_.filters[i] == Hdf5Layout::kDeflate ? inflate_all(bytes) : unshuffle(bytes);
    }
    if (bytes.size() != chunk_bytes_) throw Fault("a chunk of its data has not the size of its shape");
    copy_chunk(index, bytes);
  }

  [[nodiscard]] std::vector<std::byte> inflate_all(std::span<const std::byte> packed) const {
    std::vector<std::byte> bytes(chunk_bytes_);
    uLongf size = bytes.size();
    if (::uncompress(reinterpret_cast<Bytef*>(bytes.data()), &size, reinterpret_cast<const Bytef*>(packed.data()),
                     packed.size()) != Z_OK ||
        size != bytes.size())
      throw Fault("a compressed chunk of its data is damaged");
    return bytes;
  }

  [[nodiscard]] std::vector<std::byte> unshuffle(std::span<const std::byte> shuffled) const {
    const std::size_t width = set_.type.size, count = shuffled.size() / width;
    std::vector<std::byte> bytes(shuffled.begin(), shuffled.end());
    for (std::size_t b = 0; b < width; ++b)
      for (std::size_t i = 0; i < count; ++i) bytes[i * width + b] = shuffled[b * count + i];
    return bytes;
  }

  /// What of the chunk is within the data.
  void copy_chunk(std::uint64_t index, std::span<const std::byte> bytes) {
    const std::size_t rank = set_.shape.size();
    std::vector<std::uint64_t> first(rank), extent(rank), at(rank);
    for (std::size_t d = rank; d-- > 0;) {
      first[d] = index % across_[d] * layout_.chunk[d];
      index /= across_[d];
      extent[d] = std::min(layout_.chunk[d], set_.shape[d] - first[d]);
    }
    const std::uint64_t row = extent[rank - 1] * set_.type.size;
    for (;;) {
      std::uint64_t from = 0, to = 0;
      for (std::size_t d = 0; d < rank; ++d) {
        from = from * layout_.chunk[d] + at[d];
        to = to * set_.shape[d] + first[d] + at[d];
      }
      std::ranges::copy(bytes.subspan(from * set_.type.size, row),
                        contents_.begin() + static_cast<std::ptrdiff_t>(to * set_.type.size));
      std::size_t d = rank - 1;
      do {
        if (d == 0) return;
        at[d] = 0;
        --d;
      } while (++at[d] == extent[d]);
    }
  }

  const Bytes& file_;
  const Hdf5Object& set_;
  const Hdf5Layout& layout_;
  std::uint64_t chunk_bytes_, chunks_ = 1;
  std::vector<std::uint64_t> across_;  // chunks along each axis
  std::vector<bool> seen_;
  std::vector<std::byte> contents_;
};

}  // namespace

std::vector<std::byte> read_contents(const Bytes& file, const Hdf5Object& dataset) {
  if (dataset.layout.kind == LayoutKind::inside) return {dataset.layout.data.begin(), dataset.layout.data.end()};
  return ChunkReader(file, dataset).read();
}

}  // namespace telar::hdf5
