#include "spec/stretch.hpp"

#include <algorithm>
#include <cmath>

namespace telar {

namespace {

class Stretch {
 public:
  explicit Stretch(double factor) : factor_(factor) {}

  void operator()(ExponentialDecay& s) const { scale(s.decay_steps); }
  void operator()(PolynomialDecay& s) const { scale(s.decay_steps); }
  void operator()(InverseTimeDecay& s) const { scale(s.decay_steps); }
  void operator()(CosineDecayRestarts& s) const { scale(s.first_decay_steps); }
  void operator()(LinearWarmup& s) const { scale(s.warmup_steps); }
  void operator()(OneCycle& s) const { scale(s.total_steps); }
  void operator()(CosineDecay& s) const {
    scale(s.decay_steps);
    if (s.warmup_steps > 0) scale(s.warmup_steps);
  }
  void operator()(PiecewiseConstantDecay& s) const {
    int least = 0;  // boundaries rise
    for (int& boundary : s.boundaries) {
      scale(boundary);
      least = boundary = std::max(boundary, least + 1);
    }
  }

 private:
  void scale(int& steps) const {
    steps = static_cast<int>(std::clamp(std::round(steps * factor_), 1.0, static_cast<double>(1 << 30)));
  }

  double factor_;
};

}  // namespace

Schedule stretched(Schedule schedule, double factor) {
  std::visit(Stretch(factor), schedule);
  return schedule;
}

LearningRate stretched(const LearningRate& rate, double factor) {
  if (rate.schedule() == nullptr) return rate;
  LearningRate changed = rate;
  changed.value = stretched(*rate.schedule(), factor);
  return changed;
}

}  // namespace telar
