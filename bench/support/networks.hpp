// The networks that the benches train.
#pragma once

#include <map>
#include <string>

#include <telar/telar.hpp>

namespace telar::bench {

/// `baseline` and `batch_normalization` are the notebook's: 784-512-512-10 with Adam, batches of 128; `wide` is
/// 784-1024-1024-1024-10 with dropout and AdamW, batches of 256.
enum class Network { baseline, batch_normalization, wide };
inline const std::map<std::string, Network> kNetworks{
    {"baseline", Network::baseline}, {"batch-normalization", Network::batch_normalization}, {"wide", Network::wide}};

[[nodiscard]] constexpr int batch_size(Network network) noexcept { return network == Network::wide ? 256 : 128; }

/// Compiled, for Fashion-MNIST.
[[nodiscard]] Sequential network(Network network, DType dtype);

/// Floating-point operations of one epoch of a dense network: forward, weight gradients, and input gradients but the
/// first.
[[nodiscard]] double flops_per_epoch(const Sequential& model, std::size_t samples);

/// The middle one, or the upper of the two. Not empty.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace telar::bench
