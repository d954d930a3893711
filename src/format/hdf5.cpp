#include "format/hdf5.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <set>

#include <telar/error.hpp>

#include "format/hdf5_data.hpp"
#include "format/hdf5_links.hpp"

namespace telar {

namespace {

using namespace hdf5;

constexpr std::size_t kMostObjects = 10'000, kMostObjectDepth = 16;

/// The address of the root's header.
std::uint64_t read_superblock(std::span<const std::byte> bytes) {
  Cursor cursor(bytes);
  cursor.expect("\x89HDF\r\n\x1a\n");
  const std::uint64_t version = cursor.number(1);
  if (version > 3) throw Fault("superblock version " + std::to_string(version) + " is not read");
  if (version < 2) cursor.skip(4);
  cursor.expect(8, 1, "a width of addresses of");
  cursor.expect(8, 1, "a width of lengths of");
  if (version < 2) {
    cursor.skip(1 + 4 + 4);
    if (version == 1) cursor.skip(4);
  } else {
    cursor.skip(1);
  }
  cursor.expect(0, 8, "a base address of");
  const std::uint64_t other = cursor.address(), end = cursor.address();
  static_cast<void>(other);  // free space, which nothing writes, or the extension, which has nothing for a reader
  if (end > bytes.size()) throw Fault("it is truncated");
  if (version < 2) {
    if (cursor.address() != kNowhere) throw Fault("it needs a driver of its own");
    cursor.skip(8);
    return cursor.address();
  }
  const std::uint64_t root = cursor.address();
  static_cast<void>(Bytes(bytes).checked(0, cursor.at() + 4));
  return root;
}

struct WaitingObject {
  std::uint64_t address;
  std::size_t depth;
};

/// Fills `object`; what is in it goes to `links`.
void read_object(const Bytes& file, std::uint64_t address, Hdf5Object& object, Links& links) {
  const std::vector<Message> messages = messages_at(file, address);
  const auto find = [&](unsigned type) {
    const auto found = std::ranges::find(messages, type, &Message::type);
    return found == messages.end() ? nullptr : &*found;
  };
  for (const Message& message : messages) {
    file.step();
    if (message.type == Message::symbol_table) add_old_links(file, message.data, links);
    if (message.type == Message::link) add_link(message.data, links);
    if (message.type == Message::link_info) add_dense_links(file, message.data, links);
    if (message.type == Message::attribute) object.attributes.push_back(read_attribute(file, message.data));
    if (message.type == Message::attribute_info) add_dense_attributes(file, message.data, object.attributes);
  }
  const Message* layout = find(Message::layout);
  if (layout == nullptr) return;
  const Message *space = find(Message::dataspace), *type = find(Message::datatype), *filters = find(Message::filters);
  if (space == nullptr || type == nullptr || !links.empty()) throw Fault("an object in it is no proper dataset");
  object.is_dataset = true;
  object.type = read_type(type->data);
  Space extent = read_space(space->data);
  object.shape = std::move(extent.shape);
  object.count = extent.count;
  object.layout =
      read_layout(file, layout->data, object,
                  filters != nullptr ? read_filters(filters->data, object.type.size) : std::vector<std::uint16_t>());
}

std::vector<Hdf5Object> walk(std::span<const std::byte> bytes) {
  const Bytes file(bytes);
  std::vector<Hdf5Object> objects(1);
  std::vector<WaitingObject> waiting{{read_superblock(bytes), 0}};
  std::set<std::uint64_t> visited{waiting.front().address};
  // Weights hardly shrink. What claims to be far larger than its file is made to fill the memory.
  constexpr std::uint64_t kAlwaysFine = std::uint64_t{32} << 20, kMostRatio = 16;
  const std::uint64_t most = std::max(kAlwaysFine, kMostRatio * bytes.size());
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < waiting.size(); ++i) {  // objects[i] waits at waiting[i]
    Links links;
    read_object(file, waiting[i].address, objects[i], links);
    total += objects[i].count * objects[i].type.size;  // both have been compared with the file's size
    if (total > most) throw Fault("its data are larger than the file can hold");
    std::ranges::sort(links);
    for (auto& [name, address] : links) {
      auto& children = objects[i].children;
      if (!children.empty() && children.back().first == name) throw Fault("'" + name + "' is there twice");
      if (!visited.insert(address).second) throw Fault("'" + name + "' is another name of something else in it");
      if (objects.size() == kMostObjects) throw Fault("it has too many objects");
      if (waiting[i].depth == kMostObjectDepth) throw Fault("its groups are nested too deep");
      children.emplace_back(std::move(name), objects.size());
      objects.emplace_back();
      waiting.push_back({address, waiting[i].depth + 1});
    }
  }
  return objects;
}

template <class T>
float element(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return static_cast<float>(value);
}

float half(const std::byte* at) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, at, sizeof bits);
  const unsigned exponent = bits >> 10 & 31, mantissa = bits & 1023;
  float value = 0;
  if (exponent == 31)
    value = mantissa == 0 ? HUGE_VALF : NAN;
  else if (exponent == 0)
    value = std::ldexp(static_cast<float>(mantissa), -24);
  else
    value = std::ldexp(static_cast<float>(mantissa + 1024), static_cast<int>(exponent) - 25);
  return (bits & 0x8000) != 0 ? -value : value;
}

using ToFloat = float (*)(const std::byte*);

ToFloat converter(const Hdf5Type& type) {
  using Kind = Hdf5Type::Kind;
  switch (type.kind) {
    case Kind::floating:
      return type.size == 2 ? half : type.size == 4 ? element<float> : element<double>;
    case Kind::signed_integer:
      return type.size == 1   ? element<std::int8_t>
             : type.size == 2 ? element<std::int16_t>
             : type.size == 4 ? element<std::int32_t>
                              : element<std::int64_t>;
    case Kind::unsigned_integer:
      return type.size == 1   ? element<std::uint8_t>
             : type.size == 2 ? element<std::uint16_t>
             : type.size == 4 ? element<std::uint32_t>
                              : element<std::uint64_t>;
    case Kind::string:
    case Kind::variable_string:
      break;
  }
  throw Fault("it has strings where numbers must be");
}

template <class Read>
auto at_file(const std::string& file, Read&& read) {
  try {
    return read();
  } catch (const Fault& fault) {
    throw Error(ErrorCode::data, file, std::string("not an HDF5 file that telar reads: ") + fault.what());
  }
}

}  // namespace

const std::vector<std::string>* Hdf5Object::strings(std::string_view attribute) const noexcept {
  const auto found = std::ranges::find(attributes, attribute, &Hdf5Attribute::name);
  return found == attributes.end() ? nullptr : &found->strings;
}

Hdf5File::Hdf5File(std::string file, std::span<const std::byte> bytes)
    : file_(std::move(file)), bytes_(bytes), objects_(at_file(file_, [&] { return walk(bytes); })) {}

const Hdf5Object* Hdf5File::find(std::string_view path, const Hdf5Object& group) const noexcept {
  const Hdf5Object* object = &group;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    const auto& children = object->children;
    const auto found =
        std::ranges::lower_bound(children, name, {}, [](const auto& child) { return std::string_view(child.first); });
    if (found == children.end() || found->first != name) return nullptr;
    object = &objects_[found->second];
  }
  return object;
}

std::vector<std::byte> Hdf5File::contents(const Hdf5Object& dataset) const {
  return read_contents(Bytes(bytes_), dataset);
}

std::vector<float> Hdf5File::floats(const Hdf5Object& dataset) const {
  return at_file(file_, [&] {
    const ToFloat convert = converter(dataset.type);
    const std::vector<std::byte> bytes = contents(dataset);
    std::vector<float> values(dataset.count);
    if (dataset.type.kind == Hdf5Type::Kind::floating && dataset.type.size == sizeof(float)) {
      if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    } else {
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = convert(bytes.data() + i * dataset.type.size);
    }
    return values;
  });
}

std::int64_t Hdf5File::integer(const Hdf5Object& dataset) const {
  return at_file(file_, [&] {
    using Kind = Hdf5Type::Kind;
    const bool is_signed = dataset.type.kind == Kind::signed_integer;
    if (dataset.count != 1 || (!is_signed && dataset.type.kind != Kind::unsigned_integer))
      throw Fault("it has something else where a whole number must be");
    const std::vector<std::byte> bytes = contents(dataset);
    std::uint64_t value = is_signed && (bytes.back() & std::byte{0x80}) != std::byte{0} ? ~std::uint64_t{0} : 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return static_cast<std::int64_t>(value);
  });
}

}  // namespace telar
