/**
 * Attacks on a whole server, a class for each family, while bystanders on the same gateway have to
 * get everything. What an attacker meets is told by the rules of PROTOCOL.md that a test names.
 */
package dev.heliograph.server.attack;
