/** Ways to hurt an installation, each with its cure. */
package dev.heliograph.loadtest.chaos.fault;
