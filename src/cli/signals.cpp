#include "cli/signals.hpp"

#include <atomic>
#include <signal.h>
#include <unistd.h>

#include "cli/exit_code.hpp"

namespace telar::cli {

namespace {

std::atomic<int> noted{0};
static_assert(std::atomic<int>::is_always_lock_free, "the handler may use nothing else");

extern "C" void note_signal(int signal) {
  int none = 0;
  if (!noted.compare_exchange_strong(none, signal)) _exit(kSignal + signal);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void ignore_write_signals() {
  handle(SIGXFSZ, SIG_IGN);
  handle(SIGPIPE, SIG_IGN);
}

void watch_stop_signals() {
  handle(SIGINT, note_signal);
  handle(SIGTERM, note_signal);
}

int stop_signal() noexcept { return noted; }

const char* signal_name(int signal) noexcept { return signal == SIGINT ? "SIGINT" : "SIGTERM"; }

}  // namespace telar::cli
