#include "study/tune/trial_journal.hpp"

#include <cerrno>
#include <climits>
#include <cmath>
#include <cstring>
#include <map>
#include <span>
#include <stdexcept>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "base/file_reader.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr const char* kJournal = "trials.jsonl";
constexpr std::uint64_t kLargestJournal = std::uint64_t{1} << 30;

constexpr std::pair<Trial::State, const char*> kStates[]{
    {Trial::State::running, "stopped"},   {Trial::State::paused, "paused"}, {Trial::State::completed, "completed"},
    {Trial::State::diverged, "diverged"}, {Trial::State::failed, "failed"}, {Trial::State::over_cap, "over_cap"}};

Json numbers(std::span<const double> values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(value);
  return array;
}

/// A whole number that an int holds, not below 0.
int whole(const Json& number) {
  if (!number.is_number_integer() || number < 0 || number > (1 << 30)) throw std::invalid_argument("no whole number");
  return number.get<int>();
}

Trial trial_of(const Json& line) {
  Trial trial;
  trial.number = whole(line.at("trial"));
  trial.first_rung = whole(line.at("first_rung"));
  const auto state = line.at("ended").get<std::string>();
  bool known = false;
  for (const auto& [value, name] : kStates)
    if (state == name) {
      trial.state = value;
      known = true;
    }
  if (!known) throw std::invalid_argument("no such state: " + state);
  for (const auto& [name, value] : line.at("values").items()) {
    if (value.is_number_integer() && value >= -INT_MAX && value <= INT_MAX)
      trial.point.values[name] = value.get<int>();
    else if (value.is_number())
      trial.point.values[name] = value.get<double>();
    else
      trial.point.values[name] = value.get<std::string>();
  }
  trial.reason = line.value("reason", "");
  trial.weights = line.at("weights").get<std::int64_t>();
  trial.latency = line.at("latency").get<double>();
  for (const Json& rung : line.at("rungs")) {
    TrialRung& one = trial.rungs.emplace_back();
    one.rung = whole(rung.at("rung"));
    one.epochs = whole(rung.at("epochs"));
    one.values = rung.at("values").get<std::vector<double>>();
    one.seconds = rung.at("seconds").get<double>();
    one.at = rung.at("at").get<double>();
    const int before = trial.rungs.size() > 1 ? trial.rungs[trial.rungs.size() - 2].rung : -1;
    if (one.rung <= before || one.rung > 1000 || one.epochs < 1 || one.values.size() > 3 || !(one.seconds >= 0))
      throw std::invalid_argument("a rung that no trial has");
  }
  return trial;
}

}  // namespace

Json trial_document(const Trial& trial) {
  Json values = Json::object(), rungs = Json::array();
  for (const auto& [name, value] : trial.point.values)
    std::visit([&, &n = name](const auto& v) { values[n] = v; }, value);
  for (const TrialRung& rung : trial.rungs)
    rungs.push_back(Json{{"rung", rung.rung},
                         {"epochs", rung.epochs},
                         {"values", numbers(rung.values)},
                         {"seconds", rung.seconds},
                         {"at", rung.at}});
  const char* state = "";
  for (const auto& [value, name] : kStates)
    if (value == trial.state) state = name;
  Json document{{"trial", trial.number},   {"values", std::move(values)}, {"first_rung", trial.first_rung},
                {"ended", state},          {"rungs", std::move(rungs)},   {"weights", trial.weights},
                {"latency", trial.latency}};
  if (!trial.reason.empty()) document["reason"] = trial.reason;
  return document;
}

TrialJournal::TrialJournal(const fs::path& folder, const std::string& search_sha256) : file_(folder / kJournal) {
  std::error_code none;
  const bool is_new = !fs::exists(file_, none);
  out_.open(file_, std::ios::binary | std::ios::app);
  if (is_new || !out_) write_line(Json{{"schema", "telar.trials/1"}, {"search_sha256", search_sha256}});
}

void TrialJournal::write(const Trial& trial, double seconds) {
  Json line = trial_document(trial);
  line["seconds"] = seconds;
  write_line(line);
}

void TrialJournal::end_search(double seconds) { write_line(Json{{"search_ended", true}, {"seconds", seconds}}); }

void TrialJournal::write_line(const Json& line) {
  errno = 0;
  out_ << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n' << std::flush;
  if (!out_)
    throw Error(ErrorCode::resource, file_.string(), std::string("cannot write: ") + std::strerror(errno),
                "make room on the disk; --resume goes on from here");
}

SeenSearch read_journal(const fs::path& folder, bool mend) {
  const fs::path file = folder / kJournal;
  const ByteBuffer bytes = read_file(file, kLargestJournal);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  SeenSearch seen;
  std::map<int, Trial> trials;
  std::size_t number = 0, end_of_whole = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) break;  // cut off
    ++number;
    const auto refuse = [&](const std::string& why) {
      throw Error(ErrorCode::data, file.string() + ":" + std::to_string(number), "the line is damaged: " + why,
                  "delete it and what follows; the trials before it stay");
    };
    try {
      const Json line = Json::parse(text.substr(begin, end - begin));
      if (number == 1) {
        if (line.value("schema", "") != "telar.trials/1") refuse("it does not begin a telar.trials/1");
        seen.search_sha256 = line.at("search_sha256").get<std::string>();
      } else {
        seen.seconds = std::max(seen.seconds, line.at("seconds").get<double>());
        seen.search_ended = line.contains("search_ended");
        if (!seen.search_ended) {
          Trial trial = trial_of(line);
          trials.insert_or_assign(trial.number, std::move(trial));
        }
      }
    } catch (const nlohmann::json::exception& error) {
      refuse(error.what());
    } catch (const std::invalid_argument& error) {
      refuse(error.what());
    }
    begin = end_of_whole = end + 1;
  }
  if (number == 0)
    throw Error(ErrorCode::data, file.string(), "it has no whole line", "delete the folder and begin anew");
  if (!std::isfinite(seen.seconds) || seen.seconds < 0) seen.seconds = 0;
  for (auto& [trial, value] : trials) {
    if (trial != static_cast<int>(seen.trials.size()))
      throw Error(ErrorCode::data, file.string(), "trial " + std::to_string(seen.trials.size()) + " is missing",
                  "delete the folder and begin anew");
    seen.trials.push_back(std::move(value));
  }
  if (mend && end_of_whole < text.size()) write_file(file, text.substr(0, end_of_whole));
  return seen;
}

}  // namespace telar
