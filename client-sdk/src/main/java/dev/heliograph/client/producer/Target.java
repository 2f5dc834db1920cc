package dev.heliograph.client.producer;

import dev.heliograph.proto.notify.v1.Users;
import java.util.List;
import java.util.Objects;

/** Who gets a notification. */
public sealed interface Target {

    /** Most users of one notification. */
    int MAX_USERS = 1_000;

    /** All devices of one user. */
    record User(String id) implements Target {
        /** Refuses null. */
        public User {
            Objects.requireNonNull(id, "id");
        }
    }

    /** All devices of several different users, 1 to {@value #MAX_USERS}. */
    record ManyUsers(List<String> ids) implements Target {
        /** Refuses a wrong number. */
        public ManyUsers {
            ids = List.copyOf(ids);
            if (ids.isEmpty() || ids.size() > MAX_USERS) {
                throw new IllegalArgumentException(
                        "A notification has 1 to "
                                + MAX_USERS
                                + " users, but here are "
                                + ids.size());
            }
        }
    }

    /** The devices that subscribe to a topic. */
    record Topic(String name) implements Target {
        /** Refuses null. */
        public Topic {
            Objects.requireNonNull(name, "name");
        }
    }

    /** One user. */
    static Target user(String id) {
        return new User(id);
    }

    /** Several users. */
    static Target users(List<String> ids) {
        return new ManyUsers(ids);
    }

    /** A topic. */
    static Target topic(String name) {
        return new Topic(name);
    }

    /** As the API takes it. */
    private dev.heliograph.proto.notify.v1.Target toProto() {
        var target = dev.heliograph.proto.notify.v1.Target.newBuilder();
        switch (this) {
            case User user -> target.setUser(user.id());
            case ManyUsers users -> target.setUsers(Users.newBuilder().addAllIds(users.ids()));
            case Topic topic -> target.setTopic(topic.name());
        }
        return target.build();
    }

    /** As the API takes it. */
    static dev.heliograph.proto.notify.v1.Target toProto(Target target) {
        return target.toProto();
    }
}
