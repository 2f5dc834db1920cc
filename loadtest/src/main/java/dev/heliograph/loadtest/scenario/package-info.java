/** Scenarios: what is done to a system and its devices, and what is said of it afterwards. */
package dev.heliograph.loadtest.scenario;
