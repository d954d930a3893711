// numpy itself reads what telar writes and writes what telar reads. TELAR_TEST_PYTHON names a Python that has numpy.

#include <gtest/gtest.h>
#include <stdlib.h>
#include <string>

#include "format/npz.hpp"
#include "support/script.hpp"
#include "support/temporary_folder.hpp"

namespace telar {
namespace {

using test::put;
using test::run_script;
using test::ScriptResult;
using test::TemporaryFolder;

ScriptResult python(const std::filesystem::path& script, const std::filesystem::path& argument) {
  const char* named = getenv("TELAR_TEST_PYTHON");
  return run_script(std::string("'") + (named && *named ? named : "python3") + "' '" + script.string() + "' '" +
                    argument.string() + "' 2>&1");
}

class NpzNumpy : public testing::Test {
 protected:
  void SetUp() override {
    put(script_, "import numpy");
    if (python(script_, "").status == 0) return;
    const char* ci = getenv("CI");
    if (ci && std::string(ci) == "true") FAIL() << "no numpy: TELAR_TEST_PYTHON must name a Python that has it";
    GTEST_SKIP() << "no numpy; set TELAR_TEST_PYTHON to a Python that has it";
  }

  void run(const std::string& text) {
    put(script_, "import sys, numpy as np\n" + text);
    const ScriptResult result = python(script_, file_);
    EXPECT_EQ(result.status, 0) << result.output;
  }

  TemporaryFolder folder_;
  std::filesystem::path script_ = folder_ / "script.py";
  std::filesystem::path file_ = folder_ / "weights.npz";
};

TEST_F(NpzNumpy, reads_what_telar_writes) {
  write_npz(file_,
            std::vector<NpzArray>{
                {"dense/kernel", {2, 3}, {1, 2, 3, 4, 5, 6.5f}}, {"dense/bias", {3}, {7, 8, 9}}, {"n", {}, {-1}}});
  run(R"(
with np.load(sys.argv[1], allow_pickle=False) as f:
    assert f.files == ["dense/kernel", "dense/bias", "n"], f.files
    assert all(f[name].dtype == np.float32 for name in f.files)
    assert np.array_equal(f["dense/kernel"], [[1, 2, 3], [4, 5, 6.5]])
    assert np.array_equal(f["dense/bias"], [7, 8, 9])
    assert f["n"].shape == () and f["n"] == -1
)");
}

TEST_F(NpzNumpy, reads_an_archive_of_nothing) {
  write_npz(file_, {});
  run("assert np.load(sys.argv[1]).files == []");
}

TEST_F(NpzNumpy, writes_what_telar_reads) {
  for (const std::string save : {"savez", "savez_compressed"}) {
    run("arrays = {'dense/kernel': np.arange(6, dtype=np.float32).reshape(2, 3), 'n': np.float32(-1),\n"
        "          'large': np.zeros(100_000, dtype=np.float32)}\n"
        "np." +
        save + "(sys.argv[1], **arrays)");
    const std::vector<NpzArray> arrays = read_npz(file_);
    ASSERT_EQ(arrays.size(), 3u);
    EXPECT_EQ(arrays[0].name, "dense/kernel");
    EXPECT_EQ(arrays[0].shape, (std::vector<int>{2, 3}));
    EXPECT_EQ(arrays[0].values, (std::vector<float>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(arrays[1].shape, std::vector<int>{});
    EXPECT_EQ(arrays[2].values.size(), 100'000u);
  }
}

}  // namespace
}  // namespace telar
