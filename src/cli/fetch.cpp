// telar data fetch
#include <algorithm>
#include <iostream>
#include <memory>
#include <system_error>

#include <telar/error.hpp>

#include "base/did_you_mean.hpp"
#include "cli/amount_bar.hpp"
#include "cli/download.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb.hpp"
#include "data/idx.hpp"
#include "data/idx_header.hpp"
#include "data/known_set.hpp"
#include "study/documents.hpp"

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

std::string megabytes_text(std::uint64_t done, std::uint64_t total) {
  constexpr double kMegabyte = 1e6;
  return fmt::format("{:.1f}/{:.1f} MB", static_cast<double>(done) / kMegabyte, static_cast<double>(total) / kMegabyte);
}

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
  AmountBar bar(name, megabytes_text, options);
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
