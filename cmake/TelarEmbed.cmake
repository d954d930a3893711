# Writes a C++ file that holds other files, byte for byte: cmake -DOUT=report_assets.cpp -DFILES=a.html;b.css -P TelarEmbed.cmake
# The C++ file defines what src/study/report/assets.hpp declares; an asset has its file's name.
set(arrays "")
set(entries "")
set(number 0)
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "const unsigned char bytes_of_asset_${number}[] = {\n${bytes}};\n")
  string(APPEND entries "    {\"${name}\", {reinterpret_cast<const char*>(bytes_of_asset_${number}), sizeof bytes_of_asset_${number}}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT} "#include \"study/report/assets.hpp\"

namespace telar {

namespace {

${arrays}
const ReportAsset kReportAssets[] = {
${entries}};

}  // namespace

std::span<const ReportAsset> report_assets() noexcept { return kReportAssets; }

}  // namespace telar
")
