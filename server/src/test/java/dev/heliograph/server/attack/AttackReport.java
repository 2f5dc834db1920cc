package dev.heliograph.server.attack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Every attack with its outcome, as a page of Markdown: {@code target/attacks.md}. */
final class AttackReport implements TestWatcher, AfterAllCallback {

    /** Of all classes that this process has run, by title. */
    private static final Map<String, List<Row>> FAMILIES = new ConcurrentSkipListMap<>();

    /** A test that names the rule that it proves. */
    private static final Pattern RULE = Pattern.compile("([a-z])(\\d+)([A-Z].*)");

    private record Row(String shows, boolean passed) {}

    @Override
    public void testSuccessful(ExtensionContext test) {
        add(test, true);
    }

    @Override
    public void testFailed(ExtensionContext test, Throwable cause) {
        add(test, false);
    }

    @Override
    public void testAborted(ExtensionContext test, Throwable cause) {
        add(test, false);
    }

    private static void add(ExtensionContext test, boolean passed) {
        AttackFamily family = (AttackFamily) test.getRequiredTestInstance();
        String method = test.getRequiredTestMethod().getName();
        String shows = sentence(method);
        if (!test.getDisplayName().startsWith(method + "(")) {
            shows += ": " + test.getDisplayName().replace("|", "\\|");
        }
        FAMILIES.computeIfAbsent(
                        family.title() + ", " + family.transport(),
                        _ -> new CopyOnWriteArrayList<>())
                .add(new Row(shows, passed));
    }

    /** What a test's name says, its rule first. */
    private static String sentence(String method) {
        Matcher named = RULE.matcher(method);
        String rule = "";
        String words = method;
        if (named.matches()) {
            rule = named.group(1).toUpperCase(Locale.ROOT) + "-" + named.group(2) + " ";
            words = named.group(3);
        }
        return rule
                + words.replaceAll("(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z0-9])(?=[A-Z])", " ")
                        .toLowerCase(Locale.ROOT);
    }

    /** Writes the page anew, with what there is by now. */
    @Override
    public void afterAll(ExtensionContext family) throws IOException {
        long cases = FAMILIES.values().stream().mapToLong(List::size).sum();
        long passed = FAMILIES.values().stream().flatMap(List::stream).filter(Row::passed).count();
        StringBuilder page = new StringBuilder("# Attacks\n\n");
        page.append("%d of %d cases passed.\n".formatted(passed, cases));
        page.append(
                "\nDuring each case a device on a WebSocket and one on an event stream of the same"
                        + " gateway are sent notifications.\nPassed means that the attack met what"
                        + " its case says, and that both got every one, once, in order, on the"
                        + " connection that they had.\n");
        FAMILIES.forEach(
                (title, rows) -> {
                    page.append("\n## %s\n\n| case | outcome |\n|---|---|\n".formatted(title));
                    for (Row row : rows) {
                        page.append(
                                "| %s | %s |%n"
                                        .formatted(
                                                row.shows(),
                                                row.passed() ? "passed" : "**FAILED**"));
                    }
                });
        Path file = Path.of(System.getProperty("basedir", "."), "target", "attacks.md");
        Path next = Files.createTempFile(file.getParent(), "attacks", ".md");
        Files.writeString(next, page);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
