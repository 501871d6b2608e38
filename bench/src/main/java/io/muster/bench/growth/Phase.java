package io.muster.bench.growth;

import java.util.Locale;

/** What a crowd of clients does together, timed from its first request to its last answer. */
enum Phase {
  /** All connect, validate, ping and add one. */
  JOIN,

  /** All add one. */
  ADD,

  /** All set a value and add one, in one message. */
  SET_AND_ADD,

  /** All get a value. */
  GET,

  /** All add one and begin to wait, in one message; timed until the adds have their answers. */
  ADD_AND_WAIT,

  /** One sets what all wait for. */
  WAKE,

  /** {@link #ADD_AND_WAIT} and {@link #WAKE}, again and again; of one. */
  BARRIER;

  /** The name of the figure that says how long it takes. */
  String elapsed() {
    return spoken() + ", ms";
  }

  /** The name of the figure that says what it takes of the thread that serves, for each client. */
  String serving() {
    return spoken() + ": processor time of the thread that serves, of each, µs";
  }

  /** The name of the figure that says what it takes of the thread that has all the clients. */
  String asking() {
    return spoken() + ": processor time of the clients' thread, of each, µs";
  }

  private String spoken() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
