package dev.heliograph.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The repository keeps its shape, and what it says about itself is true. */
class ProjectTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** A reader should not have to scroll through more. */
    private static final int MAX_LINES = 600;

    /** What builds and package managers write. */
    private static final Set<String> GENERATED =
            Set.of("target", "node_modules", "dist", "gen", ".build", ".git");

    private static final Pattern SOURCE =
            Pattern.compile(".*\\.(java|ts|tsx|mjs|css|html|proto|lua|sh|md|yaml|xml|cfg)");

    @Test
    void modulesDependOnEachOtherOnlyAsTheGraphSays() throws Exception {
        Map<String, Set<String>> graph = new TreeMap<>();
        for (String module : List.of("proto", "server", "client-sdk", "loadtest", "cli")) {
            graph.put(module, productionDependencies(ROOT.resolve(module).resolve("pom.xml")));
        }
        assertThat(
                graph,
                is(
                        new TreeMap<>(
                                Map.of(
                                        "proto", Set.of(),
                                        "server", Set.of("proto"),
                                        "client-sdk", Set.of("proto"),
                                        "loadtest", Set.of("client", "server"),
                                        "cli", Set.of("client", "loadtest", "server")))));
    }

    @Test
    void noSourceFileIsLongerThan600Lines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        List<Path> sources = sources();
        assertThat("sources below " + ROOT, sources.size(), is(greaterThan(100)));
        for (Path source : sources) {
            try (Stream<String> lines = Files.lines(source)) {
                long count = lines.count();
                if (count > MAX_LINES) {
                    tooLong.add(ROOT.relativize(source) + ": " + count);
                }
            }
        }
        assertThat(tooLong, is(empty()));
    }

    @Test
    void launcherHelpReadmeAndCommandLineNameTheSameCommands() throws IOException {
        Set<String> ofTheLauncher =
                new TreeSet<>(
                        groups(
                                "^  ([a-z]+) {2,}[A-Z]",
                                Files.readString(ROOT.resolve("heliograph"))));
        Set<String> ofTheCommandLine = new TreeSet<>(Main.commandLine().getSubcommands().keySet());
        ofTheCommandLine.remove("help");
        // The one command that needs no Java.
        ofTheCommandLine.add("test");

        assertThat(ofTheLauncher, is(ofTheCommandLine));
        assertThat(new TreeSet<>(groups("\\./heliograph ([a-z]+)", readme())), is(ofTheLauncher));
    }

    @Test
    void eachLinkOfTheReadmeLeadsSomewhere() throws IOException {
        List<String> links = new ArrayList<>(groups("\\]\\(([^)#:]+)\\)", readme()));
        links.addAll(groups("src(?:set)?=\"([^\":]+)\"", readme()));
        assertThat(links.size(), is(greaterThan(10)));
        links.removeIf(link -> Files.exists(ROOT.resolve(link)));
        assertThat(links, is(empty()));
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    private static List<String> groups(String pattern, String text) {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map((MatchResult result) -> result.group(1))
                .toList();
    }

    /** Modules of ours that production code of a module may use, without the common prefix. */
    private static Set<String> productionDependencies(Path pom) throws Exception {
        Document document =
                DocumentBuilderFactory.newDefaultInstance()
                        .newDocumentBuilder()
                        .parse(pom.toFile());
        NodeList dependencies = document.getElementsByTagName("dependency");
        return Stream.iterate(0, i -> i < dependencies.getLength(), i -> i + 1)
                .map(i -> (Element) dependencies.item(i))
                .filter(it -> text(it, "groupId").equals("dev.heliograph"))
                .filter(it -> !text(it, "scope").equals("test"))
                .map(it -> text(it, "artifactId").replace("heliograph-", ""))
                .collect(Collectors.toSet());
    }

    private static String text(Element element, String child) {
        NodeList children = element.getElementsByTagName(child);
        return children.getLength() == 0 ? "" : children.item(0).getTextContent().strip();
    }

    private static List<Path> sources() throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(
                ROOT,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        return GENERATED.contains(directory.getFileName().toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (SOURCE.matcher(file.getFileName().toString()).matches()) {
                            found.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }
}
