# What every target of telar is compiled with; not exported, so that users keep their own flags. Same bits everywhere need:
# no contraction of a*b+c by the compiler, and never -ffast-math (it sets flush-to-zero for the whole process).
add_library(telar_options INTERFACE)
target_compile_features(telar_options INTERFACE cxx_std_20)
target_include_directories(telar_options INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(telar_options INTERFACE ${TELAR_HEADER_LIBRARIES})
target_compile_options(telar_options INTERFACE -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False positives at -O3: on std::string (GCC bug 105651, fixed in 13), and on a vector of bytes that grows.
  target_compile_options(telar_options INTERFACE -Wno-restrict -Wno-stringop-overflow)
endif()
if(TELAR_WERROR)
  target_compile_options(telar_options INTERFACE -Werror)
endif()
