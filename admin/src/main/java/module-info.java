import org.jspecify.annotations.NullMarked;

/** The control endpoint of a store server: its jobs as resources over HTTP. */
// The exported-to module is compiled after this one.
@SuppressWarnings("module")
@NullMarked
module io.muster.admin {
  requires transitive io.muster.store;
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.jr.ob;
  requires org.eclipse.jetty.server;

  exports io.muster.admin;
  exports io.muster.admin.internal to
      io.muster.cli;
}
