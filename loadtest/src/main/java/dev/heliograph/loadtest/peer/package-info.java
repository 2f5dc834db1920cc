/** The systems that are loaded, behind one interface. */
package dev.heliograph.loadtest.peer;
