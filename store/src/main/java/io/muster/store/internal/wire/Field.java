package io.muster.store.internal.wire;

/** The type of a field of a request. */
enum Field {
  /** A u64 length and that many bytes, limited as a key. */
  KEY,
  /** A u64 length and that many bytes, limited as a value. */
  VALUE,
  /** A signed 64-bit number. */
  I64,
  /** An unsigned 32-bit number. */
  U32,
  /** A u64 that says how often the fields after it are repeated. */
  COUNT
}
