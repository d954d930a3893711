#include "train/session.hpp"

#include <algorithm>

#include <telar/error.hpp>

#include "base/cores.hpp"
#include "compute/cpu.hpp"

namespace telar {

namespace {

std::string last_layer(const Model& model) {
  const std::size_t last = model.layers().size() - 1;
  return LayerInfo::describe(last, model.infos()[last].name, model.layers()[last]) + ", output " +
         shape_text(model.infos()[last].output_shape);
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
  if (model.infos().back().output_shape.size() != 1)
    throw Error(ErrorCode::usage, last_layer(model), "a crossentropy needs outputs of one axis",
                "put a Flatten at the end");
  const int outputs = model.outputs();
  const bool sparse = std::holds_alternative<SparseCategoricalCrossentropy>(*loss);
  if (sparse && !data.has_labels())
    throw Error(ErrorCode::usage, verb + ", " + data.name(),
                "sparse_categorical_crossentropy needs integer labels, but the data has targets",
                "use categorical_crossentropy");
  if (!sparse && data.has_labels())
    throw Error(ErrorCode::usage, verb + ", " + data.name(),
                "categorical_crossentropy needs one-hot targets, but the data has integer labels",
                "use to_categorical(data) or sparse_categorical_crossentropy");
  if (sparse && data.classes() > outputs)
    throw Error(ErrorCode::usage, last_layer(model),
                "the network has " + std::to_string(outputs) + " outputs, but " + data.name() + " has " +
                    std::to_string(data.classes()) + " classes",
                "give the last layer units = " + std::to_string(data.classes()));
  if (!sparse && data.storage().target_width != outputs)
    throw Error(ErrorCode::usage, last_layer(model),
                "the network has " + std::to_string(outputs) + " outputs, but the targets of " + data.name() +
                    " have " + std::to_string(data.storage().target_width),
                "give the last layer units = " + std::to_string(data.storage().target_width));
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

Truth::Truth(const Dataset& data) {
  const Dataset::Storage& storage = data.storage();
  if (data.has_labels()) {
    classes_ = storage.labels;
    return;
  }
  const std::size_t width = static_cast<std::size_t>(storage.target_width);
  storage_.resize(storage.targets.size() / width);
  for (std::size_t i = 0; i < storage_.size(); ++i) {
    const auto row = storage.targets.begin() + static_cast<std::ptrdiff_t>(i * width);
    storage_[i] = static_cast<std::int32_t>(std::max_element(row, row + static_cast<std::ptrdiff_t>(width)) - row);
  }
  classes_ = storage_;
}

Session::Session(const Model& model, const PlanOptions& options, int threads)
    : max_rows_(options.max_rows), outputs_(model.outputs()) {
  compute::Program program = plan(model, options);
  output_ = program.output;
  losses_are_summed_ = program.reduction == compute::CrossEntropyOp::Reduction::sum;
  const int team = useful_threads(program, threads > 0 ? threads : available_cores());
  executable_ = compute::compile_for_cpu(std::move(program), team, compute::current_isa());
  executable_->write_weights(model.weights().data());
}

Tally Session::evaluate(const Dataset& data, const Truth& truth, std::span<std::int64_t> confusion) {
  compute::StepInput input = bind(data);
  Tally tally;
  const std::span<const std::uint32_t> rows = data.rows();
  for (std::size_t begin = 0; begin < rows.size(); begin += static_cast<std::size_t>(input.rows)) {
    input.rows = static_cast<int>(std::min(rows.size() - begin, static_cast<std::size_t>(max_rows_)));
    input.index = rows.data() + begin;
    const compute::StepResult result = executable_->run(compute::Phase::evaluate, input);
    if (losses_are_summed_) tally.batch_losses += result.loss * input.rows;
    for (int r = 0; r < input.rows; ++r) {
      const double loss = static_cast<double>(executable_->row_loss()[r]);
      tally.losses += loss;
      tally.squared_losses += loss * loss;
      const auto predicted = static_cast<std::int32_t>(executable_->row_class()[r]);
      const std::int32_t actual = truth[input.index[r]];
      tally.correct += predicted == actual ? 1 : 0;
      if (!confusion.empty())
        ++confusion[static_cast<std::size_t>(actual) * static_cast<std::size_t>(outputs_) +
                    static_cast<std::size_t>(predicted)];
    }
    tally.samples += input.rows;
  }
  // Where a batch's loss is a mean, the whole is the mean over samples: the same bits for any size of the batches.
  if (!losses_are_summed_) tally.batch_losses = tally.losses;
  return tally;
}

}  // namespace telar
