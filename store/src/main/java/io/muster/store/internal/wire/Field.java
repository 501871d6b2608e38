package io.muster.store.internal.wire;

/** What a request's body is made of. */
enum Field {
  /** A u64 length and that many bytes, of the length a key may have. */
  KEY,
  /** A u64 length and that many bytes, of the length a value may have. */
  VALUE,
  /** A signed 64-bit number. */
  I64,
  /** An unsigned 32-bit number. */
  U32,
  /** A u64 that says how often the fields behind it are repeated. */
  COUNT
}
