/** A program of two ranks. */
module com.example {
  requires io.muster.collectives;
}
