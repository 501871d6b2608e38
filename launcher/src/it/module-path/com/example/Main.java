package com.example;

import io.muster.launcher.LaunchResult;
import io.muster.launcher.Launcher;
import io.muster.launcher.WorldSpec;
import java.util.List;

/** Runs a world of one rank. */
final class Main {
  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    WorldSpec spec = WorldSpec.builder().workers(1, List.of("true")).build();
    try (Launcher launcher = Launcher.start(spec)) {
      LaunchResult result = launcher.awaitResult();
      System.out.println("= " + result.summary());
    }
  }
}
