// Callbacks: Keras's stock ones as plain data, and anything of yours that has one of the hooks.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include <telar/history.hpp>

namespace telar {

/// Which way a monitored value improves. `automatic`: accuracy up, everything else down.
enum class Mode { automatic, min, max };

/// Stops when `monitor` has not improved for `patience` epochs (Keras's state machine to the letter: epoch 0 never
/// stops, NaN never improves, restoring happens at the end of the training even if all epochs ran).
struct EarlyStopping {
  std::string monitor = "val_loss";
  double min_delta = 0.0;
  int patience = 0;
  int verbose = 0;
  Mode mode = Mode::automatic;
  std::optional<double> baseline{};
  bool restore_best_weights = false;
  int start_from_epoch = 0;
};

/// Multiplies the learning rate by `factor` when `monitor` has not improved for `patience` epochs; never below
/// `min_lr`. Logs the rate used during the epoch as `learning_rate`. 0 <= factor < 1.
struct ReduceLROnPlateau {
  std::string monitor = "val_loss";
  double factor = 0.1;
  int patience = 10;
  int verbose = 0;
  Mode mode = Mode::automatic;
  double min_delta = 1e-4;
  int cooldown = 0;
  double min_lr = 0.0;
};

/// Keras's progress bar on the training's output stream; one line per epoch where that is no terminal.
struct ProgressBar {
  enum class Style { automatic, bar, lines };
  Style style = Style::automatic;
  std::optional<bool> color{};  ///< default: colour on a terminal unless NO_COLOR is set
};

/// What a hook may see and do while a training runs. Valid only during the hook.
class Training {
 public:
  virtual ~Training() = default;
  [[nodiscard]] virtual int epochs() const = 0;            ///< planned number of epochs
  [[nodiscard]] virtual int steps_per_epoch() const = 0;   ///< batches in an epoch, the short last one included
  [[nodiscard]] virtual double learning_rate() const = 0;  ///< the float32 rate in use
  virtual void set_learning_rate(double rate) = 0;         ///< from the next step on
  [[nodiscard]] virtual std::vector<float> weights() = 0;  ///< all variables, canonical layout
  virtual void set_weights(std::span<const float> weights) = 0;
  /// Ends the training after this batch (or epoch). `ended` is what the History will say.
  virtual void stop(Ended ended, std::string reason) = 0;
  [[nodiscard]] virtual std::ostream& output() = 0;  ///< where text goes
};

/// Hooks as functions; leave out what you do not need. `batch` and `epoch` count from 0.
struct LambdaCallback {
  std::function<void(Training&)> on_train_begin{};
  std::function<void(Training&, int epoch)> on_epoch_begin{};
  std::function<void(Training&, int batch, const Logs&)> on_train_batch_end{};
  std::function<void(Training&, int epoch, Logs&)> on_epoch_end{};
  std::function<void(Training&)> on_train_end{};
};

/// One callback: a stock one, or any copyable value with at least one of the hooks of LambdaCallback as member
/// functions. Every fit starts from a fresh copy, so a list of callbacks can be used again. To read what your own
/// callback gathered, give it a pointer or a reference to the place.
class Callback {
 public:
  using Stock = std::variant<EarlyStopping, ReduceLROnPlateau, ProgressBar>;

  Callback(EarlyStopping settings) : value_(Stock(std::move(settings))) {}
  Callback(ReduceLROnPlateau settings) : value_(Stock(std::move(settings))) {}
  Callback(ProgressBar settings) : value_(Stock(settings)) {}
  Callback(Stock settings) : value_(std::move(settings)) {}
  Callback(LambdaCallback hooks) : value_(std::move(hooks)) {}

  template <class T>
  requires(!std::same_as<std::remove_cvref_t<T>, Callback> &&
           (
               requires(T & t, Training& g) { t.on_train_begin(g); } ||
               requires(T & t, Training& g) { t.on_epoch_begin(g, 0); } ||
               requires(T & t, Training& g, const Logs& l) { t.on_train_batch_end(g, 0, l); } ||
               requires(T & t, Training& g, Logs& l) { t.on_epoch_end(g, 0, l); } ||
               requires(T & t, Training& g) { t.on_train_end(g); })) Callback(T user)
      : value_(std::function<LambdaCallback()>([user] { return bind(std::make_shared<T>(user)); })) {}

  /// The stock settings, or null for a user's own callback.
  [[nodiscard]] const Stock* stock() const noexcept { return std::get_if<Stock>(&value_); }
  /// The hooks of a user's own callback, bound to a fresh copy of it. Empty hooks for a stock callback.
  [[nodiscard]] LambdaCallback hooks() const;

 private:
  template <class T>
  static LambdaCallback bind(std::shared_ptr<T> user) {
    LambdaCallback h;
    if constexpr (requires(T & t, Training & g) { t.on_train_begin(g); })
      h.on_train_begin = [user](Training& g) { user->on_train_begin(g); };
    if constexpr (requires(T & t, Training & g) { t.on_epoch_begin(g, 0); })
      h.on_epoch_begin = [user](Training& g, int epoch) { user->on_epoch_begin(g, epoch); };
    if constexpr (requires(T & t, Training & g, const Logs& l) { t.on_train_batch_end(g, 0, l); })
      h.on_train_batch_end = [user](Training& g, int b, const Logs& l) { user->on_train_batch_end(g, b, l); };
    if constexpr (requires(T & t, Training & g, Logs & l) { t.on_epoch_end(g, 0, l); })
      h.on_epoch_end = [user](Training& g, int epoch, Logs& l) { user->on_epoch_end(g, epoch, l); };
    if constexpr (requires(T & t, Training & g) { t.on_train_end(g); })
      h.on_train_end = [user](Training& g) { user->on_train_end(g); };
    return h;
  }

  std::variant<Stock, LambdaCallback, std::function<LambdaCallback()>> value_;
};

}  // namespace telar
