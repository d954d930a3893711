#include "format/hdf5_links.hpp"

#include "format/hdf5_heap.hpp"

namespace telar::hdf5 {

namespace {

void push(std::string name, std::uint64_t address, Links& links) {
  if (links.size() == kMostLinks) throw Fault("a group in it has too many members");
  if (name.empty()) throw Fault("a member of a group in it has no name");
  constexpr std::size_t kLongestName = 1024;
  if (name.size() > kLongestName) throw Fault("a name in it is too long");
  links.emplace_back(std::move(name), address);
}

void add_symbols(const Bytes& file, std::uint64_t address, std::span<const std::byte> names, Links& links) {
  Cursor table = file.from(address);
  table.expect("SNOD");
  table.expect(1, 1, "symbol table version");
  table.skip(1);
  const std::uint64_t count = table.number(2);
  for (std::uint64_t i = 0; i < count; ++i) {
    file.step();
    const std::uint64_t offset = table.number(8), object = table.address(), cached = table.number(4);
    table.skip(4 + 16);
    constexpr std::uint64_t kSoftLink = 2;
    if (cached == kSoftLink) throw Fault("it has a symbolic link, which is not followed");
    if (offset >= names.size()) throw Fault("a name in it lies outside its heap");
    const Cursor start(names.subspan(offset));
    const std::string_view rest = Cursor(start).text(start.left());
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) throw Fault("a name in it has no end");
    push(std::string(rest.substr(0, end)), object, links);
  }
}

void add_tree(const Bytes& file, std::uint64_t address, std::span<const std::byte> names, int most_levels,
              Links& links) {
  file.step();
  Cursor node = file.from(address);
  node.expect("TREE");
  node.expect(0, 1, "B-tree of kind");
  const std::uint64_t level = node.number(1), entries = node.number(2);
  if (static_cast<int>(level) >= most_levels) throw Fault("a B-tree in it is too deep");
  node.skip(16);
  for (std::uint64_t i = 0; i < entries; ++i) {
    file.step();
    node.skip(8);
    const std::uint64_t child = node.address();
    if (level == 0)
      add_symbols(file, child, names, links);
    else
      add_tree(file, child, names, static_cast<int>(level), links);
  }
}

}  // namespace

void add_old_links(const Bytes& file, std::span<const std::byte> symbol_table, Links& links) {
  Cursor message(symbol_table);
  const std::uint64_t tree = message.address();
  Cursor heap = file.from(message.address());
  heap.expect("HEAP");
  heap.expect(0, 1, "local heap version");
  heap.skip(3);
  const std::uint64_t size = heap.number(8);
  heap.skip(8);
  constexpr int kMostLevels = 8;
  add_tree(file, tree, file.part(heap.address(), size), kMostLevels, links);
}

void add_link(std::span<const std::byte> message, Links& links) {
  constexpr unsigned kOrder = 4, kType = 8, kCharacters = 16;
  Cursor cursor(message);
  cursor.expect(1, 1, "link version");
  const auto flags = static_cast<unsigned>(cursor.number(1));
  const std::uint64_t type = (flags & kType) != 0 ? cursor.number(1) : 0;
  if ((flags & kOrder) != 0) cursor.skip(8);
  if ((flags & kCharacters) != 0) cursor.skip(1);
  const std::string name(cursor.text(cursor.number(std::size_t{1} << (flags & 3))));
  if (type == 1) throw Fault("'" + name.substr(0, 64) + "' is a symbolic link, which is not followed");
  if (type != 0) throw Fault("'" + name.substr(0, 64) + "' is a link to another file, which is not followed");
  push(name, cursor.address(), links);
}

void add_dense_links(const Bytes& file, std::span<const std::byte> link_info, Links& links) {
  Cursor cursor(link_info);
  cursor.expect(0, 1, "link info version");
  if ((cursor.number(1) & 1) != 0) cursor.skip(8);
  const std::uint64_t heap_address = cursor.address(), tree = cursor.address();
  if (heap_address == kNowhere) return;
  const FractalHeap heap(file, heap_address);
  constexpr unsigned kLinksByName = 5;
  constexpr std::size_t kHash = 4;
  for_each_record(file, tree, kLinksByName, [&](std::span<const std::byte> record) {
    if (record.size() < kHash) throw Fault("a B-tree in it has impossible sizes");
    add_link(heap.object(record.subspan(kHash)), links);
  });
}

void add_dense_attributes(const Bytes& file, std::span<const std::byte> attribute_info,
                          std::vector<Hdf5Attribute>& attributes) {
  Cursor cursor(attribute_info);
  cursor.expect(0, 1, "attribute info version");
  if ((cursor.number(1) & 1) != 0) cursor.skip(2);
  const std::uint64_t heap_address = cursor.address(), tree = cursor.address();
  if (heap_address == kNowhere) return;
  const FractalHeap heap(file, heap_address);
  constexpr unsigned kAttributesByName = 8;
  for_each_record(file, tree, kAttributesByName, [&](std::span<const std::byte> record) {
    constexpr std::size_t kMost = 1024;
    if (attributes.size() == kMost) throw Fault("an object in it has too many attributes");
    attributes.push_back(read_attribute(file, heap.object(record)));
  });
}

}  // namespace telar::hdf5
