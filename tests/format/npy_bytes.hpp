// .npy files made in a test.
#pragma once

#include <string>
#include <vector>

namespace telar::test {

/// The numbers as they lie in memory.
template <class T>
std::string raw(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

/// An array of that type and shape, such as "<i8" and "(3, 2)".
inline std::string npy_bytes(const std::string& type, const std::string& shape, const std::string& values,
                             const std::string& fortran = "False") {
  const std::string dictionary =
      "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dictionary.size() & 0xff);
  bytes += static_cast<char>(dictionary.size() >> 8);
  return bytes + dictionary + values;
}

}  // namespace telar::test
