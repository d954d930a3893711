#include "format/npy_header.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <stdexcept>

namespace telar {
namespace {

using Shape = std::vector<int>;

/// A head of version 1.0 around any dictionary.
std::string header(const std::string& dictionary) {
  std::string head("\x93NUMPY\x01\x00", 8);
  head += static_cast<char>(dictionary.size() & 0xff);
  head += static_cast<char>(dictionary.size() >> 8);
  return head + dictionary;
}

void refused(const std::string& dictionary, const std::string& why) {
  SCOPED_TRACE(dictionary);
  try {
    static_cast<void>(parse_npy_float32(header(dictionary)));
    ADD_FAILURE() << "nothing was refused";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
  }
}

TEST(NpyHeader, is_byte_for_byte_what_numpy_writes) {
  // From numpy.save of numpy.zeros((3, 4), numpy.float32).
  const std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";
  EXPECT_EQ(npy_header(Shape{3, 4}), std::string("\x93NUMPY\x01\x00\x76\x00", 10) + dictionary +
                                         std::string(128 - 10 - 1 - dictionary.size(), ' ') + "\n");
}

TEST(NpyHeader, writes_tuples_as_python_does) {
  EXPECT_NE(npy_header(Shape{}).find("'shape': (), }"), std::string::npos);
  EXPECT_NE(npy_header(Shape{5}).find("'shape': (5,), }"), std::string::npos);
  EXPECT_NE(npy_header(Shape{5, 6, 7}).find("'shape': (5, 6, 7), }"), std::string::npos);
}

RC_GTEST_PROP(NpyHeader, is_read_as_it_was_written, ()) {
  const auto shape = *rc::gen::resize(20, rc::gen::container<Shape>(rc::gen::inRange(0, 1'000'000'000)));
  const std::string head = npy_header(shape);
  RC_ASSERT(head.size() % 64 == 0);
  RC_ASSERT(npy_header_size(head) == head.size());
  RC_ASSERT(parse_npy_float32(head) == shape);
}

TEST(NpyHeader, of_version_2_has_a_longer_length) {
  const std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
  std::string head("\x93NUMPY\x02\x00", 8);
  head += static_cast<char>(dictionary.size());
  head += std::string(3, '\0') + dictionary;
  EXPECT_EQ(npy_header_size(head), head.size());
  EXPECT_EQ(parse_npy_float32(head), Shape{2});
}

TEST(NpyHeader, may_have_its_keys_in_any_order_and_no_last_comma) {
  EXPECT_EQ(parse_npy_float32(header("{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}   \n")), (Shape{2, 3}));
}

TEST(NpyHeader, says_type_and_order) {
  const NpyHeader said = parse_npy_header(header("{'descr': '>i8', 'fortran_order': True, 'shape': (2, 3), }\n"));
  EXPECT_EQ(said.type, ">i8");
  EXPECT_TRUE(said.fortran_order);
  EXPECT_FALSE(parse_npy_header(npy_header(Shape{2, 3})).fortran_order);
}

TEST(NpyHeader, refuses_several_fields_and_an_order_that_is_none) {
  refused("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }\n", "several fields");
  refused("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2, 3), }\n", "neither True nor False");
}

TEST(NpyHeader, of_an_archive_of_weights_has_one_type_and_order) {
  refused("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", "type is '<f8'");
  refused("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }\n", "type is '>f4'");
  refused("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }\n", "type is '|O'");
  refused("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", "not in C order");
}

TEST(NpyHeader, refuses_what_numpy_does_not_write) {
  const std::string start = "{'descr': '<f4', 'fortran_order': False, ";
  refused("\n", "lacks a '{'");
  refused(start + "}\n", "lacks descr, fortran_order or shape");
  refused(start + "'shape': (2,), 'shape': (2,), }\n", "repeated key");
  refused(start + "'shape': (2,), 'other': 1, }\n", "unknown or repeated key");
  refused(start + "'shape': (2), }\n", "not a tuple");
  refused(start + "'shape': (-2,), }\n", "no number from 0");
  refused(start + "'shape': (2147483648,), }\n", "no number from 0");
  refused(start + "'shape': (2,,), }\n", "no number from 0");
  refused(start + "'shape': (2, 3, }\n", "no number from 0");
  refused(start + "'shape': (2,), }", "line feed");
  refused(start + "'shape': (2,), } x\n", "line feed");
  refused("{'descr': '<f4\n", "lacks a quote");
  std::string many;
  for (int i = 0; i < 33; ++i) many += "1, ";
  refused(start + "'shape': (" + many + "), }\n", "too many dimensions");
}

TEST(NpyHeader, refuses_other_magic_and_versions) {
  const std::string good = npy_header(Shape{2});
  const auto size_refused = [](std::string head, std::size_t at, char byte) {
    head[at] = byte;
    EXPECT_THROW(static_cast<void>(npy_header_size(head)), std::invalid_argument) << "byte " << at;
  };
  size_refused(good, 0, 'x');
  size_refused(good, 5, 'x');
  size_refused(good, 6, 0);
  size_refused(good, 6, 3);
  size_refused(good, 7, 1);
  EXPECT_THROW(static_cast<void>(npy_header_size(good.substr(0, 11))), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(npy_header_size(header(""))), std::invalid_argument);
}

}  // namespace
}  // namespace telar
