#include <bit>
#include <cstring>
#include <limits>

#include <telar/error.hpp>
#include <telar/snapshot.hpp>

namespace telar {

static_assert(std::endian::native == std::endian::little, "values are stored as they lie in memory");

namespace {

[[noreturn]] void refuse_stored(const std::string& message) { throw Error(ErrorCode::data, "checkpoint", message); }

}  // namespace

void Snapshot::raw(void* data, std::size_t bytes) {
  if (bytes == 0) return;
  if (!reading_) {
    const auto* begin = static_cast<const std::byte*>(data);
    taken_.insert(taken_.end(), begin, begin + bytes);
    return;
  }
  if (bytes > stored_.size()) refuse_stored("it ends in the middle of a value");
  std::memcpy(data, stored_.data(), bytes);
  stored_ = stored_.subspan(bytes);
}

std::size_t Snapshot::size(std::size_t count, std::size_t bytes_of_each) {
  std::uint64_t stored = count;
  value(stored);
  if (reading_ && stored > stored_.size() / bytes_of_each)
    refuse_stored("it says that " + std::to_string(stored) + " values follow, but ends before");
  return static_cast<std::size_t>(stored);
}

template <class T>
void Snapshot::array(T& v) {
  const std::size_t count = size(v.size(), sizeof(v[0]));
  if (reading_) v.resize(count);
  raw(v.data(), count * sizeof(v[0]));
}

void Snapshot::value(bool& v) {
  unsigned char byte = v ? 1 : 0;
  raw(&byte, 1);
  if (byte > 1) refuse_stored("it has " + std::to_string(byte) + " for yes or no");
  v = byte == 1;
}
void Snapshot::value(int& v) {
  std::int64_t wide = v;
  value(wide);
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max())
    refuse_stored("it has " + std::to_string(wide) + " for a count");
  v = static_cast<int>(wide);
}
void Snapshot::value(std::int64_t& v) { raw(&v, sizeof v); }
void Snapshot::value(std::uint64_t& v) { raw(&v, sizeof v); }
void Snapshot::value(float& v) { raw(&v, sizeof v); }
void Snapshot::value(double& v) { raw(&v, sizeof v); }
void Snapshot::value(std::string& v) { array(v); }
void Snapshot::value(std::vector<std::byte>& v) { array(v); }
void Snapshot::value(std::vector<float>& v) { array(v); }
void Snapshot::value(std::vector<double>& v) { array(v); }

}  // namespace telar
