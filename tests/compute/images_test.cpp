// Images turned round and moved: kernels against their definitions in double.
#include "compute/laboratory.hpp"

namespace telar::compute {
namespace {

class Images : public testing::TestWithParam<Isa> {
 protected:
  Isa isa() const { return GetParam(); }
};

constexpr ImageShape kShapes[] = {{1, 1, 1}, {1, 7, 3}, {9, 1, 2}, {28, 28, 1}, {5, 6, 3}};

int size_of(const ImageShape& shape) { return shape.height * shape.width * shape.channels; }

TEST_P(Images, FlipsAreTheirDefinition) {
  for (const ImageShape& shape : kShapes)
    for (const int sides : {1, 2, 3}) {
      Laboratory lab(33);
      lab.input().step = 5;
      const Matrix in = lab.matrix(size_of(shape)), out = lab.matrix(size_of(shape));
      lab.run(FlipOp{in, out, shape, (sides & 1) != 0, (sides & 2) != 0, 77}, isa(), 2);
      ASSERT_EQ(lab.error(out), 0) << shape.height << " x " << shape.width << ", " << sides;
    }
}

TEST_P(Images, TranslationsAreTheirDefinition) {
  using Fill = TranslateOp::Fill;
  for (const ImageShape& shape : kShapes)
    for (const Fill fill : {Fill::constant, Fill::nearest, Fill::reflect, Fill::wrap})
      for (const bool bilinear : {false, true}) {
        Laboratory lab(33);
        lab.input().step = 5;
        const Matrix in = lab.matrix(size_of(shape)), out = lab.matrix(size_of(shape));
        lab.run(TranslateOp{in, out, shape, -1, 1, -0.3f, 0.8f, fill, bilinear, 0.5f, 77}, isa(), 2);
        ASSERT_LT(lab.error(out), 1e-6) << shape.height << " x " << shape.width << ", " << static_cast<int>(fill);
      }
}

INSTANTIATE_TEST_SUITE_P(OnEveryIsa, Images, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace telar::compute
