#include "format/hdf5_writer.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in memory");

namespace telar {

namespace {

constexpr std::uint64_t kUndefined = ~std::uint64_t{0};
constexpr std::size_t kInternalK = 16;  // half the children of a B-tree's node

class Hdf5Output {
 public:
  explicit Hdf5Output(const Hdf5Node& root) {
    leaf_k_ = std::max<std::size_t>(4, (most_children(root) + 4 * kInternalK - 1) / (4 * kInternalK));
    bytes_.resize(kSuperblock);
    write_texts(root);
    const std::uint64_t header = write_object(root);
    const std::uint64_t end = bytes_.size();
    std::vector<std::byte> whole = std::move(bytes_);
    bytes_.clear();
    write_superblock(header, end);
    std::ranges::copy(bytes_, whole.begin());
    bytes_ = std::move(whole);
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  static constexpr std::size_t kSuperblock = 96;

  static std::size_t most_children(const Hdf5Node& node) {
    std::size_t most = node.children.size();
    for (const Hdf5Node& child : node.children) most = std::max(most, most_children(child));
    return most;
  }

  // ---- pieces
  using Out = std::vector<std::byte>;
  static void number(Out& out, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i, value >>= 8) out.push_back(static_cast<std::byte>(value & 0xff));
  }
  static void text(Out& out, std::string_view value) {
    const auto bytes = std::as_bytes(std::span(value));
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  static void pad(Out& out) { out.resize((out.size() + 7) / 8 * 8); }
  static Out hex(std::initializer_list<unsigned> values) {
    Out out;
    for (const unsigned value : values) out.push_back(static_cast<std::byte>(value));
    return out;
  }
  static void message(Out& out, unsigned type, Out data) {
    pad(data);
    number(out, type, 2);
    number(out, data.size(), 2);
    number(out, 0, 4);
    out.insert(out.end(), data.begin(), data.end());
  }
  /// Behind everything so far, at a multiple of 8.
  std::uint64_t append(const Out& piece) {
    pad(bytes_);
    const std::uint64_t address = bytes_.size();
    bytes_.insert(bytes_.end(), piece.begin(), piece.end());
    return address;
  }

  void write_superblock(std::uint64_t root, std::uint64_t end) {
    text(bytes_, "\x89HDF\r\n\x1a\n");
    number(bytes_, 0, 5);  // versions
    number(bytes_, 8, 1);
    number(bytes_, 8, 1);
    number(bytes_, 0, 1);
    number(bytes_, leaf_k_, 2);
    number(bytes_, kInternalK, 2);
    number(bytes_, 0, 4);
    number(bytes_, 0, 8);
    number(bytes_, kUndefined, 8);
    number(bytes_, end, 8);
    number(bytes_, kUndefined, 8);
    number(bytes_, 0, 8);
    number(bytes_, root, 8);
    number(bytes_, 0, 24);
  }

  static Out space(std::span<const int> shape) {
    Out out;
    number(out, 1, 1);
    number(out, shape.size(), 1);
    number(out, 0, 6);
    for (const int extent : shape) number(out, static_cast<std::uint64_t>(extent), 8);
    return out;
  }
  static Out float_type() { return hex({0x11, 0x20, 0x1f, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0}); }
  static Out integer_type() { return hex({0x10, 8, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0}); }
  static Out text_type() {  // of variable length, UTF-8
    return hex({0x19, 1, 1, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0});
  }

  // ---- attributes: their strings are in one global heap
  void collect(const Hdf5Node& node, Out& heap) {
    const auto add = [&](const std::string& value) {
      number(heap, ++texts_, 2);
      number(heap, 0, 6);
      number(heap, value.size(), 8);
      text(heap, value);
      pad(heap);
    };
    for (const auto& [name, values] : node.attributes)
      for (const std::string& value : values) add(value);
    for (const auto& [name, value] : node.texts) add(value);
    for (const Hdf5Node& child : node.children) collect(child, heap);
  }
  void write_texts(const Hdf5Node& root) {
    Out objects;
    collect(root, objects);
    if (texts_ == 0) return;
    constexpr std::size_t kSmallest = 4096, kHeader = 16;
    const std::size_t size = std::max(kSmallest, kHeader + objects.size() + kHeader);
    Out heap;
    text(heap, "GCOL");
    number(heap, 1, 4);
    number(heap, size, 8);
    heap.insert(heap.end(), objects.begin(), objects.end());
    const std::size_t free = size - heap.size();
    number(heap, 0, 8);
    number(heap, free, 8);
    heap.resize(size);
    heap_ = append(heap);
    texts_ = 0;
  }
  void add_attribute(Out& messages, const std::string& name, std::span<const std::string> values, bool one) {
    Out data;
    const int count = static_cast<int>(values.size());
    const Out type = text_type(), extent = one ? space({}) : space({&count, 1});
    number(data, 1, 2);
    number(data, name.size() + 1, 2);
    number(data, type.size(), 2);
    number(data, extent.size(), 2);
    const auto part = [&](const Out& bytes) {
      data.insert(data.end(), bytes.begin(), bytes.end());
      pad(data);
    };
    text(data, name);
    number(data, 0, 1);
    pad(data);
    part(type);
    part(extent);
    for (const std::string& value : values) {
      number(data, value.size(), 4);
      number(data, heap_, 8);
      number(data, ++texts_, 4);
    }
    message(messages, 0x0c, data);
    ++message_count_;
  }

  // ---- objects
  std::uint64_t write_object(const Hdf5Node& node) {
    Out messages;
    std::vector<std::uint64_t> children;
    // Texts are numbered as `collect` numbered them: a node's own first.
    std::size_t own = 0;
    message_count_ = 0;
    for (const auto& [name, values] : node.attributes) add_attribute(messages, name, values, false);
    for (const auto& [name, value] : node.texts) add_attribute(messages, name, {&value, 1}, true);
    own = message_count_;
    if (std::holds_alternative<std::monostate>(node.data)) {
      for (const Hdf5Node& child : node.children) children.push_back(write_object(child));
      message(messages, 0x11, group(node, children));
      own += 1;
    } else {
      own += add_dataset(node, messages);
    }
    Out header;
    number(header, 1, 2);
    number(header, own, 2);
    number(header, 1, 4);
    number(header, messages.size(), 4);
    number(header, 0, 4);
    header.insert(header.end(), messages.begin(), messages.end());
    return append(header);
  }

  std::size_t add_dataset(const Hdf5Node& node, Out& messages) {
    const bool whole = std::holds_alternative<std::int32_t>(node.data);
    Out data;
    if (whole) {
      number(data, static_cast<std::uint32_t>(std::get<std::int32_t>(node.data)), 4);
    } else {
      const auto bytes = std::as_bytes(std::get<std::span<const float>>(node.data));
      data.assign(bytes.begin(), bytes.end());
    }
    const std::uint64_t address = append(data);
    message(messages, 0x01, space(node.shape));
    message(messages, 0x03, whole ? integer_type() : float_type());
    message(messages, 0x05, hex({2, 2, 2, 1, 0, 0, 0, 0}));  // fill value: the default
    Out layout = hex({3, 1});
    number(layout, address, 8);
    number(layout, data.size(), 8);
    message(messages, 0x08, layout);
    return 4;
  }

  /// The message of a group whose members have these headers.
  Out group(const Hdf5Node& node, const std::vector<std::uint64_t>& headers) {
    std::vector<std::size_t> order(node.children.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::string_view(node.children[i].name); });

    Out names(8);
    std::vector<std::uint64_t> name_at;
    for (const std::size_t i : order) {
      name_at.push_back(names.size());
      text(names, node.children[i].name);
      number(names, 0, 1);
      pad(names);
    }
    const std::uint64_t segment = append(names);
    Out heap;
    text(heap, "HEAP");
    number(heap, 0, 4);
    number(heap, names.size(), 8);
    number(heap, 1, 8);  // nothing is free
    number(heap, segment, 8);
    const std::uint64_t heap_at = append(heap);

    constexpr std::size_t kSymbol = 40;
    Out tree;
    text(tree, "TREE");
    number(tree, 0, 2);
    const std::size_t nodes = (order.size() + 2 * leaf_k_ - 1) / (2 * leaf_k_);
    number(tree, nodes, 2);
    number(tree, kUndefined, 8);
    number(tree, kUndefined, 8);
    number(tree, 0, 8);
    for (std::size_t n = 0; n < nodes; ++n) {
      const std::size_t begin = n * 2 * leaf_k_, end = std::min(order.size(), begin + 2 * leaf_k_);
      Out table;
      text(table, "SNOD");
      number(table, 1, 2);
      number(table, end - begin, 2);
      for (std::size_t i = begin; i < end; ++i) {
        number(table, name_at[i], 8);
        number(table, headers[order[i]], 8);
        number(table, 0, 24);
      }
      table.resize(8 + 2 * leaf_k_ * kSymbol);
      number(tree, append(table), 8);
      number(tree, name_at[end - 1], 8);
    }
    tree.resize(24 + 2 * kInternalK * 8 + (2 * kInternalK + 1) * 8);
    Out message_data;
    number(message_data, append(tree), 8);
    number(message_data, heap_at, 8);
    return message_data;
  }

  std::vector<std::byte> bytes_;
  std::size_t leaf_k_ = 4, message_count_ = 0;
  std::uint64_t heap_ = kUndefined, texts_ = 0;
};

}  // namespace

Hdf5Node& Hdf5Node::at(std::string_view path) {
  Hdf5Node* node = this;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    const auto found =
        std::ranges::find(node->children, part, [](const Hdf5Node& n) { return std::string_view(n.name); });
    node = found != node->children.end() ? &*found : &node->children.emplace_back(Hdf5Node{std::string(part)});
  }
  return *node;
}

void Hdf5Node::add(std::string name_of_set, std::span<const float> values, std::vector<int> shape_of_set) {
  Hdf5Node& set = children.emplace_back(Hdf5Node{std::move(name_of_set)});
  set.data = values;
  set.shape = std::move(shape_of_set);
}

void Hdf5Node::add(std::string name_of_set, std::int32_t number) {
  children.emplace_back(Hdf5Node{std::move(name_of_set)}).data = number;
}

std::vector<std::byte> hdf5_bytes(const Hdf5Node& root) { return Hdf5Output(root).take(); }

}  // namespace telar
