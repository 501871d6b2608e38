package io.muster.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** torchrun's {@code --nproc-per-node}: a number, or the number of GPUs or CPUs. */
final class ProcessCount {
  private ProcessCount() {}

  /**
   * The number of ranks.
   *
   * @param devices the directory with {@code nvidia0}, {@code nvidia1}, …
   * @throws IllegalArgumentException if it is neither a number nor {@code auto}, {@code gpu} or
   *     {@code cpu}, or if there is no GPU
   */
  static int of(String text, Path devices) {
    return switch (text) {
      case "cpu" -> Runtime.getRuntime().availableProcessors();
      case "gpu" -> {
        int found = gpus(devices);
        if (found == 0) {
          throw new IllegalArgumentException(
              "--nproc-per-node gpu: there is no GPU; expected " + devices + "/nvidia0");
        }
        yield found;
      }
      case "auto" -> {
        int found = gpus(devices);
        yield found > 0 ? found : Runtime.getRuntime().availableProcessors();
      }
      case "xpu" ->
          throw new IllegalArgumentException(
              "--nproc-per-node xpu is not supported; expected a number, cpu, gpu or auto");
      default -> RunNodes.number("--nproc-per-node", text);
    };
  }

  private static int gpus(Path devices) {
    try (Stream<Path> files = Files.list(devices)) {
      return (int)
          files.filter(file -> file.getFileName().toString().matches("nvidia[0-9]+")).count();
    } catch (IOException e) {
      return 0;
    }
  }
}
