#include "format/zip.hpp"

#include <set>
#include <zip.h>

#include <telar/error.hpp>

namespace telar {

namespace {

constexpr std::uint64_t kLargestRatio = 1032;  // of deflate
constexpr zip_int64_t kMostMembers = 65'535;
constexpr std::string_view kEmptyArchive{"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
                                         22};                    // which libzip does not write
constexpr zip_uint16_t kNoTime = 0, kFirstOfJanuary1980 = 0x21;  // MS-DOS's time and date, the earliest there is

struct ZipDiscard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using ZipHandle = std::unique_ptr<zip_t, ZipDiscard>;
using ZipSource = std::unique_ptr<zip_source_t, ZipDiscard>;

void require_zip(const std::string& file, bool done, const std::string& reason) {
  if (!done) throw Error(ErrorCode::resource, file, "cannot write: " + reason);
}

bool is_link(zip_t* archive, std::uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  constexpr zip_uint32_t kTypeOfFile = 0170000, kSymbolicLink = 0120000;
  return zip_file_get_external_attributes(archive, index, 0, &system, &attributes) == 0 && system == ZIP_OPSYS_UNIX &&
         ((attributes >> 16) & kTypeOfFile) == kSymbolicLink;
}

}  // namespace

struct ZipReader::Archive {
  zip_t* handle = nullptr;
  Archive() = default;
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive() {
    if (handle != nullptr) zip_discard(handle);
  }
};

ZipReader::ZipReader(std::string file, std::span<const std::byte> bytes, std::uint64_t limit, const std::string& what,
                     std::string part)
    : file_(std::move(file)), part_(std::move(part)), bytes_(bytes), archive_(std::make_unique<Archive>()) {
  if (bytes.empty()) fail("not a sound " + what + ": the file is empty");  // to libzip, an archive of nothing
  zip_error_t error;
  zip_error_init(&error);
  ZipSource source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error));
  // Consistency checks: libzip compares the directory with what stands before each member.
  if (source) archive_->handle = zip_open_from_source(source.get(), ZIP_RDONLY | ZIP_CHECKCONS, &error);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (archive_->handle == nullptr) fail("not a sound " + what + ": " + reason);
  static_cast<void>(source.release());  // the archive owns it now

  const zip_int64_t members = zip_get_num_entries(archive_->handle, 0);
  if (members > kMostMembers) fail("too many " + part_ + "s");
  std::uint64_t stored = 0, total = 0;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(members); ++i) add_member(i, stored, total, limit);
  std::set<std::string_view> names;
  for (const ZipMember& member : members_)
    if (!names.insert(member.name).second) fail(member.name + " is there twice");
}

ZipReader::ZipReader(ZipReader&&) noexcept = default;
ZipReader::~ZipReader() = default;

void ZipReader::fail(const std::string& message) const { throw Error(ErrorCode::data, file_, message); }

void ZipReader::add_member(std::uint64_t index, std::uint64_t& stored, std::uint64_t& total, std::uint64_t limit) {
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  zip_stat_t stat;
  if (zip_stat_index(archive_->handle, index, ZIP_FL_ENC_RAW, &stat) != 0 || (stat.valid & kNeeded) != kNeeded)
    fail(part_ + " " + std::to_string(index) + " has no proper entry in the archive");
  const std::string name = stat.name;
  if (stat.encryption_method != ZIP_EM_NONE) fail(name + " is encrypted");
  if (is_link(archive_->handle, index)) fail(name + " is a symbolic link");
  const bool is_stored = stat.comp_method == ZIP_CM_STORE;
  if (!is_stored && stat.comp_method != ZIP_CM_DEFLATE) fail(name + " is compressed in a way that is not read");
  if (stat.comp_size > bytes_.size() ||
      (is_stored ? stat.size != stat.comp_size : stat.size > stat.comp_size * kLargestRatio) || stat.size > limit)
    fail(name + " declares a size that its data cannot have");
  // Each term is at most `limit` or the file's size, so neither sum wraps round.
  stored += stat.comp_size;
  total += stat.size;
  if (stored > bytes_.size()) fail(name + ": its data overlap with another " + part_ + "'s");
  if (total > limit) fail("its " + part_ + "s are too large together");
  members_.push_back({name, stat.size, index});
}

ByteBuffer ZipReader::read(const ZipMember& member) {
  ByteBuffer contents(member.size);
  Stream stream(*this, member);
  stream.read(contents);
  stream.finish();
  return contents;
}

ZipReader::Stream::Stream(ZipReader& reader, const ZipMember& member)
    : reader_(reader), name_(member.name), member_(zip_fopen_index(reader.archive_->handle, member.index, 0)) {
  if (member_ == nullptr) reader_.fail(name_ + " cannot be opened: " + zip_strerror(reader.archive_->handle));
}

ZipReader::Stream::~Stream() { zip_fclose(static_cast<zip_file_t*>(member_)); }

void ZipReader::Stream::read(std::span<std::byte> to) {
  const zip_int64_t n = zip_fread(static_cast<zip_file_t*>(member_), to.data(), to.size());
  if (n < 0 || static_cast<std::uint64_t>(n) != to.size()) reader_.fail(name_ + " is truncated or corrupt");
}

void ZipReader::Stream::finish() {
  char end = 0;  // libzip compares the CRC where it finds the end
  if (zip_fread(static_cast<zip_file_t*>(member_), &end, 1) != 0)
    reader_.fail(name_ + " is corrupt: its CRC is not right");
}

std::vector<std::byte> zip_bytes(const std::string& file,
                                 std::span<const std::pair<std::string, std::span<const std::byte>>> members) {
  if (members.empty()) {
    const auto empty = std::as_bytes(std::span(kEmptyArchive));
    return {empty.begin(), empty.end()};
  }
  const ZipSource buffer(zip_source_buffer_create(nullptr, 0, 0, nullptr));
  require_zip(file, buffer != nullptr, "not enough memory");
  zip_source_keep(buffer.get());  // one reference for the archive, one for us
  ZipHandle archive(zip_open_from_source(buffer.get(), ZIP_TRUNCATE, nullptr));
  if (!archive) zip_source_free(buffer.get());
  require_zip(file, archive != nullptr, "not enough memory");
  for (const auto& [name, contents] : members) {
    ZipSource source(zip_source_buffer(archive.get(), contents.data(), contents.size(), 0));
    const zip_int64_t index = source ? zip_file_add(archive.get(), name.c_str(), source.get(), ZIP_FL_ENC_UTF_8) : -1;
    require_zip(file, index >= 0, name + ": " + zip_strerror(archive.get()));
    static_cast<void>(source.release());  // the archive owns it now
    const auto i = static_cast<zip_uint64_t>(index);
    require_zip(file,
                zip_set_file_compression(archive.get(), i, ZIP_CM_STORE, 0) == 0 &&
                    zip_file_set_dostime(archive.get(), i, kNoTime, kFirstOfJanuary1980, 0) == 0,
                name + ": " + zip_strerror(archive.get()));
  }
  require_zip(file, zip_close(archive.get()) == 0, zip_strerror(archive.get()));
  static_cast<void>(archive.release());  // closed
  zip_stat_t stat;
  require_zip(file, zip_source_stat(buffer.get(), &stat) == 0 && zip_source_open(buffer.get()) == 0,
              "libzip lost its buffer");
  std::vector<std::byte> bytes(stat.size);
  require_zip(file, zip_source_read(buffer.get(), bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size()),
              "libzip lost its buffer");
  zip_source_close(buffer.get());
  return bytes;
}

}  // namespace telar
