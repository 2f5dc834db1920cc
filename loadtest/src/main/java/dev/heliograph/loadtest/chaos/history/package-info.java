/**
 * The history of a run: what producers, devices and the fault schedule did and saw, as JSON Lines
 * with monotonic times, and the recorders that write it.
 */
package dev.heliograph.loadtest.chaos.history;
