#include "study/lint.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <variant>

#include "base/number_text.hpp"
#include "model/plan.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"
#include "study/recipe_places.hpp"

namespace telar {

namespace {

using Severity = Finding::Severity;

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

class Lint {
 public:
  explicit Lint(const Recipe& recipe) : recipe_(recipe), logged_(logged_quantities()) {}

  std::vector<Finding> findings() {
    using Source = DataSpec::Source;
    if (recipe_.data.source != Source::csv && recipe_.data.source != Source::npy) add_unscaled_bytes(recipe_, found_);
    layers();
    loss();
    for (std::size_t i = 0; i < recipe_.fit.callbacks.size(); ++i) {
      const std::string address = "fit.callbacks." + std::to_string(i);
      if (const auto* plateau = std::get_if<ReduceLROnPlateau>(&recipe_.fit.callbacks[i])) check(*plateau, address);
      if (const auto* stopping = std::get_if<EarlyStopping>(&recipe_.fit.callbacks[i])) check(*stopping, address);
      if (const auto* saving = std::get_if<ModelCheckpoint>(&recipe_.fit.callbacks[i]);
          saving && saving->save_best_only)
        check_monitor(*saving, address, "saves every time");
    }
    std::stable_partition(found_.begin(), found_.end(),
                          [](const Finding& f) { return f.severity == Severity::warning; });
    return std::move(found_);
  }

 private:
  void add(Severity severity, const std::string& address, std::string message, std::string why, std::string change) {
    found_.push_back({severity, std::move(message), std::move(why), std::move(change), place_of(recipe_, address)});
  }

  // ---- what the recipe says ----

  [[nodiscard]] bool validates() const {
    return recipe_.data.validation.kind != ValidationSpec::Kind::none &&
           (recipe_.fit.validation_freq_steps.has_value() || recipe_.fit.validation_freq <= recipe_.fit.epochs);
  }

  [[nodiscard]] std::vector<std::string> logged_quantities() const {
    std::vector<std::string> names{"loss"};
    for (std::string& name : metric_names(recipe_.compile.metrics, recipe_.compile.weighted_metrics))
      names.push_back(std::move(name));
    if (validates())
      for (std::size_t i = 0, n = names.size(); i < n; ++i) names.push_back("val_" + names[i]);
    const auto logs_rate = [](const Callback::Stock& c) {
      return std::holds_alternative<ReduceLROnPlateau>(c) || std::holds_alternative<EpochSchedule>(c);
    };
    if (std::ranges::any_of(recipe_.fit.callbacks, logs_rate)) names.emplace_back("learning_rate");
    return names;
  }

  static std::string address_of(std::size_t layer) { return "model.layers." + std::to_string(layer); }
  /// "model.layers.2 (Dense)"
  [[nodiscard]] std::string name_of_layer(std::size_t layer) const {
    return address_of(layer) + " (" + std::string(class_name(recipe_.layers[layer])) + ")";
  }

  /// Of the last layer, if it has one.
  [[nodiscard]] std::optional<Activation> last_activation() const {
    if (recipe_.layers.empty()) return {};
    if (const auto* dense = std::get_if<Dense>(&recipe_.layers.back())) return dense->activation;
    if (const auto* layer = std::get_if<ActivationLayer>(&recipe_.layers.back())) return layer->activation;
    if (std::holds_alternative<Softmax>(recipe_.layers.back())) return Activation::softmax;
    return {};
  }

  [[nodiscard]] int last_units() const {
    for (auto layer = recipe_.layers.rbegin(); layer != recipe_.layers.rend(); ++layer)
      if (const auto* dense = std::get_if<Dense>(&*layer)) return dense->units;
    return 0;
  }

  // ---- layers ----

  void layers() {
    std::string norm;
    layers(recipe_.layers, "model.layers", norm);
    if (recipe_.fit.batch_size == 1 && !norm.empty())
      add(Severity::warning, "fit.batch_size",
          norm + " sees batches of 1 sample: while training, its output is beta, whatever the sample",
          "The only sample is its own mean, and the difference to it is zero: nothing passes, forward or backward.",
          "batch_size = 32");
  }

  /// `where`: the address of `layers`, those of the model or of a Residual in it. `norm`: the first BatchNormalization
  /// that trains, "model.layers.2 (BatchNormalization)".
  void layers(const std::vector<Layer>& layers, const std::string& where, std::string& norm) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const std::string address = where + "." + std::to_string(i), type(class_name(layers[i]));
      const std::string name = address + " (" + type + ")";
      if (trains_statistics(layers[i]) && norm.empty()) norm = name;
      if (const auto* residual = std::get_if<Residual>(&layers[i]))
        this->layers(residual->layers, address + ".layers", norm);
      const auto* dense = std::get_if<Dense>(&layers[i]);
      if (dense == nullptr) continue;
      const bool mean_goes = i + 1 < layers.size() && trains_statistics(layers[i + 1]);
      if (dense->use_bias && dense->trainable && dense->activation == Activation::linear && mean_goes)
        add(Severity::warning, address + ".use_bias",
            "the bias of " + name + " can do nothing: BatchNormalization takes away the mean",
            fmt::format("The mean over the batch holds the bias too, so that it cancels: {} numbers are trained for "
                        "nothing. BatchNormalization's beta does their work.",
                        dense->units),
            "use_bias = false");
    }
  }

  static bool trains_statistics(const Layer& layer) {
    const auto* norm = std::get_if<BatchNormalization>(&layer);
    return norm != nullptr && norm->trainable;
  }

  // ---- loss ----

  void loss() {
    if (!recipe_.compile.loss) return;
    std::visit([this](const auto& loss) { check_loss(loss); }, *recipe_.compile.loss);
  }

  template <class L>
  void check_loss(const L& loss) {
    const std::size_t last = recipe_.layers.size() - 1;
    const std::string type(type_name<L>);
    const int classes = last_units();
    if constexpr (requires { loss.from_logits; }) {
      constexpr bool kBinary = std::is_same_v<L, BinaryCrossentropy> || std::is_same_v<L, BinaryFocalCrossentropy>;
      const std::optional<Activation> activation = last_activation();
      if (kBinary && loss.from_logits && (activation == Activation::sigmoid || activation == Activation::softmax)) {
        add(Severity::warning, "compile.loss.from_logits",
            type + " applies sigmoid to the outputs (from_logits), but those of " + name_of_layer(last) +
                " are probabilities already",
            "Of a probability sigmoid makes 0.5 to 0.731: no target of 0 can ever be met, and the gradients are small.",
            "from_logits = false");
      } else if (!kBinary && loss.from_logits && activation == Activation::softmax) {
        add(Severity::warning, "compile.loss.from_logits",
            type + " applies softmax to the outputs (from_logits), but " + name_of_layer(last) + " has done so",
            fmt::format("Of softmax's probabilities for {} classes, a second softmax makes at most {:.3f}: the loss "
                        "cannot fall below {:.3f}, and the gradients are small.",
                        classes, 1 / (1 + (classes - 1) / std::exp(1.0)), std::log1p((classes - 1) / std::exp(1.0))),
            "from_logits = false");
      } else if (!loss.from_logits && activation == Activation::linear) {
        add(Severity::warning, address_of(last) + ".activation",
            type + " takes probabilities, but the outputs of " + name_of_layer(last) + " are any numbers",
            "An output below 0 counts as probability 1e-7 and has no gradient, so that it may stay there for ever.",
            std::string("activation = \"") + (kBinary ? "sigmoid" : "softmax") +
                "\" in the last layer, or from_logits = true in the loss");
      }
    }
    if constexpr (requires { loss.label_smoothing; }) {
      if (loss.label_smoothing > 0 && classes > 1) {
        const double rest = loss.label_smoothing / classes, own = 1 - loss.label_smoothing + rest;
        const double floor = -own * std::log(own) - (classes - 1) * rest * std::log(rest);
        add(Severity::note, "compile.loss.label_smoothing",
            fmt::format("loss and val_loss cannot fall below {:.4f} with label_smoothing {} over {} classes", floor,
                        number_text(loss.label_smoothing), classes),
            "They are measured against smoothed labels, also in validation, but metrics such as accuracy against the "
            "labels as they are. Losses of recipes with and without smoothing cannot be compared.",
            "compare by a metric");
      }
    }
  }

  // ---- callbacks ----

  /// Whether the monitored quantity will be there; a warning if not.
  template <class C>
  bool check_monitor(const C& callback, const std::string& address, const std::string& consequence) {
    if (std::ranges::find(logged_, callback.monitor) != logged_.end()) return true;
    const bool only_unvalidated = callback.monitor.starts_with("val_") && !validates();
    add(Severity::warning, address + ".monitor",
        std::string(type_name<C>) + " " + consequence + ": it monitors " + callback.monitor +
            (only_unvalidated ? ", but there is no validation data" : ", but logged are " + list(logged_)),
        "At the end of every epoch it looks for this quantity in the logs, and does not find it.",
        only_unvalidated ? "validation = { fraction = 0.2, order = \"stratified\" } in [data], or monitor = \"loss\""
                         : std::string("monitor = \"") + (validates() ? "val_loss" : "loss") + "\"");
    return false;
  }

  /// Whether `patience` epochs without improvement fit into the training; a note if not, since a recipe may be cut
  /// short for a try. `start`: epochs before the callback looks.
  template <class C>
  bool check_patience(const C& callback, const std::string& address, int start) {
    // The first epoch seen always improves, and what happens after the last epoch changes nothing.
    const int needed = start + std::max(callback.patience, 1) + 2;
    const int epochs = recipe_.fit.epochs - recipe_.fit.initial_epoch;
    if (needed <= epochs) return true;
    add(Severity::note, address + ".patience",
        fmt::format("{} can never act: patience {}{} needs {} epochs, but epochs is {}", type_name<C>,
                    callback.patience, start > 0 ? fmt::format(" from epoch {}", start + 1) : "", needed, epochs),
        "The first epoch it sees always counts as an improvement; then come the epochs of its patience; and after the "
        "last epoch there is nothing left to change.",
        fmt::format("epochs = {}, or a smaller patience", needed));
    return false;
  }

  void check(const ReduceLROnPlateau& plateau, const std::string& address) {
    const LearningRate& learning_rate = learning_rate_of(recipe_.compile.optimizer);
    const double rate = learning_rate.at(0);
    // The rate is a float32 while it trains, and only a rate above min_lr is ever cut.
    if (learning_rate.schedule() != nullptr) {
      add(Severity::warning, address,
          "ReduceLROnPlateau cannot cut a learning_rate that follows a schedule (" +
              std::string(class_name(*learning_rate.schedule())) + ")",
          "The schedule sets the rate anew at each step. Training refuses the pair, as Keras does.",
          "leave the callback out, or give the optimizer a number as learning_rate");
    } else if (static_cast<float>(plateau.min_lr) >= static_cast<float>(rate)) {
      add(Severity::warning, address + ".min_lr",
          "ReduceLROnPlateau can never act: min_lr " + number_text(plateau.min_lr) + " >= learning_rate " +
              number_text(rate),
          "The rate is cut to max(rate * factor, min_lr), and only while it is above min_lr. It starts at or below "
          "min_lr, so it stays where it is, without a word.",
          rate > 0 ? "min_lr = " + number_text(rate * 1e-3) : "a learning_rate above 0");
    } else if (check_monitor(plateau, address, "can never act") && check_patience(plateau, address, 0)) {
      check_stopping_first(plateau, address);
    }
    if (plateau.cooldown == 1)
      add(Severity::note, address + ".cooldown", "cooldown 1 of ReduceLROnPlateau acts like cooldown 0",
          "The counter goes down before it is looked at, as in Keras: cooldown N leaves out N - 1 epochs.",
          "cooldown = 2 to leave out one epoch, or cooldown = 0");
  }

  void check_stopping_first(const ReduceLROnPlateau& plateau, const std::string& address) {
    for (const Callback::Stock& callback : recipe_.fit.callbacks) {
      const auto* stopping = std::get_if<EarlyStopping>(&callback);
      if (stopping == nullptr || stopping->monitor != plateau.monitor) continue;
      const int stops = stopping->start_from_epoch + std::max(stopping->patience, 1);
      if (std::max(plateau.patience, 1) < stops) continue;
      add(Severity::warning, address + ".patience",
          fmt::format("ReduceLROnPlateau can hardly act: patience {} >= patience {} of EarlyStopping, which monitors "
                      "{} too",
                      plateau.patience, stopping->patience, plateau.monitor),
          "Both count the same epochs without improvement, and EarlyStopping ends the training before, or just when, "
          "the rate is cut.",
          fmt::format("patience = {} here, or a larger one for EarlyStopping", std::max(stops / 2, 1)));
      return;
    }
  }

  void check(const EarlyStopping& stopping, const std::string& address) {
    // Restoring the best weights happens whether it stops or not.
    if (check_monitor(stopping, address, "can never act") && !stopping.restore_best_weights)
      check_patience(stopping, address, stopping.start_from_epoch);
    if (!stopping.restore_best_weights)
      add(Severity::note, address, "EarlyStopping keeps the weights of the last epoch, not of the best",
          fmt::format("When it stops, the {} before were no better than an earlier one, and the weights of "
                      "the last are what is kept and tested. This is Keras's default.",
                      stopping.patience > 1 ? fmt::format("{} epochs", stopping.patience) : "last epoch"),
          "restore_best_weights = true");
  }

  const Recipe& recipe_;
  std::vector<std::string> logged_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> lint(const Recipe& recipe) { return Lint(recipe).findings(); }

std::string one_line(const Finding& finding) { return finding.message + " (" + finding.place + ")"; }

const char* to_string(Finding::Severity severity) noexcept {
  return severity == Severity::warning ? "warning" : "note";
}

}  // namespace telar
