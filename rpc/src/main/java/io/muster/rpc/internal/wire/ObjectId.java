package io.muster.rpc.internal.wire;

/**
 * The name of an object that is referred to from afar. Whoever asks for the object to be made
 * numbers it, so that it can let go of it without having heard of its making.
 *
 * @param creator the rank that numbered it
 * @param number different for each object of that creator
 */
public record ObjectId(int creator, long number) {}
