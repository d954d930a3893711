// Every hostile file of the corpora is refused in less than 100 ms of the processor and with less than 64 MiB, each in
// a process of its own, so that no file profits from the memory of the one before it.
#include <algorithm>
#include <ctime>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <malloc.h>

#include <telar/telar.hpp>

#include "base/file_reader.hpp"
#include "data/idx.hpp"
#include "data/picture.hpp"
#include "format/hdf5.hpp"
#include "format/npy_array.hpp"
#include "format/npz.hpp"
#include "format/sample_stream.hpp"
#include "support/child_cost.hpp"
#include "support/sanitized.hpp"
#include "support/temporary_folder.hpp"
#include "train/progress.hpp"

namespace telar::test {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kMostTime{100};
constexpr long kMostKilobytes = 64 * 1024;
enum class Outcome { taken, refused, failed };

struct Corpus {
  std::string name;
  std::function<void(const fs::path& file)> read;
  std::size_t refusals;  ///< at least
};

Outcome outcome_of(const Corpus& corpus, const fs::path& file) {
  try {
    corpus.read(file);
    return Outcome::taken;
  } catch (const Error& error) {
    return error.message().empty() ? Outcome::failed : Outcome::refused;
  } catch (...) {
    return Outcome::failed;
  }
}

void read_samples(const fs::path& file) {
  const SampleStream stream = open_samples(file.string(), {.shape = {2}, .features = {"a", "b"}, .targets = {"y"}});
  std::vector<float> some(64);
  while (stream.read(some) > 0) continue;
}

ByteBuffer bytes_of_file(const fs::path& file) { return read_file(file, 1 << 24); }

const std::vector<Corpus>& corpora() {
  static const std::vector<Corpus> all{
      {"keras",
       [](const fs::path& file) {
         const TemporaryFolder folder;
         fs::copy_file(file, folder / "model.keras");
         static_cast<void>(Sequential::load(folder / "model.keras"));
       },
       40},
      {"hdf5",
       [](const fs::path& path) {
         const ByteBuffer bytes = bytes_of_file(path);
         const Hdf5File file(path.string(), bytes);
         const Hdf5Object* kernel = file.find("layers/dense/vars/0");
         if (kernel == nullptr) throw Error(ErrorCode::data, path.string(), "no kernel");
         static_cast<void>(file.floats(*kernel));
       },
       20},
      {"npz", [](const fs::path& file) { static_cast<void>(read_npz(file)); }, 14},
      {"npy", [](const fs::path& file) { static_cast<void>(read_npy(file, WholeNumbers::as_floats)); }, 10},
      {"picture", [](const fs::path& file) { static_cast<void>(decode_picture(bytes_of_file(file), file.string())); },
       12},
      {"idx", [](const fs::path& file) { static_cast<void>(read_idx(file)); }, 12},
      {"csv", [](const fs::path& file) { static_cast<void>(datasets::csv(file, {.label = "y"})); }, 8},
      {"samples", read_samples, 12},
      {"checkpoint", [](const fs::path& file) { static_cast<void>(parse_progress(bytes_of_file(file))); }, 10}};
  return all;
}

TEST(AttackCosts, OfEveryRefusalAreLessThan100MillisecondsAnd64Mebibytes) {
  std::chrono::microseconds slowest{};
  long largest = 0;
  std::string slowest_name, largest_name;
  for (const Corpus& corpus : corpora()) {
    std::size_t refusals = 0;
    for (const auto& entry : fs::directory_iterator(fs::path(TELAR_TESTS_DIR) / "fuzz/corpus" / corpus.name)) {
      const std::string name = corpus.name + "/" + entry.path().filename().string();
      malloc_trim(0);  // what this process has to spare would be the child's for nothing
      const auto attempt = [&] { return cost_of([&] { return static_cast<int>(outcome_of(corpus, entry.path())); }); };
      ChildCost cost = attempt();
      // A neighbour on the same core makes any work slow: what it takes is the least of a few times.
      for (int again = 0; again < 4 && !kSanitized && cost.time >= kMostTime; ++again)
        cost.time = std::min(cost.time, attempt().time);
      EXPECT_NE(cost.result, static_cast<int>(Outcome::failed)) << name;
      if (cost.result != static_cast<int>(Outcome::refused)) continue;
      ++refusals;
      if (kSanitized) continue;
      EXPECT_LT(cost.time, kMostTime) << name;
      EXPECT_LT(cost.kilobytes, kMostKilobytes) << name;
      if (cost.time > slowest) slowest = cost.time, slowest_name = name;
      if (cost.kilobytes > largest) largest = cost.kilobytes, largest_name = name;
    }
    EXPECT_GE(refusals, corpus.refusals) << corpus.name;
  }
  RecordProperty("slowest", slowest_name + ": " + std::to_string(slowest.count()) + " us");
  RecordProperty("largest", largest_name + ": " + std::to_string(largest) + " KiB");
  std::cout << "slowest: " << slowest_name << ", " << static_cast<double>(slowest.count()) / 1000
            << " ms; most memory: " << largest_name << ", " << largest << " KiB\n";
}

TEST(AttackCosts, WouldBeSeen) {
  const ChildCost cost = cost_of([] {
    const std::vector<char> much(std::size_t{80} << 20, 'x');
    const std::clock_t begin = std::clock();
    while (std::clock() - begin < CLOCKS_PER_SEC / 50) continue;
    return much[12345] == 'x' ? 7 : 0;
  });
  EXPECT_EQ(cost.result, 7);
  EXPECT_GE(cost.time, std::chrono::milliseconds(20));
  EXPECT_GT(cost.kilobytes, 75 * 1024);
}

}  // namespace
}  // namespace telar::test
