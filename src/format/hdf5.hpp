// HDF5 files as Keras, h5py and telar write them, read from memory (docs/decisions/0010). Superblocks 0 to 3, old and
// new groups, numbers and strings; contiguous, compact and chunked data, deflated and shuffled or not. A file that has
// anything else (external or soft links, virtual or external data, other filters) is refused as a whole.
// Source: "HDF5 File Format Specification Version 3.0" (The HDF Group).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace telar {

/// The type of an element, little-endian.
struct Hdf5Type {
  enum class Kind : std::uint8_t { signed_integer, unsigned_integer, floating, string, variable_string };
  Kind kind = Kind::floating;
  std::size_t size = 4;  ///< bytes of an element; 16 for a variable string, which is a reference
};

struct Hdf5Attribute {
  std::string name;
  std::vector<std::string> strings;  ///< of a string or strings; empty for others
};

/// Where a dataset's bytes are.
struct Hdf5Layout {
  enum class Kind : std::uint8_t { inside, chunks_in_tree, one_chunk, chunks_in_order, chunks_in_array };
  Kind kind = Kind::inside;
  std::span<const std::byte> data{};     ///< inside
  std::uint64_t address = 0;             ///< of the index, or of the chunks
  std::uint64_t chunk_bytes = 0;         ///< of the one chunk, if it is filtered
  std::uint32_t skipped_filters = 0;     ///< of it: a bit for each filter
  std::vector<std::uint64_t> chunk{};    ///< shape
  std::vector<std::uint16_t> filters{};  ///< in the order in which they were applied; only kDeflate and kShuffle

  static constexpr std::uint16_t kDeflate = 1, kShuffle = 2;
};

/// A group or a dataset.
struct Hdf5Object {
  std::vector<std::pair<std::string, std::size_t>> children{};  ///< of a group: names, and where in the file's objects
  std::vector<Hdf5Attribute> attributes{};
  bool is_dataset = false;
  Hdf5Type type{};
  std::vector<std::uint64_t> shape{};
  std::uint64_t count = 0;  ///< of elements
  Hdf5Layout layout{};

  /// The attribute's strings; null if there is none of that name.
  [[nodiscard]] const std::vector<std::string>* strings(std::string_view attribute) const noexcept;
};

class Hdf5File {
 public:
  /// Walks all of it, but reads no data. `bytes` outlive it. Throws Error (data) at `file`.
  Hdf5File(std::string file, std::span<const std::byte> bytes);

  [[nodiscard]] const Hdf5Object& root() const noexcept { return objects_.front(); }
  /// "layers/dense/vars/0", from `group` on; null if there is none.
  [[nodiscard]] const Hdf5Object* find(std::string_view path, const Hdf5Object& group) const noexcept;
  [[nodiscard]] const Hdf5Object* find(std::string_view path) const noexcept { return find(path, root()); }
  [[nodiscard]] const Hdf5Object& object(std::size_t index) const noexcept { return objects_[index]; }

  /// The numbers of a dataset, as near as float32 can have them. Look at its shape before. Throws Error (data) at the
  /// file.
  [[nodiscard]] std::vector<float> floats(const Hdf5Object& dataset) const;
  /// The only number of a dataset of integers. Throws Error (data) if it has another number of them.
  [[nodiscard]] std::int64_t integer(const Hdf5Object& dataset) const;

 private:
  [[nodiscard]] std::vector<std::byte> contents(const Hdf5Object& dataset) const;

  std::string file_;
  std::span<const std::byte> bytes_;
  std::vector<Hdf5Object> objects_;  ///< the root first
};

}  // namespace telar
