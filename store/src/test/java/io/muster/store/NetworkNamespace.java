package io.muster.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A network of its own for processes of a test: interfaces, addresses and routes as the test wants
 * them, by {@code ip netns}. That needs Linux, root and iproute2; where one is missing {@link
 * #create} says so and aborts the test.
 */
public final class NetworkNamespace implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String name;

  private NetworkNamespace(String name) {
    this.name = name;
  }

  /** A namespace with a loopback interface that is up. */
  public static NetworkNamespace create() {
    String name = "muster-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    String failure = run(List.of("ip", "netns", "add", name));
    if (failure != null) {
      String notTested = "NOT TESTED, no network namespace can be made: " + failure;
      System.out.println(notTested);
      Assumptions.abort(notTested);
    }
    NetworkNamespace namespace = new NetworkNamespace(name);
    namespace.ip("link set lo up");
    return namespace;
  }

  /**
   * A pair of interfaces, each of which is the other's wire.
   *
   * @param address this one's, with the length of its prefix; the interface is named {@code host0}
   */
  public void connect(String address, NetworkNamespace other, String otherAddress) {
    ip("link add host0 type veth peer name host0 netns " + other.name);
    addAddress(address);
    other.addAddress(otherAddress);
  }

  private void addAddress(String address) {
    ip("addr add " + address + " dev host0");
    ip("link set host0 up");
  }

  /** Runs {@code ip} in this namespace. */
  public void ip(String arguments) {
    List<String> command = new ArrayList<>(List.of("ip", "-n", name));
    command.addAll(List.of(arguments.split(" ", -1)));
    String failure = run(command);
    if (failure != null) {
      throw new AssertionError(String.join(" ", command) + ": " + failure);
    }
  }

  /** A JVM like this one, in this namespace. */
  public ChildProcess java(Class<?> main, String... args) {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", name));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    return ChildProcess.start(Map.of(), command);
  }

  /** What the command complains of, or null if it succeeds. */
  private static @Nullable String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? null : output;
    } catch (IOException e) {
      return e.getMessage();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    String unused = run(List.of("ip", "netns", "del", name));
  }
}
