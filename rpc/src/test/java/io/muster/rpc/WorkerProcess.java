package io.muster.rpc;

import io.muster.fixtures.Background;
import io.muster.fixtures.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * A worker in a process of its own. It reads one command per line and answers with lines that begin
 * with {@code "= "}.
 */
final class WorkerProcess {
  /** An object that other workers call. */
  interface Counter {
    int add(int number);
  }

  private final RpcAgent agent;
  private CompletableFuture<?> later = CompletableFuture.completedFuture(null);
  private RemoteRef<Counter> held;

  private WorkerProcess(RpcAgent agent) {
    this.agent = agent;
    this.held = agent.share(counter());
  }

  /** Arguments: the URL, the name, the rank and the world size; -1 for none. */
  public static void main(String[] args) throws IOException {
    CountDownLatch gate = new CountDownLatch(1);
    CompletableFuture<RpcAgent> self = new CompletableFuture<>();
    RpcOptions options =
        RpcOptions.builder()
            .initMethod(args[0])
            .host("127.0.0.1")
            .timeout(Background.PATIENCE)
            .initTimeout(Duration.ofMillis(Long.parseLong(args[4])))
            .keepAlive(Duration.ofSeconds(6))
            .objects(Counter.class)
            .function("twice", arguments -> 2 * (int) arguments[0])
            .function("bounce", arguments -> bounce(self.join(), arguments))
            .function("counter", arguments -> counter())
            .function(
                "gate",
                arguments -> {
                  say("waiting");
                  gate.await();
                  return "open";
                })
            .function(
                "open",
                arguments -> {
                  gate.countDown();
                  return null;
                })
            .build();
    try (RpcAgent agent =
        Rpc.init(args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]), options)) {
      self.complete(agent);
      WorkerProcess worker = new WorkerProcess(agent);
      say("ready");
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        say(worker.answer(line.split(" ")));
      }
    } catch (RpcInitException e) {
      say(e.getMessage());
    }
  }

  private static Counter counter() {
    return new AtomicInteger()::addAndGet;
  }

  /** Calls back and forth between two workers, each call nested in the previous one. */
  private static int bounce(RpcAgent agent, Object... arguments) {
    int left = (int) arguments[1];
    return left == 0
        ? 0
        : 1 + agent.worker((String) arguments[0]).call(int.class, "bounce", agent.name(), left - 1);
  }

  private static void say(String answer) {
    System.out.println("= " + answer);
  }

  private String answer(String... words) {
    try {
      return switch (words[0]) {
        case "twice" -> to(words).call(Integer.class, "twice", number(words)).toString();
        case "bounce" ->
            to(words).call(Integer.class, "bounce", agent.name(), number(words)).toString();
        case "burst" -> burst(to(words), number(words));
        case "create" -> {
          held.close();
          held = to(words).remote(Counter.class, "counter");
          yield "created";
        }
        case "add" -> String.valueOf(held.service(Counter.class).add(Integer.parseInt(words[1])));
        case "owned" -> owned(Integer.parseInt(words[1]));
        case "gate" -> {
          later = to(words).callAsync(String.class, "gate");
          yield "called";
        }
        case "open" -> {
          to(words).call(void.class, "open");
          yield "opened";
        }
        case "outcome" -> String.valueOf(later.join());
        case "shutdown" -> {
          agent.shutdown();
          yield "down";
        }
        default -> "what is " + words[0];
      };
    } catch (CompletionException e) {
      return String.valueOf(e.getCause());
    } catch (RpcException | IllegalArgumentException e) {
      return e.toString();
    }
  }

  private Worker to(String... words) {
    return agent.worker(words[1]);
  }

  private static int number(String... words) {
    return Integer.parseInt(words[2]);
  }

  private static String burst(Worker worker, int count) {
    List<CompletableFuture<Integer>> calls =
        IntStream.range(0, count)
            .mapToObj(i -> worker.callAsync(Integer.class, "twice", i))
            .toList();
    long right = IntStream.range(0, count).filter(i -> calls.get(i).join() == 2 * i).count();
    return right + " right";
  }

  /** Waits until this worker owns this number of objects. */
  private String owned(int count) {
    long start = System.nanoTime();
    while (agent.ownedObjects() != count
        && System.nanoTime() - start < Background.PATIENCE.toNanos()) {
      Eventually.pause();
    }
    return agent.ownedObjects() + " owned";
  }
}
