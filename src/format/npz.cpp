#include "format/npz.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <new>
#include <set>
#include <stdexcept>
#include <zip.h>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "base/file_reader.hpp"
#include "format/npy_header.hpp"

static_assert(std::endian::native == std::endian::little, "'<f4' is copied as it lies in memory");

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 30;  // of a file, and of its arrays together
constexpr std::uint64_t kLargestRatio = 1032;                 // of deflate
constexpr zip_int64_t kMostMembers = 65'535;
constexpr std::string_view kSuffix = ".npy";
constexpr std::string_view kEmptyArchive{"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
                                         22};                    // which libzip does not write
constexpr zip_uint16_t kNoTime = 0, kFirstOfJanuary1980 = 0x21;  // MS-DOS's time and date, the earliest there is

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* member) const { zip_fclose(member); }
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Member = std::unique_ptr<zip_file_t, Discard>;
using Source = std::unique_ptr<zip_source_t, Discard>;

/// Number of values of `shape`; false if it cannot be counted.
bool count_values(std::span<const int> shape, std::uint64_t& count) {
  count = 1;
  for (const int extent : shape) {
    if (extent < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(extent), &count)) return false;
  }
  return true;
}

// ---- writing --------------------------------------------------------------------------------------------------------

void check(const fs::path& file, std::span<const NpzArray> arrays) {
  std::set<std::string_view> names;
  for (const NpzArray& array : arrays) {
    std::uint64_t count = 0;
    if (array.name.empty() || !names.insert(array.name).second)
      throw Error(ErrorCode::usage, file.string(), "the array name '" + array.name + "' is empty or used twice");
    if (!count_values(array.shape, count) || count != array.values.size())
      throw Error(ErrorCode::usage, file.string(),
                  array.name + ": " + std::to_string(array.values.size()) + " values do not fill its shape");
  }
}

void require(const fs::path& file, bool done, const std::string& reason) {
  if (!done) throw Error(ErrorCode::resource, file.string(), "cannot write: " + reason);
}

std::vector<std::byte> contents(zip_source_t* source, const fs::path& file) {
  zip_stat_t stat;
  require(file, zip_source_stat(source, &stat) == 0 && zip_source_open(source) == 0, "libzip lost its buffer");
  std::vector<std::byte> bytes(stat.size);
  require(file, zip_source_read(source, bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size()),
          "libzip lost its buffer");
  zip_source_close(source);
  return bytes;
}

// ---- reading --------------------------------------------------------------------------------------------------------

class Reader {
 public:
  explicit Reader(const fs::path& file) : file_(file.string()), bytes_(read_file(file, kMostBytes)) {
    if (bytes_.empty()) fail("not a sound .npz archive: the file is empty");  // to libzip, an archive of nothing
    zip_error_t error;
    zip_error_init(&error);
    Source source(zip_source_buffer_create(bytes_.data(), bytes_.size(), 0, &error));
    // Consistency checks: libzip compares the directory with what stands before each member.
    if (source) archive_.reset(zip_open_from_source(source.get(), ZIP_RDONLY | ZIP_CHECKCONS, &error));
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    if (!archive_) fail("not a sound .npz archive: " + reason);
    static_cast<void>(source.release());  // the archive owns it now
  }

  std::vector<NpzArray> read() {
    const zip_int64_t members = zip_get_num_entries(archive_.get(), 0);
    if (members > kMostMembers) fail("too many arrays");
    std::vector<zip_stat_t> stats(static_cast<std::size_t>(members));
    std::uint64_t stored = 0, total = 0;
    for (std::size_t i = 0; i < stats.size(); ++i) {
      stats[i] = checked_stat(i);
      // Each term is at most kMostBytes, so neither sum wraps round.
      stored += stats[i].comp_size;
      total += stats[i].size;
      if (stored > bytes_.size()) fail(member_name(stats[i]) + ": its data overlap with another array's");
      if (total > kMostBytes) fail("its arrays are too large together");
    }
    std::vector<NpzArray> arrays;
    arrays.reserve(stats.size());
    for (const zip_stat_t& stat : stats) arrays.push_back(read_member(stat));
    return arrays;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const { throw Error(ErrorCode::data, file_, message); }

  static std::string member_name(const zip_stat_t& stat) { return stat.name; }

  zip_stat_t checked_stat(std::size_t index) {
    constexpr zip_uint64_t kNeeded =
        ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    zip_stat_t stat;
    if (zip_stat_index(archive_.get(), index, ZIP_FL_ENC_RAW, &stat) != 0 || (stat.valid & kNeeded) != kNeeded)
      fail("array " + std::to_string(index) + " has no proper entry in the archive");
    const std::string name = stat.name;
    if (!name.ends_with(kSuffix) || name.size() == kSuffix.size())
      fail("its member '" + name + "' is no array: the name does not end in .npy");
    if (!names_.insert(name).second) fail(name + " is there twice");
    if (stat.encryption_method != ZIP_EM_NONE) fail(name + " is encrypted");
    const bool is_stored = stat.comp_method == ZIP_CM_STORE;
    if (!is_stored && stat.comp_method != ZIP_CM_DEFLATE) fail(name + " is compressed in a way that is not read");
    if (stat.comp_size > bytes_.size() ||
        (is_stored ? stat.size != stat.comp_size : stat.size > stat.comp_size * kLargestRatio) ||
        stat.size > kMostBytes)
      fail(name + " declares a size that its data cannot have");
    return stat;
  }

  void read_exactly(zip_file_t* member, const std::string& name, void* to, std::uint64_t size) const {
    const zip_int64_t n = zip_fread(member, to, size);
    if (n < 0 || static_cast<std::uint64_t>(n) != size) fail(name + " is truncated or corrupt");
  }

  NpzArray read_member(const zip_stat_t& stat) {
    const std::string name = stat.name;
    const Member member(zip_fopen_index(archive_.get(), stat.index, 0));
    if (!member) fail(name + " cannot be opened: " + zip_strerror(archive_.get()));
    NpzArray array;
    array.name = name.substr(0, name.size() - kSuffix.size());
    try {
      if (stat.size < kNpyPreambleSize) throw std::invalid_argument("it is no NumPy array");
      std::string header(kNpyPreambleSize, '\0');
      read_exactly(member.get(), name, header.data(), header.size());
      header.resize(npy_header_size(header));
      if (header.size() > stat.size) throw std::invalid_argument("its header is truncated");
      read_exactly(member.get(), name, header.data() + kNpyPreambleSize, header.size() - kNpyPreambleSize);
      array.shape = parse_npy_header(header);
      std::uint64_t count = 0;
      const std::uint64_t room = stat.size - header.size();
      if (!count_values(array.shape, count) || count > kMostBytes / sizeof(float) || count * sizeof(float) != room)
        throw std::invalid_argument("its " + std::to_string(room) + " bytes of values do not fill its shape");
      array.values.resize(count);
      read_exactly(member.get(), name, array.values.data(), room);
    } catch (const std::invalid_argument& error) {
      fail(name + ": " + error.what());
    }
    char end = 0;  // libzip compares the CRC where it finds the end
    if (zip_fread(member.get(), &end, 1) != 0) fail(name + " is corrupt: its CRC is not right");
    return array;
  }

  std::string file_;
  std::vector<std::byte> bytes_;
  Archive archive_;
  std::set<std::string> names_;
};

}  // namespace

void write_npz(const fs::path& file, std::span<const NpzArray> arrays) {
  check(file, arrays);
  if (arrays.empty()) return write_file(file, kEmptyArchive);
  const Source buffer(zip_source_buffer_create(nullptr, 0, 0, nullptr));
  require(file, buffer != nullptr, "not enough memory");
  zip_source_keep(buffer.get());  // one reference for the archive, one for us
  Archive archive(zip_open_from_source(buffer.get(), ZIP_TRUNCATE, nullptr));
  if (!archive) zip_source_free(buffer.get());
  require(file, archive != nullptr, "not enough memory");

  std::vector<std::string> members;  // libzip reads them when it closes the archive
  members.reserve(arrays.size());
  for (const NpzArray& array : arrays) {
    std::string& member = members.emplace_back(npy_header(array.shape));
    member.append(reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(float));
    Source source(zip_source_buffer(archive.get(), member.data(), member.size(), 0));
    const std::string name = array.name + std::string(kSuffix);
    const zip_int64_t index = source ? zip_file_add(archive.get(), name.c_str(), source.get(), ZIP_FL_ENC_UTF_8) : -1;
    require(file, index >= 0, name + ": " + zip_strerror(archive.get()));
    static_cast<void>(source.release());  // the archive owns it now
    const auto i = static_cast<zip_uint64_t>(index);
    require(file,
            zip_set_file_compression(archive.get(), i, ZIP_CM_STORE, 0) == 0 &&
                zip_file_set_dostime(archive.get(), i, kNoTime, kFirstOfJanuary1980, 0) == 0,
            name + ": " + zip_strerror(archive.get()));
  }
  require(file, zip_close(archive.get()) == 0, zip_strerror(archive.get()));
  static_cast<void>(archive.release());  // closed
  write_file(file, contents(buffer.get(), file));
}

std::vector<NpzArray> read_npz(const fs::path& file) {
  try {
    return Reader(file).read();
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::resource, file.string(), "not enough memory to read it");
  }
}

}  // namespace telar
