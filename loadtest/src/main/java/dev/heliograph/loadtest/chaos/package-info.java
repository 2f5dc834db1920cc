/** Attacks a whole installation and judges the history of what its users saw. */
package dev.heliograph.loadtest.chaos;
