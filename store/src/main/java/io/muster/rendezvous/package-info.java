/**
 * How the processes of a job find each other: a URL leads to a {@link
 * io.muster.rendezvous.Rendezvous}, which is a store they share, and the rank and world size of
 * this process. The handlers of {@code tcp://}, {@code file://} and {@code env://} are here; a
 * {@link io.muster.rendezvous.RendezvousHandler} adds a scheme.
 */
package io.muster.rendezvous;
