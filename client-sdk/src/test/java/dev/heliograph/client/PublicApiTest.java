package dev.heliograph.client;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.device.DeviceClient;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code api/client-sdk.api} is what users can call. A change of it is a decision: run this test
 * with {@code -Dheliograph.api.write=true} to write the file anew, and review the difference.
 */
class PublicApiTest {

    private static final Path FILE = Path.of("api/client-sdk.api");
    private static final String PACKAGE = "dev.heliograph.client.";

    @Test
    void publicApiIsWhatTheFileSays() throws Exception {
        String actual = describe();
        if (Boolean.getBoolean("heliograph.api.write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, actual);
        }
        assertThat(actual, is(Files.readString(FILE)));
    }

    private static String describe() throws Exception {
        Path classes =
                Path.of(
                        DeviceClient.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        StringBuilder api = new StringBuilder();
        for (Class<?> type : publicTypes(classes)) {
            api.append(header(type)).append('\n');
            members(type).forEach(member -> api.append("    ").append(member).append('\n'));
            api.append('\n');
        }
        return api.toString();
    }

    private static List<Class<?>> publicTypes(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            return files.map(file -> classes.relativize(file).toString())
                    .filter(name -> name.endsWith(".class") && !name.contains("internal"))
                    .map(name -> name.replace(".class", "").replace('/', '.'))
                    .sorted()
                    .<Class<?>>map(PublicApiTest::load)
                    .filter(PublicApiTest::isVisible)
                    .toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isVisible(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && !type.isAnonymousClass()
                && (type.getEnclosingClass() == null || isVisible(type.getEnclosingClass()));
    }

    private static String header(Class<?> type) {
        String kind =
                type.isRecord()
                        ? "record"
                        : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
        return (type.isSealed() ? "sealed " : "")
                + kind
                + " "
                + type.getName().substring(PACKAGE.length());
    }

    private static Set<String> members(Class<?> type) {
        Set<String> members = new TreeSet<>();
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isApi(constructor)) {
                members.add("new(" + parameters(constructor.getParameterTypes()) + ")");
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isApi(method)) {
                members.add(
                        (Modifier.isStatic(method.getModifiers()) ? "static " : "")
                                + method.getReturnType().getSimpleName()
                                + " "
                                + method.getName()
                                + "("
                                + parameters(method.getParameterTypes())
                                + ")");
            }
        }
        for (Field field : type.getDeclaredFields()) {
            if (isApi(field)) {
                members.add("const " + field.getType().getSimpleName() + " " + field.getName());
            }
        }
        return members;
    }

    private static boolean isApi(Member member) {
        return Modifier.isPublic(member.getModifiers()) && !member.isSynthetic();
    }

    private static String parameters(Class<?>[] types) {
        return Arrays.stream(types).map(Class::getSimpleName).collect(Collectors.joining(", "));
    }
}
