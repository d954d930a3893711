// telar inspect
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include <telar/error.hpp>

#include "base/cores.hpp"
#include "cli/exit_code.hpp"
#include "cli/load_data.hpp"
#include "cli/verb.hpp"
#include "compute/isa.hpp"
#include "compute/schedule.hpp"
#include "model/acts.hpp"
#include "model/plan.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"
#include "study/documents.hpp"
#include "study/run_store.hpp"
#include "study/trained_network.hpp"

namespace telar::cli {

namespace {

struct InspectOptions : CommonOptions {
  std::string what, data_dir;
  bool plan = false;
  std::vector<std::string> settings;
};

Json layers_of(const std::vector<Layer>& layers) {
  Json all = Json::array();
  for (const Layer& layer : layers) {
    const auto& alternatives = static_cast<const Layer::Alternatives&>(layer);
    Json one{{"name", std::visit([](const auto& l) { return l.name; }, alternatives)}, {"type", class_name(layer)}};
    if (const auto* residual = std::get_if<Residual>(&layer)) one["layers"] = layers_of(residual->layers);
    all.push_back(std::move(one));
  }
  return all;
}

/// `subject`: {"recipe": ...} or {"model": ...}.
Json inspect_document(const Json& subject, const Sequential& model) {
  Json variables = Json::array();
  std::size_t trainable = 0, total = 0;
  for (const Variable& v : model.variables()) {
    variables.push_back(Json{{"path", v.path}, {"shape", v.shape}, {"trainable", v.trainable}});
    total += v.size();
    if (v.trainable) trainable += v.size();
  }
  Json document{{"schema", "telar.inspect/1"}};
  document.update(subject);
  document["seed"] = model.seed();
  document["input"] = model.input().shape;
  document["layers"] = layers_of(model.layers());
  document["variables"] = std::move(variables);
  document["weights"] = Json{{"total", total}, {"trainable", trainable}, {"non_trainable", total - trainable}};
  const std::optional<Loss>& loss = model.compiled().loss;
  document["optimizer"] = loss ? Json(class_name(model.compiled().optimizer)) : Json();
  document["loss"] = loss ? Json(class_name(*loss)) : Json();
  document["weights_sha256"] = model.weights_sha256();
  return document;
}

/// What a step of training is made of: operations in order, and how threads share them.
struct Plan {
  compute::Program program;
  int threads;
  std::vector<compute::Group> groups;

  Plan(const Recipe& recipe, const Sequential& model, std::size_t samples, int wanted) {
    const int rows = static_cast<int>(std::min(static_cast<std::size_t>(recipe.fit.batch_size), samples));
    PlanOptions options{rows, model.compiled().loss, {}, model.compiled().dtype == DType::mixed_bfloat16};
    set_optimizer(options, model.compiled().optimizer);
    program = telar::plan(Model(model.input(), model.layers(), model.seed()), options);
    threads = useful_threads(program, wanted > 0 ? wanted : available_cores());
    groups = compute::schedule(program, steps(), threads == 1 || rows >= compute::kManyRows * threads);
  }

  [[nodiscard]] const std::vector<compute::Op>& steps() const {
    return program.steps[static_cast<std::size_t>(compute::Phase::train)];
  }
};

struct OpText {
  std::string name, shape;
  double flops = 0;
};

/// `rows`: of the batch.
OpText text_of(const compute::Op& op, int rows) {
  using namespace compute;
  const auto act_name = [](Act act) {
    for (const auto& entry : enum_names<Activation>)
      if (act != Act::linear && act_of(entry.value) == act) return ", " + std::string(entry.name);
    return std::string();
  };
  const auto product = [rows](std::string name, int in, int out) {
    return OpText{std::move(name), fmt::format("{} -> {}", in, out), 2.0 * rows * in * out};
  };
  const auto plain = [](std::string name, int columns) { return OpText{std::move(name), fmt::format("{}", columns)}; };
  struct Visitor {
    const decltype(act_name)& act;
    const decltype(product)& multiply;
    const decltype(plain)& other;
    OpText operator()(const GatherOp& o) const { return other("gather", o.out.columns); }
    OpText operator()(const AffineOp& o) const { return other("rescale", o.out.columns); }
    OpText operator()(const DenseOp& o) const {
      return multiply((o.bias ? "dense, bias" : "dense") + act(o.act), o.kernel.in, o.kernel.out);
    }
    OpText operator()(const ActivationOp& o) const { return other("activation" + act(o.act), o.out.columns); }
    OpText operator()(const KneeOp& o) const { return other("activation", o.out.columns); }
    OpText operator()(const PReluOp& o) const { return other("learned slopes", o.out.columns); }
    OpText operator()(const KneeGradOp& o) const { return other("activation gradient", o.x.columns); }
    OpText operator()(const PReluGradOp& o) const { return other("learned slopes gradient", o.x.columns); }
    OpText operator()(const SoftmaxOp& o) const { return other("softmax", o.out.columns); }
    OpText operator()(const DropoutOp& o) const { return other("dropout", o.out.columns); }
    OpText operator()(const RowNormOp& o) const { return other("row normalization", o.out.columns); }
    OpText operator()(const RowNormGradOp& o) const { return other("row normalization gradient", o.out.columns); }
    OpText operator()(const RowNormUpdateOp& o) const { return other("row normalization update", o.in.columns); }
    OpText operator()(const RegroupOp& o) const { return other("other order", o.flat.columns); }
    OpText operator()(const AddOp& o) const { return other("add", o.out.columns); }
    OpText operator()(const NoiseOp& o) const { return other("noise", o.out.columns); }
    OpText operator()(const BatchNormOp& o) const { return other("batch normalization", o.out.columns); }
    OpText operator()(const CrossEntropyOp& o) const {
      return other(o.logits ? "softmax, cross-entropy" : "cross-entropy", o.in.columns);
    }
    OpText operator()(const LossOp& o) const { return other("loss", o.in.columns); }
    OpText operator()(const RoundOp& o) const { return other("round to bfloat16", o.in.columns); }
    OpText operator()(const GuardOp&) const { return {"stop if the loss is not finite", "", 0}; }
    OpText operator()(const ActivationGradOp& o) const {
      return other("activation gradient" + act(o.act), o.y.columns);
    }
    OpText operator()(const SoftmaxGradOp& o) const { return other("softmax gradient", o.y.columns); }
    OpText operator()(const AffineGradOp& o) const { return other("rescale gradient", o.delta.columns); }
    OpText operator()(const DropoutGradOp& o) const { return other("dropout gradient", o.mask.columns); }
    OpText operator()(const BatchNormGradOp& o) const { return other("batch normalization gradient", o.in.columns); }
    OpText operator()(const DenseInputGradOp& o) const {
      return multiply("input gradient" + act(o.act), o.transposed.in, o.transposed.out);
    }
    OpText operator()(const DenseUpdateOp& o) const {
      return multiply("weight gradient, update", o.kernel.in, o.kernel.out);
    }
    OpText operator()(const SquaresOp& o) const { return other("squares of gradients", o.kernel.in * o.kernel.out); }
    OpText operator()(const ClipNormOp&) const { return {"norm of gradients", "", 0}; }
    OpText operator()(const UpdateOp& o) const { return other("update", o.kernel.in * o.kernel.out); }
    OpText operator()(const MeansOp& o) const { return other("means of gradients", o.kernel.in * o.kernel.out); }
    OpText operator()(const DirectionOp& o) const { return other("direction", o.kernel.in * o.kernel.out); }
    OpText operator()(const PenaltyOp& o) const { return other("penalty", o.kernel.in * o.kernel.out); }
    OpText operator()(const ActivityOp& o) const { return other("penalty of outputs", o.in.columns); }
    OpText operator()(const ActivityGradOp& o) const { return other("penalty of outputs, gradient", o.y.columns); }
    OpText operator()(const FlipOp& o) const { return other("flip", o.out.columns); }
    OpText operator()(const TranslateOp& o) const { return other("translate", o.out.columns); }
    OpText operator()(const OverlapOp& o) const { return other("overlap", o.in.columns); }
    OpText operator()(const UnitOp& o) const { return other("unit rows or columns", o.in.in * o.in.out); }
    OpText operator()(const SignOp& o) const { return other("cosines", o.cosines.in * o.cosines.out); }
    OpText operator()(const TangentOp& o) const {
      return other("penalty of cosines, gradient", o.kernel.in * o.kernel.out);
    }
    OpText operator()(const CustomOp& o) const { return other("layer of one's own", o.out.columns); }
    OpText operator()(const CustomGradOp& o) const { return other("layer of one's own, gradient", o.in.columns); }
    OpText operator()(const CustomUpdateOp& o) const { return other("layer of one's own, update", o.weights.size); }
    OpText operator()(const ConstrainOp& o) const { return other("constraint", o.kernel.in * o.kernel.out); }
    OpText operator()(const RelayOp& o) const { return other("copy of a variable", o.flat.size); }
    OpText operator()(const FactorOp&) const { return {"size of the step", "", 0}; }
    OpText operator()(const NormaliseOp& o) const { return other("normalised direction", o.in.in * o.in.out); }
    OpText operator()(const ProductOp& o) const {
      return {"product", fmt::format("{} x {}", o.out.in, o.out.out), 2.0 * o.a.in * o.out.in * o.out.out};
    }
  };
  return std::visit(Visitor{act_name, product, plain}, op);
}

constexpr const char* kCutNames[] = {"rows", "columns", "panels x rows", "panels x kernel rows"};

Json plan_document(const Plan& plan) {
  Json ops = Json::array();
  double flops = 0;
  for (std::size_t g = 0; g < plan.groups.size(); ++g)
    for (std::size_t i = plan.groups[g].begin; i < plan.groups[g].end; ++i) {
      const OpText text = text_of(plan.steps()[i], plan.program.max_rows);
      flops += text.flops;
      const bool everyone = std::holds_alternative<compute::GuardOp>(plan.steps()[i]);
      ops.push_back(
          Json{{"op", text.name},
               {"shape", text.shape},
               {"flops", text.flops},
               {"bytes", 4 * compute::floats_of(plan.program, plan.steps()[i])},
               {"group", g},
               {"cut", everyone ? "by every thread" : kCutNames[static_cast<std::size_t>(plan.groups[g].cut)]},
               {"barrier", plan.groups[g].barrier && i == plan.groups[g].begin}});
    }
  return Json{{"rows", plan.program.max_rows},
              {"threads", plan.threads},
              {"isa", std::string(compute::name_of(compute::current_isa()))},
              {"flops", flops},
              {"arena_bytes", 4 * plan.program.arena},
              {"ops", std::move(ops)}};
}

void print_plan(const Plan& plan, std::ostream& out) {
  const Json document = plan_document(plan);
  out << fmt::format("\nA step of training: {} rows, {:.1f} MFLOP, {:.1f} MB, {} thread{}, {}\n", plan.program.max_rows,
                     document["flops"].get<double>() * 1e-6, static_cast<double>(plan.program.arena) * 4e-6,
                     plan.threads, plan.threads == 1 ? "" : "s", document["isa"].get<std::string>());
  out << fmt::format("{:<32}{:<14}{:>10}{:>10}  {}\n", "operation", "shape", "MFLOP", "MB", "shared by");
  for (const Json& op : document["ops"]) {
    if (op["barrier"].get<bool>() && plan.threads > 1) out << "-- all threads wait --\n";
    const double flops = op["flops"].get<double>();
    out << fmt::format("{:<32}{:<14}{:>10}{:>10.3f}  {}\n", op["op"].get<std::string>(), op["shape"].get<std::string>(),
                       flops > 0 ? fmt::format("{:.2f}", flops * 1e-6) : "", op["bytes"].get<double>() * 1e-6,
                       op["cut"].get<std::string>());
  }
}

int inspect_model(const InspectOptions& options, std::ostream& out) {
  if (options.plan || !options.settings.empty())
    throw Error(ErrorCode::usage, options.what, "--plan and --set are for recipes and runs");
  const Sequential model = Sequential::load(options.what);
  if (options.json) {
    out << inspect_document({{"model", options.what}}, model).dump() << '\n';
  } else {
    out << fmt::format("{}\n", options.what);
    model.summary(out);
  }
  return kDone;
}

int run(const InspectOptions& options, std::ostream& out) {
  if (is_model_file(options.what)) return inspect_model(options, out);
  const bool is_run = std::filesystem::is_directory(options.what);
  const StoredRun stored = is_run ? open_run(options.what) : StoredRun{};
  const Recipe recipe = is_run ? stored.recipe : load_recipe(options.what, options.settings);
  warn(options, lint(recipe));

  const RecipeData data = load_data(recipe, options, options.data_dir);
  Sequential model = build_model(recipe, data.train);
  if (is_run) model.load_weights(stored.weights());
  std::optional<Plan> plan;
  if (options.plan) plan.emplace(recipe, model, data.train.size(), options.threads);
  if (options.json) {
    Json document = inspect_document({{"recipe", recipe.name}}, model);
    if (plan) document["plan"] = plan_document(*plan);
    out << document.dump() << '\n';
  } else {
    out << fmt::format("{} (seed {}, {} weights)\n", recipe.name, recipe.seed, is_run ? "trained" : "initial");
    model.summary(out);
    if (plan) print_plan(*plan, out);
  }
  return kDone;
}

}  // namespace

Verb add_inspect(CLI::App& program) {
  const auto options = std::make_shared<InspectOptions>();
  CLI::App* app = program.add_subcommand("inspect", "Show the network of a recipe, of a run or of a Keras model");
  app->add_option("RECIPE|RUN|MODEL", options->what, "Recipe (TOML), run folder, or Keras model (.keras, .h5)")
      ->required()
      ->option_text(" ");
  app->add_flag("--plan", options->plan, "Show the operations of a training step, their work and how threads share it");
  app->add_option("--set", options->settings, "Change a setting of the recipe; may be repeated")
      ->allow_extra_args(false)
      ->option_text("PATH=VALUE");
  app->add_option("--data-dir", options->data_dir, "Folder of the data files [TELAR_DATA, else the system's]")
      ->option_text("DIR");
  add_common_options(*app, *options,
                     "  telar inspect recipes/fashion-mnist/baseline.toml\n"
                     "  telar inspect baseline.toml --set model.layers.2.units=1024 --plan\n"
                     "  telar inspect runs/2026-01-02T03-04-05Z-baseline-s0 --json");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
