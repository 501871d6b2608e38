package io.muster.bench.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * A Python that can import torch.
 *
 * @param command how it is called
 * @param torch the version of its torch
 */
record TorchPython(String command, String torch) {
  private static final String PROBE =
      "import torch, torch.distributed as d; assert d.is_available(); print(torch.__version__)";

  /**
   * The Python that {@code MUSTER_PYTHON} names, or else the repository's {@code .venv}, or else
   * {@code python3}.
   *
   * @throws IOException if that one cannot import torch
   */
  static TorchPython find(Path repository) throws IOException, InterruptedException {
    String named = System.getenv("MUSTER_PYTHON");
    Path venv = repository.resolve(".venv/bin/python").toAbsolutePath();
    return of(
        Optional.ofNullable(named)
            .filter(name -> !name.isEmpty())
            .orElse(Files.isExecutable(venv) ? venv.toString() : "python3"));
  }

  /**
   * A Python by name or path.
   *
   * @throws IOException if it is not there or cannot import torch
   */
  static TorchPython of(String command) throws IOException, InterruptedException {
    Process probe;
    try {
      probe =
          new ProcessBuilder(command, "-W", "ignore", "-c", PROBE)
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new IOException("there is no Python " + command + "; MUSTER_PYTHON can name one", e);
    }
    String output = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String last = output.lines().reduce("", (before, line) -> line);
    if (probe.waitFor() != 0) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "the Python %s cannot import torch.distributed: %s; MUSTER_PYTHON can name another",
              command,
              last));
    }
    return new TorchPython(command, last);
  }
}
