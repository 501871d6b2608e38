package com.example.consumer;

/** A service for other workers. */
public interface Adder {
  /** The sum. */
  int add(int a, int b);
}
