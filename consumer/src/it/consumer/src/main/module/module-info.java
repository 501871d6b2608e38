/** A program that uses Muster as modules. */
module com.example.consumer {
  requires io.muster.collectives;
  requires io.muster.rpc;

  exports com.example.consumer;
}
