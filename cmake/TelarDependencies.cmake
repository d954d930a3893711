# What the library is made with. Nothing here shows in a public header. The ones that a static libtelar.a still needs at
# link time are found again by telarConfig.cmake.in and named in telar.pc.in: keep the three in step.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
# By pkg-config: Debian 12's libziptargets.cmake also demands the zipcmp, zipmerge and ziptool programs.
pkg_check_modules(TELAR_ZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(TELAR_HWY REQUIRED IMPORTED_TARGET libhwy)
find_package(PNG REQUIRED)
pkg_check_modules(TELAR_TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
set(TELAR_LINK_LIBRARIES Threads::Threads ZLIB::ZLIB OpenSSL::Crypto PkgConfig::TELAR_ZIP PkgConfig::TELAR_HWY PNG::PNG
  PkgConfig::TELAR_TURBOJPEG)

# Headers only: toml++, Random123, protozero and mustache have no package file that keeps them so, and lie in the compiler's
# own path.
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_path(TELAR_TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
find_path(TELAR_RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)
find_path(TELAR_PROTOZERO_INCLUDE_DIR protozero/pbf_builder.hpp REQUIRED)
find_path(TELAR_MUSTACHE_INCLUDE_DIR kainjow/mustache.hpp REQUIRED)
mark_as_advanced(TELAR_TOMLPLUSPLUS_INCLUDE_DIR TELAR_RANDOM123_INCLUDE_DIR TELAR_PROTOZERO_INCLUDE_DIR
  TELAR_MUSTACHE_INCLUDE_DIR)
set(TELAR_HEADER_LIBRARIES nlohmann_json::nlohmann_json fmt::fmt-header-only Boost::headers)

# What draws a report's charts; embedded when telar is built.
find_file(TELAR_CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js NO_DEFAULT_PATH)
mark_as_advanced(TELAR_CHART_JS)
if(NOT TELAR_CHART_JS)
  message(FATAL_ERROR "Chart.js is missing, which draws the charts of reports. On Debian: apt-get install libjs-chart.js; "
    "elsewhere name version 3's chart.min.js with -DTELAR_CHART_JS=FILE")
endif()

if(TELAR_BUILD_CLI OR TELAR_BUILD_BENCH)
  find_package(CLI11 2.1 REQUIRED)
endif()
# For the program alone, which fetches data; the library never opens a connection.
if(TELAR_BUILD_CLI)
  find_package(CURL 7.85 REQUIRED)
endif()
