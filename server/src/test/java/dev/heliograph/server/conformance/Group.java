package dev.heliograph.server.conformance;

import java.util.List;

/** The cases of one section. */
record Group(String title, List<Case> cases) {}
