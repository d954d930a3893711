// The telar program: picks the verb, runs it, turns what happened into an exit code.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <new>
#include <sstream>
#include <unistd.h>

#include <telar/error.hpp>
#include <telar/version.hpp>

#include "base/terminal.hpp"
#include "cli/exit_code.hpp"
#include "cli/signals.hpp"
#include "cli/verb.hpp"
#include "compute/isa.hpp"

namespace telar::cli {

namespace {

/// All of `text` to stdout, or an Error (resource): a result that did not arrive is no result.
void print(const std::string& text) {
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t n = write(STDOUT_FILENO, text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      throw Error(ErrorCode::resource, "stdout", std::string("cannot write the result: ") + std::strerror(errno));
    written += static_cast<std::size_t>(n);
  }
}

/// What a message quotes of a file must not steer the terminal.
int fail(int code, std::string message) {
  std::ranges::replace_if(
      message, [](char c) { return c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f); }, '?');
  std::cerr << Style{use_color(std::cerr)}.red("error:") << ' ' << message << '\n';
  return code;
}

int run(int argc, char** argv) {
  CLI::App program("Dense deep learning in native C++: train, evaluate and inspect small recipes.", "telar");
  program.require_subcommand(1);
  program.set_version_flag("--version", std::string("telar ") + version());
  program.footer(
      "Examples:\n"
      "  telar train recipes/fashion-mnist/baseline.toml\n"
      "  telar evaluate runs/2026-01-02T03-04-05Z-baseline-s0\n"
      "  telar inspect recipes/fashion-mnist/batch-normalization.toml\n"
      "  telar report runs/2026-01-02T03-04-05Z-baseline-s0\n"
      "  telar doctor recipes/fashion-mnist/reduce-lr-on-plateau.toml\n"
      "`telar VERB --help` tells more.");
  const std::vector<Verb> verbs{add_train(program, {argv, argv + argc}),
                                add_evaluate(program),
                                add_inspect(program),
                                add_doctor(program),
                                add_export(program),
                                add_report(program),
                                add_data(program)};
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp& call) {
    print(program.help());  // of the verb, if there is one
    return kDone;
  } catch (const CLI::CallForVersion& call) {
    print(std::string(call.what()) + "\n");
    return kDone;
  } catch (const CLI::ParseError& error) {
    return fail(kUsage, std::string(error.what()) + "\n  `telar --help` and `telar VERB --help` say what there is");
  }

  static_cast<void>(compute::current_isa());  // an Error if TELAR_ISA cannot be had
  for (const Verb& verb : verbs) {
    if (!verb.app->parsed()) continue;
    std::ostringstream out;
    const int code = verb.run(out);
    print(out.str());
    return code;
  }
  return kUsage;
}

int run_and_explain(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const Error& error) {
    return fail(exit_code(error.code()), error.what());
  } catch (const std::bad_alloc&) {
    return fail(kResource, "not enough memory\n  a smaller batch_size or fewer seeds at a time (--threads) need less");
  } catch (const std::exception& error) {
    return fail(kFailure, error.what());
  }
}

}  // namespace

}  // namespace telar::cli

int main(int argc, char** argv) {
  telar::cli::ignore_write_signals();
  return telar::cli::run_and_explain(argc, argv);
}
