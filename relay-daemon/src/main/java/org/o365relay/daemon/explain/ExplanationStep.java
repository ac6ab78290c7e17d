package org.o365relay.daemon.explain;

/// One step of an explanation.
///
/// @param subject one word: `network`, `sender`
/// @param finding the result of the step
/// @param key configuration key or rule that decides; empty if none
public record ExplanationStep(String subject, String finding, String key) {}
