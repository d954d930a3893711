// trials.jsonl: what is written comes back, and damage is told.
#include "study/tune/trial_journal.hpp"

#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

Trial some_trial(int number) {
  Trial trial;
  trial.number = number;
  trial.point.values = {{"rate", 0.00123}, {"layers", 2}, {"kind", std::string("a")}};
  trial.rungs.push_back({.rung = 0, .epochs = 1, .values = {0.1 + 0.2}, .seconds = 1.5, .at = 2.25});
  trial.state = Trial::State::paused;
  trial.weights = 1234;
  return trial;
}

TEST(TrialJournal, KeepsTheLastWordOnEachTrial) {
  const TemporaryFolder folder;
  {
    TrialJournal journal(folder.path(), "abc");
    journal.write(some_trial(0), 1);
    journal.write(some_trial(1), 2);
    Trial done = some_trial(0);
    done.state = Trial::State::completed;
    done.rungs.push_back({.rung = 1, .epochs = 3, .values = {0.5}, .seconds = 3, .at = 7});
    journal.write(done, 7.5);
  }
  const SeenSearch seen = read_journal(folder.path());
  EXPECT_EQ(seen.search_sha256, "abc");
  EXPECT_EQ(seen.seconds, 7.5);
  ASSERT_EQ(seen.trials.size(), 2u);
  EXPECT_EQ(seen.trials[0].state, Trial::State::completed);
  EXPECT_EQ(seen.trials[0].rungs.size(), 2u);
  EXPECT_EQ(seen.trials[1].point.values, some_trial(1).point.values);
  EXPECT_EQ(seen.trials[1].rungs[0].values, std::vector<double>{0.1 + 0.2}) << "to the last bit";
}

TEST(TrialJournal, KnowsWhetherTheSearchWasOver) {
  const TemporaryFolder folder;
  TrialJournal journal(folder.path(), "abc");
  journal.write(some_trial(0), 1);
  EXPECT_FALSE(read_journal(folder.path()).search_ended);
  journal.end_search(5);
  EXPECT_TRUE(read_journal(folder.path()).search_ended);
  EXPECT_EQ(read_journal(folder.path()).seconds, 5);
}

TEST(TrialJournal, ALineThatWasCutOffNeverWas) {
  const TemporaryFolder folder;
  {
    TrialJournal journal(folder.path(), "abc");
    journal.write(some_trial(0), 1);
    journal.write(some_trial(1), 2);
  }
  const auto file = folder.path() / "trials.jsonl";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 5);
  EXPECT_EQ(read_journal(folder.path(), true).trials.size(), 1u);
  {
    TrialJournal journal(folder.path(), "abc");
    journal.write(some_trial(1), 3);
  }
  EXPECT_EQ(read_journal(folder.path()).trials.size(), 2u) << "it goes on behind the last whole line";
}

TEST(TrialJournal, DamageIsToldWithItsLine) {
  const auto refusal = [](const std::string& text) {
    const TemporaryFolder folder;
    put(folder.path() / "trials.jsonl", text);
    const Error error = thrown_by([&] { static_cast<void>(read_journal(folder.path())); });
    EXPECT_EQ(error.code(), ErrorCode::data);
    return error.where().substr(error.where().find("trials.jsonl")) + " " + error.message();
  };
  const std::string head = "{\"schema\":\"telar.trials/1\",\"search_sha256\":\"\"}\n";
  EXPECT_EQ(refusal(""), "trials.jsonl it has no whole line");
  EXPECT_EQ(refusal("{}\n"), "trials.jsonl:1 the line is damaged: it does not begin a telar.trials/1");
  EXPECT_TRUE(refusal(head + "nonsense\n").starts_with("trials.jsonl:2 the line is damaged: "));
  EXPECT_TRUE(refusal(head + "{\"trial\":0}\n").starts_with("trials.jsonl:2 the line is damaged: "));
  Json line = trial_document(some_trial(3));
  line["seconds"] = 1;
  EXPECT_EQ(refusal(head + line.dump() + "\n"), "trials.jsonl trial 0 is missing");
  line["rungs"][0]["rung"] = 1001;
  EXPECT_EQ(refusal(head + line.dump() + "\n"), "trials.jsonl:2 the line is damaged: a rung that no trial has");
}

}  // namespace
}  // namespace telar::test
