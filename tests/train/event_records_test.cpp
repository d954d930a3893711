// The bytes that TensorBoard reads, against RFC 3720 and TensorBoard 2.21's own protocol buffers and RecordWriter.
#include "train/event_records.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>

namespace telar::test {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

TEST(Crc32c, IsThatOfRfc3720) {
  std::string rising(32, '\0');
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<char>(i);
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43u);
  EXPECT_EQ(crc32c(rising), 0x46DD794Eu);
}

TEST(EventRecords, SayTheVersionFirst) {
  EXPECT_EQ(hex(version_event(1.5)),
            "2100000000000000017becf6"
            "09000000000000f83f1a0d627261696e2e4576656e743a3252070a0574656c6172"
            "e9531d1d");
}

TEST(EventRecords, SayThatATrainingGoesOn) {
  EXPECT_EQ(hex(start_event(1.5, 3)),
            "0f000000000000006d532b09"
            "09000000000000f83f10033a020801"
            "ec8612fc");
}

TEST(EventRecords, HoldAScalarAsATensor) {
  EXPECT_EQ(hex(scalar_event(1.5, 3, "epoch_loss", 0.25)),
            "34000000000000005e33175c"
            "09000000000000f83f10032a270a250a0a65706f63685f6c6f7373420a0801120022040000803e4a0b0a090a077363616c617273"
            "0cfad9b6");
}

TEST(EventRecords, HoldHyperparametersInMetadata) {
  EXPECT_EQ(hex(hparams_event(1.5, "_hparams_/session_end_info", "abc")),
            "4300000000000000b18525a0"
            "09000000000000f83f2a380a360a1a5f68706172616d735f2f73657373696f6e5f656e645f696e666f4206080112"
            "0212004a100a0e0a0768706172616d731203616263"
            "ab8ac0f9");
}

}  // namespace
}  // namespace telar::test
