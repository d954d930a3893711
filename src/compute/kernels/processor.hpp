// What kernels do otherwise on one maker's processors, since it was measured to be faster there. The bits are the same.
#pragma once

namespace telar::compute {

/// Intel's processors fetch rows of weights and slots in time: being asked for them costs a product 3 % and an update
/// 5 %. Nor do divisions and square roots run beside multiplications there. Zen 3 and Zen 4 gain from both. Tests try
/// either way on any processor.
inline bool is_intel = [] {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
  return __builtin_cpu_is("intel") != 0;
#else
  return false;
#endif
}();

}  // namespace telar::compute
