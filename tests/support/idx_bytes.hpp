// IDX files made in a test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

namespace telar::test {

/// The bytes of an IDX file of unsigned bytes.
inline std::string idx_bytes(const std::vector<std::uint32_t>& shape, std::string_view values) {
  std::string bytes{0, 0, 8, static_cast<char>(shape.size())};
  for (const std::uint32_t extent : shape) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(extent >> shift & 0xff);
  }
  return bytes + std::string(values);
}

inline void put_gzip(const std::filesystem::path& file, std::string_view bytes) {
  std::filesystem::remove(file);
  gzFile out = gzopen(file.c_str(), "wb");
  if (gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size())) != static_cast<int>(bytes.size()))
    ADD_FAILURE() << "cannot write " << file;
  gzclose(out);
}

/// The contents of a raw or gzip file.
inline std::string get_unzipped(const std::filesystem::path& file) {
  gzFile in = gzopen(file.c_str(), "rb");
  if (!in) ADD_FAILURE() << "cannot read " << file;
  std::string bytes(1 << 20, '\0'), all;
  for (int n; (n = gzread(in, bytes.data(), static_cast<unsigned>(bytes.size()))) > 0;)
    all.append(bytes, 0, static_cast<std::size_t>(n));
  gzclose(in);
  return all;
}

}  // namespace telar::test
