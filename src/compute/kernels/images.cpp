// Samples one by one: images of a training batch turned round and moved, numbers put into another order.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/images.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/run-inl.h"
#include "compute/move_image.hpp"
#include "compute/regroup.hpp"

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

void Run(const RegroupOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t flat_row = static_cast<std::size_t>(op.flat.stride),
                    rows_of_sample =
                        static_cast<std::size_t>(op.grouped.rows_each) * static_cast<std::size_t>(op.grouped.stride);
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r)
    regroup(op, frame.at(op.flat.at) + r * flat_row, frame.at(op.grouped.at) + r * rows_of_sample);
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
