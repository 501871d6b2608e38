package io.muster.collectives;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Messages from one rank to another, and the barrier that PyTorch makes of them. */
final class Messages {
  private final GlooBackend backend;

  Messages(GlooBackend backend) {
    this.backend = backend;
  }

  MessageWork send(Tensor tensor, int destination, int tag, Duration timeout) {
    requireOther("destination", destination);
    requireTag(tag);
    OperationContext run = run("send to rank " + destination, "send", tag, timeout);
    return new MessageWork(
        backend, run, run.messages(tag).send(destination, run.load(tensor)), () -> {});
  }

  MessageWork recv(Tensor tensor, int source, int tag, Duration timeout) {
    requireOther("source", source);
    requireTag(tag);
    OperationContext run = run("recv from rank " + source, "recv", tag, timeout);
    ByteBuffer place = run.place(tensor);
    return receiving(run, tensor, place, run.messages(tag).receive(source, place));
  }

  MessageWork recvAnySource(Tensor tensor, int tag, Duration timeout) {
    requireTag(tag);
    OperationContext run = run("recvAnySource", "recvAnySource", tag, timeout);
    ByteBuffer place = run.place(tensor);
    return receiving(run, tensor, place, run.messages(tag).receiveFromAnyone(place));
  }

  private MessageWork receiving(
      OperationContext run, Tensor tensor, ByteBuffer place, OperationContext.Pending message) {
    return new MessageWork(
        backend,
        run,
        message,
        () -> {
          run.keepRest(tensor, place, message.length());
          tensor.store(place);
        });
  }

  private OperationContext run(String what, String operation, int tag, Duration timeout) {
    backend.requireOpen();
    return new OperationContext(backend, what + " with tag " + tag, operation, false, timeout);
  }

  private void requireOther(String what, int rank) {
    backend.requireRank(what, rank);
    if (rank == backend.rank()) {
      throw new IllegalArgumentException("rank " + rank + " cannot send to itself");
    }
  }

  private static void requireTag(int tag) {
    if (tag < 0) {
      throw new IllegalArgumentException("tag must not be negative but was " + tag);
    }
  }

  /** A barrier at which rank 0 hears of all others before it lets them go. */
  CollectiveCall monitoredBarrier(boolean waitForAllRanks) {
    backend.requireOpen();
    int tag = backend.nextTag(2);
    return new CollectiveCall(
        backend,
        "monitoredBarrier",
        tag,
        false,
        run -> {
          if (backend.rank() == 0) {
            lead(run, tag, waitForAllRanks);
          } else {
            follow(run, tag);
          }
        });
  }

  private void lead(OperationContext run, int tag, boolean waitForAllRanks) {
    List<OperationContext.Pending> arrivals = new ArrayList<>();
    for (int rank = 1; rank < backend.size(); rank++) {
      arrivals.add(run.messages(tag).receive(rank, word(run)));
    }
    List<Integer> missing = new ArrayList<>();
    for (int rank = 1; rank < backend.size(); rank++) {
      if (missing.isEmpty() || waitForAllRanks) {
        if (!arrivals.get(rank - 1).awaitUntilDeadline()) {
          missing.add(rank);
        }
      }
    }
    if (!missing.isEmpty()) {
      throw run.missing(missing);
    }
    ByteBuffer word = word(run);
    List<OperationContext.Pending> departures = new ArrayList<>();
    for (int rank = 1; rank < backend.size(); rank++) {
      departures.add(run.messages(tag + 1).send(rank, word));
    }
    departures.forEach(OperationContext.Pending::await);
  }

  private void follow(OperationContext run, int tag) {
    OperationContext.Pending arrival = run.messages(tag).send(0, word(run));
    OperationContext.Pending departure = run.messages(tag + 1).receive(0, word(run));
    arrival.await();
    departure.await();
  }

  private ByteBuffer word(OperationContext run) {
    return run.scratch(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(0, backend.rank());
  }
}
