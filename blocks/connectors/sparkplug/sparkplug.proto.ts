/**
 * Wire format of Sparkplug B payloads (Sparkplug 3.0.0 specification, chapter 6; namespace `spBv1.0`): the fields that a host application
 * uses. Unknown fields (data sets, templates) are skipped by protobuf itself. As text, so that no build step is needed.
 */
export const SPARKPLUG_PROTO = `
syntax = "proto2";
package sparkplug;

message Payload {
  optional uint64 timestamp = 1;
  repeated Metric metrics = 2;
  optional uint64 seq = 3;
  optional string uuid = 4;
  optional bytes body = 5;
}
message Metric {
  optional string name = 1;
  optional uint64 alias = 2;
  optional uint64 timestamp = 3;
  optional uint32 datatype = 4;
  optional bool is_historical = 5;
  optional bool is_transient = 6;
  optional bool is_null = 7;
  optional PropertySet properties = 9;
  oneof value {
    uint32 int_value = 10;
    uint64 long_value = 11;
    float float_value = 12;
    double double_value = 13;
    bool boolean_value = 14;
    string string_value = 15;
    bytes bytes_value = 16;
  }
}
message PropertySet {
  repeated string keys = 1;
  repeated PropertyValue values = 2;
}
message PropertyValue {
  optional uint32 type = 1;
  optional bool is_null = 2;
  oneof value {
    uint32 int_value = 3;
    uint64 long_value = 4;
    float float_value = 5;
    double double_value = 6;
    bool boolean_value = 7;
    string string_value = 8;
  }
}
`;
