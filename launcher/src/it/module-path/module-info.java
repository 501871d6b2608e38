/** A program that starts a world. */
module com.example {
  requires io.muster.launcher;
}
