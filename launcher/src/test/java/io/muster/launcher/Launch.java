package io.muster.launcher;

import io.muster.fixtures.Background;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A launch under test, with what its workers write and what happens to them. */
final class Launch implements AutoCloseable, LaunchListener {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<WorkerInfo> started = new LinkedBlockingQueue<>();
  private final Launcher launcher;

  private Launch(WorldSpec.Builder spec, OutputOptions.Builder output) {
    launcher = Launcher.start(spec.output(output.consoles(out, err).build()).build(), this);
  }

  static Launch start(WorldSpec.Builder spec) {
    return new Launch(spec, OutputOptions.builder());
  }

  static Launch start(WorldSpec.Builder spec, OutputOptions.Builder output) {
    return new Launch(spec, output);
  }

  /** Workers that each run a script. */
  static WorldSpec.Builder sh(int count, String script) {
    return WorldSpec.builder().workers(count, List.of("sh", "-c", script));
  }

  static LaunchResult run(WorldSpec.Builder spec) {
    try (Launch launch = start(spec)) {
      return launch.result();
    }
  }

  Launcher launcher() {
    return launcher;
  }

  LaunchResult result() {
    return Background.call(launcher::awaitResult).result();
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  WorkerInfo awaitStarted() {
    return poll(started);
  }

  String awaitEvent() {
    return poll(events);
  }

  private static <T> T poll(BlockingQueue<T> queue) {
    try {
      T next = queue.poll(Background.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing happens");
      }
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void started(WorkerInfo worker) {
    started.add(worker);
    events.add("started " + worker.rank());
  }

  @Override
  public void exited(WorkerExit exit) {
    events.add("exited " + exit.worker().rank() + " " + exit.exitCode());
  }

  @Override
  public void restarting(int attempt, WorkerExit failure) {
    events.add("restarting " + attempt + " after " + failure.exitCode());
  }

  @Override
  public void finished(LaunchResult result) {
    events.add("finished " + result.exitCode());
  }

  @Override
  public void close() {
    launcher.close();
  }
}
