package org.o365relay.daemon.explain;

/// One step of an explanation.
///
/// @param subject subject of the step, in one word, such as `network` or `sender`
/// @param finding the result of the step
/// @param key configuration key or rule that determines the result; empty if there is none
public record ExplanationStep(String subject, String finding, String key) {}
