package dev.heliograph.loadtest.scenario;

/** Whom a notification is for. */
sealed interface Audience {

    /** The device of a user. */
    record User(int number) implements Audience {}

    /** All devices that subscribe to a topic. */
    record Topic(int number) implements Audience {}

    /** Whom the notifications of a load are for, one after the other. */
    @FunctionalInterface
    interface Choice {
        /**
         * The next one.
         *
         * @param number counts the notifications of the load from 0
         */
        Audience next(int number);
    }

    /** One user after the other. */
    static Choice usersInTurn(int users) {
        return number -> new User(number % users);
    }
}
