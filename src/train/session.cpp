#include "train/session.hpp"

#include <algorithm>

#include <telar/error.hpp>

#include "base/cores.hpp"
#include "compute/cpu.hpp"
#include "compute/loss_of_batch.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"
#include "train/metrics.hpp"

namespace telar {

namespace {

std::string last_layer(const Model& model) {
  const std::size_t last = model.layers().size() - 1;
  return LayerInfo::describe(last, model.infos()[last].name, model.layers()[last]) + ", output " +
         shape_text(model.infos()[last].output_shape);
}

bool tells_two_classes_apart(const Loss& loss) {
  return std::holds_alternative<BinaryCrossentropy>(loss) || std::holds_alternative<BinaryFocalCrossentropy>(loss) ||
         std::holds_alternative<Hinge>(loss) || std::holds_alternative<SquaredHinge>(loss) ||
         std::holds_alternative<Dice>(loss) || std::holds_alternative<Tversky>(loss);
}

}  // namespace

void check_data(const Model& model, const Dataset& data, const Loss* loss, const std::string& verb) {
  if (data.empty()) throw Error(ErrorCode::usage, verb, "the data has no samples");
  if (data.shape() != model.input().shape)
    throw Error(ErrorCode::usage, verb + ", " + data.name(),
                "the samples have shape " + shape_text(data.shape()) + ", but the network takes " +
                    shape_text(model.input().shape),
                "give the network Input{...} of the samples' shape");
  if (loss == nullptr) return;
  const std::string name = snake_case(class_name(*loss));
  if (model.infos().back().output_shape.size() != 1)
    throw Error(ErrorCode::usage, last_layer(model), "a loss needs outputs of one axis", "put a Flatten at the end");
  const int outputs = model.outputs();
  const std::string has_outputs =
      "the network has " + std::to_string(outputs) + (outputs == 1 ? " output" : " outputs");
  if (std::holds_alternative<SparseCategoricalCrossentropy>(*loss)) {
    if (!data.has_labels())
      throw Error(ErrorCode::usage, verb + ", " + data.name(), name + " needs integer labels, but the data has targets",
                  "use categorical_crossentropy");
    if (data.classes() > outputs)
      throw Error(ErrorCode::usage, last_layer(model),
                  has_outputs + ", but " + data.name() + " has " + std::to_string(data.classes()) + " classes",
                  "give the last layer units = " + std::to_string(data.classes()));
  } else if (data.has_labels()) {
    const bool categorical = std::holds_alternative<CategoricalCrossentropy>(*loss);
    if (categorical || outputs != 1)
      throw Error(ErrorCode::usage, verb + ", " + data.name(),
                  name + (categorical ? " needs one-hot targets" : " needs targets for each output") +
                      ", but the data has integer labels",
                  "use to_categorical(data) or sparse_categorical_crossentropy");
    if (tells_two_classes_apart(*loss) && data.classes() > 2)
      throw Error(
          ErrorCode::usage, last_layer(model),
          name + " of one output knows the classes 0 and 1, but " + data.name() + " has " +
              std::to_string(data.classes()),
          "give the last layer units = " + std::to_string(data.classes()) + " and use sparse_categorical_crossentropy");
  } else if (data.storage().target_width != outputs) {
    throw Error(
        ErrorCode::usage, last_layer(model),
        has_outputs + ", but the targets of " + data.name() + " have " + std::to_string(data.storage().target_width),
        "give the last layer units = " + std::to_string(data.storage().target_width));
  }
}

int classes_of(const Model& model, const Loss& loss, const Dataset& data) {
  const bool speaks_of_classes = std::holds_alternative<CategoricalCrossentropy>(loss) ||
                                 std::holds_alternative<SparseCategoricalCrossentropy>(loss) ||
                                 std::holds_alternative<CategoricalFocalCrossentropy>(loss) ||
                                 std::holds_alternative<CategoricalHinge>(loss) ||
                                 std::holds_alternative<CategoricalGeneralizedCrossEntropy>(loss);
  if (model.outputs() == 1 && !speaks_of_classes) return tells_two_classes_apart(loss) ? 2 : 0;
  return speaks_of_classes || data.classes() > 0 ? model.outputs() : 0;
}

compute::StepInput bind(const Dataset& data) {
  const Dataset::Storage& storage = data.storage();
  compute::StepInput input;
  if (const auto* bytes = std::get_if<std::vector<std::uint8_t>>(&storage.features)) input.bytes = bytes->data();
  if (const auto* floats = std::get_if<std::vector<float>>(&storage.features)) input.floats = floats->data();
  input.sample_size = data.sample_size();
  if (data.has_labels())
    input.labels = storage.labels.data();
  else
    input.targets = storage.targets.data();
  return input;
}

Truth::Truth(const Dataset& data, int classes) : number_(classes) {
  if (classes == 0) return;
  const Dataset::Storage& storage = data.storage();
  if (data.has_labels()) {
    classes_ = storage.labels;
    return;
  }
  const std::size_t width = static_cast<std::size_t>(storage.target_width);
  storage_.resize(storage.targets.size() / width);
  for (std::size_t i = 0; i < storage_.size(); ++i) {
    const auto row = storage.targets.begin() + static_cast<std::ptrdiff_t>(i * width);
    storage_[i] =
        width == 1 ? (classes == 2 && *row > 0.5f ? 1 : 0)
                   : static_cast<std::int32_t>(std::max_element(row, row + static_cast<std::ptrdiff_t>(width)) - row);
  }
  classes_ = storage_;
}

Session::Session(const Model& model, const PlanOptions& options, int threads) : max_rows_(options.max_rows) {
  compute::Program program = plan(model, options);
  output_ = program.output;
  reduction_ = program.reduction;
  ignored_class_ = program.ignored_class;
  const int team = useful_threads(program, threads > 0 ? threads : available_cores());
  executable_ = compute::compile_for_cpu(
      std::move(program), team, options.bfloat16 ? compute::current_isa_for_bfloat16() : compute::current_isa());
  executable_->write_weights(model.weights().data());
}

Tally Session::evaluate(const Dataset& data, const Truth& truth, MetricSums& metrics, std::span<const float> weights,
                        std::span<std::int64_t> confusion, const EvaluationWatch& watch) {
  const bool summed = reduction_ == compute::LossReduction::sum;
  const std::size_t classes = static_cast<std::size_t>(truth.classes());
  compute::StepInput input = bind(data);
  if (!weights.empty()) input.weights = weights.data();
  Tally tally;
  const std::span<const std::uint32_t> rows = data.rows();
  for (std::size_t begin = 0; begin < rows.size(); begin += static_cast<std::size_t>(input.rows)) {
    const int batch = static_cast<int>(begin / static_cast<std::size_t>(max_rows_));
    if (watch.begins) watch.begins(batch);
    input.rows = static_cast<int>(std::min(rows.size() - begin, static_cast<std::size_t>(max_rows_)));
    input.index = rows.data() + begin;
    input.upcoming = rows.size() - begin - static_cast<std::size_t>(input.rows);
    const compute::StepResult result = executable_->run(compute::Phase::evaluate, input);
    if (summed) tally.batch_losses += (result.loss - result.penalty) * input.rows;
    tally.divisor += summed ? input.rows : compute::loss_share(input, reduction_, ignored_class_);
    tally.counted += compute::loss_share(input, compute::LossReduction::mean, ignored_class_);
    for (int r = 0; r < input.rows; ++r) {
      const double loss = static_cast<double>(executable_->row_loss()[r]);
      tally.losses += loss;
      tally.squared_losses += loss * loss;
      if (confusion.empty()) continue;
      const std::size_t predicted = static_cast<std::size_t>(executable_->row_class()[r]);
      ++confusion[static_cast<std::size_t>(truth[input.index[r]]) * classes + predicted];
    }
    metrics.add(*executable_, output_, input, truth);
    tally.samples += input.rows;
    // So written, one that is the same in every batch stays what it is to the last bit.
    tally.penalty += (result.penalty - tally.penalty) * (input.rows / static_cast<double>(tally.samples));
    // Where a batch's loss is a mean, the whole is the mean over samples: the same bits for any size of the batches.
    if (!summed) tally.batch_losses = tally.losses;
    if (watch.ends) watch.ends(batch, tally);
  }
  return tally;
}

}  // namespace telar
