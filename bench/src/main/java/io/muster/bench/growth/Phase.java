package io.muster.bench.growth;

import io.muster.bench.Text;
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

  /** The figure of the server's memory above that of the empty one. */
  static final String MEMORY = "memory, MiB";

  /** The figure of elapsed time. */
  String elapsed() {
    return spoken() + ", ms";
  }

  /** The figure of the server thread's CPU time per client. */
  String serving() {
    return spoken() + ": CPU time of the server's thread per client, µs";
  }

  private String spoken() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The name of a figure among the results of all numbers of clients. */
  static String with(int clients, String figure) {
    return Text.format("%,d clients: %s", clients, figure);
  }
}
