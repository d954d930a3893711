// The engine against the oracle: outputs, losses, gradients and moving statistics of random networks, and whole
// trainings.
#include "oracle/oracle.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "model/plan.hpp"
#include "oracle/random_network.hpp"
#include "oracle/updater.hpp"
#include "support/case_as_telar.hpp"

namespace telar::oracle {
namespace {

constexpr double kTolerance = 1e-5;
constexpr std::uint64_t kCases = 1000, kTrainings = 300;

/// max |a - b| / max |b|.
template <class A, class B>
double error_of(const A& a, const B& b) {
  EXPECT_EQ(a.size(), b.size());
  double error = 0, scale = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const double d = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    error = std::isnan(d) ? std::numeric_limits<double>::infinity() : std::max(error, d);
    scale = std::max(scale, std::abs(static_cast<double>(b[i])));
  }
  return error == 0 ? 0 : error / scale;
}

/// The layer of that number (kInner) and what is known of it.
std::pair<const Layer&, const LayerInfo&> place_of(const std::vector<Layer>& layers,
                                                   const std::vector<LayerInfo>& infos, std::size_t number) {
  if (number < kInner) return {layers[number], infos[number]};
  const std::size_t n = number % kInner;
  return place_of(std::get<Residual>(layers[n]).layers, infos[n].inner, number / kInner - 1);
}

/// The masks that the engine promises for a step (program.hpp): element (r, c) draws number r * columns + c of the
/// layer's stream, sub-stream `step`.
Mask masks_of(const Model& model, std::uint64_t step) {
  return [&model, step](std::size_t layer, int row, int column) {
    const auto [drawing, info] = place_of(model.layers(), model.infos(), layer);
    const Random random(model.seed(), Purpose::dropout, info.name);
    const auto index = static_cast<std::uint64_t>(row) * info.output_shape[0] + column;
    const std::uint32_t bits = random.bits(index, step);
    const double normal =
        (bits >> 31 ? -1 : 1) * std::sqrt(2.0) * boost::math::erfc_inv(((bits & ~(1u << 31)) + 0.5) * 0x1p-31);
    const auto kept = [&](double rate) { return bits >= static_cast<double>(static_cast<float>(rate)) * 0x1p32; };
    if (const auto* noise = std::get_if<GaussianNoise>(&drawing)) return noise->stddev * normal;
    if (const auto* factor = std::get_if<GaussianDropout>(&drawing))
      return 1 + std::sqrt(factor->rate / (1 - factor->rate)) * normal;
    if (const auto* alpha = std::get_if<AlphaDropout>(&drawing)) return kept(alpha->rate) ? 1.0 : 0.0;
    const double rate = std::get<Dropout>(drawing).rate;
    return kept(rate) ? 1 / (1 - rate) : 0;
  };
}

/// Where the gradient moves by more than this if every number between layers (and steps) moves by at most the rounding
/// of a float32, a float32 computation cannot give it to kTolerance: a relu at its kink, a batch normalisation of
/// nearly equal rows, a bias that the mean takes away again.
constexpr double kDetermined = kTolerance / 10;

constexpr int kDisturbances = 5;

std::function<double(double)> disturbance(Generator& g) {
  return [&g](double x) { return x * (1 + (2 * g.uniform() - 1) * 0x1p-24); };
}

template <class T>
std::vector<T> part(const std::vector<T>& all, const Variable& v) {
  return {all.begin() + v.offset, all.begin() + v.offset + v.size()};
}

bool determined(const std::vector<std::vector<double>>& disturbed, const std::vector<double>& reference,
                const Variable& v) {
  return std::all_of(disturbed.begin(), disturbed.end(),
                     [&](const auto& d) { return error_of(part(d, v), part(reference, v)) <= kDetermined; });
}

template <class F>
void for_cases(std::uint64_t count, const F& check) {
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    const Case c = random_case(seed);
    SCOPED_TRACE("case " + std::to_string(seed) + ": " + c.text());
    check(c, seed);
    if (testing::Test::HasFatalFailure()) return;
  }
}

PlanOptions gradient_plan(const Case& c) {
  PlanOptions options;
  options.max_rows = c.batch.x.rows;
  options.loss = c.loss;
  options.rule = compute::UpdateRule{};  // keeps gradients in slot 0 and moves nothing
  return options;
}

TEST(Engine, PredictsAsTheOracle) {
  for_cases(kCases, [](const Case& c, std::uint64_t seed) {
    const Model model(Input{c.inputs}, c.layers, seed);
    Engine engine(plan(model, gradient_plan(c)));
    engine.set_weights(c.weights);
    engine.run(compute::Phase::predict, engine_batch_of(c));
    EXPECT_LT(error_of(engine.output(), Network(c.inputs, c.layers, c.weights).predict(c.batch.x).values), kTolerance);
  });
}

TEST(Engine, EvaluatesAsTheOracle) {
  for_cases(kCases, [](const Case& c, std::uint64_t seed) {
    const Model model(Input{c.inputs}, c.layers, seed);
    Engine engine(plan(model, gradient_plan(c)));
    engine.set_weights(c.weights);
    const auto result = engine.run(compute::Phase::evaluate, engine_batch_of(c));
    const Step step = Network(c.inputs, c.layers, c.weights).evaluate(c.batch, c.loss);
    EXPECT_LT(error_of(engine.row_losses(), step.row_losses), kTolerance);
    EXPECT_LT(error_of(std::vector{result.loss}, std::vector{step.loss}), kTolerance);
  });
}

TEST(Engine, DifferentiatesAsTheOracle) {
  int tensors = 0, undetermined = 0;
  for_cases(kCases, [&](const Case& c, std::uint64_t seed) {
    const Model model(Input{c.inputs}, c.layers, seed);
    Engine engine(plan(model, gradient_plan(c)));
    engine.set_weights(c.weights);
    const auto result = engine.run(compute::Phase::train, engine_batch_of(c), seed);
    Network network(c.inputs, c.layers, c.weights);
    const Step step = network.train(c.batch, c.loss, masks_of(model, seed));
    EXPECT_LT(error_of(engine.row_losses(), step.row_losses), kTolerance);
    EXPECT_LT(error_of(std::vector{result.loss}, std::vector{step.loss}), kTolerance);

    Generator g(seed);
    std::vector<std::vector<double>> disturbed, disturbed_weights;
    for (int i = 0; i < kDisturbances; ++i) {
      Network other(c.inputs, c.layers, c.weights);
      other.disturb = disturbance(g);
      disturbed.push_back(other.train(c.batch, c.loss, masks_of(model, seed)).gradient);
      disturbed_weights.push_back(other.weights);
    }
    const std::vector<float> weights = engine.weights(), gradient = engine.slot(0);
    for (const Variable& v : model.variables()) {
      if (determined(disturbed_weights, network.weights, v)) {
        EXPECT_LT(error_of(part(weights, v), part(network.weights, v)), kTolerance)
            << v.path << ": statistics only move";
      }
      ++tensors;
      if (!determined(disturbed, step.gradient, v))
        ++undetermined;
      else
        EXPECT_LT(error_of(part(gradient, v), part(step.gradient, v)), kTolerance) << "gradient of " << v.path;
    }
  });
  EXPECT_LT(undetermined, tensors / 20);
}

/// The model's variables as the rules of whole variables see them: those of a user's layer are vectors.
std::vector<Variable> variables_of(const Model& model) {
  std::vector<Variable> variables = model.variables();
  for (std::size_t i = 0; i < model.layers().size(); ++i)
    for (std::size_t v = 0; std::holds_alternative<Custom>(model.layers()[i]) && v < model.infos()[i].variable_count;
         ++v) {
      Variable& variable = variables[model.infos()[i].first_variable + v];
      variable.shape = {static_cast<int>(variable.size())};
    }
  return variables;
}

/// The weights that five steps on the same batch leave, with the dropout of each step.
std::vector<double> trained(const Case& c, const Model& model, const Optimizer& optimizer,
                            const std::function<double(double)>& disturb = {}) {
  Network network(c.inputs, c.layers, c.weights);
  network.disturb = disturb;
  Updater updater(optimizer, network.weights.size());
  std::vector<bool> trains;
  for (const Variable& v : model.variables()) trains.insert(trains.end(), v.size(), v.trainable);
  for (std::uint64_t t = 0; t < 5; ++t) {
    updater.apply(network.weights, network.train(c.batch, c.loss, masks_of(model, t)).gradient, trains,
                  variables_of(model));
    if (disturb)
      for (double& w : network.weights) w = disturb(w);
  }
  return network.weights;
}

// Not Ftrl: it makes the weights anew from differences of roots that nearly cancel, in which few digits of float32 are
// left. Golden traces and the kernels' tests hold it.
TEST(Engine, TrainsAsTheOracle) {
  const std::vector<Optimizer> optimizers{SGD{.learning_rate = 0.05},
                                          SGD{.learning_rate = 0.05, .momentum = 0.9},
                                          SGD{.learning_rate = 0.05, .momentum = 0.9, .nesterov = true},
                                          Adam{},
                                          Adam{.amsgrad = true},
                                          RMSprop{},
                                          RMSprop{.momentum = 0.9},
                                          RMSprop{.momentum = 0.5, .centered = true},
                                          Nadam{},
                                          Adamax{},
                                          Adagrad{},
                                          Adadelta{.learning_rate = 1},
                                          Lamb{.weight_decay = 0.01},
                                          Adafactor{.learning_rate = 0.05},
                                          Muon{.learning_rate = 0.01}};
  int tensors = 0, undetermined = 0;
  for_cases(kTrainings, [&](const Case& c, std::uint64_t seed) {
    const Optimizer& optimizer = optimizers[seed % optimizers.size()];
    const float rate = static_cast<float>(learning_rate_of(optimizer).at(0));
    const Model model(Input{c.inputs}, c.layers, seed);
    PlanOptions options = gradient_plan(c);
    set_optimizer(options, optimizer);
    Engine engine(plan(model, options));
    engine.set_weights(c.weights);
    engine.fresh_slots();
    for (std::uint64_t t = 0; t < 5; ++t) {
      compute::StepInput input;
      set_update(input, optimizer, rate, static_cast<std::int64_t>(t) + 1);
      engine.run(compute::Phase::train, engine_batch_of(c), t, input);
    }

    Generator g(seed);
    const std::vector<double> reference = trained(c, model, optimizer);
    std::vector<std::vector<double>> disturbed;
    for (int i = 0; i < kDisturbances; ++i) disturbed.push_back(trained(c, model, optimizer, disturbance(g)));
    const std::vector<float> weights = engine.weights();
    for (const Variable& v : model.variables()) {
      ++tensors;
      if (!determined(disturbed, reference, v))
        ++undetermined;
      else
        EXPECT_LT(error_of(part(weights, v), part(reference, v)), kTolerance) << v.path;
    }
  });
  EXPECT_LT(undetermined, tensors / 20);
}

}  // namespace
}  // namespace telar::oracle
