#include "format/keras_file.hpp"

#include <algorithm>
#include <array>

#include <telar/error.hpp>

#include "base/file_reader.hpp"
#include "format/keras_fields.hpp"
#include "format/zip.hpp"

namespace telar {

namespace {

constexpr std::uint64_t kMostKerasBytes = std::uint64_t{2} << 30;
constexpr const char *kMetadata = "metadata.json", *kConfig = "config.json", *kWeights = "model.weights.h5";

std::string_view text_of(const ByteBuffer& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

KerasFile read_keras_file(const std::filesystem::path& path) {
  KerasFile file;
  file.name = path.string();
  const ByteBuffer bytes = read_file(path, kMostKerasBytes);
  // As of the data within: weights hardly shrink, and what grows too much is made to fill the memory.
  constexpr std::uint64_t kAlwaysFine = std::uint64_t{32} << 20, kMostRatio = 16;
  ZipReader archive(file.name, bytes, std::min(kMostKerasBytes, std::max(kAlwaysFine, kMostRatio * bytes.size())),
                    ".keras file");
  const auto find = [&](const char* name) {
    const auto found = std::ranges::find(archive.members(), name, &ZipMember::name);
    return found == archive.members().end() ? nullptr : &*found;
  };
  for (const ZipMember& member : archive.members())
    if (member.name != kMetadata && member.name != kConfig && member.name != kWeights)
      throw Error(ErrorCode::data, file.name, "its member '" + member.name.substr(0, 64) + "' is none that telar reads",
                  "a .keras file has config.json, model.weights.h5 and metadata.json");
  for (const char* needed : {kConfig, kWeights})
    if (find(needed) == nullptr)
      throw Error(ErrorCode::data, file.name, std::string("not a .keras file: it has no ") + needed);
  constexpr std::uint64_t kLargestText = std::uint64_t{4} << 20;
  for (const char* text : {kConfig, kMetadata})
    if (const ZipMember* member = find(text); member != nullptr && member->size > kLargestText)
      throw Error(ErrorCode::data, file.name, std::string(text) + " is larger than 4 MiB");
  // All CRCs before anything is made of the contents.
  file.weights = archive.read(*find(kWeights));
  const ByteBuffer config = archive.read(*find(kConfig));
  const ZipMember* metadata = find(kMetadata);
  const ByteBuffer about = metadata != nullptr ? archive.read(*metadata) : ByteBuffer();
  file.config = parse_keras_json(text_of(config), file.name, kConfig);
  if (!about.empty()) {
    const KerasJson json = parse_keras_json(text_of(about), file.name, kMetadata);
    if (json.is_object()) file.telar = json.value("telar", KerasJson());
  }
  return file;
}

SaveOptions names_in(const std::filesystem::path& file) {
  if (kind_of_model_file(file) != ModelFileKind::keras) return {};
  const KerasJson telar = read_keras_file(file).telar;
  const auto names = [&](const char* key) {
    std::vector<std::string> list;
    const KerasJson stored = telar.is_object() ? telar.value(key, KerasJson()) : KerasJson();
    if (stored.is_array())
      for (const KerasJson& name : stored) list.push_back(name.is_string() ? name.get<std::string>() : "");
    return list;
  };
  return {names("class_names"), names("feature_names"), names("target_names")};
}

ModelFileKind kind_of_model_file(const std::filesystem::path& file) {
  const std::string name = file.string();
  if (name.ends_with(".npz")) return ModelFileKind::npz;
  if (name.ends_with(".keras")) return ModelFileKind::keras;
  if (name.ends_with(".h5") || name.ends_with(".hdf5")) return ModelFileKind::hdf5;
  std::array<std::byte, 4> start{};
  FileReader reader(file);
  reader.read(start);
  if (start[0] == std::byte{0x89} && start[1] == std::byte{'H'}) return ModelFileKind::hdf5;
  return ModelFileKind::keras;
}

}  // namespace telar
