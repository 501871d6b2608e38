/** Tests of a world of ranks. */
module com.example {
  requires io.muster.testing;
}
