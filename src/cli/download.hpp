// One file from a server to the disk, going on where an earlier try has ended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace telar::cli {

/// Bytes that are there, and how many there will be; 0 if nobody knows.
using DownloadProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Throws Error (usage) unless `url` begins with https://, file:///, or http:// and the name of this machine
/// (localhost, 127.0.0.1, [::1]): what anybody on the way could change is not asked for.
void check_url(const std::string& url);

/// Writes what is at `url`, at most `limit` bytes, to `file`. What an earlier try has left there is not asked for again
/// if the server can begin in the middle; after a connection that breaks, up to ten more tries go on from where it
/// broke. Redirections lead from https to https alone. Throws Error: data with the server's answer, if it has no such
/// file, sends too much or breaks off without anything new; then what came is kept, for the next time; resource if it
/// cannot be written or another process writes it.
void download(const std::string& url, const std::filesystem::path& file, std::uint64_t limit,
              const DownloadProgress& progress);

}  // namespace telar::cli
