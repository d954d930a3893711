#include <telar/version.hpp>

namespace telar {

const char* version() noexcept { return TELAR_VERSION; }

}  // namespace telar
