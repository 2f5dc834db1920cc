package dev.heliograph.server.observe;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * One line of JSON for each log record: time, level, logger, message, the fields of a structured
 * record, stack trace. Nothing that a stranger sends can end a line or forge a member.
 */
public final class JsonLogFormatter extends Formatter {

    /** Found by the logging configuration by name. */
    public JsonLogFormatter() {}

    @Override
    public String format(LogRecord record) {
        StringBuilder json = new StringBuilder(256).append('{');
        member(json, "time", record.getInstant().toString());
        member(json, "level", record.getLevel().getName());
        member(json, "logger", record.getLoggerName());
        member(json, "message", formatMessage(record));
        if (record.getParameters() != null) {
            for (Object parameter : record.getParameters()) {
                if (parameter instanceof LogFields fields) {
                    fields.values().forEach((name, value) -> member(json, name, value));
                }
            }
        }
        if (record.getThrown() != null) {
            StringWriter trace = new StringWriter();
            record.getThrown().printStackTrace(new PrintWriter(trace, true));
            member(json, "exception", trace.toString());
        }
        return json.append("}\n").toString();
    }

    private static void member(StringBuilder json, String name, Object value) {
        if (json.length() > 1) {
            json.append(',');
        }
        quote(json, name);
        json.append(':');
        if (value instanceof Number) {
            json.append(value);
        } else {
            quote(json, String.valueOf(value));
        }
    }

    /** RFC 8259 section 7; everything outside ASCII is escaped too, terminals act on some of it. */
    private static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
