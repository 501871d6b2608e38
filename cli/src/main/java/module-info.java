import org.jspecify.annotations.NullMarked;

/** The {@code muster} command. It exports nothing; its interface is the command line. */
@NullMarked
module io.muster.cli {
  requires static org.jspecify;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.jr.ob;
  requires com.sun.jna;
  requires info.picocli;
  requires io.muster.admin;
  requires io.muster.collectives;
  requires io.muster.launcher;
  requires io.muster.store;
  requires java.management;
  requires java.net.http;
  requires jdk.unsupported;

  opens io.muster.cli to
      info.picocli;
}
