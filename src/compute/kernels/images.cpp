// Images of a training batch, turned round and moved, one by one.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/images.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/run-inl.h"
#include "compute/move_image.hpp"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// move(op, row, step, in, out) for the rows of the piece.
template <class ImageOp, class F>
void ForImages(const ImageOp& op, const Frame& frame, const Piece& piece, const F& move) {
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r)
    move(op, static_cast<int>(r), frame.input->step, frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride),
         frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride));
}

void Run(const FlipOp& op, const Frame& frame, const Piece& piece) { ForImages(op, frame, piece, flip<float>); }
void Run(const TranslateOp& op, const Frame& frame, const Piece& piece) {
  ForImages(op, frame, piece, translate<float>);
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
