// telar data fetch
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <system_error>

#include <telar/error.hpp>

#include "base/did_you_mean.hpp"
#include "base/terminal.hpp"
#include "cli/download.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb.hpp"
#include "data/idx.hpp"
#include "data/idx_header.hpp"
#include "data/known_set.hpp"
#include "study/documents.hpp"
#include "train/progress_bar.hpp"

namespace telar::cli {

namespace {

namespace fs = std::filesystem;

struct FetchOptions : CommonOptions {
  std::string set, from;
};

const KnownSet& set_called(const std::string& name) {
  std::vector<std::string> names;
  for (const KnownSet* set : {&fashion_mnist_set(), &mnist_set()}) {
    if (set->name == name) return *set;
    names.emplace_back(set->name);
  }
  throw Error(ErrorCode::usage, "telar data fetch " + name, "no set is called so", did_you_mean(name, names));
}

/// A line on a terminal that is drawn anew while bytes arrive.
class FetchBar {
 public:
  FetchBar(std::string what, bool shown, bool color) : what_(std::move(what)), shown_(shown), color_(color) {}
  FetchBar(const FetchBar&) = delete;
  FetchBar& operator=(const FetchBar&) = delete;
  ~FetchBar() {
    if (painted_ > 0) std::cerr << '\r' << std::string(painted_, ' ') << '\r' << std::flush;
  }

  void draw(std::uint64_t done, std::uint64_t total) {
    const Clock::time_point now = Clock::now();
    if (first_ == 0 && done > 0) first_ = done, began_ = now;
    if (!shown_ || now < next_ || total == 0) return;
    next_ = now + std::chrono::milliseconds(100);
    const double seconds = std::chrono::duration<double>(now - began_).count();
    const double rate = seconds > 0 ? static_cast<double>(done - std::min(first_, done)) / seconds : 0;
    constexpr double kMegabyte = 1e6;
    std::string tail =
        fmt::format(" {:.1f}/{:.1f} MB", static_cast<double>(done) / kMegabyte, static_cast<double>(total) / kMegabyte);
    if (rate > 0) tail += " " + clock_text(static_cast<double>(total - std::min(done, total)) / rate);

    // A line that is redrawn must not wrap: the bar gives way.
    const int room = terminal_columns(std::cerr) - 1 - static_cast<int>(what_.size() + 1 + tail.size());
    const int cells = std::clamp(room, 0, 20);
    const std::string head = room < 0 ? "" : what_ + " ";
    const std::size_t columns = head.size() + static_cast<std::size_t>(cells) + tail.size();
    std::cerr << '\r' << head << bar_text(static_cast<double>(done) / static_cast<double>(total), cells, color_) << tail
              << std::string(painted_ - std::min(painted_, columns), ' ') << std::flush;
    painted_ = std::max(painted_, columns);
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  bool shown_, color_;
  std::size_t painted_ = 0;  // columns
  std::uint64_t first_ = 0;  // bytes that were there when it began
  Clock::time_point began_, next_;
};

/// Whether its header says that it unpacks to as many bytes as the file has: one that does not is not unpacked.
bool has_size(const fs::path& file, const KnownFile& known) {
  InflatingReader reader(file);
  const IdxHeader header = read_idx_header(reader, file.string(), true);
  return header.bytes.size() + header.values == known.bytes;
}

bool is_good(const fs::path& file, const KnownFile& known) {
  try {
    return has_size(file, known) && read_idx(file).sha256 == known.sha256;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::data) throw;
    return false;
  }
}

/// Whether anything had to be fetched. A file is under its name only if its checksum is right.
bool fetch_file(const KnownFile& known, const std::string& url, const fs::path& folder, const FetchOptions& options) {
  const std::string name = std::string(known.name) + ".gz";
  const fs::path file = folder / name, part = folder / (name + ".part");
  std::error_code error;
  if (fs::exists(file, error) && is_good(file, known)) return false;
  FetchBar bar(name, !options.quiet && is_terminal(std::cerr), use_color(std::cerr, options.color_wish()));
  constexpr std::uint64_t kSlack = 64 * 1024;  // what does not shrink grows a little
  download(url + name, part, known.bytes + kSlack, [&bar](auto done, auto total) { bar.draw(done, total); });
  if (!is_good(part, known)) {
    fs::remove(part, error);
    throw Error(ErrorCode::data, url + name,
                "what came is not the file that was expected: the SHA-256 of its uncompressed bytes is not " +
                    std::string(known.sha256),
                "it is not kept; say it again, or name another place: --from URL");
  }
  fs::rename(part, file, error);
  if (error) throw Error(ErrorCode::resource, file.string(), "cannot write: " + error.message());
  return true;
}

int run(const FetchOptions& options, std::ostream& out) {
  const KnownSet& set = set_called(options.set);
  std::string url = options.from.empty() ? std::string(set.url) : options.from;
  if (!url.ends_with('/')) url += '/';
  check_url(url);
  const fs::path folder = cache_of(set);
  if (folder.empty())
    throw Error(ErrorCode::usage, "telar data fetch", "neither XDG_CACHE_HOME nor HOME says where to keep the files",
                "set one of them");
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(ErrorCode::resource, folder.string(), "cannot make this folder: " + error.message());
  Json files = Json::array();
  int fetched = 0;
  for (const KnownFile& file : set.files) {
    const bool came = fetch_file(file, url, folder, options);
    fetched += came ? 1 : 0;
    files.push_back(Json{{"file", std::string(file.name) + ".gz"}, {"sha256", file.sha256}, {"fetched", came}});
  }
  if (options.json)
    out << Json{{"schema", "telar.fetch/1"},
                {"set", set.name},
                {"folder", folder.string()},
                {"files", std::move(files)}}
               .dump(-1, ' ', false, Json::error_handler_t::replace)
        << '\n';
  else
    out << fmt::format("{} is in {}: {}, checksums right\n", set.title, folder.string(),
                       fetched == 0 ? "all four files were there" : fmt::format("{} of 4 files fetched", fetched));
  return kDone;
}

}  // namespace

Verb add_fetch(CLI::App& data) {
  const auto options = std::make_shared<FetchOptions>();
  CLI::App* app = data.add_subcommand("fetch", "Download a set that everybody has, checked by SHA-256");
  app->add_option("SET", options->set, "fashion_mnist or mnist")->required()->option_text(" ");
  app->add_option("--from", options->from, "Folder with the four .gz files: https://, file:/// or http://localhost")
      ->option_text("URL");
  add_common_options(*app, *options,
                     "  telar data fetch fashion_mnist\n"
                     "  telar data fetch mnist --from https://ossci-datasets.s3.amazonaws.com/mnist/");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
