// A model as a row of stages: what lies between its layers and the operations of a step.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "compute/program.hpp"
#include "model/arena_space.hpp"
#include "model/plan.hpp"

namespace telar {

/// A layer, or a part of one, in terms of operations. `in` and `out` are the same matrix where nothing is computed.
struct Stage {
  enum class Kind {
    affine,
    dense,
    activation,
    softmax,
    dropout,
    batch_norm,
    knee,
    prelu,
    noise,
    row_norm,
    activity,
    flip,
    translate,
    regroup,
    custom,
    fork,
    join
  } kind;
  compute::Matrix in, out;
  compute::Act act = compute::Act::linear;
  compute::RowAct row_act = compute::RowAct::softmax;
  bool trainable = false;  ///< has variables that training changes
  float scale = 1, offset = 0;
  compute::Kernel kernel{};
  std::optional<compute::Kernel> transposed{};
  std::optional<compute::Kernel> rounded{};  ///< the kernel's bfloat16 copy, and where the input's goes
  compute::Matrix rounded_in{};
  compute::Vector bias{};
  compute::DropoutOp dropout{};
  compute::BatchNormOp norm{};
  compute::Knee knee{};
  compute::Vector alpha{};
  compute::NoiseOp noise{};
  compute::RowNormOp row_norm{};
  std::size_t fork = 0;  ///< of a join: where the stage is whose input it adds
  compute::ActivityOp activity{};
  compute::FlipOp flip{};
  compute::TranslateOp translate{};
  compute::RegroupOp regroup{};
  compute::UserLayer user{};
  std::vector<compute::Vector> user_weights{};

  /// Its gradient updates its variables at once, not after all gradients.
  [[nodiscard]] bool updates_in_place() const noexcept {
    return trainable && (kind == Kind::batch_norm || kind == Kind::prelu);
  }
};

/// The batch's samples and what is done with them, first to last.
struct Stages {
  compute::GatherOp gather;
  std::vector<Stage> stages{};
};

/// Places what lies between the layers, and the copies of kernels that their products read, which become known to
/// `program`, whose variables are placed. The penalties of activities become known to it too.
[[nodiscard]] Stages make_stages(const Model& model, const PlanOptions& options, compute::Program& program,
                                 ArenaSpace& space);

}  // namespace telar
