#include "train/event_records.hpp"

#include <bit>
#include <boost/crc.hpp>
#include <chrono>
#include <protozero/pbf_builder.hpp>

namespace telar {

namespace {

// The numbers of the messages' fields in tensorboard/compat/proto.
enum class EventField : protozero::pbf_tag_type {
  wall_time = 1,
  step = 2,
  file_version = 3,
  summary = 5,
  session_log = 7,
  source_metadata = 10
};
enum class SourceField : protozero::pbf_tag_type { writer = 1 };
enum class SessionField : protozero::pbf_tag_type { status = 1 };
enum class SummaryField : protozero::pbf_tag_type { value = 1 };
enum class SummaryValueField : protozero::pbf_tag_type { tag = 1, tensor = 8, metadata = 9 };
enum class MetadataField : protozero::pbf_tag_type { plugin_data = 1 };
enum class PluginField : protozero::pbf_tag_type { name = 1, content = 2 };
enum class EventTensorField : protozero::pbf_tag_type { dtype = 1, shape = 2, content = 4 };
enum class EventShapeField : protozero::pbf_tag_type { dim = 2 };

constexpr std::int32_t kStart = 1;      // SessionLog.SessionStatus
constexpr std::int32_t kFloatType = 1;  // DataType

template <class Field>
using EventMessage = protozero::pbf_builder<Field>;

static_assert(std::endian::native == std::endian::little, "records and tensors are little-endian");

template <class T>
void append_bytes(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint32_t masked_crc32c(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xA282EAD8u; }

EventMessage<EventField> begin_event(std::string& bytes, double seconds, std::int64_t step) {
  EventMessage<EventField> event(bytes);
  event.add_double(EventField::wall_time, seconds);
  if (step != 0) event.add_int64(EventField::step, step);
  return event;
}

void put_text(auto& message, auto field, std::string_view text) { message.add_string(field, text.data(), text.size()); }

/// Whose a value is. What TensorBoard would call its data class, the plugin tells it.
void put_metadata(EventMessage<SummaryValueField>& value, std::string_view plugin, std::string_view content) {
  EventMessage<MetadataField> metadata(value, SummaryValueField::metadata);
  EventMessage<PluginField> data(metadata, MetadataField::plugin_data);
  put_text(data, PluginField::name, plugin);
  if (!content.empty()) put_text(data, PluginField::content, content);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

std::string tfrecord(std::string_view bytes) {
  std::string record;
  append_bytes(record, std::uint64_t{bytes.size()});
  append_bytes(record, masked_crc32c(record));
  record += bytes;
  append_bytes(record, masked_crc32c(bytes));
  return record;
}

std::string version_event(double seconds) {
  std::string bytes;
  EventMessage<EventField> event = begin_event(bytes, seconds, 0);
  event.add_string(EventField::file_version, "brain.Event:2");
  EventMessage<SourceField>(event, EventField::source_metadata).add_string(SourceField::writer, "telar");
  return tfrecord(bytes);
}

std::string start_event(double seconds, std::int64_t step) {
  std::string bytes;
  EventMessage<EventField> event = begin_event(bytes, seconds, step);
  EventMessage<SessionField>(event, EventField::session_log).add_enum(SessionField::status, kStart);
  return tfrecord(bytes);
}

std::string scalar_event(double seconds, std::int64_t step, std::string_view tag, double value) {
  std::string bytes;
  {
    EventMessage<EventField> event = begin_event(bytes, seconds, step);
    EventMessage<SummaryField> summary(event, EventField::summary);
    EventMessage<SummaryValueField> scalar(summary, SummaryField::value);
    put_text(scalar, SummaryValueField::tag, tag);
    {
      EventMessage<EventTensorField> tensor(scalar, SummaryValueField::tensor);
      tensor.add_enum(EventTensorField::dtype, kFloatType);
      tensor.add_message(EventTensorField::shape, std::string());
      std::string content;
      append_bytes(content, static_cast<float>(value));
      tensor.add_bytes(EventTensorField::content, content);
    }
    put_metadata(scalar, "scalars", {});
  }
  return tfrecord(bytes);
}

std::string hparams_event(double seconds, std::string_view tag, const std::string& content) {
  std::string bytes;
  {
    EventMessage<EventField> event = begin_event(bytes, seconds, 0);
    EventMessage<SummaryField> summary(event, EventField::summary);
    EventMessage<SummaryValueField> value(summary, SummaryField::value);
    put_text(value, SummaryValueField::tag, tag);
    {
      EventMessage<EventTensorField> tensor(value, SummaryValueField::tensor);  // of shape (0): a value there must be
      tensor.add_enum(EventTensorField::dtype, kFloatType);
      EventMessage<EventShapeField>(tensor, EventTensorField::shape).add_message(EventShapeField::dim, std::string());
    }
    put_metadata(value, "hparams", content);
  }
  return tfrecord(bytes);
}

double event_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace telar
