package dev.heliograph.server.conformance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The octet sequences of sections 6.5 to 6.23, after Markus Kuhn's UTF-8 decoder stress test: by
 * section, in hex, with a plus for what is UTF-8 and a minus for what is not.
 */
final class Utf8Table {

    static final Map<String, List<String>> SECTIONS = new LinkedHashMap<>();

    static {
        SECTIONS.put(
                "6.5 valid",
                List.of(
                        "+68656c6c6f24776f726c64",
                        "+68656c6c6fc2a2776f726c64",
                        "+68656c6c6fe282ac776f726c64",
                        "+68656c6c6ff0a4ada2776f726c64",
                        "+cebae1bdb9cf83cebcceb5"));
        SECTIONS.put(
                "6.6 a prefix of valid text",
                List.of(
                        "-ce",
                        "+ceba",
                        "-cebae1",
                        "-cebae1bd",
                        "+cebae1bdb9",
                        "-cebae1bdb9cf",
                        "+cebae1bdb9cf83",
                        "-cebae1bdb9cf83ce",
                        "+cebae1bdb9cf83cebc",
                        "-cebae1bdb9cf83cebcce",
                        "+cebae1bdb9cf83cebcceb5"));
        SECTIONS.put(
                "6.7 the first sequence of a length",
                List.of("+00", "+c280", "+e0a080", "+f0908080"));
        SECTIONS.put(
                "6.8 the first sequence of 5 or 6 octets", List.of("-f888808080", "-fc8480808080"));
        SECTIONS.put(
                "6.9 the last sequence of a length",
                List.of("+7f", "+dfbf", "+efbfbf", "+f48fbfbf"));
        SECTIONS.put(
                "6.10 the last sequence of 4 to 6 octets",
                List.of("-f7bfbfbf", "-fbbfbfbfbf", "-fdbfbfbfbfbf"));
        SECTIONS.put(
                "6.11 a boundary",
                List.of("+ed9fbf", "+ee8080", "+efbfbd", "+f48fbfbf", "-f4908080"));
        SECTIONS.put(
                "6.12 continuation octets without a start",
                List.of(
                        "-80",
                        "-bf",
                        "-80bf",
                        "-80bf80",
                        "-80bf80bf",
                        "-80bf80bf80",
                        "-80bf80bf80bf",
                        "-808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9"
                                + "d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9bab"
                                + "bbcbdbebf"));
        SECTIONS.put(
                "6.13 starts without a continuation",
                List.of(
                        "-c020c120c220c320c420c520c620c720c820c920ca20cb20cc20cd20ce2"
                                + "0cf20d020d120d220d320d420d520d620d720d820d920da20db20dc20dd2"
                                + "0de20df20",
                        "-e020e120e220e320e420e520e620e720e820e920ea20eb20ec20ed20ee2" + "0ef20",
                        "-f020f120f220f320f420f520f620f720",
                        "-f820f920fa20fb20",
                        "-fc20fd20"));
        SECTIONS.put(
                "6.14 the last octet is missing",
                List.of(
                        "-c0",
                        "-e080",
                        "-f08080",
                        "-f8808080",
                        "-fc80808080",
                        "-df",
                        "-efbf",
                        "-f7bfbf",
                        "-fbbfbfbf",
                        "-fdbfbfbfbf"));
        SECTIONS.put(
                "6.15 incomplete sequences in a row",
                List.of("-c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfb" + "f"));
        SECTIONS.put("6.16 impossible octets", List.of("-fe", "-ff", "-fefeffff"));
        SECTIONS.put(
                "6.17 an overlong slash",
                List.of("-c0af", "-e080af", "-f08080af", "-f8808080af", "-fc80808080af"));
        SECTIONS.put(
                "6.18 the highest overlong form",
                List.of("-c1bf", "-e09fbf", "-f08fbfbf", "-f887bfbfbf", "-fc83bfbfbfbf"));
        SECTIONS.put(
                "6.19 an overlong NUL",
                List.of("-c080", "-e08080", "-f0808080", "-f880808080", "-fc8080808080"));
        SECTIONS.put(
                "6.20 a surrogate",
                List.of(
                        "-eda080", "-edadbf", "-edae80", "-edafbf", "-edb080", "-edbe80",
                        "-edbfbf"));
        SECTIONS.put(
                "6.21 two surrogates",
                List.of(
                        "-eda080edb080",
                        "-eda080edbfbf",
                        "-edadbfedb080",
                        "-edadbfedbfbf",
                        "-edae80edb080",
                        "-edae80edbfbf",
                        "-edafbfedb080",
                        "-edafbfedbfbf"));
        SECTIONS.put(
                "6.22 no character, but valid",
                List.of(
                        "+efbfbe",
                        "+efbfbf",
                        "+f09fbfbe",
                        "+f09fbfbf",
                        "+f0afbfbe",
                        "+f0afbfbf",
                        "+f0bfbfbe",
                        "+f0bfbfbf",
                        "+f18fbfbe",
                        "+f18fbfbf",
                        "+f19fbfbe",
                        "+f19fbfbf",
                        "+f1afbfbe",
                        "+f1afbfbf",
                        "+f1bfbfbe",
                        "+f1bfbfbf",
                        "+f28fbfbe",
                        "+f28fbfbf",
                        "+f29fbfbe",
                        "+f29fbfbf",
                        "+f2afbfbe",
                        "+f2afbfbf",
                        "+f2bfbfbe",
                        "+f2bfbfbf",
                        "+f38fbfbe",
                        "+f38fbfbf",
                        "+f39fbfbe",
                        "+f39fbfbf",
                        "+f3afbfbe",
                        "+f3afbfbf",
                        "+f3bfbfbe",
                        "+f3bfbfbf",
                        "+f48fbfbe",
                        "+f48fbfbf"));
        SECTIONS.put(
                "6.23 a special character",
                List.of(
                        "+efbfb9", "+efbfba", "+efbfbb", "+efbfbc", "+efbfbd", "+efbfbe",
                        "+efbfbf"));
    }

    private Utf8Table() {}
}
