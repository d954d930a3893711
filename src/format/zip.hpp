// Zip archives in memory: what .npz and .keras files are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_buffer.hpp"

namespace telar {

struct ZipMember {
  std::string name;
  std::uint64_t size = 0;  ///< of its contents, as declared; reading checks it
  std::uint64_t index = 0;
};

/// Reads an archive that is not trusted. Members are stored or deflated, have names of their own, do not overlap, and
/// are at most `limit` bytes together. Nothing is ever written to a path that an archive names.
class ZipReader {
 public:
  /// `bytes` outlive the reader. `what` and `part` are for messages: ".npz archive" and "array". Throws Error (data) at
  /// `file`.
  ZipReader(std::string file, std::span<const std::byte> bytes, std::uint64_t limit, const std::string& what,
            std::string part = "member");
  ZipReader(ZipReader&&) noexcept;
  ~ZipReader();

  [[nodiscard]] const std::vector<ZipMember>& members() const noexcept { return members_; }
  /// Its contents, checked against their CRC. Throws Error (data).
  [[nodiscard]] ByteBuffer read(const ZipMember& member);

  /// A member, read from its start in pieces.
  class Stream {
   public:
    Stream(ZipReader& reader, const ZipMember& member);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    /// Fills `to`. Throws Error (data) if there is not as much.
    void read(std::span<std::byte> to);
    /// Throws Error (data) if there is more, or the CRC is not right.
    void finish();

   private:
    ZipReader& reader_;
    std::string name_;
    void* member_;
  };

 private:
  [[noreturn]] void fail(const std::string& message) const;
  void add_member(std::uint64_t index, std::uint64_t& stored, std::uint64_t& total, std::uint64_t limit);

  std::string file_, part_;
  std::span<const std::byte> bytes_;
  struct Archive;
  std::unique_ptr<Archive> archive_;
  std::vector<ZipMember> members_;
};

/// An archive of these (name, contents), stored, dated 1980-01-01: the same members give the same bytes. Throws Error
/// (resource) at `file`.
[[nodiscard]] std::vector<std::byte> zip_bytes(
    const std::string& file, std::span<const std::pair<std::string, std::span<const std::byte>>> members);

}  // namespace telar
