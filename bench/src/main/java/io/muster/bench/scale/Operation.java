package io.muster.bench.scale;

/** What a server spends its time on. */
enum Operation {
  ACCEPT,

  /** The first message of a client: it validates and pings. */
  HELLO,
  ADD,

  /** A wait, answered or not; {@link #WAKE} comes on top if it is answered later. */
  WAIT,
  ADD_AND_WAIT,

  /** A set that came with the request after it, so that no read is needed for it alone. */
  SET,
  GET,

  /** The answer to a wait whose key was set. */
  WAKE
}
