package io.muster.bench.start;

import io.muster.bench.Machine;
import io.muster.bench.Options;
import io.muster.bench.SideBySide;
import io.muster.bench.TemporaryDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Times how long {@code muster serve} takes to greet, with and without its control endpoint. */
@Command(
    name = "start-with-endpoint",
    description = "Times how long 'muster serve' takes to greet, with and without its endpoint.")
public final class EndpointStartBenchmark implements Callable<Integer> {
  private static final String WITHOUT = "without the endpoint";
  private static final String WITH = "with the endpoint";
  private static final Pattern URL = Pattern.compile("Control endpoint (http://[^,]+),.*");

  @Mixin private final Options options = new Options(15, 2);

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (TemporaryDirectory records = TemporaryDirectory.create("muster-records")) {
      LauncherScript.prepare();
      SideBySide run = new SideBySide(options, WITHOUT, WITH);
      run.add("start", (side, round) -> measure(side, records.path()));
      run.run();
      run.publish(run.page("start-with-endpoint.md"));
    }
    return 0;
  }

  private Map<String, Double> measure(String side, Path records)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        LauncherScript.process(
            LauncherScript.COMMAND, "serve", "--bind", "127.0.0.1", "--port", "0");
    builder.environment().put("XDG_RUNTIME_DIR", records.toString());
    if (side.equals(WITHOUT)) {
      builder.command().add("--no-admin");
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    long start = System.nanoTime();
    Process process = builder.start();
    try (BufferedReader output = process.inputReader()) {
      String line = output.readLine();
      figures.put("process start to greeting, ms", millisSince(start));
      if (line == null) {
        throw new IOException("ended without a greeting");
      }
      figures.put("memory at the greeting, MiB", Machine.residentBytes(process.pid()) / 1048576.0);
      if (side.equals(WITH)) {
        ask(urlIn(output));
        figures.put("process start to first answer of the endpoint, ms", millisSince(start));
      }
      return figures;
    } finally {
      process.destroy();
      int unusedExitCode = process.waitFor();
    }
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  private static URI urlIn(BufferedReader output) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher url = URL.matcher(line);
      if (url.matches()) {
        return URI.create(url.group(1));
      }
    }
    throw new IOException("the greeting names no control endpoint");
  }

  private static void ask(URI url) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) url.resolve("/v1/jobs").toURL().openConnection();
    if (connection.getResponseCode() != 200) {
      throw new IOException(url + " answered " + connection.getResponseCode());
    }
    connection.getInputStream().close();
  }
}
