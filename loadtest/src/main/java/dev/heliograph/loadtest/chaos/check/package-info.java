/**
 * The checker: reads the history of a run and says whether every notification was delivered once,
 * in order, to whom it was for, and whether each skip and reset was true.
 */
package dev.heliograph.loadtest.chaos.check;
