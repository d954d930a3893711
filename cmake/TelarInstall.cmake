# cmake --install: the library, its headers, the program, the CMake package and telar.pc.
include(CMakePackageConfigHelpers)
set(telar_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/telar)

# A shared libtelar brings its libraries with it; whoever links a static one needs them too.
get_target_property(telar_type telar TYPE)
if(telar_type STREQUAL STATIC_LIBRARY)
  set(telar_is_static TRUE)
  set(telar_requires Requires)
else()
  set(telar_is_static FALSE)
  set(telar_requires Requires.private)
endif()

install(TARGETS telar EXPORT telarTargets)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/telar DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.hpp)
if(TARGET telar_cli)
  file(RELATIVE_PATH telar_bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(telar_cli PROPERTIES INSTALL_RPATH $ORIGIN/${telar_bin_to_lib})
  install(TARGETS telar_cli)
endif()

install(EXPORT telarTargets NAMESPACE telar:: DESTINATION ${telar_package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/telarConfig.cmake.in ${PROJECT_BINARY_DIR}/telarConfig.cmake
  INSTALL_DESTINATION ${telar_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/telarConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/telarConfig.cmake ${PROJECT_BINARY_DIR}/telarConfigVersion.cmake
  DESTINATION ${telar_package_dir})

# telar.pc finds everything from where it lies itself, so that an installation can be moved.
set(telar_pc_dir ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH telar_pc_to_prefix ${telar_pc_dir} ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH telar_pc_to_include ${telar_pc_dir} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(${CMAKE_CURRENT_LIST_DIR}/telar.pc.in ${PROJECT_BINARY_DIR}/telar.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/telar.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
