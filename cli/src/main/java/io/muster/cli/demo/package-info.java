/** The ranks of {@code muster demo}, and what it shows of them. */
package io.muster.cli.demo;
