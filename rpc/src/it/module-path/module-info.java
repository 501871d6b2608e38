/** A program of two workers. */
module com.example {
  requires io.muster.rpc;

  exports com.example;
}
