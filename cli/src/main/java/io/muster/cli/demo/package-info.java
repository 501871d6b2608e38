/** The ranks of {@code muster demo}, and the display of their progress. */
package io.muster.cli.demo;
