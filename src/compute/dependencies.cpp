#include "compute/dependencies.hpp"

namespace telar::compute {

namespace {

struct Region {
  std::size_t begin, end;
};

/// The regions of the arena that an operation reads and writes.
struct Accesses {
  const Program& program;
  std::vector<Region> reads{}, writes{};

  [[nodiscard]] Region all(const Matrix& m) const {
    return {m.at, m.at + static_cast<std::size_t>(program.max_rows) * static_cast<std::size_t>(m.stride)};
  }
  [[nodiscard]] static Region all(const Kernel& k) { return {k.at, k.at + k.size()}; }
  [[nodiscard]] static Region all(const Vector& v) { return {v.at, v.at + padded(v.size)}; }
  [[nodiscard]] Region rows(std::size_t at) const { return {at, at + static_cast<std::size_t>(program.max_rows)}; }

  template <class... T>
  void read(const T&... places) {
    (reads.push_back(all(places)), ...);
  }
  template <class... T>
  void write(const T&... places) {
    (writes.push_back(all(places)), ...);
  }

  void operator()(const GatherOp& op) { write(op.out); }
  void operator()(const AffineOp& op) { read(op.in), write(op.out); }
  void operator()(const DenseOp& op) { read(op.in, op.kernel, op.bias), write(op.out); }
  void operator()(const ActivationOp& op) { read(op.in), write(op.out); }
  void operator()(const SoftmaxOp& op) { read(op.in), write(op.out); }
  void operator()(const DropoutOp& op) { read(op.in), write(op.out, op.mask); }
  void operator()(const BatchNormOp& op) {
    read(op.in, op.gamma, op.beta, op.moving_mean, op.moving_variance);
    write(op.out, op.saved_mean, op.saved_inverse);
    if (op.batch) write(op.moving_mean, op.moving_variance);
  }
  void operator()(const CrossEntropyOp& op) {
    read(op.in);
    write(op.scratch);
    if (op.delta) write(*op.delta);
    writes.push_back(rows(op.row_loss));
    writes.push_back(rows(op.row_class));
  }
  void operator()(const GuardOp& op) { reads.push_back(rows(op.row_loss)); }
  void operator()(const ActivationGradOp& op) { read(op.y), write(op.delta); }
  void operator()(const SoftmaxGradOp& op) { read(op.y), write(op.delta); }
  void operator()(const AffineGradOp& op) { write(op.delta); }
  void operator()(const DropoutGradOp& op) { read(op.mask), write(op.delta); }
  void operator()(const BatchNormGradOp& op) {
    read(op.in, op.saved_mean, op.saved_inverse);
    write(op.delta, op.gamma, op.beta);
  }
  void operator()(const DenseInputGradOp& op) {
    read(op.delta, op.transposed, op.y);
    write(op.out);
  }
  void operator()(const DenseUpdateOp& op) {
    read(op.in, op.delta);
    write(op.kernel, op.bias);
    if (op.transposed) write(*op.transposed);
  }
};

bool meet(const std::vector<Region>& a, const std::vector<Region>& b) {
  for (const Region& x : a)
    for (const Region& y : b)
      if (x.begin < y.end && y.begin < x.end) return true;
  return false;
}

}  // namespace

std::vector<bool> barriers_before(const Program& program, const std::vector<Op>& step) {
  std::vector<bool> barriers;
  std::vector<Region> read, written;  // since the last barrier
  for (const Op& op : step) {
    Accesses now{program};
    std::visit(now, op);
    const bool wait = meet(now.reads, written) || meet(now.writes, written) || meet(now.writes, read);
    if (wait) read.clear(), written.clear();
    read.insert(read.end(), now.reads.begin(), now.reads.end());
    written.insert(written.end(), now.writes.begin(), now.writes.end());
    barriers.push_back(wait);
  }
  return barriers;
}

}  // namespace telar::compute
