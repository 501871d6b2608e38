package io.muster.bench.growth;

import java.util.Locale;

/** An operation of all clients of a crowd, timed from the first request to the last reply. */
enum Phase {
  /** All clients connect, validate, ping and add one. */
  JOIN,

  /** All clients add one. */
  ADD,

  /** All clients set a value and add one, in one message. */
  SET_AND_ADD,

  /** All clients get a value. */
  GET,

  /** All clients add one and begin to wait, in one message; timed until the last reply. */
  ADD_AND_WAIT,

  /** One client sets the key that all wait for. */
  WAKE,

  /** {@link #ADD_AND_WAIT} and {@link #WAKE}, repeated; figures are per barrier. */
  BARRIER;

  /** The name of the figure of elapsed time. */
  String elapsed() {
    return spoken() + ", ms";
  }

  /** The name of the figure of the server thread's CPU time per client. */
  String serving() {
    return spoken() + ": CPU time of the server's thread per client, µs";
  }

  private String spoken() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
