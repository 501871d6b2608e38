/** A program with a control endpoint. */
module com.example {
  requires io.muster.admin;
  requires java.net.http;
}
