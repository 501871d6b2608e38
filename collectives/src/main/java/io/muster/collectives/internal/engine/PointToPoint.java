package io.muster.collectives.internal.engine;

import io.muster.collectives.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Point-to-point messages, and the monitored barrier, which PyTorch builds from such messages. */
final class PointToPoint {
  private final GlooBackend backend;

  PointToPoint(GlooBackend backend) {
    this.backend = backend;
  }

  MessageWork send(Tensor tensor, int destination, int tag, Duration timeout) {
    requireOther("destination", destination);
    requireTag(tag);
    Operation operation = operation("send to rank " + destination, "send", tag, timeout);
    ByteBuffer data = operation.stage(tensor);
    return new MessageWork(
        backend, operation, operation.channel(tag).send(destination, data), () -> {});
  }

  MessageWork recv(Tensor tensor, int source, int tag, Duration timeout) {
    requireOther("source", source);
    requireTag(tag);
    Operation operation = operation("recv from rank " + source, "recv", tag, timeout);
    ByteBuffer staged = operation.stageEmpty(tensor);
    return receiving(operation, tensor, staged, operation.channel(tag).receive(source, staged));
  }

  MessageWork recvAnySource(Tensor tensor, int tag, Duration timeout) {
    requireTag(tag);
    Operation operation = operation("recvAnySource", "recvAnySource", tag, timeout);
    ByteBuffer staged = operation.stageEmpty(tensor);
    return receiving(operation, tensor, staged, operation.channel(tag).receiveFromAnyone(staged));
  }

  private MessageWork receiving(
      Operation operation, Tensor tensor, ByteBuffer staged, Operation.SlotMessage message) {
    return new MessageWork(
        backend,
        operation,
        message,
        () -> {
          operation.keepRest(tensor, staged, message.length());
          Operation.unstage(staged, tensor);
        });
  }

  private Operation operation(String description, String method, int tag, Duration timeout) {
    backend.requireOpen();
    return new Operation(backend, description + " with tag " + tag, method, false, timeout);
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

  /**
   * A barrier at which rank 0 waits for a message of each other rank, and then answers them all.
   */
  Collective monitoredBarrier(boolean waitForAllRanks) {
    backend.requireOpen();
    int tag = backend.nextTag(2);
    return new Collective(
        backend,
        "monitoredBarrier",
        tag,
        false,
        operation -> {
          if (backend.rank() == 0) {
            lead(operation, tag, waitForAllRanks);
          } else {
            follow(operation, tag);
          }
        });
  }

  private void lead(Operation operation, int tag, boolean waitForAllRanks) {
    List<Operation.SlotMessage> arrivals = new ArrayList<>();
    for (int rank = 1; rank < backend.size(); rank++) {
      arrivals.add(operation.channel(tag).receive(rank, ownRank(operation)));
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
      throw operation.missing(missing);
    }
    ByteBuffer answer = ownRank(operation);
    List<Operation.SlotMessage> departures = new ArrayList<>();
    for (int rank = 1; rank < backend.size(); rank++) {
      departures.add(operation.channel(tag + 1).send(rank, answer));
    }
    departures.forEach(Operation.SlotMessage::await);
  }

  private void follow(Operation operation, int tag) {
    Operation.SlotMessage arrival = operation.channel(tag).send(0, ownRank(operation));
    Operation.SlotMessage departure = operation.channel(tag + 1).receive(0, ownRank(operation));
    arrival.await();
    departure.await();
  }

  /** Memory that holds this rank, which is what the messages of the barrier carry. */
  private ByteBuffer ownRank(Operation operation) {
    return operation
        .scratch(Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0, backend.rank());
  }
}
