package com.example;

/** A service for other workers. */
public interface Adder {
  /** Returns the sum. */
  int add(int a, int b);
}
