// The telar program: picks the verb, runs it, turns what happened into an exit code.
#include <iostream>
#include <new>
#include <string>

#include <telar/error.hpp>
#include <telar/version.hpp>

#include "base/terminal.hpp"
#include "base/utf8.hpp"
#include "cli/exit_code.hpp"
#include "cli/result_buffer.hpp"
#include "cli/signals.hpp"
#include "cli/verb.hpp"
#include "compute/isa.hpp"

namespace telar::cli {

namespace {

/// What a message quotes of a file must not steer the terminal.
int fail(int code, const std::string& message) {
  std::cerr << Style{use_color(std::cerr)}.red("error:") << ' ' << printable_lines(message) << '\n';
  return code;
}

int run(int argc, char** argv) {
  ResultBuffer buffer;
  std::ostream out(&buffer);
  out.exceptions(std::ios::badbit);  // what the buffer throws shall arrive
  CLI::App program("Dense deep learning in native C++: train, compare, evaluate and inspect small recipes.", "telar");
  program.require_subcommand(1);
  program.set_version_flag("--version", std::string("telar ") + version());
  program.footer(
      "Examples:\n"
      "  telar train recipes/fashion-mnist/baseline.toml\n"
      "  telar compare recipes/fashion-mnist/baseline.toml recipes/fashion-mnist/batch-normalization.toml\n"
      "  telar tune recipes/fashion-mnist/search.toml --budget 10m\n"
      "  telar evaluate runs/2026-01-02T03-04-05Z-baseline-s0\n"
      "  telar predict runs/2026-01-02T03-04-05Z-wine-s0 new-wines.csv\n"
      "  telar inspect recipes/fashion-mnist/batch-normalization.toml\n"
      "  telar report runs/2026-01-02T03-04-05Z-baseline-s0\n"
      "  telar doctor recipes/fashion-mnist/reduce-lr-on-plateau.toml\n"
      "`telar VERB --help` tells more.");
  const std::vector<std::string> command{argv, argv + argc};
  std::vector<Verb> verbs{add_train(program, command), add_compare(program, command), add_evaluate(program),
                          add_predict(program),        add_inspect(program),          add_doctor(program),
                          add_export(program),         add_report(program),           add_runs(program),
                          add_tune(program, command)};
  CLI::App& data = add_data(program);
  verbs.push_back(add_data_inspect(data));
  verbs.push_back(add_fetch(data));
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp& call) {
    out << program.help() << std::flush;  // of the verb, if there is one
    return kDone;
  } catch (const CLI::CallForVersion& call) {
    out << call.what() << '\n' << std::flush;
    return kDone;
  } catch (const CLI::ParseError& error) {
    return fail(kUsage, std::string(error.what()) + "\n  `telar --help` and `telar VERB --help` say what there is");
  }

  static_cast<void>(compute::current_isa());  // an Error if TELAR_ISA cannot be had
  for (const Verb& verb : verbs) {
    if (!verb.app->parsed()) continue;
    const int code = verb.run(out);
    out << std::flush;
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
