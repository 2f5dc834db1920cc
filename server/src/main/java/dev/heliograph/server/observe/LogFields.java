package dev.heliograph.server.observe;

import java.util.Map;

/** Values of one log record that become members of its JSON line. */
record LogFields(Map<String, Object> values) {

    /** For formatters that know nothing of fields. */
    @Override
    public String toString() {
        return values.toString();
    }
}
