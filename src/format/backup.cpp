// Backups of a training: weights, slots and counters as one NumPy archive.
#include "train/backup.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <telar/error.hpp>

#include "format/npz.hpp"
#include "model/model.hpp"

namespace telar {

namespace {

// An archive holds float32 only; a counter is four of them, of 16 bits each, the lowest first.
constexpr std::size_t kPieces = 4;
constexpr std::uint64_t kFormat = 1;
enum Counter : std::size_t { format, seed, rule, epoch, step, batch, epochs_trained, iterations };
constexpr std::size_t kCounters = iterations + 1;
using Counters = std::array<std::uint64_t, kCounters>;

std::string name_of_values(std::size_t slot, const Variable& variable) {  // slot 0: the weights themselves
  return (slot == 0 ? "weights/" : "slot_" + std::to_string(slot) + "/") + variable.path;
}

class BackupReader {
 public:
  explicit BackupReader(const std::filesystem::path& file) : file_(file.string()), arrays_(read_npz(file)) {}

  [[noreturn]] void refuse(const std::string& message) const {
    throw Error(ErrorCode::data, file_, message, "this is the backup of another training; delete it to start anew");
  }
  void expect_arrays(std::size_t count) const {
    if (arrays_.size() != count)
      refuse("the backup has " + std::to_string(arrays_.size()) + " arrays, but this training's has " +
             std::to_string(count));
  }
  [[nodiscard]] const std::vector<float>& values(const std::string& name, const std::vector<int>& shape) const {
    const auto found = std::ranges::find(arrays_, name, &NpzArray::name);
    if (found == arrays_.end()) refuse("the backup has no array '" + name + "'");
    if (found->shape != shape)
      refuse("'" + name + "' has shape " + shape_text(found->shape) + ", but this training's has " + shape_text(shape));
    return found->values;
  }
  [[nodiscard]] Counters counters() const {
    const std::vector<float>& pieces = values("counters", {static_cast<int>(kCounters), static_cast<int>(kPieces)});
    Counters all{};
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const float piece = pieces[i];
      if (!(piece >= 0 && piece < 65536)) refuse("the backup's counters are damaged");
      all[i / kPieces] |= static_cast<std::uint64_t>(piece) << (16 * (i % kPieces));
    }
    if (all[format] != kFormat) refuse("the backup has a format of another version of telar");
    constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
    if (all[rule] > kMost || all[epoch] > kMost || all[step] > kMost || all[batch] > kMost ||
        all[epochs_trained] >> 62 != 0 || all[iterations] >> 62 != 0)
      refuse("the backup's counters are damaged");
    return all;
  }

 private:
  std::string file_;
  std::vector<NpzArray> arrays_;
};

}  // namespace

void write_backup(const std::filesystem::path& file, const Backup& backup, const std::vector<Variable>& variables) {
  const OptimizerState& optimizer = backup.optimizer;
  const Counters counters{kFormat,
                          backup.seed,
                          static_cast<std::uint64_t>(backup.rule),
                          static_cast<std::uint64_t>(backup.epoch),
                          static_cast<std::uint64_t>(backup.step),
                          static_cast<std::uint64_t>(backup.batch),
                          static_cast<std::uint64_t>(backup.epochs_trained),
                          static_cast<std::uint64_t>(optimizer.iterations)};
  std::vector<NpzArray> arrays(2);
  arrays[0] = {"counters", {static_cast<int>(kCounters), static_cast<int>(kPieces)}, {}};
  for (const std::uint64_t counter : counters)
    for (std::size_t piece = 0; piece < kPieces; ++piece)
      arrays[0].values.push_back(static_cast<float>((counter >> (16 * piece)) & 0xffff));
  arrays[1] = {"learning_rate", {}, {optimizer.learning_rate}};
  for (std::size_t slot = 0; slot <= optimizer.slots.size(); ++slot) {
    const std::vector<float>& values = slot == 0 ? backup.weights : optimizer.slots[slot - 1];
    for (const Variable& variable : variables) {
      const auto begin = values.begin() + static_cast<std::ptrdiff_t>(variable.offset);
      arrays.push_back({name_of_values(slot, variable),
                        variable.shape,
                        {begin, begin + static_cast<std::ptrdiff_t>(variable.size())}});
    }
  }
  write_npz(file, arrays);
}

Backup read_backup(const std::filesystem::path& file, const std::vector<Variable>& variables, std::size_t slots) {
  const BackupReader reader(file);
  const Counters counters = reader.counters();
  Backup backup{counters[seed],
                static_cast<int>(counters[rule]),
                static_cast<int>(counters[epoch]),
                static_cast<int>(counters[step]),
                static_cast<int>(counters[batch]),
                static_cast<std::int64_t>(counters[epochs_trained])};
  backup.optimizer.iterations = static_cast<std::int64_t>(counters[iterations]);
  backup.optimizer.learning_rate = reader.values("learning_rate", {}).front();
  std::size_t size = 0;
  for (const Variable& variable : variables) size = std::max(size, variable.offset + variable.size());
  backup.weights.resize(size);
  backup.optimizer.slots.assign(slots, std::vector<float>(size));
  for (std::size_t slot = 0; slot <= slots; ++slot) {
    std::vector<float>& values = slot == 0 ? backup.weights : backup.optimizer.slots[slot - 1];
    for (const Variable& variable : variables)
      std::ranges::copy(reader.values(name_of_values(slot, variable), variable.shape),
                        values.begin() + static_cast<std::ptrdiff_t>(variable.offset));
  }
  reader.expect_arrays(2 + (slots + 1) * variables.size());
  return backup;
}

}  // namespace telar
