#include "cli/download.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <curl/curl.h>
#include <fcntl.h>
#include <memory>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <telar/error.hpp>
#include <telar/version.hpp>

namespace telar::cli {

namespace {

constexpr int kMostTries = 10;
constexpr long kMostRedirections = 5, kConnectSeconds = 30, kStalledSeconds = 30;
constexpr long kPartialContent = 206, kRangeNotSatisfiable = 416, kFirstRefusal = 300;

struct EasyCleanup {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string url_part(const std::string& url, CURLUPart part) {
  const std::unique_ptr<CURLU, UrlCleanup> parsed(curl_url());
  char* text = nullptr;
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), part, &text, 0) != CURLUE_OK)
    return {};
  std::string result(text);
  curl_free(text);
  return result;
}

/// The file being written, closed to other processes that do the same.
class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& path) : path_(path) {
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail(errno);
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      ::close(descriptor_);
      throw Error(ErrorCode::resource, path.string(), "another process is loading this file", "wait until it is done");
    }
    if (const off_t end = ::lseek(descriptor_, 0, SEEK_END); end > 0) size_ = static_cast<std::uint64_t>(end);
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile() {
    if (size_ == 0) ::unlink(path_.c_str());
    ::close(descriptor_);
  }

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  void begin_anew() {
    if (::ftruncate(descriptor_, 0) != 0 || ::lseek(descriptor_, 0, SEEK_SET) != 0) fail(errno);
    size_ = 0;
  }
  /// 0, or the system's reason.
  int append(const char* bytes, std::size_t count) {
    while (count > 0) {
      const ssize_t n = ::write(descriptor_, bytes, count);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno;
      bytes += n;
      count -= static_cast<std::size_t>(n);
      size_ += static_cast<std::uint64_t>(n);
    }
    return 0;
  }
  void synchronise() const {
    if (::fsync(descriptor_) != 0) fail(errno);
  }
  [[noreturn]] void fail(int reason) const {
    throw Error(ErrorCode::resource, path_.string(), std::string("cannot write: ") + std::strerror(reason));
  }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// One try. curl's functions are C: what goes wrong in a callback is kept here.
struct Transfer {
  CURL* curl;
  PartFile& part;
  std::uint64_t limit;
  const DownloadProgress& progress;
  std::uint64_t begin = 0;  ///< bytes that were there
  int write_error = 0;
  bool too_much = false;

  static std::size_t receive(char* bytes, std::size_t one, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    count *= one;
    transfer.too_much = count > transfer.limit - std::min(transfer.limit, transfer.part.size());
    if (transfer.too_much) return CURL_WRITEFUNC_ERROR;
    transfer.write_error = transfer.part.append(bytes, count);
    return transfer.write_error == 0 ? count : CURL_WRITEFUNC_ERROR;
  }
  static int tell(void* self, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
    const auto& transfer = *static_cast<Transfer*>(self);
    if (now > 0)
      transfer.progress(transfer.part.size(), total > 0 ? transfer.begin + static_cast<std::uint64_t>(total) : 0);
    return 0;
  }
};

std::unique_ptr<CURL, EasyCleanup> make_curl(const std::string& url) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  std::unique_ptr<CURL, EasyCleanup> curl(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!curl) throw Error(ErrorCode::failure, url, "libcurl does not start");
  const std::string scheme = url_part(url, CURLUPART_SCHEME);
  const std::string agent = std::string("telar/") + version();
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, agent.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, scheme.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_REDIR_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, scheme == "https" ? 1L : 0L);
  curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, kMostRedirections);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_TIME, kStalledSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  if (scheme == "http") curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");  // this machine needs none
  return curl;
}

[[noreturn]] void refuse(const std::string& url, const std::string& message, const std::string& hint) {
  throw Error(ErrorCode::data, url, message, hint);
}

}  // namespace

void check_url(const std::string& url) {
  const std::string scheme = url_part(url, CURLUPART_SCHEME), host = url_part(url, CURLUPART_HOST);
  const bool here = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  if (scheme == "https" || scheme == "file" || (scheme == "http" && here)) return;
  throw Error(ErrorCode::usage, "--from " + url,
              scheme == "http" ? "http:// is for this machine alone: anybody on the way could change what comes"
                               : "no address that telar fetches from",
              "https://..., or file:///folder/ for a copy on the disk");
}

void download(const std::string& url, const std::filesystem::path& file, std::uint64_t limit,
              const DownloadProgress& progress) {
  PartFile part(file);
  for (int tries = 1;; ++tries) {
    const auto curl = make_curl(url);
    Transfer transfer{curl.get(), part, limit, progress, part.size()};
    curl_easy_setopt(curl.get(), CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(transfer.begin));
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Transfer::receive);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, &Transfer::tell);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &transfer);
    curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
    const CURLcode result = curl_easy_perform(curl.get());
    long answer = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);

    if (transfer.write_error != 0) part.fail(transfer.write_error);
    if (transfer.too_much) {
      part.begin_anew();
      refuse(url, "more than the " + std::to_string(limit) + " bytes that the file can have",
             "name another place: --from URL");
    }
    // It is whole already, or there is less of it than here: the checksum tells.
    if (answer == kRangeNotSatisfiable || result == CURLE_BAD_DOWNLOAD_RESUME) return;
    if (answer >= kFirstRefusal)
      refuse(url, "the server answers " + std::to_string(answer), "name another place: --from URL");
    const bool goes_on = transfer.begin == 0 || answer == kPartialContent || answer == 0;  // 0: of file://
    if (result == CURLE_OK && goes_on) return part.synchronise();
    const bool cannot_go_on = result == CURLE_RANGE_ERROR || result == CURLE_OK;
    if (tries >= kMostTries || (part.size() == transfer.begin && !cannot_go_on))
      refuse(url, std::string("cannot be fetched: ") + curl_easy_strerror(result),
             part.size() > 0 ? "say it again, and it goes on from here"
                             : "is there a connection? --from URL names another place");
    if (cannot_go_on) part.begin_anew();
  }
}

}  // namespace telar::cli
