package io.muster.cli;

import io.muster.launcher.LaunchResult;
import io.muster.launcher.Launcher;
import io.muster.launcher.OutputOptions;
import io.muster.launcher.WorldSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The ranks of a command as processes of this machine, which meet in a store of this process. They
 * end when it ends.
 */
final class LocalWorld {
  private static final String INTERFACE_VARIABLE = "GLOO_SOCKET_IFNAME";

  private LocalWorld() {}

  /** A world without ranks, whose process groups use loopback. */
  static WorldSpec.Builder builder(
      Map<String, String> environment, OutputStream out, OutputStream err, String prefix) {
    return WorldSpec.builder()
        .environment(loopback(environment))
        .output(OutputOptions.builder().consoles(out, err).prefix(prefix).build());
  }

  /** By default Gloo uses the address of the host name, which need not have one. */
  private static Map<String, String> loopback(Map<String, String> environment) {
    if (environment.containsKey(INTERFACE_VARIABLE)) {
      return Map.of();
    }
    try {
      NetworkInterface found = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
      return found == null ? Map.of() : Map.of(INTERFACE_VARIABLE, found.getName());
    } catch (IOException e) {
      return Map.of();
    }
  }

  /** The command line of a JVM with the options and the class path of this one. */
  static List<String> java(Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(RunPrograms.jvm());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command;
  }

  /** Blocks until all ranks have ended. A signal to this process kills them. */
  static LaunchResult run(WorldSpec spec) throws InterruptedException {
    try (Launcher launcher = Launcher.start(spec)) {
      Runtime.getRuntime().addShutdownHook(new Thread(launcher::close, "muster-stop"));
      return launcher.awaitResult();
    }
  }
}
