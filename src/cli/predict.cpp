// telar predict
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>

#include <telar/error.hpp>
#include <telar/predictor.hpp>

#include "base/terminal.hpp"
#include "base/utf8.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb.hpp"
#include "format/sample_stream.hpp"
#include "study/prediction.hpp"

namespace telar::cli {

namespace {

struct PredictOptions : CommonOptions {
  std::string what;
  std::vector<std::string> files, ignore;
  std::optional<std::size_t> top;

  [[nodiscard]] std::size_t top_count() const { return top.value_or(3); }
};

/// The lines that people see.
class PredictionTable {
 public:
  PredictionTable(const OutputMeaning& meaning, Style style) : meaning_(meaning), style_(style) {
    constexpr std::size_t kWidest = 32;
    for (const std::string& name : meaning.names) {
      names_.push_back(printable(name));
      width_ = std::max(width_, std::min(names_.back().size(), kWidest));
    }
  }

  /// `several`: whether there is more than one source.
  void begin_source(const std::string& source, bool several, std::string& text) const {
    if (several) text += style_.bold(printable(source)) + "\n";
    if (meaning_.classes > 0 || names_.empty()) return;
    text += fmt::format("{:>10}", "");
    for (const std::string& name : names_) text += fmt::format("  {:>{}}", name, std::max(width_, kNumber));
    text += '\n';
  }

  void add(const Prediction& prediction, std::uint64_t index, std::string& text) const {
    const auto out = std::back_inserter(text);
    fmt::format_to(out, "{:>10}", index);
    if (meaning_.classes == 0) {
      for (const double value : prediction.values) fmt::format_to(out, "  {:>{}.6g}", value, std::max(width_, kNumber));
    } else if (prediction.top.empty()) {
      fmt::format_to(out, "  {:<{}}  {:>{}.6g}", names_[prediction.label], width_, prediction.values[0], kNumber);
    } else {
      for (const std::uint32_t c : prediction.top)
        if (meaning_.probabilities)
          fmt::format_to(out, "  {:<{}}{:>7.2f} %", names_[c], width_, 100 * prediction.values[c]);
        else
          fmt::format_to(out, "  {:<{}}  {:>{}.6g}", names_[c], width_, prediction.values[c], kNumber);
    }
    text += '\n';
  }

 private:
  static constexpr std::size_t kNumber = 12;  // columns of one

  const OutputMeaning& meaning_;
  Style style_;
  std::vector<std::string> names_;
  std::size_t width_ = 0;
};

/// How many samples have been predicted, while the result goes elsewhere than to the terminal.
class SampleCounter {
 public:
  explicit SampleCounter(bool shown) : shown_(shown && is_terminal(std::cerr) && !is_terminal(std::cout)) {}
  SampleCounter(const SampleCounter&) = delete;
  SampleCounter& operator=(const SampleCounter&) = delete;
  ~SampleCounter() { clear(); }

  void add(std::size_t samples) {
    count_ += samples;
    const Clock::time_point now = Clock::now();
    if (!shown_ || now < next_) return;
    next_ = now + std::chrono::milliseconds(200);
    std::cerr << "\r" << count_ << " samples" << std::flush;
    painted_ = true;
  }
  /// Makes room for a message.
  void clear() {
    if (painted_) std::cerr << "\r\033[K" << std::flush;
    painted_ = false;
  }

 private:
  using Clock = std::chrono::steady_clock;
  bool shown_, painted_ = false;
  std::uint64_t count_ = 0;
  Clock::time_point next_ = Clock::now() + std::chrono::milliseconds(500);
};

/// Predicts source after source, with room for some samples of one at a time, and writes the result as it grows.
class SamplePredictor {
 public:
  SamplePredictor(const PredictOptions& options, const TrainedNetwork& network, std::ostream& out)
      : options_(options),
        samples_{network.model.input().shape,
                 network.names.feature_names,
                 network.names.target_names,
                 options.ignore,
                 network.pictures,
                 network.separator},
        meaning_(meaning_of(network)),
        predictor_(network.model, {.threads = options.thread_count(), .fold = false}),
        document_(meaning_),
        table_(meaning_, options.style_for(std::cout)),
        counter_(!options.quiet),
        out_(out) {
    if (options.top && meaning_.classes == 0)
      throw Error(ErrorCode::usage, "--top " + std::to_string(*options.top),
                  "it is for classes, but the network's outputs are numbers", "leave it out");
    constexpr std::size_t kNumbers = std::size_t{1} << 22, kMostRows = 4096;
    const std::size_t rows = std::clamp<std::size_t>(kNumbers / std::max(inputs(), outputs()), 1, kMostRows);
    numbers_.resize(rows * inputs());
    results_.resize(rows * outputs());
  }

  void run() {
    if (options_.json) document_.begin(text_);
    for (const std::string& file : options_.files) predict(file);
    if (options_.json) document_.end(text_);
    out_ << text_;
  }

 private:
  [[nodiscard]] std::size_t inputs() const noexcept { return static_cast<std::size_t>(predictor_.inputs()); }
  [[nodiscard]] std::size_t outputs() const noexcept { return static_cast<std::size_t>(predictor_.outputs()); }

  void predict(const std::string& file) {
    const SampleStream stream = open_samples(file, samples_);
    counter_.clear();
    for (const std::string& warning : stream.warnings) warn(options_, warning);
    if (!options_.quiet)
      for (const std::string& note : stream.notes) std::cerr << "note: " << printable(note) << '\n';
    if (options_.json)
      document_.begin_source(file);
    else
      table_.begin_source(file, options_.files.size() > 1, text_);
    std::uint64_t index = 0;
    while (const std::size_t count = stream.read(numbers_)) {
      predictor_.predict(std::span<const float>(numbers_).first(count * inputs()),
                         std::span(results_).first(count * outputs()));
      for (std::size_t i = 0; i < count; ++i, ++index)
        add(file, index, std::span<const float>(results_).subspan(i * outputs(), outputs()));
      counter_.add(count);
      if (!stream.ready()) write();  // whoever pipes a line in may wait for its answer
    }
  }

  void add(const std::string& file, std::uint64_t index, std::span<const float> results) {
    constexpr std::size_t kWritten = std::size_t{1} << 20;  // bytes at a time
    read_outputs(meaning_, results, options_.top_count(), file == "-" ? "stdin" : file, index, prediction_);
    if (options_.json)
      document_.add(prediction_, index, text_);
    else
      table_.add(prediction_, index, text_);
    if (text_.size() >= kWritten) write();
  }

  void write() {
    out_ << text_ << std::flush;
    text_.clear();
  }

  const PredictOptions& options_;
  SampleOptions samples_;
  OutputMeaning meaning_;
  Predictor predictor_;
  PredictionDocument document_;
  PredictionTable table_;
  SampleCounter counter_;
  std::ostream& out_;
  std::vector<float> numbers_, results_;
  Prediction prediction_;
  std::string text_;
};

int run(const PredictOptions& options, std::ostream& out) {
  if (std::ranges::count(options.files, "-") > 1)
    throw Error(ErrorCode::usage, "-", "standard input can be read once only", "name it once");
  const TrainedNetwork network = open_network(options.what);
  SamplePredictor(options, network, out).run();
  return kDone;
}

}  // namespace

Verb add_predict(CLI::App& program) {
  const auto options = std::make_shared<PredictOptions>();
  CLI::App* app = program.add_subcommand("predict", "Say what a trained network makes of samples");
  app->add_option("RUN|MODEL", options->what, "Run folder that `telar train` made, or a Keras model (.keras, .h5)")
      ->required()
      ->option_text(" ");
  app->add_option(
         "FILE", options->files,
         "Tables (.csv, .tsv, .txt), NumPy arrays (.npy), IDX files, PNG or JPEG pictures; each may be gzipped; -: "
         "standard input")
      ->required()
      ->option_text("...");
  app->add_option("--top", options->top, "Show the K likeliest classes, all if there are fewer [3]")
      ->check(CLI::Range(1, 1 << 20))
      ->option_text("K");
  app->add_option("--ignore", options->ignore, "A column of tables to leave out; may be repeated")
      ->allow_extra_args(false)
      ->option_text("COLUMN");
  add_common_options(
      *app, *options,
      "  telar predict runs/2026-01-02T03-04-05Z-wine-s0 new-wines.csv\n"
      "  telar predict my-run new.csv --ignore id --ignore comment --json > predictions.json\n"
      "  telar predict fashion.keras images.npy t10k-images-idx3-ubyte.gz --top 1\n"
      "  telar predict runs/2026-01-02T03-04-05Z-baseline-s0 my-shoe.jpg\n"
      "  measure | telar predict my-run -\n"
      "A result is written as it grows, a megabyte at a time, and whenever a table that is piped in has no "
      "other line yet: if the exit code is not 0, what there is of it is not whole.");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
