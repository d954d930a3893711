// The update rule on vectors of gradients.
#if defined(TELAR_UPDATE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_UPDATE_INL_H_
#undef TELAR_UPDATE_INL_H_
#else
#define TELAR_UPDATE_INL_H_
#endif

#include "compute/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// x > 0, x < 0, else x: so NaN stays NaN.
HWY_INLINE V Sign(V x) {
  const V zero = hn::Zero(d), one = hn::Set(d, 1.0f);
  return hn::IfThenElse(hn::Gt(x, zero), one, hn::IfThenElse(hn::Lt(x, zero), hn::Neg(one), x));
}

/// x^power for x >= 0 and power >= 0.
HWY_INLINE V Power(V x, float power) {
  if (power == 0.5f) return hn::Sqrt(x);
  if (power == 0.0f) return hn::Set(d, 1.0f);
  return Exp(hn::Mul(hn::Set(d, power), Log(x)));
}

/// What the penalty's gradient makes of g, the gradient of the weights at w.
HWY_INLINE V Penalised(V g, const Penalty& penalty, const float* w) {
  const V x = hn::Load(d, w);
  if (penalty.l1 != 0) g = Fma(hn::Set(d, penalty.l1), Sign(x), g);
  if (penalty.l2 != 0) g = Fma(hn::Set(d, 2 * penalty.l2), x, g);
  return g;
}

/// Takes the vector of weights at w into its moving average, if the rule has averages.
HWY_INLINE void Average(const Frame& frame, float* w) {
  if (!frame.rule.averages) return;
  float* average = w + static_cast<std::size_t>(frame.rule.average_slot() + 1) * frame.slot_stride;
  const V keep = hn::Set(d, frame.input->average_keep), take = hn::Set(d, 1.0f - frame.input->average_keep);
  const V now = Fma(keep, hn::Load(d, average), hn::Mul(take, hn::Load(d, w)));
  hn::Store(now, d, average);
  if (frame.input->overwrites) hn::Store(now, d, w);
}

/// step(g, w): takes the step of the vector of weights at w, whose slots follow at the frame's slot_stride. kAdjusts:
/// gradients may have to be added up or clipped, weights may decay or be averaged.
template <UpdateRule::Kind kKind, bool kAdjusts>
struct Step {
  using Kind = UpdateRule::Kind;

  HWY_INLINE Step(const Frame& f, float share, const Penalty& on)
      : frame(f),
        penalty(on),
        stride(frame.slot_stride),
        rate(hn::Set(d, frame.input->rate)),
        decay(hn::Set(d, share)),
        momentum(hn::Set(d, frame.rule.momentum)),
        c1(hn::Set(d, frame.rule.one_minus_beta_1)),
        c2(hn::Set(d, frame.rule.one_minus_beta_2)),
        epsilon(hn::Set(d, frame.rule.epsilon)) {}

  HWY_INLINE void operator()(V g, float* HWY_RESTRICT w) const {
    if constexpr (kAdjusts) g = Clipped(Accumulated(Penalised(g, penalty, w), w));
    Take(g, w);
    if constexpr (kAdjusts) Average(frame, w);
  }

  HWY_INLINE void Take(V g, float* HWY_RESTRICT w) const {
    float* HWY_RESTRICT s0 = w + stride;
    if constexpr (kKind == Kind::gradient) {
      hn::Store(g, d, s0);
    } else if constexpr (kKind == Kind::sgd) {
      hn::Store(NegFma(rate, g, Decayed(w)), d, w);
    } else if constexpr (kKind == Kind::momentum || kKind == Kind::nesterov) {
      const V change = hn::Mul(rate, g);
      const V m = hn::Sub(hn::Mul(momentum, hn::Load(d, s0)), change);
      hn::Store(m, d, s0);
      const V move = kKind == Kind::nesterov ? hn::Sub(hn::Mul(momentum, m), change) : m;
      hn::Store(hn::Add(Decayed(w), move), d, w);
    } else if constexpr (kKind == Kind::adam || kKind == Kind::amsgrad) {
      float* HWY_RESTRICT s1 = s0 + stride;
      const V m0 = hn::Load(d, s0), v0 = hn::Load(d, s1);
      const V m = Fma(hn::Sub(g, m0), c1, m0);
      const V v = Fma(hn::Sub(hn::Mul(g, g), v0), c2, v0);
      hn::Store(m, d, s0);
      hn::Store(v, d, s1);
      V second = v;
      if constexpr (kKind == Kind::amsgrad) {
        float* HWY_RESTRICT s2 = s1 + stride;
        second = hn::Max(hn::Load(d, s2), v);
        hn::Store(second, d, s2);
      }
      const V direction = hn::Div(m, hn::Add(hn::Sqrt(second), epsilon));
      hn::Store(NegFma(rate, direction, Decayed(w)), d, w);
    } else if constexpr (kKind == Kind::adagrad) {
      const V sum = Fma(g, g, hn::Load(d, s0));
      hn::Store(sum, d, s0);
      hn::Store(NegFma(rate, OverRoot(g, sum), Decayed(w)), d, w);
    } else if constexpr (kKind == Kind::nadam) {
      const V m = Mean(c1, g, s0), v = Mean(c2, hn::Mul(g, g), s0 + stride);
      const V top = Fma(rate, m, hn::Mul(hn::Set(d, frame.input->gradient_rate), g));
      const V bottom = hn::Add(hn::Sqrt(hn::Mul(v, hn::Set(d, frame.input->correction))), epsilon);
      hn::Store(hn::Sub(Decayed(w), hn::Div(top, bottom)), d, w);
    } else if constexpr (kKind == Kind::adamax) {
      float* HWY_RESTRICT s1 = s0 + stride;
      const V m = Mean(c1, g, s0), v0 = hn::Load(d, s1);
      const V faded = NegFma(v0, c2, v0), size = hn::Abs(g);
      const V v = hn::IfThenElse(hn::Gt(faded, size), faded, size);
      hn::Store(v, d, s1);
      hn::Store(NegFma(rate, hn::Div(m, hn::Add(v, epsilon)), Decayed(w)), d, w);
    } else if constexpr (kKind == Kind::adadelta) {
      float* HWY_RESTRICT s1 = s0 + stride;
      const V squares = Mean(c2, hn::Mul(g, g), s0);
      const V move = hn::Mul(hn::Sqrt(hn::Add(hn::Load(d, s1), epsilon)), OverRoot(g, squares));
      Mean(c2, hn::Mul(move, move), s1);
      hn::Store(NegFma(rate, move, Decayed(w)), d, w);
    } else if constexpr (kKind == Kind::lion) {
      const V m = hn::Load(d, s0), away = hn::Sub(g, m);
      hn::Store(Fma(away, c2, m), d, s0);
      hn::Store(NegFma(rate, Sign(Fma(away, c1, m)), Decayed(w)), d, w);
    } else if constexpr (kKind == Kind::ftrl) {
      Follow(g, Decayed(w), s0, s0 + stride, w);
    } else {
      RootMeanSquare(g, s0, w);
    }
  }

  /// rmsprop in its four forms.
  HWY_INLINE void RootMeanSquare(V g, float* HWY_RESTRICT s0, float* HWY_RESTRICT w) const {
    constexpr bool kMomentum = kKind == Kind::rmsprop_momentum || kKind == Kind::centered_rmsprop_momentum;
    constexpr bool kCentered = kKind == Kind::centered_rmsprop || kKind == Kind::centered_rmsprop_momentum;
    V squares = Mean(c2, hn::Mul(g, g), s0);
    if constexpr (kCentered) {
      const V mean = Mean(c2, g, s0 + (kMomentum ? 2 : 1) * stride);
      squares = NegFma(mean, mean, squares);
    }
    const V direction = OverRoot(g, squares);
    if constexpr (kMomentum) {
      float* HWY_RESTRICT s1 = s0 + stride;
      const V move = Fma(momentum, hn::Load(d, s1), hn::Mul(rate, direction));
      hn::Store(move, d, s1);
      hn::Store(hn::Sub(Decayed(w), move), d, w);
    } else {
      hn::Store(NegFma(rate, direction, Decayed(w)), d, w);
    }
  }

  /// Ftrl, for the weights `w0` after decay.
  HWY_INLINE void Follow(V g, V w0, float* HWY_RESTRICT s0, float* HWY_RESTRICT s1, float* HWY_RESTRICT w) const {
    const UpdateRule& rule = frame.rule;
    if (frame.input->rate == 0) return;
    const V old = hn::Load(d, s0), sum = Fma(g, g, old);
    const V root = Power(sum, rule.power), l1 = hn::Set(d, rule.l1);
    const V pull = hn::Div(hn::Sub(root, Power(old, rule.power)), rate);
    const V all = Fma(hn::Set(d, rule.shrinkage), w0, g);
    const V z = hn::Add(hn::Load(d, s1), NegFma(pull, w0, all));
    hn::Store(sum, d, s0);
    hn::Store(z, d, s1);
    const V bottom = hn::Add(hn::Div(hn::Add(root, hn::Set(d, rule.beta)), rate), hn::Set(d, rule.l2));
    const V top = hn::Sub(hn::CopySign(l1, z), z);
    // Where there never was a gradient, such as in padding, both are zero.
    hn::Store(hn::IfThenZeroElse(hn::Le(hn::Abs(z), l1), hn::Div(top, bottom)), d, w);
  }

  /// The moving average at `mean`, with x in it from now on.
  HWY_INLINE V Mean(V share, V x, float* HWY_RESTRICT mean) const {
    const V old = hn::Load(d, mean), now = Fma(hn::Sub(x, old), share, old);
    hn::Store(now, d, mean);
    return now;
  }
  HWY_INLINE V OverRoot(V g, V squares) const { return hn::Div(g, hn::Sqrt(hn::Add(squares, epsilon))); }

  HWY_INLINE V Decayed(const float* w) const {
    const V x = hn::Load(d, w);
    return kAdjusts ? NegFma(decay, x, x) : x;
  }
  HWY_INLINE V Accumulated(V g, const float* w) const {
    if (!frame.rule.accumulates || frame.rule.waits) return g;
    const float* sum = w + static_cast<std::size_t>(frame.rule.gradient_slot() + 1) * stride;
    return hn::Div(hn::Add(hn::Load(d, sum), g), hn::Set(d, frame.input->accumulated));
  }
  HWY_INLINE V Clipped(V g) const {  // NaN stays NaN
    const V high = hn::Set(d, frame.rule.clip), low = hn::Neg(high);
    return hn::IfThenElse(hn::Gt(g, high), high, hn::IfThenElse(hn::Lt(g, low), low, g));
  }

  const Frame& frame;
  const Penalty& penalty;
  std::size_t stride;
  V rate, decay, momentum, c1, c2, epsilon;
};

/// Gradients of a tile of weights: of `rows` rows of `across` vectors, one after the other.
struct WeightTile {
  const float* gradients;
  float* weights;  ///< a row further, a panel further
  int rows, across;
};

template <class Step>
HWY_INLINE void StepTile(const Step& step, const WeightTile& tile) {
  const std::size_t across = static_cast<std::size_t>(tile.across);
  for (std::size_t r = 0; r < static_cast<std::size_t>(tile.rows); ++r)
    for (std::size_t v = 0; v < across; ++v)
      step(hn::Load(d, tile.gradients + (r * across + v) * kLanes), tile.weights + r * kPanel + v * kLanes);
}

/// Any rule's step, called: for rules whose own loops are not worth their compilation.
class AnyStep {
 public:
  template <class Step>
  HWY_INLINE explicit AnyStep(const Step& step)
      : step_(&step), call_([](const void* self, const WeightTile& tile) HWY_ATTR {
          StepTile(*static_cast<const Step*>(self), tile);
        }) {}
  HWY_INLINE void operator()(V g, float* w) const {
    HWY_ALIGN float gradient[kLanes];
    hn::Store(g, d, gradient);
    call_(step_, {gradient, w, 1, 1});
  }
  friend HWY_INLINE void StepTile(const AnyStep& step, const WeightTile& tile) { step.call_(step.step_, tile); }

 private:
  const void* step_;
  void (*call_)(const void*, const WeightTile&);
};

template <UpdateRule::Kind kKind, class F>
HWY_INLINE void WithStepOf(const Frame& frame, float decay, const Penalty& penalty, bool adjusts, const F& f) {
  if (adjusts) return f(AnyStep(Step<kKind, true>(frame, decay, penalty)));
  return f(AnyStep(Step<kKind, false>(frame, decay, penalty)));
}

/// Calls f with the frame's rule for weights, a Kernel or a Vector: Adam's step to be inlined, any other's to be
/// called.
template <class Weights, class F>
HWY_INLINE void WithRule(const Frame& frame, const Weights& weights, const F& f) {
  using Kind = UpdateRule::Kind;
  const float decay = weights.decays ? frame.input->decay : 0.0f;
  const Penalty& penalty = weights.penalty;
  const bool adjusts =
      decay != 0 || penalty || frame.rule.clip < HUGE_VALF || frame.rule.accumulates || frame.rule.averages;
  if (frame.rule.kind == Kind::adam && !adjusts) return f(Step<Kind::adam, false>(frame, decay, penalty));
  const auto called = [&](const AnyStep& step) HWY_ATTR { f(step); };
  switch (frame.rule.kind) {
    case Kind::gradient:
      return WithStepOf<Kind::gradient>(frame, 0, penalty, static_cast<bool>(penalty), called);
    case Kind::sgd:
      return WithStepOf<Kind::sgd>(frame, decay, penalty, adjusts, called);
    case Kind::momentum:
      return WithStepOf<Kind::momentum>(frame, decay, penalty, adjusts, called);
    case Kind::nesterov:
      return WithStepOf<Kind::nesterov>(frame, decay, penalty, adjusts, called);
    case Kind::adam:
      return WithStepOf<Kind::adam>(frame, decay, penalty, adjusts, called);
    case Kind::amsgrad:
      return WithStepOf<Kind::amsgrad>(frame, decay, penalty, adjusts, called);
    case Kind::rmsprop:
      return WithStepOf<Kind::rmsprop>(frame, decay, penalty, adjusts, called);
    case Kind::rmsprop_momentum:
      return WithStepOf<Kind::rmsprop_momentum>(frame, decay, penalty, adjusts, called);
    case Kind::centered_rmsprop:
      return WithStepOf<Kind::centered_rmsprop>(frame, decay, penalty, adjusts, called);
    case Kind::centered_rmsprop_momentum:
      return WithStepOf<Kind::centered_rmsprop_momentum>(frame, decay, penalty, adjusts, called);
    case Kind::nadam:
      return WithStepOf<Kind::nadam>(frame, decay, penalty, adjusts, called);
    case Kind::adamax:
      return WithStepOf<Kind::adamax>(frame, decay, penalty, adjusts, called);
    case Kind::adagrad:
      return WithStepOf<Kind::adagrad>(frame, decay, penalty, adjusts, called);
    case Kind::adadelta:
      return WithStepOf<Kind::adadelta>(frame, decay, penalty, adjusts, called);
    case Kind::lion:
      return WithStepOf<Kind::lion>(frame, decay, penalty, adjusts, called);
    case Kind::ftrl:
      return WithStepOf<Kind::ftrl>(frame, decay, penalty, adjusts, called);
    case Kind::lamb:
    case Kind::adafactor:
    case Kind::muon:
      return WithStepOf<Kind::sgd>(frame, decay, penalty, adjusts, called);
  }
}

/// Whether this step only keeps gradients where they arise.
HWY_INLINE bool Keeps(const Frame& frame) { return frame.rule.waits || only_accumulates(*frame.input); }

/// keep(g, w): puts the gradient, or its sum with those kept before, where the frame's rule keeps it.
struct Keep {
  HWY_INLINE Keep(const Frame& frame, const Penalty& on)
      : penalty(on),
        shift(static_cast<std::size_t>(frame.rule.gradient_slot() + 1) * frame.slot_stride),
        adds(frame.input->accumulation == StepInput::Accumulation::more ||
             frame.input->accumulation == StepInput::Accumulation::last),
        divides(frame.input->accumulation == StepInput::Accumulation::last),
        count(hn::Set(d, frame.input->accumulated)) {}
  HWY_INLINE void operator()(V g, float* HWY_RESTRICT w) const {
    float* kept = w + shift;
    if (penalty) g = Penalised(g, penalty, w);
    if (adds) g = hn::Add(hn::Load(d, kept), g);
    if (divides) g = hn::Div(g, count);
    hn::Store(g, d, kept);
  }

  const Penalty& penalty;
  std::size_t shift;
  bool adds, divides;
  V count;
};

/// The kept gradients of rows from `row` on of a panel of a kernel.
HWY_INLINE float* Kept(const Kernel& kernel, const Frame& frame, std::size_t panel, std::size_t row) {
  return frame.at(kernel.at) + static_cast<std::size_t>(frame.rule.gradient_slot() + 1) * frame.slot_stride +
         (panel * static_cast<std::size_t>(kernel.in) + row) * kPanel;
}

/// Calls f with what this step does where gradients arise.
template <class Weights, class F>
HWY_INLINE void WithStep(const Frame& frame, const Weights& weights, const F& f) {
  if (Keeps(frame)) return f(AnyStep(Keep(frame, weights.penalty)));
  WithRule(frame, weights, f);
}

/// The step of the panel of `weights` that begins at column `at`, from its gradients; nothing if there are no weights.
HWY_INLINE void StepPanel(const Frame& frame, const Vector& weights, std::size_t at, const V* gradients) {
  if (!weights) return;
  WithStep(frame, weights, [&](const auto& step) HWY_ATTR {
    for (std::size_t v = 0; v < kPanelVectors; ++v) step(gradients[v], frame.at(weights.at) + at + v * kLanes);
  });
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
