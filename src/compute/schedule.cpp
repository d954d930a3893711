#include "compute/schedule.hpp"

#include <algorithm>

#include "compute/footprint.hpp"

namespace telar::compute {

namespace {

bool meet(const Access& a, const Access& b) { return a.begin < b.end && b.begin < a.end && (a.write || b.write); }

bool is_product(const Op& op) {
  return std::holds_alternative<DenseOp>(op) || std::holds_alternative<DenseInputGradOp>(op) ||
         std::holds_alternative<GatherOp>(op);
}

/// The cuts that `next` leaves to a group with `accesses` so far.
unsigned after(unsigned cuts, const std::vector<Access>& accesses, const Footprint& next) {
  cuts &= next.cuts;
  for (const Access& earlier : accesses)
    for (const Access& later : next.accesses)
      if (meet(earlier, later)) cuts &= closed(earlier.reach) & closed(later.reach);
  return cuts;
}

struct Columns {
  int operator()(const GatherOp& op) const { return op.out.columns; }
  int operator()(const SoftmaxGradOp& op) const { return op.delta.columns; }
  int operator()(const ActivationGradOp& op) const { return op.delta.columns; }
  int operator()(const AffineGradOp& op) const { return op.delta.columns; }
  int operator()(const KneeGradOp& op) const { return op.delta.columns; }
  int operator()(const PReluGradOp& op) const { return op.delta.columns; }
  int operator()(const DropoutGradOp& op) const { return op.delta.columns; }
  int operator()(const RowNormUpdateOp& op) const { return op.delta.columns; }
  int operator()(const BatchNormGradOp& op) const { return op.delta.columns; }
  int operator()(const CrossEntropyOp& op) const { return op.in.columns; }
  int operator()(const LossOp& op) const { return op.in.columns; }
  int operator()(const GuardOp&) const { return 0; }
  int operator()(const DenseUpdateOp& op) const { return op.kernel.out; }
  int operator()(const SquaresOp& op) const { return op.kernel.out; }
  int operator()(const ClipNormOp&) const { return 1; }
  int operator()(const UpdateOp& op) const { return op.kernel.out; }
  int operator()(const MeansOp& op) const { return op.of_rows ? 1 : op.kernel.out; }
  int operator()(const DirectionOp& op) const { return op.kernel.out; }
  int operator()(const RelayOp& op) const { return op.kernel.out; }
  int operator()(const FactorOp&) const { return 1; }
  int operator()(const NormaliseOp& op) const { return op.in.out; }
  int operator()(const ProductOp& op) const { return op.out.out; }
  int operator()(const PenaltyOp& op) const { return op.kernel.out; }
  int operator()(const ActivityOp& op) const { return op.in.columns; }
  int operator()(const ActivityGradOp& op) const { return op.delta.columns; }
  int operator()(const OverlapOp& op) const { return op.in.columns; }
  int operator()(const UnitOp& op) const { return op.of_rows ? 1 : op.in.out; }
  int operator()(const SignOp&) const { return 1; }
  int operator()(const TangentOp& op) const { return op.of_rows ? 1 : op.kernel.out; }
  int operator()(const CustomGradOp&) const { return 1; }
  int operator()(const CustomUpdateOp& op) const { return op.weights.size; }
  int operator()(const RegroupOp& op) const { return op.out().columns; }
  int operator()(const ConstrainOp& op) const { return op.of_rows || op.not_negative ? 1 : op.kernel.out; }
  template <class T>
  int operator()(const T& op) const {
    return op.out.columns;
  }
};

}  // namespace

int panels_of(const Op& op) noexcept { return panels(std::visit(Columns(), op)); }

std::size_t kernel_rows_of(const Op& op) noexcept {
  if (const auto* update = std::get_if<DenseUpdateOp>(&op)) return static_cast<std::size_t>(update->kernel.in);
  if (const auto* squares = std::get_if<SquaresOp>(&op)) return static_cast<std::size_t>(squares->kernel.in);
  if (const auto* update = std::get_if<UpdateOp>(&op)) return static_cast<std::size_t>(update->kernel.in);
  if (const auto* means = std::get_if<MeansOp>(&op))
    return means->of_rows ? static_cast<std::size_t>(means->kernel.in) : 1;
  if (const auto* direction = std::get_if<DirectionOp>(&op)) return static_cast<std::size_t>(direction->kernel.in);
  if (const auto* relay = std::get_if<RelayOp>(&op)) return static_cast<std::size_t>(relay->kernel.in);
  if (const auto* penalty = std::get_if<PenaltyOp>(&op)) return static_cast<std::size_t>(penalty->kernel.in);
  if (const auto* constrain = std::get_if<ConstrainOp>(&op))
    return constrain->of_rows || constrain->not_negative ? static_cast<std::size_t>(constrain->kernel.in) : 1;
  if (const auto* unit = std::get_if<UnitOp>(&op)) return unit->of_rows ? static_cast<std::size_t>(unit->in.in) : 1;
  if (const auto* sign = std::get_if<SignOp>(&op)) return static_cast<std::size_t>(sign->cosines.in);
  if (const auto* tangent = std::get_if<TangentOp>(&op))
    return tangent->of_rows ? static_cast<std::size_t>(tangent->kernel.in) : 1;
  if (const auto* custom = std::get_if<CustomGradOp>(&op)) return static_cast<std::size_t>(custom->batch_rows);
  if (const auto* normalise = std::get_if<NormaliseOp>(&op)) return static_cast<std::size_t>(normalise->in.in);
  if (const auto* product = std::get_if<ProductOp>(&op)) return static_cast<std::size_t>(product->out.in);
  return std::holds_alternative<ClipNormOp>(op) || std::holds_alternative<FactorOp>(op) ? 1 : 0;
}

unsigned cuts_of(const Program& program, const Op& op) {
  Footprint footprint{program};
  std::visit(footprint, op);
  return footprint.cuts;
}

std::size_t floats_of(const Program& program, const Op& op) {
  Footprint footprint{program};
  std::visit(footprint, op);
  std::size_t floats = 0;
  for (const Access& access : footprint.accesses) floats += access.end - access.begin;
  if (const auto* update = std::get_if<DenseUpdateOp>(&op))
    floats += (update->kernel.size() + padded(update->bias.size)) * static_cast<std::size_t>(program.rule.slots());
  return floats;
}

std::vector<Group> schedule(const Program& program, const std::vector<Op>& step, bool many_rows) {
  const auto footprint = [&](const Op& op) {
    Footprint f{program};
    std::visit(f, op);
    f.panels = panels_of(op);
    return f;
  };
  std::vector<Group> groups;
  std::vector<unsigned> cuts;       // left to each group
  std::vector<Access> own, before;  // of the last group; of those since the last barrier
  int width = 0;                    // panels of the last group
  for (std::size_t i = 0; i < step.size();) {
    // A product and what follows it on its own pieces are kept together, whatever came before it.
    std::vector<Access> accesses;
    Footprint first = footprint(step[i]);
    unsigned unit = first.cuts;
    accesses = first.accesses;
    std::size_t end = i + 1;
    for (; end < step.size() && !is_product(step[end]); ++end) {
      const Footprint next = footprint(step[end]);
      const unsigned left = next.panels == first.panels ? after(unit, accesses, next) & kAnyOfBatch : 0;
      const bool only_rows = left == bit(Cut::rows) && unit != left;
      if (left == 0 || (only_rows && !many_rows)) break;
      unit = left;
      accesses.insert(accesses.end(), next.accesses.begin(), next.accesses.end());
    }
    // It joins the group before it if their pieces can be the same.
    Footprint whole{program, accesses, unit, first.panels};
    unsigned joint = groups.empty() ? 0 : after(cuts.back(), own, whole) & kAnyOfBatch;
    if (width != first.panels) joint &= bit(Cut::rows);
    if (!many_rows) joint &= ~bit(Cut::rows);
    if (joint != 0) {
      groups.back().end = end;
      cuts.back() = joint;
      own.insert(own.end(), accesses.begin(), accesses.end());
    } else {
      before.insert(before.end(), own.begin(), own.end());
      const bool wait = std::any_of(before.begin(), before.end(), [&](const Access& earlier) {
        return std::any_of(accesses.begin(), accesses.end(), [&](const Access& a) { return meet(earlier, a); });
      });
      if (wait) before.clear();
      groups.push_back({i, end, Cut::grid, wait});
      cuts.push_back(unit);
      own = accesses;
      width = first.panels;
    }
    i = end;
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto can = [&](Cut cut) { return (cuts[g] & bit(cut)) != 0; };
    groups[g].cut = can(Cut::kernel)              ? Cut::kernel
                    : can(Cut::rows) && many_rows ? Cut::rows
                    : can(Cut::grid)              ? Cut::grid
                    : can(Cut::columns)           ? Cut::columns
                                                  : Cut::rows;
  }
  return groups;
}

}  // namespace telar::compute
