# For 64-bit ARM on another machine, with Debian's cross-compiler and arm64 libraries: scripts/setup --aarch64 installs them.
# What is built runs under qemu, so that ctest can run the tests.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
# GCC tells how passing some types by value changed in version 10; nothing here is linked with older objects.
set(CMAKE_CXX_FLAGS_INIT -Wno-psabi)
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
