/** Process groups and their collectives: all that the program of a rank imports. */
package io.muster.collectives;
