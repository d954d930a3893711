// Callbacks: Keras's stock ones as plain data, and anything of yours that has one of the hooks.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <telar/history.hpp>
#include <telar/learning_rate.hpp>
#include <telar/snapshot.hpp>
#include <telar/training.hpp>

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

/// Saves the weights as Sequential::save_weights does, after every epoch or every `save_freq` batches, or of these only
/// when `monitor` is better than ever. A file is there whole or not at all.
struct ModelCheckpoint {
  /// Ends in ".npz". May hold {epoch:02d} and, with save_freq, {batch:03d}, both from 1, and logged quantities such as
  /// {val_loss:.2f}, formatted as in Python. Missing folders are made. A recipe's is relative to the run folder.
  std::string filepath;
  std::string monitor = "val_loss";
  int verbose = 0;
  bool save_best_only = false;
  Mode mode = Mode::automatic;
  int save_freq = 0;                                ///< batches between two saves; 0: Keras's "epoch"
  std::optional<double> initial_value_threshold{};  ///< a value to beat from the start
};

/// Writes a line an epoch (from 0) with all logged quantities, as Python's csv module does. The first epoch decides the
/// columns; if it has no validation, those of a later one stand beside them. What an epoch lacks is NA.
struct CSVLogger {
  std::string filename;  ///< a recipe's is relative to the run folder
  std::string separator = ",";
  bool append = false;  ///< go on in the file that is there, rather than replace it
};

/// Every fit ends with the first loss that is not finite; with this callback it also says so as Keras does.
struct TerminateOnNaN {};

/// Ends the training with the first batch after `seconds`; that epoch is validated and logged as far as it came. The
/// result depends on the machine's speed.
struct TimeLimit {
  double seconds = 0;  ///< above 0
};

/// Leaves checkpoints of all that a training goes on from in `backup_dir`, of which it keeps the two newest, and starts
/// from the newest that is whole: a training that was cut off ends with the same bits and the same History. Saves after
/// every epoch, or with save_freq or save_seconds whenever one of them says so; and when the training is interrupted.
/// Runs after all callbacks but ProgressBar. What a user's own callback remembers is kept if it has `snapshot`.
struct BackupAndRestore {
  std::string backup_dir;   ///< a recipe's is relative to the current folder; in it, each recipe and seed has its own
  int save_freq = 0;        ///< batches between two saves; 0: Keras's "epoch", or save_seconds alone
  double save_seconds = 0;  ///< seconds between two saves, more where saving would take over 1 % of the time; 0: none
  bool delete_checkpoint = true;  ///< at the end, unless the training was interrupted
};

/// Validates with the moving averages of the weights, and goes on with the weights themselves. Needs an optimizer with
/// use_ema. With swap_on_epoch, callbacks behind this one find the averages at the end of an epoch, such as
/// ModelCheckpoint.
struct SwapEMAWeights {
  bool swap_on_epoch = false;
};

/// Keras's logs for TensorBoard: what every epoch logs, and the learning rate, below `log_dir`/train and
/// `log_dir`/validation. A training from epoch 0 on replaces what TensorBoard shows of an earlier one there.
struct TensorBoard {
  std::string log_dir = "logs";  ///< a recipe's is relative to the run folder
};

/// A LearningRateScheduler of one of Keras's schedules, whose steps are epochs here, from 0. In a recipe:
/// { type = "LearningRateScheduler", schedule = { type = "ExponentialDecay", ... } }.
struct EpochSchedule {
  LearningRate schedule = kRequired;  ///< a number: the same rate in all epochs
  int verbose = 0;
};

/// Hooks as functions; leave out what you do not need. `batch` and `epoch` count from 0.
struct LambdaCallback {
  std::function<void(Training&)> on_train_begin{};
  std::function<void(Training&, int epoch)> on_epoch_begin{};
  std::function<void(Training&, int batch)> on_train_batch_begin{};
  std::function<void(Training&, int batch, const Logs&)> on_train_batch_end{};
  std::function<void(Training&, int epoch, Logs&)> on_epoch_end{};
  std::function<void(Training&)> on_train_end{};
  // Around each validation and its batches; logs have no "val_" here, as in Keras.
  std::function<void(Training&)> on_test_begin{};
  std::function<void(Training&, int batch)> on_test_batch_begin{};
  std::function<void(Training&, int batch, const Logs&)> on_test_batch_end{};
  std::function<void(Training&, const Logs&)> on_test_end{};
  /// What must survive a crash: given to a checkpoint, or taken back from one after on_train_begin.
  std::function<void(Training&, Snapshot&)> snapshot{};
};

/// Sets the rate of each epoch (from 0) to what `schedule` makes of it and of the rate so far, and logs it as
/// `learning_rate`. In C++ only: a recipe has EpochSchedule. Throws Error (usage) if a rate is negative or not finite.
struct LearningRateScheduler {
  std::function<double(int epoch, double rate)> schedule;
  int verbose = 0;

  void on_epoch_begin(Training& training, int epoch) const;
  void on_epoch_end(Training& training, int epoch, Logs& logs) const;
};

/// One callback: a stock one, or any copyable value with at least one of the hooks of LambdaCallback as member
/// functions. Every fit starts from a fresh copy, so a list of callbacks can be used again. To read what your own
/// callback gathered, give it a pointer or a reference to the place.
class Callback {
 public:
  using Stock = std::variant<EarlyStopping, ReduceLROnPlateau, ProgressBar, ModelCheckpoint, CSVLogger, TerminateOnNaN,
                             TimeLimit, BackupAndRestore, SwapEMAWeights, TensorBoard, EpochSchedule>;

  Callback(EarlyStopping settings) : value_(std::in_place_type<Stock>, std::move(settings)) {}
  Callback(ReduceLROnPlateau settings) : value_(std::in_place_type<Stock>, std::move(settings)) {}
  Callback(ProgressBar settings) : value_(std::in_place_type<Stock>, settings) {}
  Callback(ModelCheckpoint settings) : value_(std::in_place_type<Stock>, std::move(settings)) {}
  Callback(CSVLogger settings) : value_(std::in_place_type<Stock>, std::move(settings)) {}
  Callback(TerminateOnNaN settings) : value_(std::in_place_type<Stock>, settings) {}
  Callback(TimeLimit settings) : value_(std::in_place_type<Stock>, settings) {}
  Callback(BackupAndRestore settings) : value_(std::in_place_type<Stock>, std::move(settings)) {}
  Callback(SwapEMAWeights settings) : value_(std::in_place_type<Stock>, settings) {}
  Callback(TensorBoard settings) : value_(std::in_place_type<Stock>, std::move(settings)) {}
  Callback(EpochSchedule settings) : value_(std::in_place_type<Stock>, std::move(settings)) {}
  Callback(Stock settings) : value_(std::move(settings)) {}
  Callback(LambdaCallback hooks) : value_(std::move(hooks)) {}

  template <class T>
  requires(!std::same_as<std::remove_cvref_t<T>, Callback> &&
           (
               requires(T & t, Training& g) { t.on_train_begin(g); } ||
               requires(T & t, Training& g) { t.on_epoch_begin(g, 0); } ||
               requires(T & t, Training& g) { t.on_train_batch_begin(g, 0); } ||
               requires(T & t, Training& g, const Logs& l) { t.on_train_batch_end(g, 0, l); } ||
               requires(T & t, Training& g, Logs& l) { t.on_epoch_end(g, 0, l); } ||
               requires(T & t, Training& g) { t.on_train_end(g); } ||
               requires(T & t, Training& g) { t.on_test_begin(g); } ||
               requires(T & t, Training& g) { t.on_test_batch_begin(g, 0); } ||
               requires(T & t, Training& g, const Logs& l) { t.on_test_batch_end(g, 0, l); } ||
               requires(T & t, Training& g, const Logs& l) { t.on_test_end(g, l); })) Callback(T user)
      : value_(std::function<LambdaCallback()>([user] { return bind(std::make_shared<T>(user)); })) {}

  Callback(const Callback&);
  Callback(Callback&&) noexcept;
  Callback& operator=(const Callback&);
  Callback& operator=(Callback&&) noexcept;
  ~Callback();

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
    if constexpr (requires(T & t, Training & g) { t.on_train_batch_begin(g, 0); })
      h.on_train_batch_begin = [user](Training& g, int b) { user->on_train_batch_begin(g, b); };
    if constexpr (requires(T & t, Training & g, const Logs& l) { t.on_train_batch_end(g, 0, l); })
      h.on_train_batch_end = [user](Training& g, int b, const Logs& l) { user->on_train_batch_end(g, b, l); };
    if constexpr (requires(T & t, Training & g, Logs & l) { t.on_epoch_end(g, 0, l); })
      h.on_epoch_end = [user](Training& g, int epoch, Logs& l) { user->on_epoch_end(g, epoch, l); };
    if constexpr (requires(T & t, Training & g) { t.on_train_end(g); })
      h.on_train_end = [user](Training& g) { user->on_train_end(g); };
    if constexpr (requires(T & t, Training & g) { t.on_test_begin(g); })
      h.on_test_begin = [user](Training& g) { user->on_test_begin(g); };
    if constexpr (requires(T & t, Training & g) { t.on_test_batch_begin(g, 0); })
      h.on_test_batch_begin = [user](Training& g, int b) { user->on_test_batch_begin(g, b); };
    if constexpr (requires(T & t, Training & g, const Logs& l) { t.on_test_batch_end(g, 0, l); })
      h.on_test_batch_end = [user](Training& g, int b, const Logs& l) { user->on_test_batch_end(g, b, l); };
    if constexpr (requires(T & t, Training & g, const Logs& l) { t.on_test_end(g, l); })
      h.on_test_end = [user](Training& g, const Logs& l) { user->on_test_end(g, l); };
    if constexpr (requires(T & t, Training & g, Snapshot & s) { t.snapshot(g, s); })
      h.snapshot = [user](Training& g, Snapshot& s) { user->snapshot(g, s); };
    return h;
  }

  std::variant<Stock, LambdaCallback, std::function<LambdaCallback()>> value_;
};

}  // namespace telar
