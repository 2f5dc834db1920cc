package dev.heliograph.client;

/**
 * How much it matters that a notification comes soon, the least first. All of a channel share one
 * order, whatever their priority.
 */
public enum Priority {
    /** May wait: what gateways hold back first when they are pressed. */
    LOW,
    /** As soon as its turn comes. */
    NORMAL,
    /** On its way the same as {@link #NORMAL}; an app may show it in another way. */
    HIGH,
    /** For what nobody may read late, such as an alarm. */
    CRITICAL
}
